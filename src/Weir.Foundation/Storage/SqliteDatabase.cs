using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;

namespace Weir.Foundation.Storage;

/// <summary>
/// One SQLite file in the data folder. Opens connections in WAL mode with foreign keys on, a busy time-out of five
/// seconds, and <c>synchronous=NORMAL</c> (a power cut may lose the newest transactions, never the file's soundness).
/// Thread-safe; the connections it opens are not, and are closed by whoever opened them.
/// </summary>
public sealed class SqliteDatabase
{
    private readonly string writeString;
    private readonly string readString;

    /// <summary>Names the file; nothing is opened yet.</summary>
    public SqliteDatabase(string path)
    {
        SqliteLibrary.Load();
        Path = System.IO.Path.GetFullPath(path);
        writeString = ConnectionString(SqliteOpenMode.ReadWriteCreate);
        readString = ConnectionString(SqliteOpenMode.ReadOnly);
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>A connection that may write; makes the file (mode 0600) when it is not there.</summary>
    public SqliteConnection OpenWriter()
    {
        if (!File.Exists(Path) && !OperatingSystem.IsWindows())
        {
            CreatePrivate();
        }

        return Open(
            writeString,
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=5000;"
        );
    }

    /// <summary>A connection that cannot write.</summary>
    public SqliteConnection OpenReader() => Open(readString, "PRAGMA query_only=ON;PRAGMA busy_timeout=5000;");

    /// <summary>
    /// A connection to another program's file that nobody writes to: it takes no locks and leaves nothing beside the file, where
    /// a reader of a file in WAL mode makes two. Whoever writes nevertheless may make it read nonsense.
    /// </summary>
    public SqliteConnection OpenAtRest() =>
        Open(
            new SqliteConnectionStringBuilder
            {
                DataSource = new Uri(Path).AbsoluteUri + "?immutable=1",
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ToString(),
            "PRAGMA query_only=ON;"
        );

    [UnsupportedOSPlatform("windows")]
    private void CreatePrivate()
    {
        // Never opens a file that is there: closing it would drop the locks that SQLite holds on it in this process.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        try
        {
            new FileStream(Path, options).Dispose();
        }
        catch (IOException) when (File.Exists(Path)) { }
    }

    private static SqliteConnection Open(string connectionString, string pragmas)
    {
#pragma warning disable RS0030 // the one place: the constructor has chosen the library
        var connection = new SqliteConnection(connectionString);
#pragma warning restore RS0030
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = pragmas;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private string ConnectionString(SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
        }.ToString();
}
