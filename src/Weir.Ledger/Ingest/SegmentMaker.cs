namespace Weir.Ledger.Ingest;

/// <summary>
/// Makes segment files. After a failure it does not try again for a second, however often it is asked. Not thread-safe.
/// </summary>
internal sealed class SegmentMaker(string folder, int bytes, long firstNumber, JournalDisk disk, TimeProvider clock)
{
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);
    private long number = firstNumber;
    private long againAt;

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>A new segment, its room set aside and its header written; null when there is none to be had.</summary>
    public Segment? TryMake()
    {
        if (Failure is not null && clock.GetTimestamp() < againAt)
        {
            return null;
        }

        try
        {
            var made = Make();
            Failure = null;
            number++;
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e.Message;
            againAt = clock.GetTimestamp() + (long)(BackOff.TotalSeconds * clock.TimestampFrequency);
            return null;
        }
    }

    private Segment Make()
    {
        var path = Path.Combine(folder, SegmentFormat.FileName(number, ".wal"));
        var temporary = Path.ChangeExtension(path, ".tmp");
        File.Delete(temporary);
        var file = disk.Create(temporary, bytes);
        try
        {
            Span<byte> header = stackalloc byte[SegmentFormat.HeaderBytes];
            SegmentFormat.WriteHeader(header, number);
            disk.Write(file, header, 0);
            File.Move(temporary, path);
            return new Segment(number, path, file, bytes);
        }
        catch
        {
            file.Dispose();
            File.Delete(temporary);
            throw;
        }
    }
}
