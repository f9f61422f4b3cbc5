using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>The ledger's entries in order, for followers that keep a cursor. Thread-safe.</summary>
public sealed class UsageFeed
{
    internal UsageFeed() { }

    /// <summary>Entries after a sequence number, at most <paramref name="limit"/>; empty when there are none yet.</summary>
    public Task<ImmutableArray<LedgerEntry>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Completes when an entry after <paramref name="after"/> may exist; it only says "look now".</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The stored cursor of a follower; 0 when it never stored one.</summary>
    public Task<long> ReadCursorAsync(string follower, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Stores a follower's cursor durably.</summary>
    public Task StoreCursorAsync(string follower, long sequence, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
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
