using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Weir.Ledger.Ingest;

/// <summary>
/// The bytes of a journal segment: a header, then frames without gaps, then zeros. docs/formats/journal.md is the format's
/// description; the golden files of the tests freeze it. Everything is little-endian.
/// <code>
/// header  0 magic "WEIRJNL\0"   8 format version (u32)   12 zero (u32)   16 segment number (u64)
///        24 CRC-32C of bytes 0 to 23 (u32)   28 zeros to 64
/// frame   0 length of the payload (u32, 0 = end)   4 CRC-32C (u32)   8 sequence (u64)   16 payload
/// </code>
/// A frame's checksum covers payload, length, sequence and the segment's number, in this order: a frame that was left over
/// from another place or another segment never passes for one of this.
/// </summary>
internal static class SegmentFormat
{
    public const uint Version = 1;
    public const int HeaderBytes = 64;
    public const int FrameHeaderBytes = 16;

    /// <summary>The longest frame.</summary>
    public const int MaxFrameBytes = FrameHeaderBytes + RecordLimits.MaxRecordBytes;

    private const int HeaderCrcAt = 24;

    private static ReadOnlySpan<byte> Magic => "WEIRJNL\0"u8;

    /// <summary>The file name of a segment.</summary>
    public static string FileName(long number, string extension) =>
        number.ToString("D16", CultureInfo.InvariantCulture) + extension;

    /// <summary>Writes a header.</summary>
    public static void WriteHeader(Span<byte> header, long number, uint version = Version)
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], version);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderCrcAt..], Crc(uint.MaxValue, header[..HeaderCrcAt]));
    }

    /// <summary>What a file's first bytes say.</summary>
    public static SegmentHeader ReadHeader(ReadOnlySpan<byte> header, long number)
    {
        if (!header.ContainsAnyExcept((byte)0))
        {
            return SegmentHeader.Empty;
        }

        if (
            header.Length < HeaderBytes
            || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderCrcAt..])
                != Crc(uint.MaxValue, header[..HeaderCrcAt])
        )
        {
            return SegmentHeader.Bad;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) > Version ? SegmentHeader.TooNew
            : BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != number ? SegmentHeader.Bad
            : SegmentHeader.Good;
    }

    /// <summary>The checksum of a payload, the first part of a frame's checksum.</summary>
    public static uint PayloadCrc(ReadOnlySpan<byte> payload) => Crc(uint.MaxValue, payload);

    /// <summary>The rest of a frame's checksum.</summary>
    public static uint FrameCrc(uint payloadCrc, int length, long sequence, long segment)
    {
        var crc = BitOperations.Crc32C(payloadCrc, (uint)length);
        crc = BitOperations.Crc32C(crc, (ulong)sequence);
        return BitOperations.Crc32C(crc, (ulong)segment);
    }

    /// <summary>Fills in the header of a frame whose payload stands behind it.</summary>
    public static void SealFrame(Span<byte> frame, uint payloadCrc, long sequence, long segment)
    {
        var length = frame.Length - FrameHeaderBytes;
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], FrameCrc(payloadCrc, length, sequence, segment));
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], sequence);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(
                crc,
                BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)
            );
        }

        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}

/// <summary>What a segment's header is worth.</summary>
internal enum SegmentHeader
{
    /// <summary>Of this segment, and of a version that this build reads.</summary>
    Good,

    /// <summary>Zeros: the file was made and never used.</summary>
    Empty,

    /// <summary>Written by a newer version of Weir.</summary>
    TooNew,

    /// <summary>Not a header of this segment.</summary>
    Bad,
}
