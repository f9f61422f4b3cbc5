using System.Globalization;

namespace Weir.Ledger.Ingest;

/// <summary>A segment that is looked at by somebody who does not own the journal. Not thread-safe.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly Segment segment;
    private readonly long length;

    private JournalFile(Segment segment, long length)
    {
        this.segment = segment;
        this.length = length;
    }

    /// <summary>The segments of a folder, rising; none when there is no folder.</summary>
    public static List<(long Number, string Path)> In(string folder) =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*.wal")
                    .Select(path =>
                        (
                            Number: long.TryParse(
                                Path.GetFileNameWithoutExtension(path),
                                CultureInfo.InvariantCulture,
                                out var number
                            )
                                ? number
                                : 0,
                            Path: path
                        )
                    )
                    .Where(file => file.Number > 0)
                    .OrderBy(file => file.Number),
            ]
            : [];

    /// <summary>Opens one; null when it has gone, was never used or is no segment.</summary>
    public static JournalFile? TryOpen(long number, string path)
    {
        try
        {
            var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[SegmentFormat.HeaderBytes];
            var read = RandomAccess.Read(handle, header, 0);
            if (SegmentFormat.ReadHeader(header[..read], number) == SegmentHeader.Good)
            {
                var size = RandomAccess.GetLength(handle);
                return new JournalFile(new Segment(number, path, handle, (int)size), size);
            }

            handle.Dispose();
        }
        catch (FileNotFoundException) { }

        return null;
    }

    /// <summary>Calls back with each frame: its sequence, its end, and when it was accepted (null when it does not say).</summary>
    /// <returns>The end of the last whole frame, and whether something unreadable follows it.</returns>
    public (long End, bool Damaged) Scan(Action<long, long, long?>? frame)
    {
        var reader = new FrameReader();
        reader.Seek(segment, SegmentFormat.HeaderBytes, 0);
        while (true)
        {
            switch (reader.Next(length, out var sequence, out _))
            {
                case FrameKind.Record:
                    frame?.Invoke(sequence, reader.Offset, AcceptedStamp.Read(reader.Payload));
                    continue;
                case FrameKind.Bad:
                    return (reader.Offset, true);
                default:
                    return (reader.Offset, false);
            }
        }
    }

    /// <summary>
    /// How much to copy: whole frames of the newest, whose last one may just be being written; all of another that is damaged, so
    /// that whoever opens the copy is told.
    /// </summary>
    public long EndOfFrames(bool isNewest)
    {
        var (end, damaged) = Scan(null);
        return damaged && !isNewest ? length : end;
    }

    /// <summary>Copies the file's beginning into a new one.</summary>
    public void CopyTo(string target, long end)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var copy = new FileStream(target, options);
        var buffer = new byte[128 * 1024];
        for (long at = 0; at < end; )
        {
            var read = RandomAccess.Read(segment.File, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (read == 0)
            {
                break;
            }

            copy.Write(buffer, 0, read);
            at += read;
        }

        copy.Flush(flushToDisk: true);
    }

    /// <summary>True when another segment begins with all the frames of this one.</summary>
    public bool IsBeginningOf(JournalFile other)
    {
        var (end, _) = Scan(null);
        var mine = new byte[64 * 1024];
        var theirs = new byte[64 * 1024];
        for (long at = 0; at < end; at += mine.Length)
        {
            var count = (int)Math.Min(mine.Length, end - at);
            if (
                RandomAccess.Read(segment.File, mine.AsSpan(0, count), at) != count
                || RandomAccess.Read(other.segment.File, theirs.AsSpan(0, count), at) != count
                || !mine.AsSpan(0, count).SequenceEqual(theirs.AsSpan(0, count))
            )
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc />
    public void Dispose() => segment.File.Dispose();
}
