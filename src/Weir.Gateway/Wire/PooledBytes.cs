using System.Buffers;

namespace Weir.Gateway.Wire;

/// <summary>
/// Bytes collected in a rented array that grows. Clearing gives a large array back, so that one large event does not
/// hold memory for the rest of a stream. A default value is empty; disposing leaves it so. Not thread-safe.
/// </summary>
internal struct PooledBytes : IDisposable
{
    private const int Small = 4096;
    private const int LargestKept = 64 * 1024;

    private byte[]? array;

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes; valid until the next change.</summary>
    public readonly ReadOnlySpan<byte> Span => array.AsSpan(0, Length);

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (array is null || array.Length - Length < bytes.Length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(array.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Takes bytes away at the beginning.</summary>
    public void RemoveStart(int count)
    {
        array.AsSpan(count, Length - count).CopyTo(array);
        Length -= count;
    }

    /// <summary>Takes everything away.</summary>
    public void Clear()
    {
        Length = 0;
        if (array?.Length > LargestKept)
        {
            Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Length = 0;
        if (array is not null)
        {
            ArrayPool<byte>.Shared.Return(array);
            array = null;
        }
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Small, Math.Max(Length * 2, Length + more)));
        Span.CopyTo(larger);
        if (array is not null)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        array = larger;
    }
}
