using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;

namespace Weir.Ledger;

/// <summary>What <see cref="UsageQueries.AuditAsync"/> found.</summary>
/// <param name="Records">How many records were counted.</param>
/// <param name="Combinations">How many sums were compared: one for each combination of dimensions, kind of rollup and day.</param>
/// <param name="Differences">How many of these the rollups tell otherwise.</param>
public sealed record LedgerAudit(long Records, int Combinations, int Differences)
{
    /// <summary>True when records and rollups agree.</summary>
    public bool IsSound => Differences == 0;
}

/// <summary>
/// Counts records anew and holds every set and width of the rollups against the count, one day after another, so that a
/// ledger of any length needs the memory of a day. Not thread-safe.
/// </summary>
internal sealed class LedgerAuditor(SqliteConnection connection, WorkspaceId workspace)
{
    private const long Second = 1_000_000;

    private static readonly ImmutableArray<UsageDimension> Wide =
    [
        .. DimensionColumn.Wide.Select(kind => new UsageDimension(kind)),
    ];

    private static readonly ImmutableArray<UsageDimension> Lineage =
    [
        .. Wide,
        new(UsageDimensionKind.Session),
        new(UsageDimensionKind.Agent),
    ];

    private long records;
    private int combinations;
    private int differences;

    /// <summary>Audits a half-open range of microseconds since 1970.</summary>
    public LedgerAudit Run(long from, long to)
    {
        while (from < to && NextFrom(from, to) is { } next)
        {
            var day = RollupWidths.Floor(next, RollupWidth.Day.Seconds() * Second);
            var start = Math.Max(from, day);
            from = Math.Min(to, day + (RollupWidth.Day.Seconds() * Second));
            Audit(
                new UsageQuery
                {
                    Workspace = workspace,
                    From = RecordCodec.FromMicroseconds(start),
                    To = RecordCodec.FromMicroseconds(from),
                }
            );
        }

        return new LedgerAudit(records, combinations, differences);
    }

    private void Audit(UsageQuery day)
    {
        var wide = day with { GroupBy = Wide };
        var counted = Count(wide);
        records += counted.Values.Sum(s => s.Requests);
        foreach (var width in Enum.GetValues<RollupWidth>())
        {
            Compare(counted, wide, width);
        }

        var lineage = day with { GroupBy = Lineage };
        Compare(Count(lineage), lineage, RollupWidth.Hour);
        foreach (var name in TagNames(day))
        {
            var tag = day with { GroupBy = Wide.Add(new UsageDimension(UsageDimensionKind.Tag, name)) };
            var tagged = Count(tag);
            Compare(tagged, tag, RollupWidth.Hour);
            Compare(tagged, tag, RollupWidth.Day);
        }
    }

    private Dictionary<Group, RollupSums> Count(UsageQuery query)
    {
        var sink = new TotalsSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRecords();
        return sink.Of(sums.Groups).ToDictionary(g => g.Group, g => g.Sums);
    }

    private void Compare(Dictionary<Group, RollupSums> counted, UsageQuery query, RollupWidth widest)
    {
        var sink = new TotalsSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(widest);
        var missing = counted.Count;
        foreach (var (group, rolled) in sink.Of(sums.Groups))
        {
            combinations++;
            if (counted.TryGetValue(group, out var expected))
            {
                missing--;
                differences += rolled.IsSame(expected) ? 0 : 1;
            }
            else
            {
                differences++;
            }
        }

        combinations += missing;
        differences += missing;
    }

    /// <summary>The first moment at or after one that has a record or a cell; null when there is none before the end.</summary>
    private long? NextFrom(long from, long to)
    {
        var found = First("SELECT min(started_at) FROM record WHERE workspace = ? AND started_at >= ?", from, 1);
        var seconds = RollupWidths.Ceiling(from, Second) / Second;
        foreach (var set in Enum.GetValues<RollupSet>())
        {
            for (var width = set.Finest(); width <= set.Widest(); width++)
            {
                var sql =
                    $"SELECT min(start) FROM rollup WHERE workspace = ? AND set_no = {(int)set} AND width = {(int)width} AND start >= ?2";
                found = Math.Min(found, First(sql, seconds, Second));
            }
        }

        return found < to ? found : null;
    }

    private long First(string sql, long at, long unit)
    {
        using var row = new PreparedStatement(connection, sql);
        row.Bind(1, workspace.Value);
        row.Bind(2, at);
        return row.Step() && !row.IsNull(0) ? row.Int64(0) * unit : long.MaxValue;
    }

    private HashSet<string> TagNames(UsageQuery day)
    {
        var (from, to) = (RecordCodec.ToMicroseconds(day.From), RecordCodec.ToMicroseconds(day.To));
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var row = new PreparedStatement(
            connection,
            "SELECT tags FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ? AND tags IS NOT NULL"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, from);
        row.Bind(3, to);
        while (row.Step())
        {
            names.UnionWith(RecordCodec.DecodeTags(row.Bytes(0)).Keys);
        }

        using var cell = new PreparedStatement(
            connection,
            $"""
            SELECT DISTINCT n.text FROM rollup c JOIN rollup_tag t ON t.id = c.key JOIN name n ON n.id = t.tag_id
            WHERE c.workspace = ? AND c.set_no = {(int)RollupSet.Tags} AND c.start >= ? AND c.start < ?
                AND c.width IN ({(int)RollupWidth.Hour}, {(int)RollupWidth.Day})
            """
        );
        cell.Bind(1, workspace.Value);
        cell.Bind(2, RollupWidths.Ceiling(from, Second) / Second);
        cell.Bind(3, RollupWidths.Ceiling(to, Second) / Second);
        while (cell.Step())
        {
            names.Add(cell.Text(0)!);
        }

        return names;
    }
}
