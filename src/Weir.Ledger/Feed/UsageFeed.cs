using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>The ledger's entries in order, for followers that keep a cursor. Thread-safe.</summary>
public sealed class UsageFeed
{
    private readonly SqliteDatabase database;
    private readonly LedgerDoor door;
    private readonly NameTable names;
    private readonly LedgerWriter writer;
    private readonly EntrySignal signal;

    internal UsageFeed(
        SqliteDatabase database,
        LedgerDoor door,
        NameTable names,
        LedgerWriter writer,
        EntrySignal signal
    )
    {
        this.database = database;
        this.door = door;
        this.names = names;
        this.writer = writer;
        this.signal = signal;
    }

    /// <summary>The newest stored entry's sequence number; 0 when there is none.</summary>
    /// <exception cref="LedgerUnavailableException">It is not known: the file cannot be opened.</exception>
    public long Newest
    {
        get
        {
            door.ThrowIfShut();
            return signal.Newest;
        }
    }

    /// <summary>Entries after a sequence number, at most <paramref name="limit"/>; empty when there are none yet.</summary>
    public Task<ImmutableArray<LedgerEntry>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var passage = door.Pass();
                using var connection = database.OpenReader();
                return EntryRows.ReadAfter(connection, names, after, limit);
            },
            cancellationToken
        );

    /// <summary>
    /// Entries that tell of the gateway's records what it could not know when it answered: that one was corrected, priced anew or
    /// named otherwise; what was fetched, which is one record however often it is journalled; and what a process before this one had
    /// journalled and not stored.
    /// </summary>
    /// <param name="after">The entry to go on behind.</param>
    /// <param name="before">The highest id of that process.</param>
    /// <param name="limit">At most so many entries are looked at.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Those, in order, and the entry up to which they are; <paramref name="after"/> when there are no more.</returns>
    public Task<(ImmutableArray<LedgerEntry> Entries, long Reached)> ReadCorrectionsAsync(
        long after,
        RecordId before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using var passage = door.Pass();
                using var connection = database.OpenReader();
                return EntryRows.ReadCorrections(connection, names, after, before, limit);
            },
            cancellationToken
        );

    /// <summary>
    /// What witnesses other than the gateway said of the records that changed after a sequence number: each one's newest word.
    /// For whoever keeps what it told the ledger by its own names, and lost some of it.
    /// </summary>
    /// <param name="after">The entry to go on behind.</param>
    /// <param name="limit">At most so many entries are looked at.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The words, and the entry up to which they are; <paramref name="after"/> when there are no more.</returns>
    public Task<(ImmutableArray<UsageRecord> Words, long Reached)> ReadWordsAsync(
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using var passage = door.Pass();
                using var connection = database.OpenReader();
                return EntryRows.ReadWords(connection, names, after, limit);
            },
            cancellationToken
        );

    /// <summary>Completes when an entry after <paramref name="after"/> may exist; it only says "look now".</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken) =>
        signal.WaitAsync(after, cancellationToken);

    /// <summary>The stored cursor of a follower; 0 when it never stored one.</summary>
    public Task<long> ReadCursorAsync(string follower, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var passage = door.Pass();
                using var connection = database.OpenReader();
                return EntryRows.ReadCursor(connection, follower);
            },
            cancellationToken
        );

    /// <summary>
    /// Stores a follower's cursor in the file that holds the entries, so that it is never ahead of them. After a power cut it
    /// may stand at an earlier value: the follower then sees entries a second time, and must bear that.
    /// </summary>
    public Task StoreCursorAsync(string follower, long sequence, CancellationToken cancellationToken) =>
        writer.RunAsync(
            store =>
            {
                store.SetCursor(follower, sequence);
                return true;
            },
            cancellationToken
        );
}

/// <summary>One change of one record.</summary>
/// <param name="Sequence">Position in the ledger, rising, from 1.</param>
/// <param name="Revision">1 when the record was created by it.</param>
/// <param name="Kind">What kind of change.</param>
/// <param name="Before">The record before; null when created.</param>
/// <param name="After">The record after.</param>
public sealed record LedgerEntry(long Sequence, int Revision, EntryKind Kind, UsageRecord? Before, UsageRecord After);

/// <summary>What a ledger entry did. Stored: numbers never change.</summary>
public enum EntryKind : byte
{
    /// <summary>The record came into being.</summary>
    Created = 1,

    /// <summary>Something unknown became known, or a better figure replaced a worse.</summary>
    Enriched = 2,

    /// <summary>The same usage at other prices.</summary>
    Repriced = 3,
}
