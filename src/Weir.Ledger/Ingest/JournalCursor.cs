using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// The writer's place in the journal. A batch is read, stored, and then accepted; one that could not be stored is read
/// again. Not thread-safe.
/// </summary>
internal sealed class JournalCursor(SegmentStore segments, JournalPosition start)
{
    private JournalPosition stored = start;
    private readonly FrameReader reader = new();
    private Place accepted;
    private Place current;

    /// <summary>Reads what follows, at most <paramref name="records"/> and about <paramref name="bytes"/>.</summary>
    /// <returns>The place of the last record read: what is stored once the batch is.</returns>
    public JournalPosition Read(List<UsageRecord> into, int records, int bytes)
    {
        current = accepted;
        reader.Seek(current.Segment!, current.Offset, current.Sequence);
        var position = stored;
        while (into.Count < records && bytes > 0)
        {
            if (current.Segment is null && !Enter())
            {
                break;
            }

            var segment = current.Segment!;
            var kind = reader.Next(segment.End, out var sequence, out var record);
            if (kind == FrameKind.Record)
            {
                bytes -= (int)(reader.Offset - current.Offset);
                current = current with { Offset = reader.Offset, Sequence = sequence };

                // Below it, the ledger has the record already: the process ended between storing and deleting.
                if (sequence > stored.Sequence)
                {
                    position = new JournalPosition(segment.Number, sequence);
                    into.Add(record);
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

        return position;
    }

    /// <summary>What the last <see cref="Read"/> returned is stored.</summary>
    public void Accept(JournalPosition position)
    {
        accepted = current;
        stored = position;
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
