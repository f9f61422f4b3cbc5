namespace Weir.Client;

/// <summary>What is to be done with the ledger.</summary>
/// <param name="Kind"><c>compact</c> or <c>repair</c>.</param>
public sealed record NewUpkeep(string Kind);

/// <summary>The work on the ledger that the server does or did last.</summary>
/// <param name="Items">One at most.</param>
public sealed record UpkeepList(IReadOnlyList<UpkeepItem> Items);

/// <summary>Work on the whole ledger of a running server.</summary>
public sealed record UpkeepItem
{
    /// <summary><c>upkeep-</c> and when it was begun.</summary>
    public required string Id { get; init; }

    /// <summary><c>compact</c> or <c>repair</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>What is at work; null when nothing is, or it does not tell.</summary>
    public string? Part { get; init; }

    /// <summary>How much of that is done, 0 to 1; 1 when all is.</summary>
    public double Progress { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public string? Error { get; init; }

    /// <summary>What a repair found, check by check; null until it has looked.</summary>
    public IReadOnlyList<CheckItem>? Findings { get; init; }

    /// <summary>Of how many days a repair made the sums anew.</summary>
    public int Days { get; init; }

    /// <summary>Where a repair put the damaged file; null when it was mended in place.</summary>
    public string? Aside { get; init; }

    /// <summary>Bytes of the ledger before it was compacted.</summary>
    public long BytesBefore { get; init; }

    /// <summary>Bytes of the ledger after that.</summary>
    public long BytesAfter { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>What a workspace keeps of its past, and where.</summary>
/// <param name="RecordsSince">Since when single requests are kept; null for all.</param>
/// <param name="SumsSince">Since when sums are kept; null for all.</param>
/// <param name="Items">The months whose requests are in files of their own, the oldest first.</param>
public sealed record KeptResult(
    DateTimeOffset? RecordsSince,
    DateTimeOffset? SumsSince,
    IReadOnlyList<ArchivedMonthItem> Items
);

/// <summary>A month of which the requests are in a packed file; every question still finds them.</summary>
/// <param name="Month">Its first moment, UTC.</param>
/// <param name="Requests">How many.</param>
/// <param name="Bytes">How large the file is; null when it is missing, and questions that need it are refused.</param>
public sealed record ArchivedMonthItem(DateTimeOffset Month, long Requests, long? Bytes);
