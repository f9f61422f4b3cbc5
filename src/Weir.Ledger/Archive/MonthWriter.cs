using System.Security.Cryptography;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Archive;

/// <summary>Writes a file of records: rows in the order of time and id, then the directory. Not thread-safe.</summary>
internal sealed class MonthWriter : IDisposable
{
    private readonly Stream file;
    private readonly int workspace;
    private readonly (long Start, long Until) month;
    private readonly List<MonthBlock> blocks = [];
    private readonly List<long> ids = [];
    private readonly SortedSet<long> names = [];
    private RecordBlock block = new();

    /// <summary>Begins.</summary>
    public MonthWriter(Stream file, int workspace, long start, long until)
    {
        this.file = file;
        this.workspace = workspace;
        month = (start, until);
        file.Write(new byte[MonthHead.Bytes]);
    }

    /// <summary>The newest entry of any of the records; 0 before the first.</summary>
    public long Sequence { get; private set; }

    /// <summary>Names that no sum has: of agents' parents, and why a request was handed over.</summary>
    public IReadOnlyCollection<long> Names => names;

    /// <summary>Takes the row that a statement over <see cref="RecordColumns.Names"/> stands on.</summary>
    public void Add(PreparedStatement row)
    {
        block.Add(row);
        ids.Add(row.Int64(RecordColumns.Id));
        Sequence = Math.Max(Sequence, row.Int64(RecordColumns.Sequence));
        names.Add(row.Int64(RecordColumns.ParentAgent));
        names.Add(row.Int64(RecordColumns.HandoffReason));
        if (block.IsFull)
        {
            Flush();
        }
    }

    /// <summary>Writes what is left, the directory and the head.</summary>
    /// <returns>How many records there are, their ids in order, and the digest of head and directory.</returns>
    public (long[] Ids, byte[] Digest) Finish()
    {
        Flush();
        names.Remove(0);
        var directory = new byte[blocks.Count * MonthBlock.Bytes];
        for (var i = 0; i < blocks.Count; i++)
        {
            blocks[i].Write(directory.AsSpan(i * MonthBlock.Bytes));
        }

        var head = new byte[MonthHead.Bytes];
        new MonthHead(workspace, month.Start, month.Until, ids.Count, file.Position, blocks.Count).Write(head);
        file.Write(directory);
        file.Position = 0;
        file.Write(head);
        ids.Sort();
        return ([.. ids], SHA256.HashData([.. head, .. directory]));
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    private void Flush()
    {
        if (block.Count == 0)
        {
            return;
        }

        var bytes = block.Encode();
        var mine = ids.Skip(ids.Count - block.Count).ToArray();
        blocks.Add(
            new MonthBlock(
                file.Position,
                bytes.Length,
                block.Count,
                block.Number(RecordColumns.StartedAt, 0)!.Value,
                block.Number(RecordColumns.StartedAt, block.Count - 1)!.Value,
                mine.Min(),
                mine.Max(),
                MonthBlock.SumOf(bytes)
            )
        );
        file.Write(bytes);
        block = new RecordBlock();
    }
}
