using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>Events that changed how Weir stands: breakers, budgets, documents.</summary>
/// <param name="Items">Newest first; oldest first where <c>after</c> was given.</param>
/// <param name="Next">What <c>before</c> (or <c>after</c>, where it was given) must be for the next page; null on the last.</param>
/// <param name="Cursor">Who follows from here on misses nothing and sees nothing twice.</param>
/// <param name="Missed">
/// Whether events after the cursor that was given may have been let go, or this server never gave it: what is known is to be read again.
/// </param>
public sealed record ActivityPage(IReadOnlyList<ActivityEventItem> Items, long? Next, long Cursor, bool Missed);

/// <summary>One event.</summary>
public sealed record ActivityEventItem
{
    /// <summary>Its number: rises with every event of the whole server, leaps, and holds over restarts.</summary>
    public required long Cursor { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it concerns the whole instance, and not the workspace alone.</summary>
    public required bool Instance { get; init; }

    /// <summary>What happened, as <c>breaker.opened</c>; the table in docs/operations/activity.md names every kind.</summary>
    public required string Kind { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>What it is about, by names.</summary>
    public required ActivitySubjectItem Subject { get; init; }

    /// <summary>What its kind tells besides.</summary>
    public required ActivityDetailsItem Details { get; init; }

    /// <summary>What happened, in one line for a person.</summary>
    public required string Text { get; init; }
}

/// <summary>What an event is about, by the names that requests have too. What it is not about is left out.</summary>
public sealed record ActivitySubjectItem
{
    /// <summary>The provider.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Provider { get; init; }

    /// <summary>The model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Which of the provider's own keys.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Account { get; init; }

    /// <summary>The budget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Budget { get; init; }

    /// <summary>The limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Limit { get; init; }

    /// <summary>The organisation whose counter it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Organisation { get; init; }

    /// <summary>The team.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Team { get; init; }

    /// <summary>The person.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>The caller's key, by its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The tag's value.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tag { get; init; }

    /// <summary>Who did it, by the name of a person or of a key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Actor { get; init; }
}

/// <summary>What kinds of events tell besides. What an event's kind does not tell is left out.</summary>
public sealed record ActivityDetailsItem
{
    /// <summary>For how long from the event on, milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ForMs { get; init; }

    /// <summary>How long it had lasted, milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? AfterMs { get; init; }

    /// <summary>Of a breaker: the failed ones of <c>attempts</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Failures { get; init; }

    /// <summary>Of a breaker: the attempts that it remembers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempts { get; init; }

    /// <summary>Of a failed probe: how often in a row the breaker has opened.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Times { get; init; }

    /// <summary>Of a cooldown: the provider's limit that is used up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    /// <summary>
    /// Of a target that is passed over: <c>open</c> or <c>cooling</c>. Of the journal: why it is full. Of an override: what was said of it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Because { get; init; }

    /// <summary>Of a provider's key: the status that it was refused with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Status { get; init; }

    /// <summary>Of a budget: the stage that was reached or left, in percent of the bound.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Percent { get; init; }

    /// <summary>Of a budget that fell back: the stage that it is at now; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NowPercent { get; init; }

    /// <summary>What a stage does: <c>warn</c>, <c>throttle</c>, <c>downgrade</c>, <c>approve</c> or <c>block</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Action { get; init; }

    /// <summary>How many: refused requests, faults, events that were let go, records that wait, requests since a change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Count { get; init; }

    /// <summary>Within how long, milliseconds; 0 for the first of refused requests, which is told at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OverMs { get; init; }

    /// <summary>What a limit counts: <c>requests</c>, <c>inputTokens</c>, <c>outputTokens</c>, <c>tokens</c> or <c>concurrent</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Measure { get; init; }

    /// <summary>How many of them it allows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bound { get; init; }

    /// <summary>What a budget allows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(UsdConverter))]
    public decimal? BoundUsd { get; init; }

    /// <summary>What of it is spent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(UsdConverter))]
    public decimal? SpentUsd { get; init; }

    /// <summary>What of it is set aside for requests under way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(UsdConverter))]
    public decimal? ReservedUsd { get; init; }

    /// <summary>What was granted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(UsdConverter))]
    public decimal? AmountUsd { get; init; }

    /// <summary>Until when it can be spent; until when an override holds, left out for until it is lifted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>Of an override: <c>spending-stopped</c>, <c>provider-off</c> or <c>route-moved</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }

    /// <summary>Of an override: the route that is moved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Route { get; init; }

    /// <summary>Of a document: its number among the versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    /// <summary>Of a document: the version whose text it is again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Restores { get; init; }

    /// <summary>Of a document: <c>api</c>, <c>file</c> or <c>start</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? How { get; init; }

    /// <summary>The share of good requests before a document came into force, 0 to 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? BeforePercent { get; init; }

    /// <summary>The share since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AfterPercent { get; init; }

    /// <summary>Of a ledger that is behind: why it cannot be written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }
}
