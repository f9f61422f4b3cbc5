using System.Collections.Immutable;
using Weir.Capture.Agents;

namespace Weir.Capture.Sources;

/// <summary>Which folders are read.</summary>
internal static class AgentHomes
{
    /// <summary>The agents' own folders on a machine, as far as they are read, and those that were named; each once.</summary>
    public static ImmutableArray<AgentHome> Of(
        CaptureOptions options,
        ImmutableArray<CodingAgent> agents,
        Places places
    )
    {
        var own = options.ReadsHomes
            ? agents
                .Where(_ => places.Home.Length > 0)
                .SelectMany(agent =>
                    agent.Homes(places).Select(folder => new AgentHome(agent, Path.GetFullPath(folder)))
                )
            : [];
        var others = options.Homes.SelectMany(home =>
            agents
                .Where(agent => agent.Name == home.Agent)
                .Select(agent => new AgentHome(agent, Path.GetFullPath(home.Folder)))
        );
        return [.. own.Concat(others).DistinctBy(home => (home.Agent.Name, home.Path))];
    }
}
