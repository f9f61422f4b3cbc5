using System.Runtime.InteropServices;

namespace Weir.Exports.Parquet;

/// <summary>Types of columns, by their numbers in duckdb.h.</summary>
internal enum DuckDbType
{
    Boolean = 1,
    BigInt = 5,
    Double = 11,
    Text = 17,

    /// <summary>DECIMAL(18,9), whose values are nanos in 64 bits.</summary>
    Money = 19,

    /// <summary>With time zone: microseconds since 1970 UTC.</summary>
    Time = 31,
}

/// <summary>DuckDB's entry points, by their names in duckdb.h. The library stays loaded: it does not unload cleanly.</summary>
internal sealed unsafe class DuckDbFunctions
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, DuckDbFunctions> Loaded = new(StringComparer.Ordinal);

    public readonly delegate* unmanaged[Cdecl]<byte*, nint*, nint, nint*, int> OpenExt;
    public readonly delegate* unmanaged[Cdecl]<nint, nint*, int> Connect;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, nint*, int> Query;
    public readonly delegate* unmanaged[Cdecl]<nint*, nint> ResultError;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> DestroyResult;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> Disconnect;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> Close;
    public readonly delegate* unmanaged[Cdecl]<nint> CreateTableFunction;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, void> TableSetName;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, nint, void> TableSetExtra;
    public readonly delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, void>, void> TableSetBind;
    public readonly delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, void>, void> TableSetInit;
    public readonly delegate* unmanaged[Cdecl]<
        nint,
        delegate* unmanaged[Cdecl]<nint, nint, void>,
        void> TableSetFunction;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, int> RegisterTable;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> DestroyTable;
    public readonly delegate* unmanaged[Cdecl]<nint, nint> BindExtra;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, nint, void> BindColumn;
    public readonly delegate* unmanaged[Cdecl]<nint, nint> FillExtra;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, void> FillError;
    public readonly delegate* unmanaged[Cdecl]<int, nint> CreateType;
    public readonly delegate* unmanaged[Cdecl]<byte, byte, nint> CreateDecimal;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> DestroyType;
    public readonly delegate* unmanaged[Cdecl]<ulong> VectorSize;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, nint> ChunkVector;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, void> ChunkSetSize;
    public readonly delegate* unmanaged[Cdecl]<nint, void*> VectorData;
    public readonly delegate* unmanaged[Cdecl]<nint, void> VectorWithNulls;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong*> VectorValidity;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, byte*, ulong, void> VectorText;

    private DuckDbFunctions(nint library)
    {
        nint Of(string name) => NativeLibrary.GetExport(library, name);
        OpenExt = (delegate* unmanaged[Cdecl]<byte*, nint*, nint, nint*, int>)Of("duckdb_open_ext");
        Connect = (delegate* unmanaged[Cdecl]<nint, nint*, int>)Of("duckdb_connect");
        Query = (delegate* unmanaged[Cdecl]<nint, byte*, nint*, int>)Of("duckdb_query");
        ResultError = (delegate* unmanaged[Cdecl]<nint*, nint>)Of("duckdb_result_error");
        DestroyResult = (delegate* unmanaged[Cdecl]<nint*, void>)Of("duckdb_destroy_result");
        Disconnect = (delegate* unmanaged[Cdecl]<nint*, void>)Of("duckdb_disconnect");
        Close = (delegate* unmanaged[Cdecl]<nint*, void>)Of("duckdb_close");
        CreateTableFunction = (delegate* unmanaged[Cdecl]<nint>)Of("duckdb_create_table_function");
        TableSetName = (delegate* unmanaged[Cdecl]<nint, byte*, void>)Of("duckdb_table_function_set_name");
        TableSetExtra = (delegate* unmanaged[Cdecl]<nint, nint, nint, void>)Of("duckdb_table_function_set_extra_info");
        TableSetBind = (delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, void>, void>)Of(
            "duckdb_table_function_set_bind"
        );
        TableSetInit = (delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, void>, void>)Of(
            "duckdb_table_function_set_init"
        );
        TableSetFunction = (delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, nint, void>, void>)Of(
            "duckdb_table_function_set_function"
        );
        RegisterTable = (delegate* unmanaged[Cdecl]<nint, nint, int>)Of("duckdb_register_table_function");
        DestroyTable = (delegate* unmanaged[Cdecl]<nint*, void>)Of("duckdb_destroy_table_function");
        BindExtra = (delegate* unmanaged[Cdecl]<nint, nint>)Of("duckdb_bind_get_extra_info");
        BindColumn = (delegate* unmanaged[Cdecl]<nint, byte*, nint, void>)Of("duckdb_bind_add_result_column");
        FillExtra = (delegate* unmanaged[Cdecl]<nint, nint>)Of("duckdb_function_get_extra_info");
        FillError = (delegate* unmanaged[Cdecl]<nint, byte*, void>)Of("duckdb_function_set_error");
        CreateType = (delegate* unmanaged[Cdecl]<int, nint>)Of("duckdb_create_logical_type");
        CreateDecimal = (delegate* unmanaged[Cdecl]<byte, byte, nint>)Of("duckdb_create_decimal_type");
        DestroyType = (delegate* unmanaged[Cdecl]<nint*, void>)Of("duckdb_destroy_logical_type");
        VectorSize = (delegate* unmanaged[Cdecl]<ulong>)Of("duckdb_vector_size");
        ChunkVector = (delegate* unmanaged[Cdecl]<nint, ulong, nint>)Of("duckdb_data_chunk_get_vector");
        ChunkSetSize = (delegate* unmanaged[Cdecl]<nint, ulong, void>)Of("duckdb_data_chunk_set_size");
        VectorData = (delegate* unmanaged[Cdecl]<nint, void*>)Of("duckdb_vector_get_data");
        VectorWithNulls = (delegate* unmanaged[Cdecl]<nint, void>)Of("duckdb_vector_ensure_validity_writable");
        VectorValidity = (delegate* unmanaged[Cdecl]<nint, ulong*>)Of("duckdb_vector_get_validity");
        VectorText = (delegate* unmanaged[Cdecl]<nint, ulong, byte*, ulong, void>)Of(
            "duckdb_vector_assign_string_element_len"
        );
    }

    /// <summary>Loads a library, once.</summary>
    /// <exception cref="ExportException">It cannot be loaded, or is not DuckDB's.</exception>
    public static DuckDbFunctions Of(string path)
    {
        lock (Gate)
        {
            if (!Loaded.TryGetValue(path, out var functions))
            {
                try
                {
                    functions = new DuckDbFunctions(NativeLibrary.Load(path));
                }
                catch (Exception e)
                    when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
                {
                    throw new ExportException($"{path} cannot be loaded as DuckDB's library: {e.Message}");
                }

                Loaded[path] = functions;
            }

            return functions;
        }
    }
}
