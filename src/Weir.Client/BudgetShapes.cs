using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>The budgets that hold for a workspace, the server's first, and the limits.</summary>
/// <param name="At">When it was found out.</param>
/// <param name="Budgets">In the order of the documents.</param>
/// <param name="Limits">A bound of a limit each, in the order of the documents.</param>
public sealed record BudgetList(
    DateTimeOffset At,
    IReadOnlyList<BudgetItem> Budgets,
    IReadOnlyList<RateLimitItem> Limits
);

/// <summary>A budget and how its counters stand.</summary>
public sealed record BudgetItem
{
    /// <summary>Its name, unique in its document.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is written: <c>server</c> or <c>workspace</c>.</summary>
    public required string Document { get; init; }

    /// <summary>Whose requests it holds, by the parts of its scope as they are written; empty for all of its document's.</summary>
    public required IReadOnlyDictionary<string, string> Scope { get; init; }

    /// <summary>The bound for a window.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal LimitUsd { get; init; }

    /// <summary><c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c>, or a span that slides, as <c>24h</c>.</summary>
    public required string Window { get; init; }

    /// <summary>Whose midnight counts; null for a window that slides.</summary>
    public required string? TimeZone { get; init; }

    /// <summary>What is set aside for a request: <c>worst</c> or <c>learned</c>.</summary>
    public required string Estimate { get; init; }

    /// <summary>Which money it counts: <c>billed</c> or <c>list</c>.</summary>
    public required string Counts { get; init; }

    /// <summary>What happens by which share, by rising share; the last is of the whole.</summary>
    public required IReadOnlyList<BudgetStageItem> Stages { get; init; }

    /// <summary>One for each value of its scope that has been used; one in all where no part is <c>*</c>.</summary>
    public required IReadOnlyList<BudgetCounterItem> Counters { get; init; }
}

/// <summary>What happens beyond a share of a budget.</summary>
/// <param name="Percent">Of the bound.</param>
/// <param name="Action"><c>warn</c>, <c>throttle</c>, <c>downgrade</c>, <c>approve</c> or <c>block</c>.</param>
/// <param name="Model">The model to ask for instead; null but for <c>downgrade</c>.</param>
/// <param name="DelaySeconds">How long each request is held back; null but for some <c>throttle</c>.</param>
public sealed record BudgetStageItem(int Percent, string Action, string? Model, double? DelaySeconds);

/// <summary>How one counter of a budget stands.</summary>
public sealed record BudgetCounterItem
{
    /// <summary>Whose it is; empty for the only one.</summary>
    public required IReadOnlyDictionary<string, string> Scope { get; init; }

    /// <summary>What the window's requests came to.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal SpentUsd { get; init; }

    /// <summary>What is set aside for requests under way.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal ReservedUsd { get; init; }

    /// <summary>What is granted beyond the bound now.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal GrantedUsd { get; init; }

    /// <summary>What is left of the bound and of what is granted; never negative.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal RemainingUsd { get; init; }

    /// <summary>By how much the bound can be exceeded by requests under way; zero with <c>worst</c>.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal AtRiskUsd { get; init; }

    /// <summary>The highest stage that is reached, in percent; 0 for none.</summary>
    public required int Stage { get; init; }

    /// <summary>How many requests wait for room.</summary>
    public required int Waiting { get; init; }

    /// <summary>When all that is spent counts no more; null when nothing is.</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The grants that hold.</summary>
    public required IReadOnlyList<BudgetGrantItem> Grants { get; init; }
}

/// <summary>Room beyond a bound.</summary>
public sealed record BudgetGrantItem
{
    /// <summary><c>grt_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The budget's name.</summary>
    public required string Budget { get; init; }

    /// <summary>Which counter; empty for the only one.</summary>
    public required IReadOnlyDictionary<string, string> Scope { get; init; }

    /// <summary>How much.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal AmountUsd { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>What gave it: <c>key</c>, <c>user</c> or <c>local</c>.</summary>
    public required string ByKind { get; init; }

    /// <summary>The id of the key or person; null for a command on the data folder.</summary>
    public required string? By { get; init; }

    /// <summary>What was said of it; null for nothing.</summary>
    public required string? Reason { get; init; }
}

/// <summary>A grant to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewBudgetGrantItem
{
    /// <summary>How much, above 0.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public decimal AmountUsd { get; init; }

    /// <summary>When it ends: in the future, a year at most.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>Which counter of a budget whose scope has parts that are <c>*</c>: a value for each of them; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Scope { get; init; }

    /// <summary>Why; 1 to 128 characters, null for nothing.</summary>
    public string? Reason { get; init; }
}

/// <summary>One bound of a limit and how its counters stand.</summary>
public sealed record RateLimitItem
{
    /// <summary>The limit's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is written: <c>server</c> or <c>workspace</c>.</summary>
    public required string Document { get; init; }

    /// <summary>Whose requests it holds, as of a budget.</summary>
    public required IReadOnlyDictionary<string, string> Scope { get; init; }

    /// <summary><c>requests</c>, <c>tokens</c>, <c>input_tokens</c>, <c>output_tokens</c> or <c>concurrent</c>.</summary>
    public required string Measure { get; init; }

    /// <summary>The span that slides; null for what is held at once.</summary>
    public required string? Window { get; init; }

    /// <summary>The bound.</summary>
    public required long Bound { get; init; }

    /// <summary>One for each value of its scope that has been used.</summary>
    public required IReadOnlyList<RateLimitCounterItem> Counters { get; init; }
}

/// <summary>How one counter of a limit stands.</summary>
/// <param name="Scope">Whose it is; empty for the only one.</param>
/// <param name="Used">What the window's requests came to.</param>
/// <param name="Reserved">What is set aside for requests under way; of <c>concurrent</c> those.</param>
/// <param name="Remaining">What is left; never negative.</param>
/// <param name="Waiting">How many requests wait for room.</param>
/// <param name="ResetsAt">When all that is used counts no more; null when nothing is.</param>
public sealed record RateLimitCounterItem(
    IReadOnlyDictionary<string, string> Scope,
    long Used,
    long Reserved,
    long Remaining,
    int Waiting,
    DateTimeOffset? ResetsAt
);
