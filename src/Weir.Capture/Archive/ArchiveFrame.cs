using System.Buffers.Binary;
using System.IO.Compression;
using Weir.Wire;

namespace Weir.Capture.Archive;

/// <summary>
/// One block of an archive file: a member of gzip that says in a field of its own how long it is and when it was written, so that a
/// file of them is read by every tool that knows gzip, and a torn one is told from a whole one (docs/formats/archive.md).
/// </summary>
internal static class ArchiveFrame
{
    /// <summary>The most bytes of lines in one frame; readers take four times as much.</summary>
    public const int MostPlain = 1024 * 1024;

    /// <summary>The length of what stands before the compressed bytes.</summary>
    public const int HeaderBytes = 36;

    private const int TrailerBytes = 8;
    private const int MostFrame = 8 * 1024 * 1024;
    private const int FieldBytes = 20;

    /// <summary>What every frame begins with.</summary>
    public static ReadOnlySpan<byte> Magic =>
        [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, FieldBytes + 4, 0, (byte)'W', (byte)'1', FieldBytes, 0];

    /// <summary>Makes a frame.</summary>
    /// <param name="lines">Whole lines.</param>
    /// <param name="written">When, in microseconds since 1970: rises from frame to frame.</param>
    public static byte[] Make(ReadOnlySpan<byte> lines, long written)
    {
        using var made = new MemoryStream();
        Make(lines, written, made);
        return made.ToArray();
    }

    /// <summary>Makes a frame at the end of others.</summary>
    /// <param name="lines">Whole lines.</param>
    /// <param name="written">When, in microseconds since 1970: rises from frame to frame.</param>
    /// <param name="frames">The others; one that shows its buffer.</param>
    public static void Make(ReadOnlySpan<byte> lines, long written, MemoryStream frames)
    {
        var start = (int)frames.Length;
        frames.SetLength(start + HeaderBytes);
        frames.Position = frames.Length;
        using (var deflate = new DeflateStream(frames, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(lines);
        }

        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Of(lines));
        BinaryPrimitives.WriteInt32LittleEndian(trailer[4..], lines.Length);
        frames.Write(trailer);
        var header = frames.GetBuffer().AsSpan(start, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], (int)frames.Length - start);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], lines.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], written);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], Crc32.Of(header[..32]));
    }

    /// <summary>Reads a frame's beginning: how long it is and when it was written; false when it is none.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out int length, out long written)
    {
        (length, written) = (0, 0);
        if (
            bytes.Length < HeaderBytes
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]) != Crc32.Of(bytes[..32])
        )
        {
            return false;
        }

        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        written = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        return length is > HeaderBytes + TrailerBytes and <= MostFrame
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]) is >= 0 and <= 4 * MostPlain;
    }

    /// <summary>The lines of a whole frame; null when it is damaged.</summary>
    public static byte[]? TryOpen(byte[] frame)
    {
        if (!TryReadHeader(frame, out var length, out _) || length != frame.Length)
        {
            return null;
        }

        var lines = new byte[BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(20))];
        try
        {
            using var packed = new MemoryStream(frame, HeaderBytes, length - HeaderBytes - TrailerBytes);
            using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
            var trailer = frame.AsSpan(length - TrailerBytes);
            return
                deflate.ReadAtLeast(lines, lines.Length, throwOnEndOfStream: false) == lines.Length
                && deflate.ReadByte() < 0
                && BinaryPrimitives.ReadInt32LittleEndian(trailer[4..]) == lines.Length
                && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == Crc32.Of(lines)
                ? lines
                : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
