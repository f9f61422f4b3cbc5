using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Exports.Parquet;

/// <summary>
/// One database of DuckDB and one connection to it, through its C API (duckdb.h): what an export needs of it and no more. Not
/// thread-safe.
/// </summary>
internal sealed unsafe class DuckDb : IDisposable
{
    private readonly DuckDbFunctions functions;

    [ThreadStatic]
    private static DuckDbFunctions? calling;

    private nint database;
    private nint connection;

    private DuckDb(DuckDbFunctions functions) => this.functions = functions;

    /// <summary>Opens a database in a file of its own.</summary>
    /// <param name="library">The path of DuckDB's library.</param>
    /// <param name="file">The database; made when it is not there. <c>:memory:</c> for one that is in none.</param>
    /// <exception cref="ExportException">The library is none, or refuses.</exception>
    public static DuckDb Open(string library, string file)
    {
        var opened = new DuckDb(DuckDbFunctions.Of(library));
        try
        {
            nint made;
            nint error;
            fixed (byte* path = Terminated(file))
            {
                // Its own settings come as statements: a wrong one then says what it is.
                if (opened.functions.OpenExt(path, &made, 0, &error) != 0)
                {
                    throw Failure(Marshal.PtrToStringUTF8(error));
                }
            }

            opened.database = made;
            nint line;
            if (opened.functions.Connect(made, &line) != 0)
            {
                throw Failure(null);
            }

            opened.connection = line;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The library that runs a statement on this thread, and may call back; null for none.</summary>
    public static DuckDbFunctions? Calling => calling;

    /// <summary>A text as it stands in a statement.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Runs a statement.</summary>
    /// <exception cref="ExportException">It was refused.</exception>
    public void Run(string sql)
    {
        // struct duckdb_result: three counts, three pointers.
        var result = stackalloc nint[8];
        fixed (byte* text = Terminated(sql))
        {
            calling = functions;
            var state = functions.Query(connection, text, result);
            calling = null;
            var message = state == 0 ? null : Marshal.PtrToStringUTF8(functions.ResultError(result));
            functions.DestroyResult(result);
            if (state != 0)
            {
                throw Failure(message);
            }
        }
    }

    /// <summary>Makes a table that is read from here, once, as a statement asks for it: <c>SELECT * FROM name()</c>.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="fill">
    /// Puts the next rows into a chunk; none for the end. Called on the thread of the statement, one call after another. What it throws
    /// ends the statement with the exception's message.
    /// </param>
    /// <returns>To be disposed of after the database.</returns>
    public TableSource Register(
        string name,
        ImmutableArray<(string Name, DuckDbType Type)> columns,
        Action<RowChunk> fill
    )
    {
        var source = new TableSource(functions, columns, fill);
        var table = functions.CreateTableFunction();
        fixed (byte* text = Terminated(name))
        {
            functions.TableSetName(table, text);
        }

        functions.TableSetExtra(table, source.Handle, 0);
        functions.TableSetBind(table, &TableSource.Bind);
        functions.TableSetInit(table, &TableSource.Init);
        functions.TableSetFunction(table, &TableSource.Fill);
        var state = functions.RegisterTable(connection, table);
        functions.DestroyTable(&table);
        if (state != 0)
        {
            source.Dispose();
            throw Failure(null);
        }

        return source;
    }

    public void Dispose()
    {
        fixed (
            nint* open = &connection,
                file = &database
        )
        {
            if (connection != 0)
            {
                functions.Disconnect(open);
            }

            if (database != 0)
            {
                functions.Close(file);
            }
        }
    }

    internal static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static ExportException Failure(string? message) => new($"DuckDB: {message ?? "it failed without a word"}");
}
