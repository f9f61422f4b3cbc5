using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>
/// The one ledger of a data folder: the journal that takes records in, the writer that stores them, the queries and the
/// feed that read them, and the prices they are charged at. One per process and folder. Thread-safe.
/// </summary>
public sealed class UsageLedger : IAsyncDisposable
{
    private UsageLedger() { }

    /// <summary>
    /// Migrates and opens the ledger, replays what the journal still holds, and starts the writer.
    /// </summary>
    public static LedgerOpenResult Open(LedgerOptions options, TimeProvider clock) =>
        throw new NotImplementedException();

    /// <summary>The way in.</summary>
    public UsageJournal Journal => throw new NotImplementedException();

    /// <summary>The way out: sums, series, single records.</summary>
    public UsageQueries Queries => throw new NotImplementedException();

    /// <summary>What changed, in order, for followers with a cursor.</summary>
    public UsageFeed Feed => throw new NotImplementedException();

    /// <summary>The largest record id stored or journalled; default when there is none.</summary>
    public RecordId HighestId => throw new NotImplementedException();

    /// <summary>Counts and states, now.</summary>
    public LedgerStatus Status => throw new NotImplementedException();

    /// <summary>
    /// Completes when everything journalled before the call is stored in <c>ledger.db</c> (or throws on cancellation).
    /// </summary>
    public Task FlushAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stores what is journalled, synchronises the files and closes them.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>What <see cref="UsageLedger.Open"/> came to: a ledger, or the reason why there is none.</summary>
public sealed record LedgerOpenResult(UsageLedger? Ledger, string? Refusal);

/// <summary>The ledger's account of itself. <c>Journalled = Written + Pending</c> always holds.</summary>
public sealed record LedgerStatus
{
    /// <summary>Records taken into the journal since it was first made.</summary>
    public required long Journalled { get; init; }

    /// <summary>Of these, those stored in <c>ledger.db</c>.</summary>
    public required long Written { get; init; }

    /// <summary>Of these, those still waiting.</summary>
    public required long Pending { get; init; }

    /// <summary>Bytes of the journal in use.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Why new work is refused; null when it is not.</summary>
    public string? RefusesBecause { get; init; }

    /// <summary>The newest failure to store (a full disk, say); null when the last attempt succeeded.</summary>
    public string? WriteFailure { get; init; }

    /// <summary>What replay skipped because it could not be read, in words; null when nothing.</summary>
    public string? ReplayWarning { get; init; }
}
