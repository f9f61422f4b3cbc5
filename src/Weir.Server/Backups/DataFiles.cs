using System.IO.Enumeration;

namespace Weir.Server.Backups;

/// <summary>Which files of a data folder a backup takes.</summary>
internal static class DataFiles
{
    /// <summary>
    /// The paths in the folder, with <c>/</c>: databases (<c>ledger.db</c> first) and then everything else, but for the journal, which
    /// goes before them all, and for what belongs to a running process or is a backup itself.
    /// </summary>
    public static List<string> Of(string dataFolder) =>
        [
            .. Files(dataFolder)
                .Select(path => Path.GetRelativePath(dataFolder, path).Replace('\\', '/'))
                .Where(IsTaken)
                .OrderBy(name =>
                    name == "ledger.db" ? 0
                    : IsDatabase(name) ? 1
                    : 2
                )
                .ThenBy(name => name, StringComparer.Ordinal),
        ];

    /// <summary>
    /// The files of archived records. They never change, and one that no month has any more stays for a day: those listed after the ledger
    /// was copied have all that the copy speaks of.
    /// </summary>
    public static IEnumerable<string> ArchivedRecords(string dataFolder) => Of(dataFolder).Where(IsArchivedRecords);

    /// <summary>True for a file of archived records.</summary>
    public static bool IsArchivedRecords(string name) => name.StartsWith("records/", StringComparison.Ordinal);

    // A folder that is only linked to is not gone into: it may be the whole disk, or this one again.
    private static FileSystemEnumerable<string> Files(string dataFolder) =>
        new(
            dataFolder,
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                (entry.Attributes & FileAttributes.ReparsePoint) == FileAttributes.None,
        };

    /// <summary>True for a database: it is copied by SQLite, never read as a file, which would drop the locks of its process.</summary>
    public static bool IsDatabase(string name) => name.EndsWith(".db", StringComparison.Ordinal);

    // A copy made before a migration ("ledger.db.schema6.…") is a backup of its own; a damaged file put aside is none.
    private static bool IsTaken(string name) =>
        !name.StartsWith("journal/", StringComparison.Ordinal)
        && !name.StartsWith("cache/", StringComparison.Ordinal)
        && name is not ("lock" or "server.json")
        && !name.EndsWith(".weirbackup", StringComparison.Ordinal)
        && !name.Contains(".partial", StringComparison.Ordinal)
        && !name.EndsWith(".db-wal", StringComparison.Ordinal)
        && !name.EndsWith(".db-shm", StringComparison.Ordinal)
        && !name.Contains(".db.schema", StringComparison.Ordinal)
        && !name.Contains(".db.damaged", StringComparison.Ordinal);
}
