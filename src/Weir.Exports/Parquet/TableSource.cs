using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Exports.Parquet;

/// <summary>
/// A table of DuckDB's whose rows are made while they are read: it holds none of them. Read by one statement, on one thread.
/// </summary>
internal sealed unsafe class TableSource : IDisposable
{
    private readonly DuckDbFunctions functions;
    private readonly ImmutableArray<(string Name, DuckDbType Type)> columns;
    private readonly Action<RowChunk> fill;
    private GCHandle self;

    public TableSource(
        DuckDbFunctions functions,
        ImmutableArray<(string Name, DuckDbType Type)> columns,
        Action<RowChunk> fill
    )
    {
        this.functions = functions;
        this.columns = columns;
        this.fill = fill;
        self = GCHandle.Alloc(this);
    }

    /// <summary>What DuckDB gives back with each call.</summary>
    public nint Handle => GCHandle.ToIntPtr(self);

    public void Dispose() => self.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Bind(nint info)
    {
        var source = Of(DuckDb.Calling!.BindExtra(info));
        foreach (var (name, type) in source.columns)
        {
            var made =
                type == DuckDbType.Money
                    ? source.functions.CreateDecimal(18, 9)
                    : source.functions.CreateType((int)type);
            fixed (byte* text = DuckDb.Terminated(name))
            {
                source.functions.BindColumn(info, text, made);
            }

            source.functions.DestroyType(&made);
        }
    }

    // There is nothing to begin; a table without this step is refused.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Init(nint info) => _ = info;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Fill(nint info, nint chunk)
    {
        var source = Of(DuckDb.Calling!.FillExtra(info));
        try
        {
            using var rows = new RowChunk(source.functions, chunk, source.columns.Length);
            source.fill(rows);
        }
        catch (Exception failure)
        {
            // An exception that goes on into native code ends the process.
            fixed (byte* text = DuckDb.Terminated(failure.Message))
            {
                source.functions.FillError(info, text);
            }
        }
    }

    private static TableSource Of(nint handle) => (TableSource)GCHandle.FromIntPtr(handle).Target!;
}
