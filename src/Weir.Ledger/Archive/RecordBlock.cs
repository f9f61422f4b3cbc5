using System.IO.Compression;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Archive;

/// <summary>
/// Some thousand rows of <c>record</c>, column by column, and their form in a file: docs/formats/records-archive.md. Not thread-safe.
/// </summary>
internal sealed class RecordBlock
{
    /// <summary>How many rows a writer puts into one.</summary>
#if DEBUG
    public const int Rows = 10; // so that tests have several
#else
    public const int Rows = 4096;
#endif

    /// <summary>The most that a reader takes.</summary>
    public const int MostRows = 65_536;

    /// <summary>The most bytes of all columns before they are packed, and of a block in its file.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const int Quality = 5;
    private const int Window = 22;

    private readonly List<long?>[] numbers =
    [
        .. Enumerable.Range(0, RecordColumns.Numbers).Select(_ => new List<long?>()),
    ];
    private readonly List<byte[]>[] blobs =
    [
        .. Enumerable.Range(0, RecordColumns.Blobs).Select(_ => new List<byte[]>()),
    ];
    private int blobBytes;

    /// <summary>How many rows it has.</summary>
    public int Count { get; private set; }

    /// <summary>True when it should be written before more rows come.</summary>
    public bool IsFull => Count >= Rows || blobBytes >= MostBytes / 8;

    /// <summary>A number of a row; null for NULL.</summary>
    public long? Number(int column, int row) => numbers[column][row];

    /// <summary>The bytes of a row; empty for NULL.</summary>
    public byte[] Blob(int column, int row) => blobs[column - RecordColumns.Numbers][row];

    /// <summary>Takes the row that a statement over <see cref="RecordColumns.Names"/> stands on.</summary>
    public void Add(PreparedStatement row)
    {
        for (var i = 0; i < RecordColumns.Numbers; i++)
        {
            numbers[i].Add(row.IsNull(i) ? null : row.Int64(i));
        }

        for (var i = 0; i < RecordColumns.Blobs; i++)
        {
            var bytes = row.Bytes(RecordColumns.Numbers + i).ToArray();
            blobs[i].Add(bytes);
            blobBytes += bytes.Length;
        }

        Count++;
    }

    /// <summary>Binds a row to a statement of <see cref="RecordColumns.Places"/>.</summary>
    public void Bind(PreparedStatement to, int row)
    {
        for (var i = 0; i < RecordColumns.Numbers; i++)
        {
            to.Bind(i + 1, numbers[i][row]);
        }

        for (var i = 0; i < RecordColumns.Blobs; i++)
        {
            to.Bind(RecordColumns.Numbers + i + 1, blobs[i][row]);
        }
    }

    /// <summary>The block's bytes in a file.</summary>
    public byte[] Encode()
    {
        using var head = new MemoryStream();
        using var body = new MemoryStream();
        Write(head, (ulong)Count);
        for (var i = 0; i < RecordColumns.Count; i++)
        {
            var plain = i < RecordColumns.Numbers ? Encode(numbers[i]) : Encode(blobs[i - RecordColumns.Numbers]);
            var packed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
            var isPacked =
                BrotliEncoder.TryCompress(plain, packed, out var length, Quality, Window) && length < plain.Length;
            Write(head, (ulong)plain.Length);
            Write(head, (ulong)(isPacked ? length : plain.Length));
            body.Write(isPacked ? packed.AsSpan(0, length) : plain);
        }

        head.Write(body.GetBuffer().AsSpan(0, (int)body.Length));
        return head.ToArray();
    }

    /// <summary>Reads a block.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="isWanted">Which columns to read; of others <see cref="Number"/> and <see cref="Blob"/> are not to be asked. Null for all.</param>
    /// <exception cref="InvalidDataException">They are no block.</exception>
    public static RecordBlock Decode(ReadOnlySpan<byte> bytes, Func<int, bool>? isWanted = null)
    {
        var at = 0;
        var block = new RecordBlock { Count = (int)Length(bytes, ref at, MostRows) };
        Span<(int Plain, int Stored)> lengths = stackalloc (int, int)[RecordColumns.Count];
        var room = (ulong)MostBytes;
        foreach (ref var length in lengths)
        {
            length = ((int)Length(bytes, ref at, room), (int)Length(bytes, ref at, MostBytes));
            room -= (ulong)length.Plain;
        }

        for (var i = 0; i < RecordColumns.Count; i++)
        {
            var (plain, stored) = lengths[i];
            if (stored > bytes.Length - at)
            {
                throw new InvalidDataException("a column ends too early");
            }

            if (isWanted is null || isWanted(i))
            {
                var column = Unpack(bytes.Slice(at, stored), plain);
                if (i < RecordColumns.Numbers)
                {
                    Decode(column, block.Count, block.numbers[i]);
                }
                else
                {
                    Decode(column, block.Count, block.blobs[i - RecordColumns.Numbers]);
                }
            }

            at += stored;
        }

        return at == bytes.Length ? block : throw new InvalidDataException("something stands behind the last column");
    }

