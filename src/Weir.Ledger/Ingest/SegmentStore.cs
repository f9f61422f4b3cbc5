using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Ingest;

/// <summary>
/// The segments of the journal: where appends go, what is set aside for reservations, what waits for the writer. One lock
/// guards it all; under it an append does one positioned write into room that is already the file's own. Thread-safe.
/// <para>
/// Room is counted in slots: how many frames of the largest size fit into the current segment and the spare ones. A
/// reservation needs two. An append takes at most one slot's worth, so that slots never fall below what is promised.
/// </para>
/// </summary>
internal sealed class SegmentStore : IDisposable
{
    private const int SlotsPerReservation = 2;

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly LedgerOptions options;
    private readonly JournalDisk disk;
    private readonly SegmentMaker maker;
    private readonly KeptJournal kept;
    private readonly ImmutableArray<Segment> earlier; // of the runs before
    private readonly long numberedFrom; // where this run began to number without the ledger; 0 when it had it
    private readonly List<Segment> waiting; // sealed ones, in order; the current one is not among them
    private readonly Queue<Segment> spares = new();
    private readonly Queue<byte[]> spilled = new();
    private Segment? current;
    private long nextSequence;
    private long accepted;
    private long lost;
    private long reserved;
    private RecordId highestId;
    private string? writeFailure;
    private string? flushFailure;
    private string? warning;
    private bool dirty;
    private bool folderDirty;
    private bool closed;

    /// <summary>Takes up a folder as replay found it; a full disk does not fail it.</summary>
    /// <param name="folder">The journal's folder; must exist.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="replay">What is there.</param>
    /// <param name="written">Records that the ledger holds from this journal; null when it cannot be read yet.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="clock">For the pause between attempts to make a segment.</param>
    public SegmentStore(
        string folder,
        LedgerOptions options,
        JournalReplay replay,
        long? written,
        JournalDisk disk,
        TimeProvider clock
    )
    {
        this.folder = folder;
        this.options = options;
        this.disk = disk;
        earlier = [.. replay.Segments];
        waiting = [.. earlier];
        kept = new KeptJournal(folder, options, clock, holds: written is null);
        var (lastSegment, lastSequence) = (replay.LastSegment, replay.LastSequence);
        if (written is null)
        {
            // The ledger may stand further than what is left of the journal tells, and what it has no number above it would pass over. The
            // clock's own numbers are beyond all that were ever counted: a million records a second, a thousand segments.
            var now = clock.GetUtcNow();
            var (keptSegment, keptSequence) = kept.Last();
            lastSegment = Math.Max(Math.Max(lastSegment, keptSegment), now.ToUnixTimeMilliseconds());
            lastSequence = Math.Max(Math.Max(lastSequence, keptSequence), RecordCodec.ToMicroseconds(now));
            numberedFrom = lastSequence + 1;
        }

        maker = new SegmentMaker(folder, options.SegmentBytes, lastSegment + 1, disk, clock);
        nextSequence = lastSequence + 1;
        accepted = (written ?? 0) + replay.Pending;
        highestId = replay.HighestId;
        warning = replay.Warning;
        Appended = new WakeUp(clock);
        Attention = new WakeUp(clock);
        if (Maintain())
        {
            Attention.Set();
        }

        if (waiting.Count > 0)
        {
            Appended.Set();
        }
    }

    /// <summary>Set when a record was appended: the writer may look.</summary>
    public WakeUp Appended { get; }

    /// <summary>Set when there is something to flush, to write again or to make: the maintenance loop may look.</summary>
    public WakeUp Attention { get; }

    /// <summary>What it holds and how it fares, all of one moment.</summary>
    public SegmentStatus Status
    {
        get
        {
            lock (gate)
            {
                return new SegmentStatus(
                    accepted,
                    lost,
                    highestId,
                    waiting.Sum(s => s.End) + (current?.End ?? 0),
                    Refusal(),
                    writeFailure ?? flushFailure,
                    warning
                );
            }
        }
    }

