using System.Buffers.Binary;
using Weir.Fuzz.Engine;
using Weir.Ledger;
using Weir.Ledger.Archive;

namespace Weir.Fuzz.Targets;

/// <summary>
/// A file of archived records. A first byte that is odd has the checksums of the blocks mended, so that mutations reach what is
/// behind them; it is no part of the file. What can be read is encoded again and read alike.
/// </summary>
internal sealed class RecordFileTarget : FuzzTarget
{
    public override string Name => "record-file";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Binary;

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures.In("records").SelectMany(bytes => new byte[][] { [0, .. bytes], [1, .. bytes] });

    public override string Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.IsEmpty ? [] : input[1..].ToArray();
        if (input is [var mend, ..] && (mend & 1) == 1)
        {
            Mend(bytes);
        }

        try
        {
            using var reader = MonthReader.Open(new MemoryStream(bytes), "file");
            var rows = 0L;
            for (var i = 0; i < reader.Blocks.Length; i++)
            {
                var block = reader.Read(i);
                rows += block.Count;
                var again = RecordBlock.Decode(block.Encode());
                for (var row = 0; row < block.Count; row++)
                {
                    for (var column = 0; column < RecordColumns.Count; column++)
                    {
                        Must(
                            column < RecordColumns.Numbers
                                ? block.Number(column, row) == again.Number(column, row)
                                : block.Blob(column, row).AsSpan().SequenceEqual(again.Blob(column, row)),
                            "what was read is written alike"
                        );
                    }
                }
            }

            Must(rows == reader.Head.Rows, "the rows are as many as the head says");
            return $"{reader.Blocks.Length} {Math.Min(rows, 9)}";
        }
        catch (InvalidDataException refused)
        {
            return refused.Message;
        }
        catch (ArchiveException refused)
        {
            return refused.Message;
        }
    }

    private static void Mend(byte[] bytes)
    {
        if (bytes.Length < MonthHead.Bytes)
        {
            return;
        }

        var directory = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48));
        for (var at = directory; at >= MonthHead.Bytes && at <= bytes.Length - MonthBlock.Bytes; at += MonthBlock.Bytes)
        {
            var entry = bytes.AsSpan((int)at, MonthBlock.Bytes);
            var block = MonthBlock.Read(entry);
            if (block.Offset >= 0 && block.Length >= 0 && block.Offset <= bytes.Length - block.Length)
            {
                (block with { Sum = MonthBlock.SumOf(bytes.AsSpan((int)block.Offset, block.Length)) }).Write(entry);
            }
        }
    }
}
