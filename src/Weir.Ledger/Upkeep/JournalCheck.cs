using System.Globalization;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Upkeep;

/// <summary>Whether the journal can be read, and goes on from where the ledger stands.</summary>
internal static class JournalCheck
{
    /// <summary>Looks at every segment, also of a journal that is being written.</summary>
    public static LedgerFinding Run(string dataFolder, LedgerState state)
    {
        var folder = Path.Combine(dataFolder, "journal");
        var files = JournalFile.In(folder);
        long pending = 0;
        var faults = new List<string>();
        string? damagedBefore = null;
        foreach (var (number, path) in files)
        {
            var any = false;
            using var file = JournalFile.TryOpen(number, path);
            var damaged = file
                ?.Scan(
                    (sequence, _, _) =>
                    {
                        any = true;
                        pending += sequence > state.Position.Sequence ? 1 : 0;
                    }
                )
                .Damaged;
            // The newest that is in use ends in the middle of a frame while it is written; behind it are some made ahead.
            if (any && damagedBefore is not null)
            {
                faults.Add($"{damagedBefore} cannot be read to its end");
                damagedBefore = null;
            }

            damagedBefore = damaged == true ? path : damagedBefore;
        }

        faults.AddRange(
            Directory.Exists(folder)
                ? Directory
                    .EnumerateFiles(folder, "*.bad")
                    .Order(StringComparer.Ordinal)
                    .Select(bad => $"{bad} was put aside: it could not be read to its end")
                : []
        );
        return new LedgerFinding(
            "journal",
            LedgerPart.Journal,
            faults.Count > 0,
            faults.Count > 0
                ? string.Join("; ", faults.Take(5))
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{files.Count} segments, {pending} records behind number {state.Position.Sequence} wait to be stored"
                )
        );
    }
}
