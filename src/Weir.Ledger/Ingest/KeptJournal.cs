namespace Weir.Ledger.Ingest;

/// <summary>
/// <c>journal/kept/</c>: segments that are stored in the ledger and wait there, within bounds of age and size, for a restore to
/// a moment. Nothing depends on them: what fails here ends with a segment deleted. Not thread-safe.
/// </summary>
internal sealed class KeptJournal
{
    /// <summary>The folder's name inside the journal's.</summary>
    public const string FolderName = "kept";

    private readonly string folder;
    private readonly LedgerOptions options;
    private readonly TimeProvider clock;
    private bool holds;

    /// <summary>Takes the folder up and deletes what is too old by now.</summary>
    /// <param name="journal">The journal's folder.</param>
    /// <param name="options">How much is kept.</param>
    /// <param name="clock">The time.</param>
    /// <param name="holds">True to let nothing go: the ledger cannot be read, and a restore may need it all.</param>
    public KeptJournal(string journal, LedgerOptions options, TimeProvider clock, bool holds)
    {
        folder = Path.Combine(journal, FolderName);
        this.options = options;
        this.clock = clock;
        this.holds = holds;
        Guard(Prune);
    }

    /// <summary>Lets go again of what is too old or too much.</summary>
    public void Release()
    {
        holds = false;
        Guard(Prune);
    }

    /// <summary>The number of the newest segment that is kept, and of its last record; zeros when none is.</summary>
    public (long Segment, long Sequence) Last()
    {
        var (segment, sequence) = (0L, 0L);
        Guard(() =>
        {
            foreach (var (number, path) in JournalFile.In(folder).TakeLast(1))
            {
                segment = number;
                using var file = JournalFile.TryOpen(number, path);
                file?.Scan((at, _, _) => sequence = at);
            }
        });
        return (segment, sequence);
    }

    /// <summary>Takes a segment away from the journal: kept, or deleted.</summary>
    public void Take(Segment segment)
    {
        if (options.KeepJournal > TimeSpan.Zero && Guard(() => Move(segment)))
        {
            Guard(Prune);
            return;
        }

        File.Delete(segment.Path);
    }

    /// <summary>Deletes all; false when there was none.</summary>
    public bool Clear()
    {
        var any = false;
        Guard(() =>
        {
            foreach (var file in holds ? [] : Files())
            {
                file.Delete();
                any = true;
            }
        });
        return any;
    }

    private void Move(Segment segment)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }

        // The room that was set aside and not used goes back. The file's time is when it was put here.
        RandomAccess.SetLength(segment.File, segment.End);
        File.SetLastWriteTimeUtc(segment.File, clock.GetUtcNow().UtcDateTime);
        File.Move(segment.Path, Path.Combine(folder, Path.GetFileName(segment.Path)), overwrite: true);
    }

    private void Prune()
    {
        if (holds)
        {
            return;
        }

        var files = Files();
        var bytes = files.Sum(file => file.Length);
        var oldest = clock.GetUtcNow().UtcDateTime - options.KeepJournal;
        foreach (var file in files)
        {
            if (bytes <= options.KeepJournalBytes && file.LastWriteTimeUtc >= oldest)
            {
                break;
            }

            bytes -= file.Length;
            file.Delete();
        }
    }

    private List<FileInfo> Files() =>
        Directory.Exists(folder)
            ? [.. new DirectoryInfo(folder).EnumerateFiles("*.wal").OrderBy(file => file.Name, StringComparer.Ordinal)]
            : [];

    private static bool Guard(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
