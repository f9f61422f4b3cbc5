using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up everything, group by group. Not thread-safe.</summary>
internal sealed class TotalsSink : SumSink
{
    private const int Latency = Measures.Count;
    private const int FirstToken = Measures.Count + 1;

    private readonly List<RollupSums> sums = [];

    /// <inheritdoc />
    public override string CellColumns { get; } = string.Join(", ", Measures.OfCells) + ", c.latency, c.first_token";

    /// <inheritdoc />
    public override string RecordColumns { get; } =
        string.Join(", ", Measures.OfRecords) + ", r.duration, r.first_token";

    /// <summary>The sums of the groups that have a record.</summary>
    public IEnumerable<(Group Group, RollupSums Sums)> Of(GroupTable groups)
    {
        for (var i = 0; i < sums.Count; i++)
        {
            if (sums[i].Requests != 0)
            {
                yield return (groups.Groups[i], sums[i]);
            }
        }
    }

    /// <inheritdoc />
    public override void AddCell(int group, long start, PreparedStatement row, int first, int sign)
    {
        var to = SumsOf(group);
        Add(to, row, first, sign);
        Add(to.Latency, row.Bytes(first + Latency), sign);
        Add(to.FirstToken, row.Bytes(first + FirstToken), sign);
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first)
    {
        var to = SumsOf(group);
        Add(to, row, first, 1);
        if (!row.IsNull(first + Latency))
        {
            to.Latency.Add(row.Int64(first + Latency), 1);
        }

        if (!row.IsNull(first + FirstToken))
        {
            to.FirstToken.Add(row.Int64(first + FirstToken), 1);
        }
    }

    private RollupSums SumsOf(int group)
    {
        while (sums.Count <= group)
        {
            sums.Add(new RollupSums());
        }

        return sums[group];
    }

    private static void Add(RollupSums to, PreparedStatement row, int first, int sign)
    {
        var values = to.Values;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = unchecked(values[i] + (sign * row.Int64(first + i)));
        }
    }

    private static void Add(Sketch to, ReadOnlySpan<byte> stored, int sign)
    {
        if (!to.TryAdd(stored, sign))
        {
            throw new InvalidDataException("A stored sketch cannot be read.");
        }
    }
}
