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

    private static readonly FrozenDictionary<string, bool> Contents = new Dictionary<string, bool>(
        StringComparer.Ordinal
    )
    {
        ["off"] = false,
        ["sealed"] = true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(36_500);

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
            Archive = ReadArchive(map),
        };
        map.Finish();
        return config;
    }

    private static ArchiveOptions ReadArchive(MapReader capture)
    {
        var options = new ArchiveOptions { SealsContent = capture.Word("content", Contents) ?? false };
        if (capture.Map("archive") is { } map)
        {
            options = (map.Text("keep")) switch
            {
                null => options,
                "off" => options with { IsOn = false },
                "forever" => options with { KeepDays = null },
                var text => options with { KeepDays = Days(map, text) },
            };
            map.Finish();
        }

        if (options is { SealsContent: true, IsOn: false })
        {
            capture.Fault(
                "content",
                "content is kept as long as the archive, and that is off",
                "set archive.keep to a number of days, as 30d"
            );
        }

        return options;
    }

    private static int Days(MapReader map, string text)
    {
        if (Durations.TryParse(text, out var span) && span >= TimeSpan.FromDays(1) && span <= LongestKept)
        {
            return (int)span.TotalDays;
        }

        map.Fault(
            "keep",
            $"days, \"forever\" or \"off\" were expected, not \"{map.Written("keep")}\"",
            "write it as 400d"
        );
        return 1;
    }
}
