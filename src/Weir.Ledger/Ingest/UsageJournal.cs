using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Ledger.Ingest;

namespace Weir.Ledger;

/// <summary>
/// The only way into the ledger from the request path. Room is reserved before a request is sent upstream, so that its
/// record always fits when it is settled: nothing that was used is lost. Thread-safe.
/// </summary>
public sealed class UsageJournal
{
    [ThreadStatic]
    private static byte[]? frameBuffer;

    private readonly SegmentStore segments;

    private readonly TimeProvider clock;

    private readonly RecentDurations appends;

    internal UsageJournal(SegmentStore segments, TimeProvider clock, RecentDurations appends)
    {
        this.appends = appends;
        this.segments = segments;
        this.clock = clock;
    }

    /// <summary>
    /// Sets room aside for one request; false when the journal or the disk is full, and the request must be refused with
    /// 503 and <see cref="LedgerStatus.RefusesBecause"/>. Each success is answered by exactly one <see cref="Release"/>.
    /// </summary>
    public bool TryReserve() => segments.TryReserve();

    /// <summary>
    /// Writes a revision of a record; after it returns the record survives the death of the process. To be called under
    /// a reservation, at most twice for one. A record with an id that was appended before replaces it as its next
    /// revision; one with a derived id (<see cref="DerivedRecordId"/>) is passed over by the ledger when that is so.
    /// Texts, tags and attempts beyond the journal's limits are cut (docs/formats/journal.md). A disk that fails to take the
    /// record does not throw: the record is kept in memory and written when the disk does, and new work is refused until then.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The ledger is closed.</exception>
    public void Append(UsageRecord record)
    {
        var begun = appends.Begin();
        // The encoding and its checksum are made outside the lock; only the place in the file is decided inside.
        var buffer = frameBuffer ??= new byte[SegmentFormat.MaxFrameBytes];
        var length = RecordCodec.Encode(record, buffer.AsSpan(SegmentFormat.FrameHeaderBytes));
        length += AcceptedStamp.Write(
            buffer.AsSpan(SegmentFormat.FrameHeaderBytes, RecordLimits.MaxRecordBytes)[length..],
            clock.GetUtcNow()
        );
        var frame = buffer.AsSpan(0, SegmentFormat.FrameHeaderBytes + length);
        segments.Append(frame, SegmentFormat.PayloadCrc(frame[SegmentFormat.FrameHeaderBytes..]), record.Id);
        appends.End(begun);
    }

    /// <summary>Gives the room back once the request is settled or came to nothing.</summary>
    public void Release() => segments.Release();
}
