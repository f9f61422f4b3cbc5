using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Ingest;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// Reads a query's range and hands every row, with the number of its group, to a sink: whole spans from the rollups that
/// hold the query's dimensions, the ragged ends from records. Rows are summed up here and not by SQL, whose sum() fails on
/// overflow and which knows no sketches. Not thread-safe.
/// </summary>
internal sealed class GroupedSums : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly UsageQuery query;
    private readonly SumSink sink;
    private readonly QueryFilters filters;
    private readonly QuerySets sets;
    private readonly Combinations combinations;
    private readonly Dictionary<string, long> tagValues = new(StringComparer.Ordinal);

    public GroupedSums(SqliteConnection connection, UsageQuery query, SumSink sink)
    {
        this.connection = connection;
        this.query = query;
        this.sink = sink;
        filters = QueryFilters.Of(connection, query);
        sets = QuerySets.Of(query, filters);
        Groups = new GroupTable(query.GroupBy);
        combinations = new Combinations(connection, query, filters, sets, Groups);
    }

    /// <summary>The groups so far.</summary>
    public GroupTable Groups { get; }

    /// <summary>Adds the whole range from wherever it is found fastest.</summary>
    /// <param name="widest">The widest rollup that may be used.</param>
    public void AddRange(RollupWidth widest)
    {
        var (from, to) = QueryRange.Of(connection, query, filters);
        if (sets.Sets.IsEmpty)
        {
            AddRecords(from, to);
            return;
        }

        var finest = sets.Finest;
        var folded = LedgerState.ReadFolded(connection);
        foreach (var set in sets.Sets)
        {
            var width = (RollupWidth)Math.Max((int)finest, Math.Min((int)widest, (int)set.Widest()));
            foreach (var (span, start, end) in RangePlan.Of(from, to, width, finest, folded).Cells)
            {
                AddCells(set, start < folded ? span : set.Finest(), start, end);
            }
        }

        foreach (var (start, end) in RangePlan.Of(from, to, finest, finest, folded).Records)
        {
            AddRecords(start, end);
        }
    }

    /// <summary>Adds the whole range from records.</summary>
    public void AddRecords()
    {
        var (from, to) = QueryRange.Of(connection, query, filters);
        AddRecords(from, to);
    }

    /// <inheritdoc />
    public void Dispose() => combinations.Dispose();

    private void AddCells(RollupSet set, RollupWidth width, long from, long to)
    {
        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT c.start, c.key, {sink.CellColumns} FROM rollup c
            WHERE c.workspace = {text.Add(query.Workspace.Value)} AND c.set_no = {text.Add((long)set)}
                AND c.width = {text.Add((long)width)} AND c.start >= {text.Add(from)} AND c.start < {text.Add(to)}
            """
        );
        while (row.Step())
        {
            var (into, outOf) = combinations.GroupsOf(set, row.Int64(1));
            if (into == outOf)
            {
                continue; // in neither, or in and out again
            }

            if (into >= 0)
            {
                sink.AddCell(into, row.Int64(0), row, 2, 1);
            }

            if (outOf >= 0)
            {
                sink.AddCell(outOf, row.Int64(0), row, 2, -1);
            }
        }
    }

    private void AddRecords(long from, long to)
    {
        if (from >= to)
        {
            return;
        }

        var text = new QueryText();
        var columns = query
            .GroupBy.Select(d =>
                d.Kind == UsageDimensionKind.Tag
                    ? $"tag(r.tags, {text.Add(d.Tag!)}), "
                    : $"r.{DimensionColumn.Of(d.Kind)}, "
            )
            .ToArray();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT r.started_at, {string.Concat(columns)}{sink.RecordColumns} FROM record r
            WHERE r.workspace = {text.Add(query.Workspace.Value)}
                AND r.started_at >= {text.Add(from)} AND r.started_at < {text.Add(to)}{filters.Conditions(text)}
            """
        );
        while (row.Step())
        {
            var values = new long[columns.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] =
                    query.GroupBy[i].Kind == UsageDimensionKind.Tag ? TagValue(row.Text(i + 1)) : row.Int64(i + 1);
            }

            var seconds = RollupWidths.Floor(row.Int64(0), 1_000_000) / 1_000_000;
            sink.AddRecord(Groups.NumberOf(new Group(values)), seconds, row, columns.Length + 1);
        }
    }

    private long TagValue(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        if (!tagValues.TryGetValue(text, out var number))
        {
            number =
                NameTable.Find(connection, query.Workspace, text)
                ?? throw new InvalidDataException("The ledger lacks the name of a stored tag.");
            tagValues[text] = number;
        }

        return number;
    }
}

/// <summary>Which sets of rollups hold a query's dimensions.</summary>
/// <param name="Sets">The sets to read; none when only records hold them all.</param>
/// <param name="Finest">The finest width that all of them have.</param>
/// <param name="IsLineage">Whether session or agent are asked for: the wide set then counts for records without them alone.</param>
/// <param name="Tag">The one tag asked for, or null.</param>
internal sealed record QuerySets(ImmutableArray<RollupSet> Sets, RollupWidth Finest, bool IsLineage, string? Tag)
{
    /// <summary>Chooses.</summary>
    public static QuerySets Of(UsageQuery query, QueryFilters filters)
    {
        var dimensions = query.GroupBy.Concat(query.Filters.Select(f => f.Dimension)).ToArray();
        var tags = dimensions.Where(d => d.Kind == UsageDimensionKind.Tag).Select(d => d.Tag!).Distinct().ToArray();
        var lineage = dimensions.Any(d => DimensionColumn.IsLineage(d.Kind));
        return (lineage, tags.Length) switch
        {
            (false, 0) => new QuerySets([RollupSet.Wide], RollupWidth.Quarter, false, null),
            (true, 0) => new QuerySets(
                filters.PassWithoutLineage ? [RollupSet.Wide, RollupSet.Lineage] : [RollupSet.Lineage],
                RollupWidth.Hour,
                true,
                null
            ),
            // A record without the tag is in the wide set and in no cell of the tag: the difference.
            (false, 1) => new QuerySets(
                filters.PassTag(0) ? [RollupSet.Wide, RollupSet.Tags] : [RollupSet.Tags],
                RollupWidth.Hour,
                false,
                tags[0]
            ),
            _ => new QuerySets([], RollupWidth.Quarter, lineage, null),
        };
    }
}

/// <summary>A query's range as the tables count time.</summary>
internal static class QueryRange
{
    private const long Second = 1_000_000;

    /// <summary>Half-open, in microseconds, and no longer than the life of the sessions that the query asks for.</summary>
    public static (long From, long To) Of(SqliteConnection connection, UsageQuery query, QueryFilters filters)
    {
        var (from, to) = (Ceiling(query.From), Ceiling(query.To));
        if (filters.Sessions is not { } sessions)
        {
            return (from, to);
        }

        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT min(first), max(last) FROM rollup_lineage
            WHERE session_id IN ({text.List(sessions)}) AND workspace = {text.Add(query.Workspace.Value)}
            """
        );
        return row.Step() && !row.IsNull(0)
            ? (
                Math.Max(from, row.Int64(0) * Second),
                Math.Min(to, (row.Int64(1) + RollupWidth.Hour.Seconds()) * Second)
            )
            : (from, from);
    }

    // Up to the microsecond, as records are rounded down to theirs.
    private static long Ceiling(DateTimeOffset time)
    {
        var floor = RecordCodec.ToMicroseconds(time);
        return time.UtcTicks % TimeSpan.TicksPerMicrosecond == 0 ? floor : floor + 1;
    }
}
