using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.Client;

namespace Weir.Exports.Tests;

/// <summary>Requests to export: plain ones, and ones whose callers mean harm.</summary>
internal static class Samples
{
    private static readonly string[] Nasty =
    [
        "=1+1",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\u200B=cmd|' /C calc'!A0",
        "\uFF1D1+1",
        "\uFF0B1",
        "\uFF201",
        "-5",
        "a,b",
        "a\"b",
        "a\r\nb",
        "a\rb",
        "\n",
        " spaces ",
        "_x0041_",
        "_x005F_",
        "<b>&amp;</b>",
        "]]>",
        "\0null",
        "\u0001\u001F\uFFFE\uFFFF",
        "\uD800 alone",
        "😀 whole",
        "é e\u0301 ﷽",
        "{\"a\":1}",
        "'quoted'",
        "\u202Edlrow",
        "",
    ];

    /// <summary>The moment that all of them lie before.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    /// <summary>What an export is told beside.</summary>
    public static ExportContext Context { get; } =
        new()
        {
            WorkspaceId = "1",
            WorkspaceName = "default",
            MadeAt = Now,
            ScratchFolder = Path.GetTempPath(),
        };

    /// <summary>Plain requests, always the same.</summary>
    public static ImmutableArray<RequestItem> Plain(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Request(i, $"project-{i % 7}"))];

    /// <summary>Requests whose names are as bad as they can be.</summary>
    public static ImmutableArray<RequestItem> Hostile() =>
        [
            .. Nasty.Select((text, i) => Request(i, text)),
            Request(Nasty.Length, new string('x', 40_000)),
            Request(Nasty.Length + 1, string.Concat(Enumerable.Repeat("😀", 20_000))),
            .. Enumerable.Range(0, 300).Select(i => Request(Nasty.Length + 2 + i, Chance(i))),
        ];

    /// <summary>In pages of a size.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<RequestItem>> Pages(
        IReadOnlyList<RequestItem> items,
        int size = 100
    )
    {
        foreach (var page in items.Chunk(size))
        {
            await Task.Yield();
            yield return page;
        }
    }

    /// <summary>What a format makes of requests.</summary>
    public static async Task<byte[]> WriteAsync(ExportFormat format, IReadOnlyList<RequestItem> items)
    {
        using var output = new MemoryStream();
        var exporter = new RequestExporter(new Parquet.LibraryPlaces { ProgramFolder = "/none", DataFolder = "/none" });
        await exporter.WriteAsync(format, Pages(items), output, Context, CancellationToken.None);
        return output.ToArray();
    }

    /// <summary>A request.</summary>
    public static RequestItem Request(int number, string project) =>
        new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"req_{number:D13}"),
            Revision = 1,
            StartedAt = Now.AddSeconds(-number * 977).AddTicks(-number * 123_450),
            DurationMs = number % 5 == 0 ? null : 12.5 + number,
            TimeToFirstTokenMs = number % 3 == 0 ? null : 3.25,
            Model = number % 11 == 10 ? null : "claude-opus-4-8",
            RequestedModel = project,
            Provider = number % 13 == 12 ? null : "anthropic",
            Key = "key",
            User = number % 2 == 0 ? null : "user@example.com",
            Team = null,
            Project = project,
            Session = project,
            Agent = null,
            ParentAgent = null,
            Client = "claude-cli",
            Source = "gateway",
            Status = "ok",
            HttpStatus = 200,
            ErrorType = null,
            Route = null,
            HandoffReason = null,
            Dialect = "anthropic_messages",
            UpstreamDialect = null,
            Dropped = [],
            Streaming = true,
            PriceMode = null,
            InputTokens = number % 4 == 3 ? null : number,
            CacheReadTokens = number % 4 == 3 ? null : 1_000_000_007L * number,
            CacheWrite5mTokens = null,
            CacheWrite1hTokens = null,
            OutputTokens = number % 4 == 3 ? null : 17,
            ReasoningTokens = null,
            WebSearches = null,
            CostUsd = number % 6 == 5 ? null : 0.000000001m + (0.123456789m * number),
            BilledUsd = number % 6 == 5 ? null : 0.000000001m * number,
            SavingsUsd = number % 9 == 8 ? -0.5m : null,
            Billing = "metered",
            PriceVersion = "2026-11-01",
            Estimated = number % 2 == 0,
            Quality = "measured",
            SeenBy = ["gateway"],
            Doubts = [],
            UpstreamId = null,
            MessageId = null,
            Tags =
                number % 2 == 0
                    ? ImmutableDictionary<string, string>.Empty
                    : new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = project },
            Attempts = [],
        };

    private static string Chance(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(12); i >= 0; i--)
        {
            text.Append(random.Next(4) == 0 ? Nasty[random.Next(Nasty.Length)] : (char)random.Next(0x10000));
        }

        return text.ToString();
    }
}
