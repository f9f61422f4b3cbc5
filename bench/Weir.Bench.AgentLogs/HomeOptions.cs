using System.Globalization;

namespace Weir.Bench.AgentLogs;

/// <summary>What to write.</summary>
internal sealed record HomeOptions
{
    /// <summary>How to call the program.</summary>
    public const string Usage =
        "usage: Weir.Bench.AgentLogs --out FOLDER [--files 3100] [--bytes 1200000000] [--seed 1] [--days 90] "
        + "[--projects 40] [--records N] [--truth FILE]";

    /// <summary>The folder that becomes <c>~/.claude</c>.</summary>
    public required string Out { get; init; }

    /// <summary>How many transcripts.</summary>
    public int Files { get; init; } = 3100;

    /// <summary>How large they are together.</summary>
    public long Bytes { get; init; } = 1_200_000_000;

    /// <summary>What makes two homes differ.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Over how many days the sessions are spread; the last is <see cref="LastDay"/>.</summary>
    public int Days { get; init; } = 90;

    /// <summary>In how many projects.</summary>
    public int Projects { get; init; } = 40;

    /// <summary>When above 0: that many requests in short lines, and nothing else.</summary>
    public int Records { get; init; }

    /// <summary>Where the truth goes; null for standard output.</summary>
    public string? TruthFile { get; init; }

    /// <summary>The day of the last sessions: fixed, or the same seed would write other files tomorrow.</summary>
    public static DateTime LastDay { get; } = new(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Reads the arguments; null when they are none.</summary>
    public static HomeOptions? Read(string[] args)
    {
        string? folder = null;
        var options = new HomeOptions { Out = "" };
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var text = args[i + 1];
            long number = 0;
            if (
                args[i] is not ("--out" or "--truth")
                && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number <= 0)
            )
            {
                return null;
            }

            switch (args[i])
            {
                case "--out":
                    folder = text;
                    break;
                case "--truth":
                    options = options with { TruthFile = text };
                    break;
                case "--files":
                    options = options with { Files = (int)number };
                    break;
                case "--bytes":
                    options = options with { Bytes = number };
                    break;
                case "--seed":
                    options = options with { Seed = (int)number };
                    break;
                case "--days":
                    options = options with { Days = (int)number };
                    break;
                case "--projects":
                    options = options with { Projects = (int)number };
                    break;
                case "--records":
                    options = options with { Records = (int)number };
                    break;
                default:
                    return null;
            }
        }

        return folder is null || args.Length % 2 != 0 ? null : options with { Out = folder };
    }
}
