using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weir.Ledger.Archive;

/// <summary>Where a block of a file of records is, and what is in it.</summary>
/// <param name="Offset">From the file's beginning.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Rows">How many records.</param>
/// <param name="First">When the first of them started, in microseconds since 1970.</param>
/// <param name="Last">When the last of them started.</param>
/// <param name="LowestId">The smallest of their ids.</param>
/// <param name="HighestId">The largest of their ids.</param>
/// <param name="Sum">The first sixteen bytes of the SHA-256 of the block.</param>
internal readonly record struct MonthBlock(
    long Offset,
    int Length,
    int Rows,
    long First,
    long Last,
    long LowestId,
    long HighestId,
    UInt128 Sum
)
{
    public const int Bytes = 64;

    public static UInt128 SumOf(ReadOnlySpan<byte> block)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(block, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Offset);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], First);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Last);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], LowestId);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], HighestId);
        BinaryPrimitives.WriteUInt128LittleEndian(to[48..], Sum);
    }

    public static MonthBlock Read(ReadOnlySpan<byte> from) =>
        new(
            BinaryPrimitives.ReadInt64LittleEndian(from),
            BinaryPrimitives.ReadInt32LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[40..]),
            BinaryPrimitives.ReadUInt128LittleEndian(from[48..])
        );
}

/// <summary>The head of a file of records, and its sizes: docs/formats/records-archive.md.</summary>
/// <param name="Workspace">Whose records.</param>
/// <param name="Start">The month's beginning, in microseconds since 1970.</param>
/// <param name="Until">The month's end.</param>
/// <param name="Rows">How many records.</param>
/// <param name="Directory">Where the directory of blocks begins.</param>
/// <param name="Blocks">How many blocks.</param>
internal readonly record struct MonthHead(int Workspace, long Start, long Until, long Rows, long Directory, int Blocks)
{
    /// <summary>Of the head.</summary>
    public const int Bytes = 64;

    /// <summary>Beyond any month that Weir could have written.</summary>
    public const int MostBlocks = 1 << 20;

    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "weirrec\n"u8;

    public void Write(Span<byte> to)
    {
        to[..Bytes].Clear();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], RecordColumns.Count);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], Workspace);
        BinaryPrimitives.WriteInt32LittleEndian(to[20..], Blocks);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Start);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], Until);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], Directory);
    }

    /// <exception cref="InvalidDataException">It is none that this build reads.</exception>
    public static MonthHead Read(ReadOnlySpan<byte> from)
    {
        if (!from[..8].SequenceEqual(Magic))
        {
            throw new InvalidDataException("it is no file of records");
        }

        if (
            BinaryPrimitives.ReadInt32LittleEndian(from[8..]) != Version
            || BinaryPrimitives.ReadInt32LittleEndian(from[12..]) != RecordColumns.Count
        )
        {
            throw new InvalidDataException("it was written by a newer Weir");
        }

        return new MonthHead(
            BinaryPrimitives.ReadInt32LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[20..])
        );
    }
}
