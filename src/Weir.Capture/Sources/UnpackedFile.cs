using Weir.Wire.Compression;

namespace Weir.Capture.Sources;

/// <summary>
/// What a compressed file holds, as far as it can be had: ends where the file is damaged or holds more than anybody wrote, and says
/// so. Uses the same memory whatever comes out. Not thread-safe.
/// </summary>
internal sealed class UnpackedFile : IDisposable
{
    /// <summary>Why none is opened where the system lacks the library.</summary>
    public const string NoLibrary = "compressed with zstd, for which this system has no library (libzstd)";

    private readonly Stream unpacked;
    private readonly long longest;
    private long read;

    /// <param name="path">The file.</param>
    /// <param name="longest">The most that is read: a small file can hold a million times its length.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="NotSupportedException">It cannot be decompressed here.</exception>
    public UnpackedFile(string path, long longest)
    {
        this.longest = longest;
        var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0,
            FileOptions.SequentialScan
        );
        if (ZstdReadStream.TryOpen(file) is { } opened)
        {
            unpacked = opened;
        }
        else
        {
            file.Dispose();
            throw new NotSupportedException(NoLibrary);
        }
    }

    /// <summary>Why it ended early, as a kind of what is passed over; null when it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads on; 0 at its end.</summary>
    public int Read(Span<byte> room)
    {
        if (Fault is not null)
        {
            return 0;
        }

        try
        {
            var added = unpacked.Read(room);
            read += added;
            if (read > longest)
            {
                Fault = "too large";
            }

            return added;
        }
        catch (InvalidDataException)
        {
            Fault = "damaged";
            return 0;
        }
    }

    /// <summary>Reads up to a place, through a buffer; false when it ends before.</summary>
    public bool Pass(long end, byte[] buffer, FileMarks marks)
    {
        while (marks.Passed < end)
        {
            var added = Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - marks.Passed)));
            if (added == 0)
            {
                return false;
            }

            marks.Pass(buffer.AsSpan(0, added));
        }

        return true;
    }

    /// <inheritdoc />
    public void Dispose() => unpacked.Dispose();
}
