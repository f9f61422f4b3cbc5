using System.Text;

namespace Weir.Exports.Parquet;

/// <summary>
/// Rows on their way into DuckDB, as many as it takes at once: cell by cell in the order of the columns, then <see cref="EndRow"/>.
/// For the thread that it was given to, until its call ends.
/// </summary>
internal sealed unsafe class RowChunk : IDisposable
{
    private readonly DuckDbFunctions functions;
    private readonly nint chunk;
    private readonly nint[] vectors;
    private readonly void*[] data;
    private readonly ulong*[] nulls;
    private byte[] buffer = new byte[1024];
    private int column;

    public RowChunk(DuckDbFunctions functions, nint chunk, int columns)
    {
        this.functions = functions;
        this.chunk = chunk;
        vectors = new nint[columns];
        data = new void*[columns];
        nulls = new ulong*[columns];
        for (var i = 0; i < columns; i++)
        {
            vectors[i] = functions.ChunkVector(chunk, (ulong)i);
            data[i] = functions.VectorData(vectors[i]);
        }

        Most = (int)functions.VectorSize();
    }

    /// <summary>How many rows there is room for.</summary>
    public int Most { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public void Null()
    {
        if (nulls[column] is null)
        {
            functions.VectorWithNulls(vectors[column]);
            nulls[column] = functions.VectorValidity(vectors[column]);
        }

        nulls[column++][Count / 64] &= ~(1UL << (Count % 64));
    }

    /// <summary>A whole number; also an amount in nanos, and a time in microseconds since 1970 UTC.</summary>
    public void Whole(long value) => ((long*)data[column++])[Count] = value;

    public void Number(double value) => ((double*)data[column++])[Count] = value;

    public void Flag(bool value) => ((byte*)data[column++])[Count] = value ? (byte)1 : (byte)0;

    public void Text(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        var length = Encoding.UTF8.GetBytes(text, buffer);
        fixed (byte* bytes = buffer)
        {
            functions.VectorText(vectors[column++], (ulong)Count, bytes, (ulong)length);
        }
    }

    public void EndRow()
    {
        column = 0;
        Count++;
    }

    /// <summary>Tells DuckDB how many rows there are.</summary>
    public void Dispose() => functions.ChunkSetSize(chunk, (ulong)Count);
}
