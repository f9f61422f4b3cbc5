using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;
using Weir.Ledger.Upkeep;

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
/// <param name="connection">Of a query.</param>
/// <param name="workspace">Whose.</param>
/// <param name="found">Told each difference; null for the count alone.</param>
internal sealed class LedgerAuditor(
    SqliteConnection connection,
    WorkspaceId workspace,
    Action<SumDifference>? found = null
)
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
        var begin = from;
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

        foreach (var month in Months(begin, to))
        {
            AuditMonth(month);
        }

        foreach (var week in Weeks(begin, to))
        {
            AuditWeek(week);
        }

        return new LedgerAudit(records, combinations, differences);
    }

    /// <summary>Holds the sums of a whole month by single dimensions against those by all of them.</summary>
    private void AuditMonth(long month)
    {
        foreach (var dimension in Wide)
        {
            var query = new UsageQuery
            {
                Workspace = workspace,
                From = DateTimeOffset.FromUnixTimeSeconds(month),
                To = DateTimeOffset.FromUnixTimeSeconds(RollupWidths.NextMonth(month)),
                GroupBy = [dimension],
            };
            Guarded(
                query,
                RollupSet.Single,
                RollupWidth.Month,
                () => Compare(Sums(query, RollupWidth.Day), query, RollupSet.Single, RollupWidth.Month)
            );
        }
    }

    /// <summary>Holds a week against its days.</summary>
    private void AuditWeek(long week)
    {
        var query = new UsageQuery
        {
            Workspace = workspace,
            From = DateTimeOffset.FromUnixTimeSeconds(week),
            To = DateTimeOffset.FromUnixTimeSeconds(week + RollupWidth.Week.Seconds()),
            GroupBy = Wide,
        };
        Guarded(
            query,
            RollupSet.Wide,
            RollupWidth.Week,
            () => Compare(Sums(query, RollupWidth.Day), query, RollupSet.Wide, RollupWidth.Week)
        );
    }

    /// <summary>Holds a day's sums by single dimensions against those that they are made of.</summary>
    private void AuditSingles(UsageQuery day)
    {
        foreach (var kind in SingleSums.OfHours)
        {
            var query = day with { GroupBy = [new UsageDimension(kind)] };
            Guarded(
                query,
                RollupSet.Single,
                RollupWidth.Hour,
                () => Compare(Sums(query, RollupWidth.Quarter), query, RollupSet.Single, RollupWidth.Hour)
            );
        }

        var sessions = day with { GroupBy = [new UsageDimension(UsageDimensionKind.Session)] };
        Guarded(
            sessions,
            RollupSet.Single,
            RollupWidth.Day,
            () => Compare(Figures(sessions, RollupWidth.Hour), sessions, RollupSet.Single, RollupWidth.Day)
        );
    }

    private Dictionary<Group, RollupSums> Sums(UsageQuery query, RollupWidth widest)
    {
        var sink = new TotalsSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(widest);
        return sink.Of(sums.Groups).ToDictionary(g => g.Group, g => g.Sums);
    }

    private Dictionary<Group, RollupSums> Figures(UsageQuery query, RollupWidth widest)
    {
        var sink = new FigureSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(widest);
        return sink.Of(sums.Groups).ToDictionary(g => g.Group, g => g.Sums);
    }

    /// <summary>A page that cannot be read is a difference like another.</summary>
    private void Guarded(UsageQuery query, RollupSet set, RollupWidth width, Action compare)
    {
        try
        {
            compare();
        }
        catch (InvalidDataException unreadable)
        {
            differences++;
            found?.Invoke(SumDifference.Unreadable(query, set, width, unreadable.Message));
        }
    }

    private void Audit(UsageQuery day)
    {
        var wide = day with { GroupBy = Wide };
        var counted = Count(wide);
        records += counted.Values.Sum(s => s.Requests);
        Compare(counted, wide, RollupSet.Wide, RollupWidth.Quarter);
        Compare(counted, wide, RollupSet.Wide, RollupWidth.Day);
        AuditSingles(day);

        var lineage = day with { GroupBy = Lineage };
        Compare(Count(lineage), lineage, RollupSet.Lineage, RollupWidth.Hour);
        HashSet<string> names = [];
        Guarded(day, RollupSet.Tags, RollupWidth.Hour, () => names = TagNames(day));
        foreach (var name in names)
        {
            var tag = day with { GroupBy = Wide.Add(new UsageDimension(UsageDimensionKind.Tag, name)) };
            var tagged = Count(tag);
            Compare(tagged, tag, RollupSet.Tags, RollupWidth.Hour);
            Compare(tagged, tag, RollupSet.Tags, RollupWidth.Day);
        }
    }

    private Dictionary<Group, RollupSums> Count(UsageQuery query)
    {
        var sink = new TotalsSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRecords();
        return sink.Of(sums.Groups).ToDictionary(g => g.Group, g => g.Sums);
    }

    private void Compare(Dictionary<Group, RollupSums> counted, UsageQuery query, RollupSet set, RollupWidth widest) =>
        Guarded(
            query,
            set,
            widest,
            () =>
            {
                var isWithoutSketches = set == RollupSet.Single && widest == RollupWidth.Day;
                // Whoever may use months may use weeks.
                var told = isWithoutSketches
                    ? Figures(query, widest)
                    : Sums(query, widest == RollupWidth.Week ? RollupWidth.Month : widest);
                var left = new Dictionary<Group, RollupSums>(counted);
                foreach (var (group, rolled) in told)
                {
                    combinations++;
                    left.Remove(group, out var expected);
                    if (expected is null || !rolled.IsSame(expected))
                    {
                        Differs(query, set, widest, group, expected, rolled);
                    }
                }

                combinations += left.Count;
                foreach (var (group, expected) in left)
                {
                    Differs(query, set, widest, group, expected, null);
                }
            }
        );

    private void Differs(
        UsageQuery query,
        RollupSet set,
        RollupWidth width,
        Group group,
        RollupSums? counted,
        RollupSums? summed
    )
    {
        differences++;
        if (found is not null)
        {
            using var texts = new GroupTexts(connection, query.GroupBy);
            found(SumDifference.Of(query, set, width, texts.Of(group), counted, summed));
        }
    }

    /// <summary>The first moment at or after one that has a record or a cell; null when there is none before the end.</summary>
    public long? NextFrom(long from, long to)
    {
        var first = First(
            $"SELECT min(r.started_at) FROM {RecordTables.Of(connection, workspace, from, to)} WHERE r.workspace = ? AND r.started_at >= ?",
            from,
            1
        );
        var seconds = RollupWidths.Ceiling(from, Second) / Second;
        foreach (var set in RollupWidths.Sets)
        {
            first = Math.Min(
                first,
                First(
                    $"SELECT min(start) FROM rollup WHERE workspace = ? AND set_no = {(int)set} AND width = {(int)set.Finest()} AND start >= ?2",
                    seconds,
                    Second
                )
            );
            foreach (var width in new[] { set.Finest(), set.Widest() })
            {
                var page = First(
                    $"SELECT min(start) FROM rollup_page WHERE workspace = ? AND set_no = {(int)set} AND width = {(int)width} AND start >= ?2",
                    RollupWidths.Floor(seconds, RollupWidth.Day.Seconds()),
                    Second
                );
                first = Math.Min(first, Math.Max(page, from));
            }
        }

        return first < to ? first : null;
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
            $"SELECT r.tags FROM {RecordTables.Of(connection, workspace, from, to)} WHERE r.workspace = ? AND r.started_at >= ? AND r.started_at < ? AND r.tags IS NOT NULL"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, from);
        row.Bind(3, to);
        while (row.Step())
        {
            names.UnionWith(RecordCodec.DecodeTags(row.Bytes(0)).Keys);
        }

        var end = RollupWidths.Ceiling(to, Second) / Second;
        using var cell = Tags(
            "SELECT DISTINCT t.tag_id FROM rollup c JOIN rollup_tag t ON t.id = c.key WHERE c.workspace = ? AND c.set_no = ? AND c.start >= ? AND c.start < ?",
            RollupWidths.Ceiling(from, Second) / Second,
            end
        );
        var tags = new HashSet<long>();
        while (cell.Step())
        {
            tags.Add(cell.Int64(0));
        }

        using var reader = new PageReader();
        using var page = Tags(
            "SELECT cells FROM rollup_page WHERE workspace = ? AND set_no = ? AND start >= ? AND start < ?",
            RollupWidths.Floor(from, RollupWidth.Day.Seconds() * Second) / Second,
            end
        );
        while (page.Step())
        {
            reader.Begin(page.Bytes(0));
            foreach (var tag in reader.Column(page.Bytes(0), PageColumn.First))
            {
                tags.Add(tag);
            }
        }

        using var name = new PreparedStatement(connection, "SELECT text FROM name WHERE id = ?");
        foreach (var tag in tags)
        {
            name.Bind(1, tag);
            if (name.Step())
            {
                names.Add(name.Text(0)!);
            }

            name.Reset();
        }

        return names;
    }

    /// <summary>The whole months in a range that have sums by single dimensions, or should: those that have a page of a day.</summary>
    private SortedSet<long> Months(long from, long to)
    {
        var months = new SortedSet<long>();
        using var page = new PreparedStatement(
            connection,
            $"""
            SELECT start FROM rollup_page WHERE workspace = ?
                AND (set_no = {(int)RollupSet.Single} OR (set_no = {(int)RollupSet.Wide} AND width = {(int)
                RollupWidth.Day}))
            """
        );
        page.Bind(1, workspace.Value);
        while (page.Step())
        {
            var month = RollupWidths.MonthOf(page.Int64(0));
            if (month >= RollupWidths.Ceiling(from, Second) / Second && RollupWidths.NextMonth(month) <= to / Second)
            {
                months.Add(month);
            }
        }

        return months;
    }

    /// <summary>The weeks that end in a range and have a page.</summary>
    private List<long> Weeks(long from, long to)
    {
        var weeks = new List<long>();
        using var page = new PreparedStatement(
            connection,
            $"""
            SELECT start FROM rollup_page WHERE workspace = ? AND set_no = {(int)RollupSet.Wide} AND width = {(int)
                RollupWidth.Week}
            """
        );
        page.Bind(1, workspace.Value);
        while (page.Step())
        {
            var end = page.Int64(0) + RollupWidth.Week.Seconds();
            if (end > from / Second && end <= to / Second)
            {
                weeks.Add(page.Int64(0));
            }
        }

        return weeks;
    }

    private PreparedStatement Tags(string sql, long from, long to)
    {
        var statement = new PreparedStatement(connection, sql);
        statement.Bind(1, workspace.Value);
        statement.Bind(2, (long)RollupSet.Tags);
        statement.Bind(3, from);
        statement.Bind(4, to);
        return statement;
    }
}
