using System.Collections.Immutable;
using Weir.Client;

namespace Weir.Exports;

/// <summary>The columns of single requests, the same in CSV, XLSX and Parquet. Names and order are kept: new ones come last.</summary>
internal static class RequestColumns
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Column> All { get; } =
    [
        Text("id", item => item.Id),
        new("startedAt", CellKind.Time, item => Cell.Of(item.StartedAt)),
        Number("durationMs", item => item.DurationMs),
        Number("timeToFirstTokenMs", item => item.TimeToFirstTokenMs),
        Text("provider", item => item.Provider),
        Text("model", item => item.Model),
        Text("requestedModel", item => item.RequestedModel),
        Text("status", item => item.Status),
        Whole("httpStatus", item => item.HttpStatus),
        Text("errorType", item => item.ErrorType),
        Whole("inputTokens", item => item.InputTokens),
        Whole("cacheReadTokens", item => item.CacheReadTokens),
        Whole("cacheWrite5mTokens", item => item.CacheWrite5mTokens),
        Whole("cacheWrite1hTokens", item => item.CacheWrite1hTokens),
        Whole("outputTokens", item => item.OutputTokens),
        Whole("reasoningTokens", item => item.ReasoningTokens),
        Money("costUsd", item => item.CostUsd),
        Money("billedUsd", item => item.BilledUsd),
        Money("savingsUsd", item => item.SavingsUsd),
        Text("billing", item => item.Billing),
        Flag("estimated", item => item.Estimated),
        Text("priceVersion", item => item.PriceVersion),
        Text("key", item => item.Key),
        Text("user", item => item.User),
        Text("team", item => item.Team),
        Text("project", item => item.Project),
        Text("session", item => item.Session),
        Text("agent", item => item.Agent),
        Text("client", item => item.Client),
        Text("source", item => item.Source),
        Text("route", item => item.Route),
        Text("dialect", item => item.Dialect),
        Flag("streaming", item => item.Streaming),
        Text("upstreamId", item => item.UpstreamId),
        Text("messageId", item => item.MessageId),
        Whole("attempts", item => item.Attempts.Count),
        Text("tags", item => List(item.Tags.Select(tag => $"{tag.Key}={tag.Value}"))),
        Text("upstreamDialect", item => item.UpstreamDialect),
        Text("dropped", item => List(item.Dropped)),
        Text("parentAgent", item => item.ParentAgent),
        Text("handoffReason", item => item.HandoffReason),
        Text("priceMode", item => item.PriceMode),
        Whole("webSearches", item => item.WebSearches),
        Text("quality", item => item.Quality),
        Text("seenBy", item => List(item.SeenBy)),
        Text("doubts", item => List(item.Doubts)),
        Whole("revision", item => item.Revision),
    ];

    // An empty list is an empty cell, as what is unknown is.
    private static string? List(IEnumerable<string> values) =>
        string.Join(';', values) is { Length: > 0 } text ? text : null;

    private static Column Text(string name, Func<RequestItem, string?> of) =>
        new(name, CellKind.Text, item => Cell.Of(of(item)));

    private static Column Whole(string name, Func<RequestItem, long?> of) =>
        new(name, CellKind.Whole, item => Cell.Of(of(item)));

    private static Column Money(string name, Func<RequestItem, decimal?> of) =>
        new(name, CellKind.Money, item => Cell.Of(of(item)));

    private static Column Number(string name, Func<RequestItem, double?> of) =>
        new(name, CellKind.Number, item => Cell.Of(of(item)));

    private static Column Flag(string name, Func<RequestItem, bool> of) =>
        new(name, CellKind.Flag, item => Cell.Of(of(item)));
}
