using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Routing;

/// <summary>An alias of a configuration snapshot: a model, or a route of its own. Immutable.</summary>
internal sealed class AliasModel
{
    private readonly string? model;
    private readonly ImmutableArray<(NamePattern Name, string Model)> keys;
    private readonly ImmutableArray<(NamePattern Name, string Model)> teams;

    /// <summary>An alias as it is used.</summary>
    /// <param name="config">What was written.</param>
    /// <param name="providers">By name.</param>
    /// <param name="overrides">What is set in the place of what was written.</param>
    /// <param name="mayLackTargets">Whether a target that is not configured is left out.</param>
    /// <exception cref="ArgumentException">A target names a provider that is not configured, and may not.</exception>
    public AliasModel(
        AliasConfig config,
        FrozenDictionary<string, ProviderModel> providers,
        OverrideView overrides,
        bool mayLackTargets
    )
    {
        Config = config;
        model = config.Model;
        keys = [.. config.Keys.Select(pair => (new NamePattern(pair.Key), pair.Value))];
        teams = [.. config.Teams.Select(pair => (new NamePattern(pair.Key), pair.Value))];
        Route = config.Targets.IsEmpty
            ? null
            : new RouteModel(
                new RouteConfig
                {
                    Name = config.Name,
                    Targets = config.Targets,
                    Strategy = config.Strategy,
                    StaysWithSession = config.StaysWithSession,
                },
                providers,
                overrides,
                mayLackTargets
            );
    }

    /// <summary>What was written.</summary>
    public AliasConfig Config { get; }

    /// <summary>Where requests for it go; null where it stands for a model.</summary>
    public RouteModel? Route { get; }

    /// <summary>The model that it stands for to that caller; null where it is a route.</summary>
    public string? ModelFor(in RouteQuestion question) =>
        Find(keys, question.Key) ?? Find(teams, question.Team) ?? model;

    private static string? Find(ImmutableArray<(NamePattern Name, string Model)> pairs, string? name)
    {
        if (name is not null)
        {
            foreach (var (pattern, model) in pairs)
            {
                if (pattern.Matches(name))
                {
                    return model;
                }
            }
        }

        return null;
    }
}
