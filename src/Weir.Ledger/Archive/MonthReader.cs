using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Weir.Ledger.Archive;

/// <summary>Reads a file of records, block by block. Every byte it gives has been held against its checksum. Not thread-safe.</summary>
internal sealed class MonthReader : IDisposable
{
    private readonly Stream file;
    private readonly string path;

    private MonthReader(Stream file, string path, MonthHead head, ImmutableArray<MonthBlock> blocks, byte[] digest)
    {
        this.file = file;
        this.path = path;
        Head = head;
        Blocks = blocks;
        Digest = digest;
    }

    /// <summary>What the file says of itself.</summary>
    public MonthHead Head { get; }

    /// <summary>Its blocks, by time.</summary>
    public ImmutableArray<MonthBlock> Blocks { get; }

    /// <summary>SHA-256 of head and directory; through the blocks' checksums in there, of the whole file.</summary>
    public byte[] Digest { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="digest">The digest that it must have; null where none is known.</param>
    /// <exception cref="ArchiveException">It is not there, or not as it was written.</exception>
    public static MonthReader Open(string path, ReadOnlySpan<byte> digest)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var reader = Open(stream, path);
            return digest.IsEmpty || reader.Digest.AsSpan().SequenceEqual(digest)
                ? reader
                : throw new InvalidDataException("it is not the file that was written");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw e as ArchiveException ?? ArchiveException.Of(path, e.Message);
        }
    }

    /// <summary>Reads head and directory.</summary>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public static MonthReader Open(Stream file, string path)
    {
        Span<byte> first = stackalloc byte[MonthHead.Bytes];
        if (file.Length < MonthHead.Bytes)
        {
            throw new InvalidDataException("it is cut off");
        }

        file.ReadExactly(first);
        var head = MonthHead.Read(first);
        if (
            head.Blocks is < 0 or > MonthHead.MostBlocks
            || head.Directory < MonthHead.Bytes
            || head.Directory > file.Length
            || file.Length - head.Directory != (long)head.Blocks * MonthBlock.Bytes
        )
        {
            throw new InvalidDataException("it is cut off");
        }

        var bytes = new byte[head.Blocks * MonthBlock.Bytes];
        file.Position = head.Directory;
        file.ReadExactly(bytes);
        var blocks = ImmutableArray.CreateBuilder<MonthBlock>(head.Blocks);
        var (end, rows) = ((long)MonthHead.Bytes, 0L);
        for (var i = 0; i < head.Blocks; i++)
        {
            var block = MonthBlock.Read(bytes.AsSpan(i * MonthBlock.Bytes));
            if (
                block.Offset != end
                || block.Length is < 0 or > RecordBlock.MostBytes
                || block.Rows is < 0 or > RecordBlock.MostRows
            )
            {
                throw new InvalidDataException("its directory is damaged");
            }

            (end, rows) = (end + block.Length, rows + block.Rows);
            blocks.Add(block);
        }

        return end == head.Directory && rows == head.Rows
            ? new MonthReader(file, path, head, blocks.ToImmutable(), SHA256.HashData([.. first, .. bytes]))
            : throw new InvalidDataException("its directory is damaged");
    }

    /// <summary>Reads a block.</summary>
    /// <param name="number">Which, from 0.</param>
    /// <param name="isWanted">Which columns; null for all.</param>
    /// <exception cref="ArchiveException">It is not as it was written.</exception>
    public RecordBlock Read(int number, Func<int, bool>? isWanted = null)
    {
        try
        {
            var block = Blocks[number];
            var bytes = new byte[block.Length];
            file.Position = block.Offset;
            file.ReadExactly(bytes);
            if (MonthBlock.SumOf(bytes) != block.Sum)
            {
                throw new InvalidDataException($"block {number} is damaged");
            }

            var read = RecordBlock.Decode(bytes, isWanted);
            return read.Count == block.Rows
                ? read
                : throw new InvalidDataException($"block {number} has another number of records");
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not ArchiveException)
        {
            throw ArchiveException.Of(path, e.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();
}
