using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>What is known of limits.</summary>
/// <param name="At">When it was found out.</param>
/// <param name="Limits">One for each program, account and window, the shortest windows first.</param>
/// <param name="Notices">The latest messages on limits, the latest first; at most 50.</param>
public sealed record LimitList(
    DateTimeOffset At,
    IReadOnlyList<LimitItem> Limits,
    IReadOnlyList<LimitNoticeItem> Notices
);

/// <summary>One quota of one account.</summary>
public sealed record LimitItem
{
    /// <summary>The program whose quota it is: <c>claude-code</c>, <c>codex</c> …</summary>
    public required string Client { get; init; }

    /// <summary>The account: what the program named, or a hash of the credential; null when neither is known.</summary>
    public required string? Account { get; init; }

    /// <summary>What it holds: <c>five_hour</c>, <c>seven_day</c>, <c>seven_day_opus</c>, <c>requests_per_minute</c> …</summary>
    public required string Scope { get; init; }

    /// <summary>How long its window is; null when not known.</summary>
    public required double? WindowMinutes { get; init; }

    /// <summary>The class of models it holds; null for all.</summary>
    public required string? ModelClass { get; init; }

    /// <summary>How much of the running window is used: as told, else estimated; null when neither is known.</summary>
    public required double? UsedPercent { get; init; }

    /// <summary>Whether <c>usedPercent</c> is Weir's estimate.</summary>
    public required bool Estimated { get; init; }

    /// <summary>What the provider said last; null when nothing.</summary>
    public required LimitTold? Told { get; init; }

    /// <summary>The window that runs; null when none does, or none is known.</summary>
    public required LimitWindowItem? Running { get; init; }

    /// <summary>What was learned of the limit; null where windows are not known or use cannot be told apart.</summary>
    public required LimitLearned? Learned { get; init; }

    /// <summary>When the limit will be met if work goes on in its rhythm; null when it is not estimated.</summary>
    public required LimitForecast? TimeToLimit { get; init; }
}

/// <summary>A provider's own word on a quota.</summary>
public sealed record LimitTold
{
    /// <summary>When it was said.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What passed it on: <c>headers</c>, <c>statusline</c>, <c>log</c>.</summary>
    public required string By { get; init; }

    /// <summary>How much was used then, in percent; null when not told.</summary>
    public required double? UsedPercent { get; init; }

    /// <summary>When it begins anew; null when not told.</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The provider's word: <c>allowed</c>, <c>rejected</c> …; null when none.</summary>
    public required string? Status { get; init; }

    /// <summary>The limit in its own unit; null when not told.</summary>
    public required long? Limit { get; init; }

    /// <summary>What was left of it; null when not told.</summary>
    public required long? Remaining { get; init; }
}

/// <summary>The running window of a quota.</summary>
public sealed record LimitWindowItem
{
    /// <summary>Its beginning.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>When it begins anew.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>Whether the provider told that; else it is reckoned from the first request.</summary>
    public required bool ResetIsTold { get; init; }

    /// <summary>List cost of what was used in it.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal UsedUsd { get; init; }
}

/// <summary>What was learned of a limit. Amounts are estimates of list cost, rounded to cents.</summary>
public sealed record LimitLearned
{
    /// <summary><c>estimate</c>, <c>lowerBound</c> (only windows that did not meet it) or <c>nothing</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The estimate; null unless <c>estimate</c>.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? MedianUsd { get; init; }

    /// <summary>The lower end of the 90 % interval; null likewise.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? LowUsd { get; init; }

    /// <summary>The upper end; null likewise.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? HighUsd { get; init; }

    /// <summary>The largest use that went through; null when nothing was used.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? AtLeastUsd { get; init; }

    /// <summary>What it rests on, in words.</summary>
    public required string Evidence { get; init; }

    /// <summary>Windows that met the limit.</summary>
    public required int LimitsMet { get; init; }

    /// <summary>Windows that ended without.</summary>
    public required int Unlimited { get; init; }

    /// <summary>Percentages that the provider told.</summary>
    public required int Readings { get; init; }

    /// <summary>The end of the oldest of these windows; null when there is none.</summary>
    public required DateTimeOffset? Since { get; init; }

    /// <summary>When the limit plainly changed last; null when no change is seen.</summary>
    public required DateTimeOffset? ChangedAt { get; init; }
}

/// <summary>When a limit will be met: a 90 % interval.</summary>
public sealed record LimitForecast
{
    /// <summary>How probable it is that it is not met before the window begins anew, 0 to 1.</summary>
    public required double NotBeforeReset { get; init; }

    /// <summary>One in twenty meets it before; null when that is not before the reset.</summary>
    public required DateTimeOffset? Earliest { get; init; }

    /// <summary>Half meet it before; null likewise.</summary>
    public required DateTimeOffset? Median { get; init; }

    /// <summary>Nineteen in twenty meet it before; null likewise.</summary>
    public required DateTimeOffset? Latest { get; init; }
}

/// <summary>A recognised message on a limit; its text is not told.</summary>
public sealed record LimitNoticeItem
{
    /// <summary>When it was said.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The program.</summary>
    public required string Client { get; init; }

    /// <summary>The session; null when not told.</summary>
    public required string? Session { get; init; }

    /// <summary><c>reached</c>, <c>approaching</c>, <c>rate_limited</c>, <c>overloaded</c>, <c>spend_limit</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>What it is of; null when not told.</summary>
    public required string? Scope { get; init; }

    /// <summary>The class of models; null for all, or when not told.</summary>
    public required string? ModelClass { get; init; }

    /// <summary>The entry of the table of messages that recognised it.</summary>
    public required string Pattern { get; init; }

    /// <summary>When work may go on; null when not told.</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>How much was used, in percent; null when not told.</summary>
    public required double? UsedPercent { get; init; }
}
