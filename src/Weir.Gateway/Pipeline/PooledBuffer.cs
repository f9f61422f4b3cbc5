using System.Buffers;
using System.Diagnostics;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Bytes gathered in one array of the shared pool, which grows as they come: what a peer announces is not believed
/// beyond <see cref="Trusted"/>. Not thread-safe.
/// </summary>
internal sealed class PooledBuffer : IDisposable
{
    /// <summary>The most that is rented before a byte has come.</summary>
    private const int Trusted = 256 * 1024;

    private byte[] array;

    /// <summary>Rents room for about so many bytes; for none, when they come.</summary>
    public PooledBuffer(long expected)
    {
        array = expected == 0 ? [] : ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected, 256, Trusted));
    }

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes so far; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Memory => array.AsMemory(0, Length);

    /// <summary>The bytes so far; valid until the next call.</summary>
    public ReadOnlySpan<byte> Span => array.AsSpan(0, Length);

    /// <summary>What was written, to be changed in place.</summary>
    public Span<byte> Writable => array.AsSpan(0, Length);

    /// <summary>Free room behind the bytes, at least one byte, to be filled and then told by <see cref="Advance"/>.</summary>
    public Memory<byte> Room()
    {
        if (Length == array.Length)
        {
            Grow(Length + 1);
        }

        return array.AsMemory(Length);
    }

    /// <summary>Free room behind the bytes, at least this much, to be filled and then told by <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        if (count > array.Length - Length)
        {
            Grow(Length + count);
        }

        return array.AsSpan(Length);
    }

    /// <summary>So many bytes of <see cref="Room"/> have been filled.</summary>
    public void Advance(int count)
    {
        Debug.Assert(count <= array.Length - Length, "More was filled than there was room for.");
        Length += count;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        var count = checked((int)bytes.Length);
        if (count > array.Length - Length)
        {
            Grow(Length + count);
        }

        bytes.CopyTo(array.AsSpan(Length));
        Length += count;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > array.Length - Length)
        {
            Grow(Length + bytes.Length);
        }

        bytes.CopyTo(array.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Forgets the bytes, keeps the room.</summary>
    public void Clear() => Length = 0;

    /// <summary>Leaves the array to the garbage collector: somebody may still be reading it.</summary>
    public void Abandon()
    {
        array = [];
        Length = 0;
    }

    /// <summary>Gives the array back; whatever memory was handed out must no longer be used.</summary>
    public void Dispose()
    {
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        Abandon();
    }

    private void Grow(int needed)
    {
        var smaller = array;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, smaller.Length * 2));
        Span.CopyTo(larger);
        array = larger;
        if (smaller.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(smaller);
        }
    }
}
