using Weir.Ledger.Ingest;

namespace Weir.Ledger;

/// <summary>
/// Brings a restored ledger forward to a moment: gives its journal what the present one still has, up to the last record that
/// was accepted at or before it. Opening the ledger then stores them.
/// </summary>
public static class LedgerRewind
{
    /// <summary>Fills the restored folder's journal.</summary>
    /// <param name="present">The data folder that has the journal and what it kept; nothing of it is changed.</param>
    /// <param name="restored">The folder with the backup's <c>ledger.db</c> and journal, which nobody has open.</param>
    /// <param name="moment">The moment; not before the backup.</param>
    /// <returns>How many records come on top, or why it cannot be done (nothing has changed then).</returns>
    public static (long Records, string? Refusal) Fill(string present, string restored, DateTimeOffset moment)
    {
        var (segment, sequence) = LedgerCopy.PositionOf(Path.Combine(restored, "ledger.db"));
        var journal = Path.Combine(present, "journal");
        var there = new SortedDictionary<long, string>();
        foreach (
            var (number, path) in JournalFile
                .In(Path.Combine(journal, KeptJournal.FolderName))
                .Concat(JournalFile.In(journal))
                .Where(file => file.Number >= segment)
        )
        {
            there[number] = path;
        }

        var target = Path.Combine(restored, "journal");
        Directory.CreateDirectory(target);
        var copied = JournalFile.In(target);
        if (Refusal(there, copied, segment) is { } refusal)
        {
            return (0, refusal);
        }

        var (cutSegment, cutEnd, records) = Cut(there, sequence, RecordCodec.ToMicroseconds(moment));
        foreach (var (_, path) in copied)
        {
            File.Delete(path);
        }

        foreach (var (number, path) in there.Where(file => file.Key <= cutSegment))
        {
            using var file = JournalFile.TryOpen(number, path);
            file?.CopyTo(
                Path.Combine(target, SegmentFormat.FileName(number, ".wal")),
                number == cutSegment ? cutEnd : file.EndOfFrames(isNewest: false)
            );
        }

        return (records, null);
    }

    private static string? Refusal(
        SortedDictionary<long, string> there,
        List<(long Number, string Path)> copied,
        long segment
    )
    {
        // The oldest go first: when the one that the backup stands in is there, all after it are.
        if (segment > 0 && !there.ContainsKey(segment))
        {
            return "the journal since this backup is not kept any more: take a newer backup, or restore without a time";
        }

        foreach (var (number, path) in copied)
        {
            using var mine = JournalFile.TryOpen(number, path);
            if (mine is null || number < segment)
            {
                continue;
            }

            using var theirs = there.TryGetValue(number, out var other) ? JournalFile.TryOpen(number, other) : null;
            if (theirs is null || !mine.IsBeginningOf(theirs))
            {
                return "the journal in the data folder does not go on from this backup: it was restored since, or is another Weir's";
            }
        }

        return null;
    }

    private static (long Segment, long End, long Records) Cut(
        SortedDictionary<long, string> there,
        long stored,
        long moment
    )
    {
        long cutSegment = 0;
        long cutEnd = 0;
        long records = 0;
        long seen = 0;
        var within = true;
        foreach (var (number, path) in there)
        {
            using var file = JournalFile.TryOpen(number, path);
            file?.Scan(
                (sequence, end, accepted) =>
                {
                    seen += sequence > stored ? 1 : 0;
                    // A record without a time stands with the one before it. What was accepted in time behind one that was
                    // not (a clock that was set back) is in: nothing acknowledged by then may be missing.
                    within = accepted is { } at ? at <= moment : within;
                    if (within)
                    {
                        (cutSegment, cutEnd, records) = (number, end, seen);
                    }
                }
            );
        }

        return (cutSegment, cutEnd, records);
    }
}
