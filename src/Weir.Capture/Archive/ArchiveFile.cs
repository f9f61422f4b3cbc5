using Microsoft.Win32.SafeHandles;

namespace Weir.Capture.Archive;

/// <summary>Where a whole frame stands in a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">Its beginning.</param>
/// <param name="Length">Its length.</param>
/// <param name="Written">When it was written, in microseconds since 1970.</param>
internal readonly record struct FramePlace(string Path, long Offset, int Length, long Written);

/// <summary>
/// A file of frames, one behind the other. What a crash left half written at its end is cut off before the next frame is written;
/// damage before whole frames is passed over and kept.
/// </summary>
internal static class ArchiveFile
{
    private const int FirstWindow = 4096;
    private const int Window = 1024 * 1024;

    /// <summary>The whole frames of a file, in order, and how many bytes belong to none.</summary>
    public static (List<FramePlace> Frames, long Damaged) Index(string path)
    {
        using var handle = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        return Index(handle, path);
    }

    /// <summary>The lines of a frame; null when the file is no longer what it was.</summary>
    public static byte[]? Read(FramePlace place)
    {
        using var handle = File.OpenHandle(
            place.Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        return ArchiveFrame.TryOpen(Bytes(handle, place.Offset, place.Length));
    }

    /// <summary>Cuts off what stands behind the last whole frame.</summary>
    /// <returns>When the last frame was written; 0 when there is none.</returns>
    public static long CutTornTail(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var (frames, _) = Index(handle, path);
        var end = frames.Count == 0 ? 0 : frames[^1].Offset + frames[^1].Length;
        if (end < RandomAccess.GetLength(handle))
        {
            RandomAccess.SetLength(handle, end);
        }

        return frames.Count == 0 ? 0 : frames[^1].Written;
    }

    /// <summary>Writes a frame at the end, as a whole or not at all.</summary>
    /// <param name="path">The file; made (mode 0600) when it is not there.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="isSafe">Whether it is to be on the disk when this returns, also for a power cut.</param>
    /// <exception cref="IOException">It cannot be written; the file is as it was.</exception>
    public static void Append(string path, ReadOnlySpan<byte> frame, bool isSafe)
    {
        using var handle = OpenToAppend(path);
        var end = RandomAccess.GetLength(handle);
        try
        {
            RandomAccess.Write(handle, frame, end);
            if (isSafe)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
        catch (IOException)
        {
            RandomAccess.SetLength(handle, end);
            throw;
        }
    }

    private static SafeFileHandle OpenToAppend(string path)
    {
        var isNew = !File.Exists(path);
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        if (isNew && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return handle;
    }

    private static (List<FramePlace> Frames, long Damaged) Index(SafeFileHandle handle, string path)
    {
        var frames = new List<FramePlace>();
        var (at, damaged, end) = (0L, 0L, RandomAccess.GetLength(handle));
        while (at < end)
        {
            if (
                ArchiveFrame.TryReadHeader(Bytes(handle, at, ArchiveFrame.HeaderBytes), out var length, out var written)
                && at + length <= end
                && ArchiveFrame.TryOpen(Bytes(handle, at, length)) is not null
            )
            {
                frames.Add(new FramePlace(path, at, length, written));
                at += length;
            }
            else
            {
                var next = Find(handle, ArchiveFrame.Magic, at + 1, end);
                damaged += next - at;
                at = next;
            }
        }

        return (frames, damaged);
    }

    /// <summary>Where the next frame may begin.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="magic">What a frame begins with.</param>
    /// <param name="from">Where to look from.</param>
    /// <param name="end">Where to stop; returned when there is none.</param>
    internal static long Find(SafeFileHandle handle, ReadOnlySpan<byte> magic, long from, long end)
    {
        // Little at first: what looks like a frame and is none may come again after some bytes, and that a million times.
        for (var (at, window) = (from, FirstWindow); at < end; window = Math.Min(2 * window, Window))
        {
            if (Bytes(handle, at, window).AsSpan().IndexOf(magic) is >= 0 and var found)
            {
                return at + found;
            }

            at += window - magic.Length + 1;
        }

        return end;
    }

    private static byte[] Bytes(SafeFileHandle handle, long offset, int count)
    {
        var bytes = new byte[count];
        var filled = 0;
        while (filled < count && RandomAccess.Read(handle, bytes.AsSpan(filled), offset + filled) is > 0 and var added)
        {
            filled += added;
        }

        return filled == count ? bytes : bytes[..filled];
    }
}
