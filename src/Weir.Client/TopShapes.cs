using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>What <c>weir top --json</c> prints: one moment of the live view.</summary>
public sealed record TopSnapshot
{
    /// <summary>The moment.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The server's address, or the data folder where no server runs.</summary>
    public required string Source { get; init; }

    /// <summary>The workspace whose figures these are; null until it could be read.</summary>
    public required string? Workspace { get; init; }

    /// <summary><c>live</c>, <c>once</c> (<c>--once</c>), <c>connecting</c>, <c>broken</c> (tried again) or <c>folder</c> (no server runs).</summary>
    public required string Link { get; init; }

    /// <summary>The day's sums, from midnight in the terminal's zone; null until they could be read.</summary>
    public required TopDay? Today { get; init; }

    /// <summary>The rate of the last ten minutes.</summary>
    public required TopRate Rate { get; init; }

    /// <summary>The running window of five hours; null when none runs.</summary>
    public required BlockItem? Block { get; init; }

    /// <summary>What is known of limits.</summary>
    public required IReadOnlyList<LimitItem> Limits { get; init; }

    /// <summary>Sessions of the last 24 hours, the one last heard of first; at most 200.</summary>
    public required IReadOnlyList<SessionItem> Sessions { get; init; }

    /// <summary>What is amiss, what is bad first.</summary>
    public required IReadOnlyList<TopAlert> Alerts { get; init; }
}

/// <summary>How fast is worked. Tokens of all classes.</summary>
public sealed record TopRate(
    double TokensPerMinute,
    [property: JsonConverter(typeof(UsdConverter))] decimal CostUsdPerHour
);

/// <summary>Something that somebody should know now.</summary>
/// <param name="Level"><c>bad</c> (broken or stopped) or <c>warning</c>.</param>
/// <param name="Text">In words.</param>
public sealed record TopAlert(string Level, string Text);

/// <summary>Sums of requests. Token classes are disjoint; reasoning is a part of output.</summary>
public record TopFigures
{
    /// <summary>Requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Of these, ended otherwise than well or by the caller's own hang-up.</summary>
    public required long Errors { get; init; }

    /// <summary>Of these, with tokens but no known price: their cost is in no sum.</summary>
    public required long UnpricedRequests { get; init; }

    /// <summary>Fresh prompt tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Prompt tokens read from a cache.</summary>
    public required long CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to a cache.</summary>
    public required long CacheWriteTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>The part of these that was reasoning.</summary>
    public required long ReasoningTokens { get; init; }

    /// <summary>All tokens.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>List cost of the requests with a known price; null when no price is known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }
}

/// <summary>One day's sums.</summary>
public sealed record TopDay : TopFigures
{
    /// <summary>With nothing in it yet.</summary>
    public TopDay() { }

    /// <summary>The day's sums, and their parts.</summary>
    [SetsRequiredMembers]
    public TopDay(TopFigures sums, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<TopModelFigures> models)
        : base(sums) => (From, To, Models) = (from, to, models);

    /// <summary>Inclusive.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset To { get; init; }

    /// <summary>By model, largest cost first.</summary>
    public required IReadOnlyList<TopModelFigures> Models { get; init; }
}

/// <summary>One model's sums.</summary>
public sealed record TopModelFigures : TopFigures
{
    /// <summary>With nothing in it yet.</summary>
    public TopModelFigures() { }

    /// <summary>Sums, and the model that they are of.</summary>
    [SetsRequiredMembers]
    public TopModelFigures(TopFigures sums, string? model)
        : base(sums) => Model = model;

    /// <summary>The model; null is "unknown".</summary>
    [JsonPropertyOrder(-1)]
    public required string? Model { get; init; }
}
