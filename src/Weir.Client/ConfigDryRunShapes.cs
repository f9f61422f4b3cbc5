using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>A text of a configuration, to be tried on the requests of the past.</summary>
/// <param name="Text">The whole text, as for <c>PUT</c>; masked keys stand for those that the document has.</param>
/// <param name="Span">How far back to look, as <c>24h</c>: up to <c>7d</c>; null for <c>24h</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfigDryRun(string? Text, string? Span = null);

/// <summary>What a text would have done to the requests of the past. Nothing was changed.</summary>
public sealed record ConfigDryRunResult
{
    /// <summary>From when requests were looked at: the span's start, or the oldest one's where <see cref="More"/>.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Whether the span has more requests than are looked at: the older ones were left out.</summary>
    public required bool More { get; init; }

    /// <summary>How many requests were looked at.</summary>
    public required long Requests { get; init; }

    /// <summary>Of these, would go as they go now.</summary>
    public required long Same { get; init; }

    /// <summary>Of these, would go elsewhere.</summary>
    public required long Moved { get; init; }

    /// <summary>Of these, are not refused by the routes in force and would be.</summary>
    public required long Refused { get; init; }

    /// <summary>Of these, cannot be told from what is recorded.</summary>
    public required long Open { get; init; }

    /// <summary>Of these, no route has a part in: results of a batch, and what passes through unread.</summary>
    public required long Unrouted { get; init; }

    /// <summary>What leaves requests open, by conditions of routes and by strategies, and how many.</summary>
    public required IReadOnlyDictionary<string, long> OpenBy { get; init; }

    /// <summary>What they cost.</summary>
    public required ConfigDryRunCost Cost { get; init; }

    /// <summary>Requests that are alike, the largest difference in cost first; 200 at most.</summary>
    public required IReadOnlyList<ConfigDryRunRow> Rows { get; init; }

    /// <summary>How many rows, or requests beyond all rows, were left out.</summary>
    public required long RowsLeftOut { get; init; }

    /// <summary>What the text's budgets and limits would have done, in their order.</summary>
    public required IReadOnlyList<ConfigDryRunRule> Rules { get; init; }
}

/// <summary>What requests cost, and would cost. List costs.</summary>
public sealed record ConfigDryRunCost
{
    /// <summary>What all of them did cost, as far as it is known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal CostUsd { get; init; }

    /// <summary>How many have no known price.</summary>
    public required long Unpriced { get; init; }

    /// <summary>How many are compared: it is sure where they would go, and both prices are known.</summary>
    public required long Compared { get; init; }

    /// <summary>What those did cost.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal BeforeUsd { get; init; }

    /// <summary>What those would cost; nothing for what is refused.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal AfterUsd { get; init; }

    /// <summary>How many would have no known price.</summary>
    public required long UnpricedAfter { get; init; }
}

/// <summary>Requests that are alike.</summary>
public sealed record ConfigDryRunRow
{
    /// <summary>The model asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The calling program; null when not known.</summary>
    public required string? Client { get; init; }

    /// <summary>The key's name; null for none.</summary>
    public required string? Key { get; init; }

    /// <summary>The team; null for none.</summary>
    public required string? Team { get; init; }

    /// <summary>Whether a subagent asked.</summary>
    public required bool Agent { get; init; }

    /// <summary>The caller's dialect.</summary>
    public required string Dialect { get; init; }

    /// <summary>Whether a stream was asked for.</summary>
    public required bool Streams { get; init; }

    /// <summary>How many.</summary>
    public required long Requests { get; init; }

    /// <summary><c>same</c>, <c>moved</c>, <c>refused</c> or <c>open</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Who served them.</summary>
    public required ConfigDryRunPlace Went { get; init; }

    /// <summary>Where the routes in force send them now; null where that is open, or nowhere.</summary>
    public required ConfigDryRunPlace? Goes { get; init; }

    /// <summary>Where the text would send them; null likewise.</summary>
    public required ConfigDryRunPlace? WouldGo { get; init; }

    /// <summary>What callers would be told instead of an answer; null where they would get one.</summary>
    public required RouteRefusalItem? Refusal { get; init; }

    /// <summary>What leaves it open; empty where nothing does.</summary>
    public required IReadOnlyList<string> Open { get; init; }

    /// <summary>What they cost.</summary>
    public required ConfigDryRunCost Cost { get; init; }
}

/// <summary>A place that requests go to.</summary>
/// <param name="Provider">The provider; null when none was reached.</param>
/// <param name="Model">The model; null when not known.</param>
/// <param name="Route">The route that leads there; null for none, and where several do.</param>
public sealed record ConfigDryRunPlace(string? Provider, string? Model, string? Route);

/// <summary>What a budget, or one bound of a limit, would have done.</summary>
public sealed record ConfigDryRunRule
{
    /// <summary><c>budget</c> or <c>limit</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>cost</c>, <c>requests</c>, <c>tokens</c>, <c>input_tokens</c>, <c>output_tokens</c> or <c>concurrent</c>.</summary>
    public required string Counts { get; init; }

    /// <summary>Its window; null for what counts requests under way.</summary>
    public required string? Window { get; init; }

    /// <summary>How many requests it would have refused, at the least.</summary>
    public required long Refused { get; init; }

    /// <summary>What those did cost, as far as it is known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal RefusedUsd { get; init; }

    /// <summary>When the first of them came; null for none.</summary>
    public required DateTimeOffset? FirstAt { get; init; }

    /// <summary>Whose counter refused it, as <c>key ci</c>; null for none, and where there is one counter for all.</summary>
    public required string? FirstScope { get; init; }

    /// <summary>How many would have waited for others to end, for two seconds at most.</summary>
    public required long Waited { get; init; }

    /// <summary>How many would have been asked of another model.</summary>
    public required long Downgraded { get; init; }

    /// <summary>How many would have passed beyond a stage that warns or throttles.</summary>
    public required long Warned { get; init; }
}
