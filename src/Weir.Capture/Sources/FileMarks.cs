using Microsoft.Win32.SafeHandles;

namespace Weir.Capture.Sources;

/// <summary>
/// By what a file is known again: hashes of its first kilobyte and of the one before the place up to which it was read. For a file
/// that can only be read forward they are gathered on the way. Not thread-safe.
/// </summary>
internal sealed class FileMarks
{
    private const int Marked = 1024;

    private readonly byte[] head = new byte[Marked];
    private readonly byte[] tail = new byte[Marked];
    private int headLength;
    private int tailLength;

    /// <summary>How many bytes have passed.</summary>
    public long Passed { get; private set; }

    /// <summary>The hash of the first bytes that have passed.</summary>
    public long Head => Hash(head.AsSpan(0, headLength));

    /// <summary>The hash of the last bytes that have passed.</summary>
    public long Tail => Hash(tail.AsSpan(0, tailLength));

    /// <summary>
    /// Whether what has passed ends within a line. A place up to which a file was read stands behind a line's end, unless that line was
    /// longer than any that is read.
    /// </summary>
    public bool IsWithinLine => tailLength > 0 && tail[tailLength - 1] != (byte)'\n';

    /// <summary>Whether what has passed is what was read.</summary>
    public bool Are(FileCursor known) => Passed == known.Offset && Head == known.Head && Tail == known.Tail;

    /// <summary>Takes the bytes behind those before.</summary>
    public void Pass(ReadOnlySpan<byte> bytes)
    {
        Passed += bytes.Length;
        var first = Math.Min(bytes.Length, Marked - headLength);
        bytes[..first].CopyTo(head.AsSpan(headLength));
        headLength += first;
        var last = bytes[^Math.Min(bytes.Length, Marked)..];
        var kept = Math.Min(tailLength, Marked - last.Length);
        tail.AsSpan(tailLength - kept, kept).CopyTo(tail);
        last.CopyTo(tail.AsSpan(kept));
        tailLength = kept + last.Length;
    }

    /// <summary>How far a file was read, with the marks of that place.</summary>
    public static FileCursor Put(SafeFileHandle handle, FileCursor read) =>
        read with
        {
            Head = HeadOf(handle, read.Offset),
            Tail = TailOf(handle, read.Offset),
        };

    /// <summary>Whether a file begins with what was read.</summary>
    public static bool Are(SafeFileHandle handle, FileCursor known) =>
        HeadOf(handle, known.Offset) == known.Head && TailOf(handle, known.Offset) == known.Tail;

    /// <summary>As <see cref="IsWithinLine"/>, of a place in a file.</summary>
    public static bool EndsWithinLine(SafeFileHandle handle, long end)
    {
        Span<byte> last = stackalloc byte[1];
        return end > 0 && RandomAccess.Read(handle, last, end - 1) == 1 && last[0] != (byte)'\n';
    }

    private static long HeadOf(SafeFileHandle handle, long end) => Of(handle, 0, end);

    private static long TailOf(SafeFileHandle handle, long end) => Of(handle, Math.Max(0, end - Marked), end);

    private static long Of(SafeFileHandle handle, long from, long end)
    {
        Span<byte> bytes = stackalloc byte[(int)Math.Min(Marked, end - from)];
        var filled = 0;
        while (filled < bytes.Length && RandomAccess.Read(handle, bytes[filled..], from + filled) is > 0 and var added)
        {
            filled += added;
        }

        return Hash(bytes[..filled]);
    }

    private static long Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1_099_511_628_211;
        }

        return (long)hash;
    }
}