    /// <summary>
    /// The ledger can be read at last: what of earlier runs it has does not wait, and what was kept for its sake may go. To be called once, before
    /// anything is stored.
    /// </summary>
    /// <exception cref="InvalidDataException">It stands beyond what this run has numbered; nothing has changed.</exception>
    public void TakeUp(LedgerState state)
    {
        if (state.Position.Sequence >= numberedFrom)
        {
            throw new InvalidDataException(
                $"it has taken in number {state.Position.Sequence} of the journal, which goes on from {numberedFrom}: the clock was set back"
            );
        }

        // Not under the lock: nobody writes to these any more, and none goes before something is stored.
        var stored = earlier.Sum(segment => CountUpTo(segment, state.Position.Sequence));
        lock (gate)
        {
            accepted += state.Written - stored;
            kept.Release();
        }
    }

    /// <summary>Sets two slots aside.</summary>
    public bool TryReserve()
    {
        lock (gate)
        {
            if (closed || spilled.Count > 0)
            {
                return false;
            }

            while (!HasRoom(reserved + 1))
            {
                // A burst meets this once per few hundred requests; making a segment takes well under a millisecond.
                if (!TryGrow())
                {
                    Attention.Set();
                    return false;
                }
            }

            reserved++;
            if (spares.Count == 0 || !HasRoom(reserved * 2))
            {
                Attention.Set();
            }

            return true;
        }
    }

    /// <summary>Gives two slots back.</summary>
    public void Release()
    {
        lock (gate)
        {
            reserved = reserved > 0 ? reserved - 1 : throw new InvalidOperationException("Nothing is reserved.");
        }
    }

    /// <summary>Writes a frame whose payload is in place; its header is filled in here.</summary>
    public void Append(Span<byte> frame, uint payloadCrc, RecordId id)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (!TryWriteSpilled() || !TryWrite(frame, payloadCrc))
            {
                spilled.Enqueue(frame.ToArray());
                Attention.Set();
            }

