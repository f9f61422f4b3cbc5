using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>The files of a ledger for a backup, taken while it is in use or not.</summary>
public static class LedgerCopy
{
    /// <summary>The newest schema of <c>ledger.db</c> that this build can open.</summary>
    public static int Schema => LedgerSchema.Migrations.Length;

    /// <summary>
    /// Copies the journal. To be called before <c>ledger.db</c> is copied: a segment that goes meanwhile is stored by then, and
    /// what stands in both is passed over when the copy is opened. Only whole frames are copied.
    /// </summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="target">A folder that exists.</param>
    public static void CopyJournal(string dataFolder, string target)
    {
        var files = JournalFile.In(Path.Combine(dataFolder, "journal"));
        // Behind the one that is being written stand spares that nothing is in yet. What comes into them from now on is left out: the
        // one before would have been copied too early to have its last records.
        var newest = files.LastOrDefault(file => IsUsed(file.Number, file.Path)).Number;
        foreach (var (number, path) in files.Where(file => file.Number <= newest))
        {
            using var file = JournalFile.TryOpen(number, path);
            file?.CopyTo(Path.Combine(target, Path.GetFileName(path)), file.EndOfFrames(isNewest: number == newest));
        }
    }

    private static bool IsUsed(long number, string path)
    {
        using var file = JournalFile.TryOpen(number, path);
        return file?.Scan(null) is { } found && (found.End > SegmentFormat.HeaderBytes || found.Damaged);
    }

    /// <summary>How far the journal is stored in a copy of <c>ledger.db</c>: segment and sequence.</summary>
    public static (long Segment, long Sequence) PositionOf(string ledger)
    {
        using var connection = new SqliteDatabase(ledger).OpenAtRest();
        var position = LedgerState.Read(connection).Position;
        return (position.Segment, position.Sequence);
    }
}
