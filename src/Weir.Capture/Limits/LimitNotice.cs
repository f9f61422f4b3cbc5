namespace Weir.Capture.Limits;

/// <summary>What a message says of a limit.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Pattern">The entry of the table that read it: its id.</param>
/// <param name="Scope">
/// What the limit holds, in the provider's own words where it has some: <c>five_hour</c>, <c>seven_day</c>,
/// <c>seven_day_opus</c>, <c>daily</c>, <c>monthly</c>, <c>tokens_per_minute</c>, <c>input_tokens_per_minute</c>,
/// <c>requests_per_minute</c>, <c>extra_usage</c>, <c>credits</c>; null when not told.
/// </param>
/// <param name="Window">How long the window is; null when the scope does not say.</param>
/// <param name="ModelClass">The class of models it holds, lower case: <c>opus</c>; null for all, or when not told.</param>
/// <param name="ResetsAt">When work may go on, UTC; null when not told or not to be understood.</param>
/// <param name="UsedPercent">How much was used, 0 to 100; null when not told.</param>
internal sealed record LimitNotice(
    LimitNoticeKind Kind,
    string Pattern,
    string? Scope = null,
    TimeSpan? Window = null,
    string? ModelClass = null,
    DateTimeOffset? ResetsAt = null,
    double? UsedPercent = null
);

/// <summary>What a <see cref="LimitNotice"/> tells.</summary>
internal enum LimitNoticeKind : byte
{
    /// <summary>A quota is used up until its window begins anew.</summary>
    Reached = 1,

    /// <summary>A quota is nearly used up; work goes on.</summary>
    Approaching = 2,

    /// <summary>Too fast for the moment: seconds or minutes, no quota of the plan.</summary>
    RateLimited = 3,

    /// <summary>The provider is busy; nobody's quota.</summary>
    Overloaded = 4,

    /// <summary>A limit that people set on money is reached.</summary>
    SpendLimit = 5,

    /// <summary>Paid credit is used up.</summary>
    CreditExhausted = 6,

    /// <summary>What is paid beyond the plan is used up, and so is the plan.</summary>
    ExtraUsageExhausted = 7,

    /// <summary>From here on work is paid beyond the plan: the plan's quota is used up.</summary>
    ExtraUsageBegun = 8,
}

/// <summary>A message to read.</summary>
/// <param name="At">When it was said.</param>
/// <param name="Client">The program that said it: <c>claude-code</c>, <c>codex</c>, <c>gemini-cli</c>, <c>opencode</c>; null when not known.</param>
/// <param name="Text">The message; null when there is none.</param>
/// <param name="Error">The error's machine word: <c>rate_limit</c>, <c>usage_limit_reached</c>; null when there is none.</param>
/// <param name="Status">The HTTP status; null when there is none.</param>
/// <param name="Quota">The window's own word beside the message, where a program logs it (<c>rateLimitType</c>): <c>five_hour</c>.</param>
/// <param name="QuotaResetsAt">When that window begins anew, as logged beside the message.</param>
internal sealed record LimitMessage(
    DateTimeOffset At,
    string? Client,
    string? Text,
    string? Error = null,
    int? Status = null,
    string? Quota = null,
    DateTimeOffset? QuotaResetsAt = null
);
