using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// The writer's place in the journal. A batch is read, stored, and then accepted; one that could not be stored is read
/// again. Records are read one at a time: a batch held in memory would outlive young collections, each of which copies it.
/// Not thread-safe.
/// </summary>
internal sealed class JournalCursor(SegmentStore segments, JournalPosition start)
{
    private JournalPosition stored = start;
    private readonly FrameReader reader = new();
    private Place accepted;
    private Place current;

    /// <summary>The place of the last record read: what is stored once the batch is.</summary>
    public JournalPosition Position { get; private set; } = start;

    /// <summary>Bytes of the journal read since <see cref="Rewind"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Goes back to behind what is stored.</summary>
    public void Rewind()
    {
        current = accepted;
        Position = stored;
        Bytes = 0;
        reader.Seek(current.Segment!, current.Offset, current.Sequence);
    }

    /// <summary>Reads the next record; false when there is none for now.</summary>
    public bool TryRead(out UsageRecord record)
    {
        while (current.Segment is not null || Enter())
        {
            var segment = current.Segment!;
            var kind = reader.Next(segment.End, out var sequence, out record);
            if (kind == FrameKind.Record)
            {
                Bytes += reader.Offset - current.Offset;
                current = current with { Offset = reader.Offset, Sequence = sequence };

                // Below it, the ledger has the record already: the process ended between storing and deleting.
                if (sequence > stored.Sequence)
                {
                    Position = new JournalPosition(segment.Number, sequence);
                    return true;
                }
            }
            else if (kind == FrameKind.Bad)
            {
                segments.Damage(segment, reader.Offset, reader.LastSequence, reader.Fault);
                Leave();
            }
            else if (!segments.IsSealed(segment))
            {
                break;
            }
            else if (reader.Offset == segment.End)
            {
                Leave();
            }
        }

        record = null!;
        return false;
    }

    /// <summary>What was read since <see cref="Rewind"/> is stored.</summary>
    public void Accept()
    {
        accepted = current;
        stored = Position;
    }

    private bool Enter()
    {
        var next = segments.SegmentAfter(current.LastNumber);
        if (next is null)
        {
            return false;
        }

        current = current with { Segment = next, Offset = SegmentFormat.HeaderBytes };
        reader.Seek(next, current.Offset, current.Sequence);
        return true;
    }

    private void Leave() => current = current with { LastNumber = current.Segment!.Number, Segment = null };

    /// <summary>A segment and an offset in it, or the end of the segment <paramref name="LastNumber"/>.</summary>
    private readonly record struct Place(Segment? Segment, long Offset, long LastNumber, long Sequence);
}
