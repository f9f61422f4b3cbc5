using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The files of a data folder, locked, migrated, and read as far as is needed to go on.</summary>
internal sealed class LedgerFiles
{
    private LedgerFiles(
        string journal,
        FileStream folderLock,
        SqliteDatabase database,
        LedgerStore store,
        NameTable names,
        JournalReplay replay
    )
    {
        Journal = journal;
        FolderLock = folderLock;
        Database = database;
        Store = store;
        Names = names;
        Replay = replay;
    }

    /// <summary>The journal's folder.</summary>
    public string Journal { get; }

    /// <summary>Held as long as the ledger is open; the system gives it back when the process dies.</summary>
    public FileStream FolderLock { get; }

    /// <summary><c>ledger.db</c>.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The writing connection.</summary>
    public LedgerStore Store { get; }

    /// <summary>The names.</summary>
    public NameTable Names { get; }

    /// <summary>What the journal holds.</summary>
    public JournalReplay Replay { get; }

    /// <summary>Opens them; the other value says why they cannot be used.</summary>
    public static (LedgerFiles? Files, string? Refusal) Open(
        LedgerOptions options,
        TimeProvider clock,
        JournalDisk disk
    )
    {
        FileStream? folderLock = null;
        LedgerStore? store = null;
        LedgerFiles? files = null;
        try
        {
            var journal = MakeFolder(Path.Combine(options.DataFolder, "journal"));
            var database = new SqliteDatabase(Path.Combine(options.DataFolder, "ledger.db"));
            if ((folderLock = Lock(Path.Combine(journal, "lock"))) is null)
            {
                return (null, $"another process uses the journal in {journal}");
            }

            var migration = SqliteMigrator.Migrate(database, LedgerSchema.Migrations, clock);
            if (!migration.IsUsable)
            {
                return (null, $"{database.Path}: {migration.Reason}");
            }

            var names = new NameTable();
            store = new LedgerStore(database, names);
            var replay = JournalReplay.Read(journal, store.State.Position, disk);
            if (replay.Refusal is not null)
            {
                return (null, replay.Refusal);
            }

            files = new LedgerFiles(journal, folderLock, database, store, names, replay);
            return (files, null);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return (null, $"the ledger in {options.DataFolder} cannot be opened: {e.Message}");
        }
        finally
        {
            if (files is null)
            {
                store?.Dispose();
                folderLock?.Dispose();
            }
        }
    }

    private static string MakeFolder(string path) =>
        OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path).FullName
            : Directory
                .CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
                .FullName;

    private static FileStream? Lock(string path)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
