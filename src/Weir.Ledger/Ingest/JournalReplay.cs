using System.Globalization;
using System.Text;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// What a journal folder holds when it is opened. Every segment is read and checked from its beginning; reading stops at the
/// first bad frame of a segment and goes on with the next segment. Segments of earlier runs are never written to again.
/// </summary>
internal sealed class JournalReplay
{
    private readonly StringBuilder warning = new();

    private JournalReplay() { }

    /// <summary>Segments with frames (stored ones included), in order, all sealed.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Records above the stored position.</summary>
    public long Pending { get; private set; }

    /// <summary>The largest sequence that may have been given out.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The largest segment number in use, kept-aside segments included.</summary>
    public long LastSegment { get; private set; }

    /// <summary>The largest record id among the pending.</summary>
    public RecordId HighestId { get; private set; }

    /// <summary>What could not be read, in words; null when all could.</summary>
    public string? Warning => warning.Length == 0 ? null : warning.ToString();

    /// <summary>Why the folder must not be used; null when it may.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Reads a folder against the stored position.</summary>
    public static JournalReplay Read(string folder, JournalPosition stored, JournalDisk disk)
    {
        var replay = new JournalReplay { LastSequence = stored.Sequence, LastSegment = stored.Segment };
        var files = new SortedDictionary<long, string>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (!long.TryParse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            switch (Path.GetExtension(path))
            {
                case ".wal":
                    files.Add(number, path);
                    break;
                case ".bad":
                    replay.LastSegment = Math.Max(replay.LastSegment, number);
                    break;
                case ".tmp":
                    File.Delete(path);
                    break;
            }
        }

        var reader = new FrameReader();
        foreach (var (number, path) in files)
        {
            replay.LastSegment = Math.Max(replay.LastSegment, number);
            replay.Scan(number, path, stored, disk, reader);
            if (replay.Refusal is not null)
            {
                replay.Segments.ForEach(s => s.File.Dispose());
                replay.Segments.Clear();
                break;
            }
        }

        return replay;
    }

    /// <summary>Says where and why reading stopped.</summary>
    public static string Describe(Segment segment, long offset, string? fault) =>
        $"Journal segment {segment.Number}, offset {offset}: {fault}; what follows in this segment was not read and is kept as {SegmentFormat.FileName(segment.Number, ".bad")}.";

    private void Scan(long number, string path, JournalPosition stored, JournalDisk disk, FrameReader reader)
    {
        var file = disk.Open(path);
        var length = RandomAccess.GetLength(file);
        var segment = new Segment(number, path, file, (int)Math.Min(length, int.MaxValue))
        {
            Sealed = true,
            LastSequence = Segments.Count == 0 ? 0 : Segments[^1].LastSequence,
        };
        Span<byte> header = stackalloc byte[SegmentFormat.HeaderBytes];
        var read = RandomAccess.Read(file, header, 0);
        switch (SegmentFormat.ReadHeader(header[..read], number))
        {
            case SegmentHeader.TooNew:
                Refusal = $"journal segment {path} was written by a newer version of Weir: use that version";
                file.Dispose();
                return;
            case SegmentHeader.Bad:
                Damage(segment, 0, "its header cannot be read", length);
                break;
            default:
                ReadFrames(segment, length, stored, reader);
                break;
        }

        if (segment.End > SegmentFormat.HeaderBytes || segment.Damaged)
        {
            Segments.Add(segment);
        }
        else
        {
            // Made ahead and never used; its number is not used again, so that no leftover byte can pass for a frame.
            file.Dispose();
            File.Delete(path);
        }
    }

    private void ReadFrames(Segment segment, long length, JournalPosition stored, FrameReader reader)
    {
        reader.Seek(segment, SegmentFormat.HeaderBytes, segment.LastSequence);
        while (true)
        {
            switch (reader.Next(length, out var sequence, out var record))
            {
                case FrameKind.Record:
                    segment.End = reader.Offset;
                    segment.LastSequence = sequence;
                    LastSequence = Math.Max(LastSequence, sequence);
                    if (sequence > stored.Sequence)
                    {
                        Pending++;
                        HighestId = record.Id.CompareTo(HighestId) > 0 ? record.Id : HighestId;
                    }

                    continue;
                case FrameKind.Bad:
                    Damage(segment, reader.Offset, reader.Fault, length);
                    return;
                default:
                    if (!reader.IsZeroTo(length))
                    {
                        Damage(segment, reader.Offset, "frames follow a gap", length);
                    }

                    return;
            }
        }
    }

    private void Damage(Segment segment, long offset, string? fault, long length)
    {
        segment.Damaged = true;
        warning.Append(warning.Length == 0 ? "" : " ").Append(Describe(segment, offset, fault));

        // The unread part may have used this many sequences more: they are not given out again.
        LastSequence += Math.Max(0, length - offset) / SegmentFormat.FrameHeaderBytes;
    }
}