    private static byte[] Unpack(ReadOnlySpan<byte> stored, int length)
    {
        if (stored.Length == length)
        {
            return stored.ToArray();
        }

        var plain = new byte[length];
        return BrotliDecoder.TryDecompress(stored, plain, out var written) && written == length
            ? plain
            : throw new InvalidDataException("a column cannot be unpacked");
    }

    private static byte[] Encode(List<long?> column)
    {
        var values = column.OfType<long>().ToArray();
        using var plain = new MemoryStream();
        plain.WriteByte(values.Length == column.Count ? (byte)0 : (byte)1);
        if (values.Length != column.Count)
        {
            var present = new byte[(column.Count + 7) / 8];
            for (var i = 0; i < column.Count; i++)
            {
                present[i / 8] |= (byte)((column[i] is null ? 0 : 1) << (i % 8));
            }

            plain.Write(present);
        }

        var (asValues, asSteps) = (Varints(values, steps: false), Varints(values, steps: true));
        var steps = asSteps.Length < asValues.Length;
        plain.WriteByte(steps ? (byte)1 : (byte)0);
        plain.Write(steps ? asSteps : asValues);
        return plain.ToArray();
    }

    private static byte[] Varints(long[] values, bool steps)
    {
        using var bytes = new MemoryStream();
        var last = 0L;
        foreach (var value in values)
        {
            Write(bytes, Varint.Fold(unchecked(value - last)));
            last = steps ? value : 0;
        }

        return bytes.ToArray();
    }

    private static byte[] Encode(List<byte[]> column)
    {
        using var bytes = new MemoryStream();
        foreach (var value in column)
        {
            Write(bytes, (ulong)value.Length);
        }

        foreach (var value in column)
        {
            bytes.Write(value);
        }

        return bytes.ToArray();
    }

    private static void Decode(byte[] column, int count, List<long?> into)
    {
        var at = 0;
        var present = Flag(column, ref at) ? Take(column, ref at, (count + 7) / 8) : [];
        var steps = Flag(column, ref at);
        var last = 0L;
        for (var i = 0; i < count; i++)
        {
            if (!present.IsEmpty && (present[i / 8] >> (i % 8) & 1) == 0)
            {
                into.Add(null);
                continue;
            }

            var value = unchecked(last + Varint.Unfold(Varint.Read(column, ref at)));
            into.Add(value);
            last = steps ? value : 0;
        }

        End(column, at);
    }

    private static void Decode(byte[] column, int count, List<byte[]> into)
    {
        var at = 0;
        var lengths = new int[count];
        for (var i = 0; i < count; i++)
        {
            lengths[i] = (int)Length(column, ref at, (ulong)column.Length);
        }

        foreach (var length in lengths)
        {
            into.Add(length == 0 ? [] : Take(column, ref at, length).ToArray());
        }

        End(column, at);
    }

    private static bool Flag(byte[] column, ref int at) =>
        Take(column, ref at, 1)[0] switch
        {
            0 => false,
            1 => true,
            _ => throw new InvalidDataException("a column is of a kind that is not known"),
        };

    private static ReadOnlySpan<byte> Take(byte[] column, ref int at, int length)
    {
        if (length > column.Length - at)
        {
            throw new InvalidDataException("a column is too short");
        }

        at += length;
        return column.AsSpan(at - length, length);
    }

    private static void End(byte[] column, int at)
    {
        if (at != column.Length)
        {
            throw new InvalidDataException("a column is too long");
        }
    }

    private static ulong Length(ReadOnlySpan<byte> bytes, ref int at, ulong most) =>
        Varint.Read(bytes, ref at) is var length && length <= most
            ? length
            : throw new InvalidDataException("a length is beyond all bounds");

    private static void Write(MemoryStream to, ulong value)
    {
        Span<byte> bytes = stackalloc byte[Varint.MostBytes];
        to.Write(bytes[..Varint.Write(bytes, value)]);
    }
}
