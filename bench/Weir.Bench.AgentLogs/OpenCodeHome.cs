using System.Globalization;

namespace Weir.Bench.AgentLogs;

/// <summary>
/// Writes the data folder of a user of OpenCode through all its versions, the same for the same seed: sessions in each layout, many in
/// the next one as well, forks and subagents. What they truly hold is counted here, where the numbers are drawn, and never read from
/// what was written.
/// </summary>
internal static class OpenCodeHome
{
    private static readonly (string Provider, string Model)[] Models =
    [
        ("anthropic", "claude-sonnet-4-20250514"),
        ("openai", "gpt-5.4-mini"),
        ("google", "gemini-2.5-pro"),
    ];

    /// <summary>Writes so many sessions, and returns what they hold.</summary>
    /// <param name="folder">The folder that becomes <c>~/.local/share/opencode</c>.</param>
    /// <param name="sessions">How many.</param>
    /// <param name="seed">What makes two homes differ.</param>
    public static Truth Write(string folder, int sessions, int seed)
    {
        var random = new Random(seed);
        var ids = new Ids(random);
        var truth = new Truth();
        var files = new OpenCodeFiles(folder);
        Directory.CreateDirectory(folder);
        using var tables = new OpenCodeTables(Path.Combine(folder, "opencode.db"));
        MadeSession? lastInTables = null;
        for (var i = 0; i < sessions; i++)
        {
            var layout = (OpenCodeLayout)(i % 4);
            var session = Make(random, ids, layout);
            switch (layout)
            {
                case OpenCodeLayout.First:
                    files.WriteFirst(session);
                    break;
                case OpenCodeLayout.Project:
                    files.WriteProject(session);
                    if (random.Next(2) == 0)
                    {
                        files.WriteStorage(session);
                    }

                    break;
                case OpenCodeLayout.Storage:
                    files.WriteStorage(session);
                    if (random.Next(2) == 0)
                    {
                        tables.Write(session, parent: null);
                    }

                    break;
                default:
                    var parent = lastInTables is not null && random.Next(3) == 0 ? lastInTables.Id : null;
                    tables.Write(session, parent);
                    if (parent is null)
                    {
                        lastInTables = session;
                        if (random.Next(4) == 0)
                        {
                            tables.Write(Forked(session, ids), parent: null);
                        }
                    }

                    Count(session, parent ?? session.Id, truth);
                    continue;
            }

            Count(session, session.Id, truth);
        }

        truth.Files = files.Written + 1;
        return truth;
    }

    private static void Count(MadeSession session, string under, Truth truth)
    {
        foreach (var message in session.Messages)
        {
            foreach (var step in message.Steps)
            {
                truth.Add(
                    message.Model,
                    message.At,
                    under,
                    new Tokens(step.Input, step.CacheRead, step.CacheWrite, 0, step.Output)
                );
            }
        }
    }

    private static MadeSession Make(Random random, Ids ids, OpenCodeLayout layout)
    {
        var at = HomeOptions
            .LastDay.AddDays(-random.Next(10))
            .AddSeconds(random.Next(80_000))
            .AddMilliseconds(random.Next(1000));
        var session = new MadeSession($"ses_{ids.Hex(12)}{ids.Base62(14)}", at, []);
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            at = at.AddMilliseconds(random.Next(1, 600_000));
            var (provider, model) = Models[random.Next(Models.Length)];
            // The first layout keeps of several steps the last alone, and the newest writes a message for each.
            var steps = layout is OpenCodeLayout.Project or OpenCodeLayout.Storage ? random.Next(1, 5) : 1;
            session.Messages.Add(
                new MadeMessage(
                    MessageId(at, ids),
                    at,
                    provider,
                    model,
                    [.. Enumerable.Range(0, steps).Select(n => Step(random, ids, layout, provider, n))]
                )
            );
        }

        return session;
    }

    private static MadeStep Step(Random random, Ids ids, OpenCodeLayout layout, string provider, int number)
    {
        long said = random.Next(1, 3_000);
        long reasoning = random.Next(2) * random.Next(1, 2_000);
        // A total tells; before there was one, only Google's reasoning was beside the output.
        var hasTotal = layout == OpenCodeLayout.Database;
        var isBeside = hasTotal || provider == "google";
        return new MadeStep(
            $"prt_{number:x12}{ids.Base62(14)}",
            random.Next(1, 20_000),
            random.Next(2) * random.Next(60_000),
            random.Next(2) * random.Next(9_000),
            said + reasoning,
            reasoning,
            isBeside ? said : said + reasoning,
            hasTotal
        );
    }

    // New ids, made a day later, and the old times.
    private static MadeSession Forked(MadeSession of, Ids ids)
    {
        var later = of.At.AddDays(1);
        return new MadeSession(
            $"ses_{ids.Hex(12)}{ids.Base62(14)}",
            later,
            [.. of.Messages.Select(message => message with { Id = MessageId(later, ids) })]
        );
    }

    private static string MessageId(DateTime at, Ids ids)
    {
        var milliseconds = new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeMilliseconds() & ((1L << 36) - 1);
        return $"msg_{milliseconds.ToString("x9", CultureInfo.InvariantCulture)}001{ids.Base62(14)}";
    }
}

/// <summary>How a version lays its files.</summary>
internal enum OpenCodeLayout
{
    /// <summary>A folder for each project, parts within messages.</summary>
    First,

    /// <summary>A folder for each project, parts beside messages.</summary>
    Project,

    /// <summary>One folder for all.</summary>
    Storage,

    /// <summary>A database.</summary>
    Database,
}

/// <summary>A session.</summary>
internal sealed record MadeSession(string Id, DateTime At, List<MadeMessage> Messages)
{
    /// <summary>When it began, in milliseconds.</summary>
    public long Milliseconds => MadeMessage.MillisecondsOf(At);
}

/// <summary>An assistant's message.</summary>
internal sealed record MadeMessage(string Id, DateTime At, string Provider, string Model, IReadOnlyList<MadeStep> Steps)
{
    /// <summary>When it was, in milliseconds.</summary>
    public long Milliseconds => MillisecondsOf(At);

    /// <summary>A moment in the program's way.</summary>
    public static long MillisecondsOf(DateTime at) => new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeMilliseconds();
}

/// <summary>A request; the last two say how its output is written down.</summary>
internal sealed record MadeStep(
    string Id,
    long Input,
    long CacheRead,
    long CacheWrite,
    long Output,
    long Reasoning,
    long WrittenOutput,
    bool HasTotal
)
{
    /// <summary>As the program writes it.</summary>
    public Dictionary<string, object> Written()
    {
        var written = new Dictionary<string, object>
        {
            ["input"] = Input,
            ["output"] = WrittenOutput,
            ["reasoning"] = Reasoning,
            ["cache"] = new { read = CacheRead, write = CacheWrite },
        };
        if (HasTotal)
        {
            written["total"] = Input + CacheRead + CacheWrite + Output;
        }

        return written;
    }
}
