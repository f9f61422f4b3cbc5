using System.Runtime.InteropServices;

namespace Weir.Bench.Ledger;

/// <summary>DuckDB through its C interface: enough of it to fill a table and to ask. Not thread-safe.</summary>
internal sealed unsafe class Duck : IDisposable
{
    private const int Name = 512; // larger than its struct of a result
    private readonly nint library;
    private nint database;
    private nint connection;

    public Duck(string path, string file, int threads)
    {
        library = NativeLibrary.Load(path);
        fixed (
            nint* d = &database,
                c = &connection
        )
        {
            var name = Marshal.StringToCoTaskMemUTF8(file);
            Check(((delegate* unmanaged<nint, nint*, int>)Symbol("duckdb_open"))(name, d));
            Marshal.FreeCoTaskMem(name);
            Check(((delegate* unmanaged<nint, nint*, int>)Symbol("duckdb_connect"))(database, c));
        }

        Query($"SET threads = {threads}");
    }

    /// <summary>Asks; the whole answer is made and thrown away.</summary>
    public void Query(string sql)
    {
        var result = stackalloc byte[Name];
        var text = Marshal.StringToCoTaskMemUTF8(sql);
        var state = ((delegate* unmanaged<nint, nint, byte*, int>)Symbol("duckdb_query"))(connection, text, result);
        Marshal.FreeCoTaskMem(text);
        var error =
            state == 0
                ? null
                : Marshal.PtrToStringUTF8(((delegate* unmanaged<byte*, nint>)Symbol("duckdb_result_error"))(result));
        ((delegate* unmanaged<byte*, void>)Symbol("duckdb_destroy_result"))(result);
        if (state != 0)
        {
            throw new InvalidOperationException(error);
        }
    }

    /// <summary>Writes rows into a table.</summary>
    public DuckAppender Append(string table) => new(library, connection, table);

    public void Dispose()
    {
        fixed (
            nint* d = &database,
                c = &connection
        )
        {
            ((delegate* unmanaged<nint*, void>)Symbol("duckdb_disconnect"))(c);
            ((delegate* unmanaged<nint*, void>)Symbol("duckdb_close"))(d);
        }
    }

    internal static void Check(int state)
    {
        if (state != 0)
        {
            throw new InvalidOperationException("DuckDB refused.");
        }
    }

    private nint Symbol(string name) => NativeLibrary.GetExport(library, name);
}

/// <summary>Appends to one table. Not thread-safe.</summary>
internal sealed unsafe class DuckAppender : IDisposable
{
    private readonly delegate* unmanaged<nint, long, int> addInt64;
    private readonly delegate* unmanaged<nint, byte*, ulong, int> addText;
    private readonly delegate* unmanaged<nint, int> addNull;
    private readonly delegate* unmanaged<nint, int> endRow;
    private readonly delegate* unmanaged<nint*, int> destroy;
    private nint appender;

    public DuckAppender(nint library, nint connection, string table)
    {
        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
        addInt64 = (delegate* unmanaged<nint, long, int>)Symbol("duckdb_append_int64");
        addText = (delegate* unmanaged<nint, byte*, ulong, int>)Symbol("duckdb_append_varchar_length");
        addNull = (delegate* unmanaged<nint, int>)Symbol("duckdb_append_null");
        endRow = (delegate* unmanaged<nint, int>)Symbol("duckdb_appender_end_row");
        destroy = (delegate* unmanaged<nint*, int>)Symbol("duckdb_appender_destroy");
        var create = (delegate* unmanaged<nint, nint, nint, nint*, int>)Symbol("duckdb_appender_create");
        var name = Marshal.StringToCoTaskMemUTF8(table);
        fixed (nint* a = &appender)
        {
            Duck.Check(create(connection, 0, name, a));
        }

        Marshal.FreeCoTaskMem(name);
    }

    public void Add(long? value) => Duck.Check(value is { } known ? addInt64(appender, known) : addNull(appender));

    public void Add(string? value)
    {
        if (value is null)
        {
            Duck.Check(addNull(appender));
            return;
        }

        Span<byte> bytes = stackalloc byte[256];
        var length = System.Text.Encoding.UTF8.GetBytes(value, bytes);
        fixed (byte* text = bytes)
        {
            Duck.Check(addText(appender, text, (ulong)length));
        }
    }

    public void EndRow() => Duck.Check(endRow(appender));

    public void Dispose()
    {
        fixed (nint* a = &appender)
        {
            Duck.Check(destroy(a));
        }
    }
}
