using System.Text.Json;

namespace Weir.Testing;

/// <summary>What the management API tells of one request, as far as tests compare it. Unknown counts read as zero.</summary>
public sealed record LedgerRecord(
    string Id,
    string? Provider,
    string? Model,
    string? UpstreamId,
    string? Session,
    string? Agent,
    string? Client,
    string? Status,
    bool Estimated,
    LedgerCounts Counts
)
{
    /// <summary>Reads an item of <c>/api/v1/usage/requests</c>.</summary>
    public static LedgerRecord Read(JsonElement item) =>
        new(
            item.Text("id")!,
            item.Text("provider"),
            item.Text("model"),
            item.Text("upstreamId"),
            item.Text("session"),
            item.Text("agent"),
            item.Text("client"),
            item.Text("status"),
            item.Flag("estimated"),
            LedgerCounts.Read(item)
        );
}

/// <summary>Tokens by class and cost, comparable as a whole.</summary>
public sealed record LedgerCounts(
    long Input,
    long CacheRead,
    long CacheWrite5m,
    long CacheWrite1h,
    long Output,
    long Reasoning,
    string Cost
)
{
    /// <summary>Reads them out of an item or a row of the API.</summary>
    public static LedgerCounts Read(JsonElement row) =>
        new(
            Count(row, "inputTokens"),
            Count(row, "cacheReadTokens"),
            Count(row, "cacheWrite5mTokens"),
            Count(row, "cacheWrite1hTokens"),
            Count(row, "outputTokens"),
            Count(row, "reasoningTokens"),
            row.Text("costUsd") ?? "unknown"
        );

    /// <summary>The same of a vendor's account.</summary>
    public static LedgerCounts Of(IReadOnlyCollection<ProviderCharge> charges) =>
        new(
            charges.Sum(c => c.Usage.Input ?? 0),
            charges.Sum(c => c.Usage.CacheRead ?? 0),
            charges.Sum(c => c.Usage.CacheWrite5m ?? 0),
            charges.Sum(c => c.Usage.CacheWrite1h ?? 0),
            charges.Sum(c => c.Usage.Output ?? 0),
            charges.Sum(c => c.Usage.Reasoning ?? 0),
            charges.Aggregate(Foundation.Money.Zero, (sum, c) => sum + c.Cost).ToString()
        );

    /// <summary>The sum, of costs that are all known.</summary>
    public static LedgerCounts Sum(IEnumerable<LedgerCounts> counts) =>
        counts.Aggregate(
            (a, b) =>
                new LedgerCounts(
                    a.Input + b.Input,
                    a.CacheRead + b.CacheRead,
                    a.CacheWrite5m + b.CacheWrite5m,
                    a.CacheWrite1h + b.CacheWrite1h,
                    a.Output + b.Output,
                    a.Reasoning + b.Reasoning,
                    (Money(a) + Money(b)).ToString()
                )
        );

    private static Foundation.Money Money(LedgerCounts counts) =>
        Foundation.Money.TryParse(counts.Cost, out var money)
            ? money
            : throw new FormatException($"{counts.Cost} is no sum of money.");

    private static long Count(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
