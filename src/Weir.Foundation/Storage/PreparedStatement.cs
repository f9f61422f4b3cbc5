using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Weir.Foundation.Storage;

/// <summary>
/// One statement, compiled once and run many times on the writer's path. It speaks to SQLite's own interface: an ADO.NET
/// command looks every parameter up by name and boxes its value at each run, which for the forty columns of a record
/// costs more than the insert itself. Parameters are numbered from 1, columns from 0. Not thread-safe; belongs to its
/// connection and takes part in whatever transaction that has open.
/// </summary>
public sealed class PreparedStatement : IDisposable
{
    private const int ShortText = 128;

    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly StatementCache? cache;
    private readonly string source; // its text
    private readonly nint calledDatabase;
    private nint called; // the statement, until it is disposed
    private readonly (Bound Kind, long Number)[] bound; // what each parameter is bound to, as far as it is remembered

    /// <summary>Compiles the statement.</summary>
    /// <exception cref="SqliteException">The text is not valid against the schema.</exception>
    public PreparedStatement(SqliteConnection connection, string sql)
        : this(connection, sql, null) { }

    /// <summary>The same; disposed it goes back to where statements are kept.</summary>
    internal PreparedStatement(SqliteConnection connection, string sql, StatementCache? cache)
    {
        (this.cache, source) = (cache, sql);
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, sql, out statement));
        called = statement.DangerousGetHandle();
        calledDatabase = database.DangerousGetHandle();
        bound = new (Bound, long)[raw.sqlite3_bind_parameter_count(statement) + 1];
    }

    /// <summary>Binds a number. One that the parameter has already costs nothing: most columns of a batch repeat.</summary>
    public void Bind(int parameter, long value)
    {
        ref var last = ref bound[parameter];
        if (last != (Bound.Number, value))
        {
            last = default;
            Check(SqliteCalls.BindInt64(called, parameter, value));
            last = (Bound.Number, value);
        }
    }

    /// <summary>Binds a number or NULL.</summary>
    public void Bind(int parameter, long? value)
    {
        if (value is { } known)
        {
            Bind(parameter, known);
        }
        else
        {
            BindNull(parameter);
        }
    }

    /// <summary>Binds a text or NULL.</summary>
    public void Bind(int parameter, string? value)
    {
        if (value is null)
        {
            BindNull(parameter);
            return;
        }

        bound[parameter] = default;
        if (value.Length is 0 or > ShortText)
        {
            // An empty span would be NULL.
            Check(raw.sqlite3_bind_text(statement, parameter, value));
            return;
        }

        // With a string SQLite's interface makes an array for each call.
        Span<byte> text = stackalloc byte[ShortText * 3];
        text = text[..Encoding.UTF8.GetBytes(value, text)];
        Check(SqliteCalls.BindText(called, parameter, text));
    }

    /// <summary>Binds bytes; none at all is NULL.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            BindNull(parameter);
            return;
        }

        bound[parameter] = default;
        Check(SqliteCalls.BindBlob(called, parameter, value));
    }

    /// <summary>Runs to the next row; false at the end. After false, and before new values are bound, comes <see cref="Reset"/>.</summary>
    /// <exception cref="SqliteException">The statement failed; it is reset.</exception>
    public bool Step()
    {
        var result = SqliteCalls.Step(called);
        // Whoever forgets the object during the call must not have the statement ended under it.
        GC.KeepAlive(statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        var failure = Failure(result);
        Reset();
        throw failure;
    }

    /// <summary>A whole number of the current row; 0 for NULL.</summary>
    public long Int64(int column) => SqliteCalls.ColumnInt64(called, column);

    /// <summary>The text of the current row's column; null for NULL.</summary>
    public string? Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    /// <summary>True when the current row's column is NULL.</summary>
    public bool IsNull(int column) => SqliteCalls.ColumnType(called, column) == raw.SQLITE_NULL;

    /// <summary>The bytes of the current row's column, until the next step; empty for NULL.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>Makes it ready to run again; bound values stay.</summary>
    public void Reset() => _ = SqliteCalls.Reset(called);

    /// <summary>Runs a statement that returns no rows, and says how many rows it changed.</summary>
    /// <exception cref="SqliteException">The statement failed.</exception>
    public int Run()
    {
        Step();
        Reset();
        return SqliteCalls.Changes(calledDatabase);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (cache is not null)
        {
            Reset();
            if (cache.TryKeep(source, this))
            {
                return;
            }
        }

        called = 0;
        statement.Dispose();
    }

    private void BindNull(int parameter)
    {
        ref var last = ref bound[parameter];
        if (last.Kind != Bound.Null)
        {
            last = default;
            Check(SqliteCalls.BindNull(called, parameter));
            last = (Bound.Null, 0);
        }
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }
    }

    private SqliteException Failure(int result) =>
        new(raw.sqlite3_errmsg(database).utf8_to_string(), result, raw.sqlite3_extended_errcode(database));

    private enum Bound : byte
    {
        Unknown,
        Number,
        Null,
    }
}
