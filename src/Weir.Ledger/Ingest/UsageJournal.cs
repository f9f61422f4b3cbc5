using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>
/// The only way into the ledger from the request path. Room is reserved before a request is sent upstream, so that its
/// record always fits when it is settled: nothing that was used is lost. Thread-safe.
/// </summary>
public sealed class UsageJournal
{
    internal UsageJournal() { }

    /// <summary>
    /// Sets room aside for one request; false when the journal or the disk is full, and the request must be refused with
    /// 503 and <see cref="LedgerStatus.RefusesBecause"/>. Each success is answered by exactly one <see cref="Release"/>.
    /// </summary>
    public bool TryReserve() => throw new NotImplementedException();

    /// <summary>
    /// Writes a revision of a record; after it returns the record survives the death of the process. To be called under
    /// a reservation, at most twice for one. A record with an id that was appended before replaces it as its next revision.
    /// </summary>
    public void Append(UsageRecord record) => throw new NotImplementedException();

    /// <summary>Gives the room back once the request is settled or came to nothing.</summary>
    public void Release() => throw new NotImplementedException();
}
