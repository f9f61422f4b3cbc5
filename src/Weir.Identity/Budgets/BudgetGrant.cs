using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Identity;

/// <summary>Room that somebody gave a budget beyond its bound, for a time. Immutable.</summary>
public sealed record BudgetGrant
{
    /// <summary><c>grt_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whose document names the budget; the default workspace's is the server's.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The budget's name.</summary>
    public required string Budget { get; init; }

    /// <summary>Which of its counters, by the parts of its scope that have one for each value; empty for the only one.</summary>
    public required ImmutableSortedDictionary<string, string> Scope { get; init; }

    /// <summary>How much, above zero.</summary>
    public required Money Amount { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>What its giver was: <c>key</c>, <c>user</c>, <c>system</c> or <c>local</c>.</summary>
    public required string ActorKind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a command on the data folder.</summary>
    public string? ActorId { get; init; }

    /// <summary>What he said of it; null for nothing.</summary>
    public string? Reason { get; init; }
}

/// <summary>A grant to be made.</summary>
/// <param name="Budget">The budget's name, which the caller has seen to be there.</param>
/// <param name="Scope">As <see cref="BudgetGrant.Scope"/>.</param>
/// <param name="Amount">Above zero, a billion dollars at most.</param>
/// <param name="Until">In the future, 366 days at most.</param>
/// <param name="Reason">Null for none.</param>
public sealed record NewBudgetGrant(
    string Budget,
    ImmutableSortedDictionary<string, string> Scope,
    Money Amount,
    DateTimeOffset Until,
    string? Reason
);
