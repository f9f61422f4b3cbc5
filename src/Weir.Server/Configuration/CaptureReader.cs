using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Capture;
using Weir.Foundation;

namespace Weir.Server.Configuration;

/// <summary>Reads the map <c>capture</c>.</summary>
internal static class CaptureReader
{
    private static readonly FrozenDictionary<string, Billing> Billings = new Dictionary<string, Billing>(
        StringComparer.Ordinal
    )
    {
        ["metered"] = Billing.Metered,
        ["subscription"] = Billing.Subscription,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is read of agents' files.</summary>
    public static CaptureConfig Read(MapReader document)
    {
        if (document.Map("capture") is not { } map)
        {
            return new CaptureConfig();
        }

        var homes = ImmutableArray.CreateBuilder<(string, string)>();
        if (map.Map("homes") is { } listed)
        {
            foreach (var agent in listed.Keys)
            {
                if (!UsageCapture.Agents.Contains(agent))
                {
                    listed.Fault(
                        agent,
                        $"\"{agent}\" is no agent whose files Weir reads",
                        $"one of {string.Join(", ", UsageCapture.Agents)}"
                    );
                }

                foreach (var (folder, node, path) in listed.Texts(agent))
                {
                    if (Path.IsPathFullyQualified(folder))
                    {
                        homes.Add((agent, folder));
                    }
                    else
                    {
                        listed.Fault(node, path, $"\"{node.Text}\" is no full path", null);
                    }
                }
            }

            listed.Finish();
        }

        var config = new CaptureConfig
        {
            ReadsHomes = map.Flag("files") ?? true,
            Homes = homes.ToImmutable(),
            User = map.Text("user"),
            Billing = map.Word("billing", Billings) ?? Billing.Metered,
        };
        map.Finish();
        return config;
    }
}