            accepted++;
            highestId = id.CompareTo(highestId) > 0 ? id : highestId;
            if (!dirty)
            {
                dirty = true;
                Attention.Set();
            }
        }

        Appended.Set();
    }

    /// <summary>The first segment after a number that has or may get frames; null when there is none.</summary>
    public Segment? SegmentAfter(long number)
    {
        lock (gate)
        {
            return waiting.Find(s => s.Number > number) ?? (current?.Number > number ? current : null);
        }
    }

    /// <summary>True when a segment was sealed and can grow no more.</summary>
    public bool IsSealed(Segment segment)
    {
        lock (gate)
        {
            return segment.Sealed;
        }
    }

    /// <summary>The reader met something unreadable in a segment of this run: it ends there and is kept aside.</summary>
    public void Damage(Segment segment, long offset, long lastSequence, string? fault)
    {
        lock (gate)
        {
            if (segment == current)
            {
                Seal();
            }

            lost += segment.LastSequence - lastSequence;
            segment.End = offset;
            segment.LastSequence = lastSequence;
            segment.Damaged = true;
            warning = $"{warning} {JournalReplay.Describe(segment, offset, fault)}".TrimStart();
        }
    }

    /// <summary>True when <see cref="Retire"/> would remove something.</summary>
    public bool HasRetirable(long sequence)
    {
        lock (gate)
        {
            return waiting.Count > 0 && waiting[0].LastSequence <= sequence;
        }
    }

    /// <summary>
    /// Removes the sealed segments whose frames are all at most <paramref name="sequence"/>. To be called only when the
    /// ledger's transaction that covers it has reached the disk.
    /// </summary>
    public void Retire(long sequence)
    {
        lock (gate)
        {
            while (waiting.Count > 0 && waiting[0].LastSequence <= sequence)
            {
                var segment = waiting[0];
                if (segment.Damaged)
                {
                    File.Move(segment.Path, Path.ChangeExtension(segment.Path, ".bad"), overwrite: true);
                }
                else
                {
                    kept.Take(segment);
                }

                segment.File.Dispose();
                waiting.RemoveAt(0);
                folderDirty = true;
            }

            Attention.Set();
        }
    }

    /// <summary>Deletes the segments that were kept after they had been stored.</summary>
    public void ForgetKept()
    {
        lock (gate)
        {
            kept.Clear();
        }
    }

    /// <summary>
    /// Ends the current segment when there is anything in it, so that it can be retired; appends go to the next. Does nothing when
    /// there is no room for another.
    /// </summary>
    public void Rotate()
    {
        lock (gate)
        {
            if (closed || current is null || current.End == SegmentFormat.HeaderBytes)
            {
                return;
            }

            // What is promised must fit without what is left of this one.
            while (spares.Count == 0 || spares.Sum(spare => spare.Slots) < reserved * SlotsPerReservation)
            {
                if (!TryGrow())
                {
                    return;
                }
            }

            TryRotate();
        }
    }

    /// <summary>Takes no more and ends the current segment, so that it can be retired.</summary>
    /// <returns>What the disk would not take to the last.</returns>
    public List<UsageRecord> Close()
    {
        lock (gate)
        {
            TryWriteSpilled();
            closed = true;
            if (current is not null)
            {
                Seal();
            }

            var left = new List<UsageRecord>();
            while (spilled.TryDequeue(out var frame))
            {
                if (RecordCodec.TryDecode(frame.AsSpan(SegmentFormat.FrameHeaderBytes), out var record))
                {
                    left.Add(record);
                }
            }

            return left;
        }
    }

    /// <summary>
    /// Writes again what could not be written and makes the next segment ahead. True when it must be called again after a
    /// pause, because something failed.
    /// </summary>
    public bool Maintain()
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            // One spare at least, and twice the room that is promised, so that a growing load does not wait for a file.
            while ((current is null || spares.Count == 0 || !HasRoom(reserved * 2)) && TryGrow()) { }

            return !TryWriteSpilled() || maker.Failure is not null;
        }
    }

    /// <summary>True when something was appended since the last <see cref="Flush"/>, or that failed.</summary>
    public bool NeedsFlush
    {
        get
        {
            lock (gate)
            {
                return dirty || folderDirty;
            }
        }
    }

    /// <summary>Brings what was appended to the disk. Not under the lock: appends go on meanwhile.</summary>
    public void Flush()
    {
        List<Segment> unflushed;
        bool names;
        lock (gate)
        {
            unflushed = waiting.FindAll(s => s.Dirty);
            if (current is { Dirty: true })
            {
                unflushed.Add(current);
            }

            unflushed.ForEach(s => s.Dirty = false);
            names = folderDirty;
            folderDirty = dirty = false;
        }

        string? failure = null;
        foreach (var segment in unflushed)
        {
            try
            {
                disk.Flush(segment.File);
            }
            catch (ObjectDisposedException)
            {
                // Stored and retired meanwhile.
            }
            catch (IOException e)
            {
                failure = $"the journal could not be brought to the disk: {e.Message}";
            }
        }

        if (names)
        {
            disk.FlushFolder(folder);
        }

        lock (gate)
        {
            flushFailure = failure;
            if (failure is not null)
            {
                dirty = true;
                unflushed.ForEach(s => s.Dirty = true);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            foreach (var spare in spares)
            {
                spare.File.Dispose();
                File.Delete(spare.Path);
            }

            spares.Clear();
            waiting.ForEach(s => s.File.Dispose());
            current?.File.Dispose();
        }
    }

    private static long CountUpTo(Segment segment, long sequence)
    {
        var reader = new FrameReader();
        reader.Seek(segment, SegmentFormat.HeaderBytes, 0);
        var count = 0L;
        while (reader.Next(segment.End, out var number, out _) == FrameKind.Record && number <= sequence)
        {
            count++;
        }

        return count;
    }

    private int Total => waiting.Count + spares.Count + (current is null ? 0 : 1);

    private bool HasRoom(long reservations)
    {
        var slots = current?.Slots ?? 0;
        foreach (var spare in spares)
        {
            slots += spare.Slots;
        }

        return slots >= reservations * SlotsPerReservation;
    }

    private string? Refusal() =>
        closed ? "the ledger is closed"
        : spilled.Count > 0 ? $"the journal cannot be written: {writeFailure}"
        : HasRoom(reserved + 1) ? null
        : Total >= options.MaxSegments ? $"the journal is full: {Total} segments wait to be stored in the ledger"
        : maker.Failure is not null ? $"the journal has no room: {maker.Failure}"
        : null;

    private bool TryGrow()
    {
        // What is kept for a restore is worth less than the requests that would be refused on a full disk.
        if (
            Total >= options.MaxSegments
            || (maker.TryMake() ?? (kept.Clear() ? maker.TryMake() : null)) is not { } made
        )
        {
            return false;
        }

        folderDirty = true;
        if (current is null)
        {
            Start(made);
        }
        else
        {
            spares.Enqueue(made);
        }

        return true;
    }

    private void Start(Segment segment)
    {
        segment.LastSequence = nextSequence - 1;
        current = segment;
    }

    private void Seal()
    {
        current!.Sealed = true;
        waiting.Add(current);
        current = null;
    }

    private bool TryRotate()
    {
        if (current is not null)
        {
            Seal();
        }

        if (spares.TryDequeue(out var spare))
        {
            Start(spare);
            Attention.Set();
            return true;
        }

        return TryGrow();
    }

    private bool TryWrite(Span<byte> frame, uint payloadCrc)
    {
        // A write that fails is tried once more in the next segment: the fault may be of the place.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            if ((attempt > 0 || current is null || current.Capacity - current.End < frame.Length) && !TryRotate())
            {
                writeFailure ??= Refusal() ?? maker.Failure ?? "there is no segment";
                return false;
            }

            SegmentFormat.SealFrame(frame, payloadCrc, nextSequence, current!.Number);
            try
            {
                disk.Write(current.File, frame, current.End);
            }
            catch (IOException e)
            {
                // The bytes may have arrived all the same: the number is not given to another frame.
                nextSequence++;
                writeFailure = e.Message;
                continue;
            }

            current.LastSequence = nextSequence++;
            current.Dirty = true;
            current.End += frame.Length;
            return true;
        }

        return false;
    }

    private bool TryWriteSpilled()
    {
        while (spilled.TryPeek(out var frame))
        {
            if (!TryWrite(frame, SegmentFormat.PayloadCrc(frame.AsSpan(SegmentFormat.FrameHeaderBytes))))
            {
                return false;
            }

            spilled.Dequeue();
        }

        writeFailure = null;
        return true;
    }
}

/// <summary>What the journal holds and how it fares.</summary>
/// <param name="Accepted">Records taken since it was first made, those that were found unreadable included.</param>
/// <param name="Lost">Of these, those that were found unreadable after they had been taken (a disk that changes its bytes).</param>
/// <param name="HighestId">The largest record id seen.</param>
/// <param name="Bytes">Headers and frames in segments that are not deleted yet.</param>
/// <param name="Refusal">Why no further reservation can be had; null when one can.</param>
/// <param name="Failure">The newest failure of the journal's own files; null when all is well.</param>
/// <param name="Warning">What could not be read, in words; null when all could.</param>
internal readonly record struct SegmentStatus(
    long Accepted,
    long Lost,
    RecordId HighestId,
    long Bytes,
    string? Refusal,
    string? Failure,
    string? Warning
);
