using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Gateway;

/// <summary>What a configuration would have done to the requests of the past. Immutable.</summary>
public sealed record DryRunResult
{
    /// <summary>The start of the oldest request that was looked at, or of the span where all of it was.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The span's end.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Whether there were more records in the span than are looked at: the older ones were left out.</summary>
    public required bool IsCut { get; init; }

    /// <summary>Over all of them.</summary>
    public required DryRunSums Total { get; init; }

    /// <summary>Requests that would go as they go now.</summary>
    public required long Same { get; init; }

    /// <summary>Requests that would go elsewhere, those included that are refused now and would not be.</summary>
    public required long Moved { get; init; }

    /// <summary>Requests that are not refused now and would be.</summary>
    public required long Refused { get; init; }

    /// <summary>Requests of which their records do not tell where they would go.</summary>
    public required long Open { get; init; }

    /// <summary>Requests that routes have no part in: passed through below <c>/p/</c>, or results of a batch.</summary>
    public required long Unrouted { get; init; }

    /// <summary>What leaves requests open, and how many: a condition's name, or a strategy's.</summary>
    public required ImmutableSortedDictionary<string, long> OpenBy { get; init; }

    /// <summary>What is alike in one row; the largest difference in cost first, then the most requests.</summary>
    public required ImmutableArray<DryRunRow> Rows { get; init; }

    /// <summary>How many rows there were beyond those, or requests that were not sorted into rows any more.</summary>
    public required long RowsLeftOut { get; init; }

    /// <summary>What the tried document's budgets and limits would have done, in its order.</summary>
    public required ImmutableArray<DryRunRule> Rules { get; init; }
}

/// <summary>Sums over requests. Costs are list costs.</summary>
public sealed record DryRunSums
{
    /// <summary>How many.</summary>
    public long Requests { get; init; }

    /// <summary>What they did cost, as far as that is known.</summary>
    public Money Cost { get; init; }

    /// <summary>How many did cost what nobody knows.</summary>
    public long Unpriced { get; init; }

    /// <summary>How many can be compared: it is sure where they would go, and both costs are known.</summary>
    public long Compared { get; init; }

    /// <summary>What those did cost.</summary>
    public Money Before { get; init; }

    /// <summary>What those would cost: the same tokens, at the prices of where they would go; nothing for what is refused.</summary>
    public Money After { get; init; }

    /// <summary>How many would cost what nobody knows, although it is sure where they would go.</summary>
    public long UnpricedAfter { get; init; }
}

/// <summary>What becomes of requests.</summary>
public enum DryRunOutcome
{
    /// <summary>They would go as they go now.</summary>
    Same,

    /// <summary>They would go elsewhere.</summary>
    Moved,

    /// <summary>They would be refused.</summary>
    Refused,

    /// <summary>Their records do not tell.</summary>
    Open,
}

/// <summary>Requests that are alike.</summary>
public sealed record DryRunRow
{
    /// <summary>What they have in common.</summary>
    public required DryRunAsked Asked { get; init; }

    /// <summary>What becomes of them.</summary>
    public required DryRunOutcome Outcome { get; init; }

    /// <summary>Who served them, as their records say.</summary>
    public required DryRunPlace Went { get; init; }

    /// <summary>Where they would go by the documents in force; null where that is open, or they would be refused.</summary>
    public required DryRunPlace? Goes { get; init; }

    /// <summary>Where they would go by the tried document; null likewise.</summary>
    public required DryRunPlace? WouldGo { get; init; }

    /// <summary>Why the tried document would refuse them; null where it would not.</summary>
    public required RouteRefusal? Refusal { get; init; }

    /// <summary>What leaves it open: names of conditions and strategies, sorted; empty where nothing does.</summary>
    public required ImmutableArray<string> Open { get; init; }

    /// <summary>Their sums.</summary>
    public required DryRunSums Sums { get; init; }
}

/// <summary>What routes tell requests apart by, as far as records keep it.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Client">The calling program; null when not known.</param>
/// <param name="Key">The key's name; null for none.</param>
/// <param name="Team">The team; null for none.</param>
/// <param name="IsAgent">Whether a subagent asked.</param>
/// <param name="Dialect">The caller's dialect.</param>
/// <param name="Streams">Whether a stream was asked for.</param>
public sealed record DryRunAsked(
    string Model,
    string? Client,
    string? Key,
    string? Team,
    bool IsAgent,
    Dialect Dialect,
    bool Streams
);

/// <summary>A target.</summary>
/// <param name="Provider">The provider's name; null when none was reached.</param>
/// <param name="Model">The model; null when not known.</param>
/// <param name="Route">The route that leads there; null for none, and where more than one does.</param>
public sealed record DryRunPlace(string? Provider, string? Model, string? Route);

/// <summary>What one bound of a budget or a limit would have done.</summary>
public sealed record DryRunRule
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it counts; <see cref="Measure.Cost"/> for a budget.</summary>
    public required Measure Measure { get; init; }

    /// <summary>Its window.</summary>
    public required WindowConfig Window { get; init; }

    /// <summary>How many requests it would have refused, at the least.</summary>
    public required long Refused { get; init; }

    /// <summary>What those did cost, as far as that is known: list cost.</summary>
    public required Money RefusedCost { get; init; }

    /// <summary>When the first of them came; null for none.</summary>
    public required DateTimeOffset? FirstAt { get; init; }

    /// <summary>Whose counter refused it, for a person; null for none, and where there is one counter for all.</summary>
    public required string? FirstScope { get; init; }

    /// <summary>How many requests would have waited for others to end, and been refused after two seconds of it.</summary>
    public required long Waited { get; init; }

    /// <summary>How many would have been asked of another model instead.</summary>
    public required long Downgraded { get; init; }

    /// <summary>How many would have passed beyond a stage that warns or throttles.</summary>
    public required long Warned { get; init; }
}
