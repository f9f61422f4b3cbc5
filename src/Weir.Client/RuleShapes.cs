using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>
/// A budget as it is written, by the keys of the document (docs/operations/budgets.md). Of a change, what is null stays and what is
/// empty goes back to what holds where nothing is written.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BudgetEdit
{
    /// <summary>What it is called; of a change null, or the name that it has.</summary>
    public string? Name { get; init; }

    /// <summary>Whose requests it holds, all parts of it; none for all of the document's.</summary>
    public IReadOnlyDictionary<string, string>? Scope { get; init; }

    /// <summary>The bound for a window, 0 to a billion.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public decimal? LimitUsd { get; init; }

    /// <summary><c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c>, or a span that slides, as <c>24h</c>.</summary>
    public string? Window { get; init; }

    /// <summary>Whose midnight counts, as <c>Europe/Berlin</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>On which day a week begins, as <c>monday</c>.</summary>
    public string? WeekStart { get; init; }

    /// <summary>On which day a month begins, 1 to 31; 0 is empty.</summary>
    public int? MonthStart { get; init; }

    /// <summary>What becomes of a request that would lead beyond it: <c>block</c>, <c>approve</c>, <c>downgrade</c>, <c>throttle</c>, <c>warn</c>.</summary>
    public string? OnExceed { get; init; }

    /// <summary>The model to ask for instead, with <c>downgrade</c>.</summary>
    public string? DowngradeTo { get; init; }

    /// <summary>What happens on the way, all of it.</summary>
    public IReadOnlyList<BudgetStageEdit>? Stages { get; init; }

    /// <summary>What is set aside for a request: <c>worst</c> or <c>learned</c>.</summary>
    public string? Estimate { get; init; }

    /// <summary>Which money it counts: <c>billed</c> or <c>list</c>.</summary>
    public string? Counts { get; init; }

    /// <summary>What becomes of requests whose price nobody knows: <c>allow</c> or <c>refuse</c>.</summary>
    public string? Unpriced { get; init; }

    /// <summary>Why, for the configuration's versions: at most 300 characters on one line; null for nothing.</summary>
    public string? Comment { get; init; }
}

/// <summary>What happens beyond a share of a budget, as it is written.</summary>
/// <param name="At">1 to 99 percent.</param>
/// <param name="Do">As <c>onExceed</c> of a budget.</param>
/// <param name="Model">The model to ask for instead, with <c>downgrade</c>; null for none.</param>
/// <param name="Delay">How long each request is held back, as <c>500ms</c>, with <c>throttle</c>; null for one at a time.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BudgetStageEdit(int At, string Do, string? Model = null, string? Delay = null);

/// <summary>A limit as it is written; what is null, and what is empty, is as of <see cref="BudgetEdit"/>. A bound of -1 is empty.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RateLimitEdit
{
    /// <summary>What it is called; of a change null, or the name that it has.</summary>
    public string? Name { get; init; }

    /// <summary>Whose requests it holds, all parts of it; none for all of the document's.</summary>
    public IReadOnlyDictionary<string, string>? Scope { get; init; }

    /// <summary>The most requests in any minute.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>The most requests in any hour.</summary>
    public long? RequestsPerHour { get; init; }

    /// <summary>The most requests in any 24 hours.</summary>
    public long? RequestsPerDay { get; init; }

    /// <summary>The most tokens, in and out, in any minute.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>The most tokens, in and out, in any hour.</summary>
    public long? TokensPerHour { get; init; }

    /// <summary>The most tokens, in and out, in any 24 hours.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>The most tokens of input in any minute.</summary>
    public long? InputTokensPerMinute { get; init; }

    /// <summary>The most tokens of input in any hour.</summary>
    public long? InputTokensPerHour { get; init; }

    /// <summary>The most tokens of input in any 24 hours.</summary>
    public long? InputTokensPerDay { get; init; }

    /// <summary>The most tokens of output in any minute.</summary>
    public long? OutputTokensPerMinute { get; init; }

    /// <summary>The most tokens of output in any hour.</summary>
    public long? OutputTokensPerHour { get; init; }

    /// <summary>The most tokens of output in any 24 hours.</summary>
    public long? OutputTokensPerDay { get; init; }

    /// <summary>The most requests under way at once.</summary>
    public long? Concurrent { get; init; }

    /// <summary>The share at which tokens read from a cache count as input, 0 to 100 percent; -1 is empty.</summary>
    public int? CacheReadPercent { get; init; }

    /// <summary>What is set aside for a request: <c>worst</c> or <c>learned</c>.</summary>
    public string? Estimate { get; init; }

    /// <summary>Why, as of a budget.</summary>
    public string? Comment { get; init; }
}

/// <summary>What writing a budget or a limit changed in the workspace's configuration.</summary>
public sealed record RuleChange
{
    /// <summary><c>added</c>, <c>changed</c>, <c>removed</c>, or <c>same</c> where all stood so already.</summary>
    public required string Outcome { get; init; }

    /// <summary>The budget's or the limit's name, as it is written.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it was a trial, which changed nothing.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The number of the configuration's version that it made; null where it made none.</summary>
    public required long? Version { get; init; }

    /// <summary>Names the text in force; of a trial the one that it was made from. For <c>If-Match</c>.</summary>
    public required string Etag { get; init; }

    /// <summary>
    /// What changed in the text, as <c>diff -u</c> has it, secrets masked. Lines around it are there for who may read the
    /// configuration alone.
    /// </summary>
    public required string Diff { get; init; }

    /// <summary>The budget as it stands now; null for a limit, for one that was removed, and of a trial.</summary>
    public required BudgetItem? Budget { get; init; }
}
