namespace Weir.Ledger;

/// <summary>Where the ledger lives and how large its journal may grow.</summary>
public sealed record LedgerOptions
{
    /// <summary>The data folder; <c>ledger.db</c> and <c>journal/</c> are made in it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The size of one preallocated journal segment in bytes; at least 64 KiB.</summary>
    public int SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many segments may wait for the writer before new work is refused; at least 2.</summary>
    public int MaxSegments { get; init; } = 64;

    /// <summary>How long a record may wait in the journal before the writer stores it.</summary>
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a segment is kept after it was stored, for a restore to a moment; zero: it is deleted at once.</summary>
    public TimeSpan KeepJournal { get; init; }

    /// <summary>At most so many bytes of kept segments; the oldest go first. They go too when the disk has no room for new ones.</summary>
    public long KeepJournalBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>
    /// True to go on where <c>ledger.db</c> cannot be opened: the journal takes what comes, everything that reads says
    /// <see cref="LedgerUnavailableException"/>, and opening it is tried again every few seconds. False makes that a refusal.
    /// </summary>
    public bool GoesOnWithout { get; init; }

    /// <summary>
    /// Told what was thrown when storing begins to fail; not again until it succeeded. Called from the writer, which waits.
    /// </summary>
    public Action<Exception>? WriteFailed { get; init; }

    /// <summary>Throws when a value is outside its range.</summary>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(DataFolder);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 64 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSegments, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(WriteInterval, TimeSpan.Zero);
    }
}
