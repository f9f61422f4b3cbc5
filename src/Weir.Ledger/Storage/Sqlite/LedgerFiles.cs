using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The files of a data folder, locked, migrated, and read as far as is needed to go on.</summary>
internal sealed class LedgerFiles
{
    // SQLITE_CORRUPT and SQLITE_NOTADB.
    private const int Corrupt = 11;
    private const int NoDatabase = 26;

    private LedgerFiles(
        string journal,
        FileStream folderLock,
        SqliteDatabase database,
        LedgerStore? store,
        NameTable names,
        JournalReplay replay,
        Exception? fault
    )
    {
        Journal = journal;
        FolderLock = folderLock;
        Database = database;
        Store = store;
        Names = names;
        Replay = replay;
        Fault = fault;
        HighestId = store?.HighestId() ?? default;
    }

    /// <summary>The journal's folder.</summary>
    public string Journal { get; }

    /// <summary>Held as long as the ledger is open; the system gives it back when the process dies.</summary>
    public FileStream FolderLock { get; }

    /// <summary><c>ledger.db</c>.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The writing connection; null when the file cannot be opened.</summary>
    public LedgerStore? Store { get; }

    /// <summary>The names.</summary>
    public NameTable Names { get; }

    /// <summary>What the journal holds; all of it pending where there is no store.</summary>
    public JournalReplay Replay { get; }

    /// <summary>What opening the file threw; null when there is a store.</summary>
    public Exception? Fault { get; }

    /// <summary>The largest record id stored; default when there is none, or no store.</summary>
    public RecordId HighestId { get; }

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

            var names = new NameTable();
            Exception? fault = null;
            try
            {
                store = OpenStore(database, names, clock);
            }
            catch (Exception e) when (options.GoesOnWithout && IsOfTheFile(e))
            {
                fault = e;
            }

            var replay = JournalReplay.Read(journal, store?.State.Position ?? default, disk);
            if (replay.Refusal is not null)
            {
                return (null, replay.Refusal);
            }

            files = new LedgerFiles(journal, folderLock, database, store, names, replay, fault);
            return (files, null);
        }
        catch (LedgerSchemaException other)
        {
            return (null, other.Message);
        }
        catch (Exception e) when (IsDamage(e))
        {
            var path = Path.Combine(options.DataFolder, "ledger.db");
            return (
                null,
                $"{path} is damaged ({e.Message}); what was acknowledged stands in the journal and is kept: \"weir doctor --ledger --data {options.DataFolder}\" says what is left of it and how to get all back"
            );
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

    /// <summary>Migrates the file and opens it.</summary>
    /// <exception cref="LedgerSchemaException">Its schema is not one that this version knows.</exception>
    public static LedgerStore OpenStore(SqliteDatabase database, NameTable names, TimeProvider clock)
    {
        var migration = SqliteMigrator.Migrate(database, LedgerSchema.Migrations, clock, LedgerSchema.AddFunctions);
        return migration.IsUsable
            ? new LedgerStore(database, names)
            : throw new LedgerSchemaException($"{database.Path}: {migration.Reason}");
    }

    /// <summary>What is said of a file that cannot be opened, to whoever asks for what is in it: no folder is named.</summary>
    public static string Describe(Exception fault) =>
        (
            IsDamage(fault) ? $"ledger.db is damaged ({fault.Message})"
            : fault is LedgerSchemaException ? "ledger.db is of another version of Weir"
            : $"ledger.db cannot be opened ({fault.Message})"
        )
        + ": requests are answered and journalled all the same, and nothing that was acknowledged is lost. \"weir doctor --ledger\" on the server's machine says what is left of it;"
        + " with the server stopped, \"weir doctor --ledger --repair\" mends it, or \"weir restore BACKUP --to now\" brings all back";

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or InvalidCastException or SqliteException { SqliteErrorCode: Corrupt or NoDatabase };

    private static bool IsOfTheFile(Exception e) =>
        IsDamage(e) || e is SqliteException or UnauthorizedAccessException || e.GetType() == typeof(IOException);

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

/// <summary>A file whose schema is newer than this version's, or another.</summary>
internal sealed class LedgerSchemaException(string message) : Exception(message);
