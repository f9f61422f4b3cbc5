using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Archive;
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
    private readonly PagedSums pages;
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
        pages = new PagedSums(connection, query.Workspace, combinations, sink);
    }

    /// <summary>The groups so far.</summary>
    public GroupTable Groups { get; }

    /// <summary>Adds the whole range from wherever it is found fastest.</summary>
    /// <param name="widest">The widest rollup that may be used; a sink that asks for months takes cells of any width.</param>
    /// <param name="cuts">Moments that must not lie inside a cell, in order; microseconds since 1970.</param>
    public void AddRange(RollupWidth widest, params ReadOnlySpan<long> cuts)
    {
        var (from, to) = QueryRange.Of(connection, query, filters);
        AddRange(from, to, widest, cuts);
    }

    /// <summary>Adds a part of the range, in microseconds since 1970, likewise.</summary>
    public void AddRange(long from, long to, RollupWidth widest, params ReadOnlySpan<long> cuts)
    {
        if (sets.Sets.IsEmpty || from >= to)
        {
            AddRecords(from, to);
            return;
        }

        var finest = sets.Finest;
        (from, to, var before, var after) = RangeEnds.Of(from, to, finest, Newest());
        var singles = new SingleDimension(query, sink.WithSketches, widest);
        var without = AddSingleDays(singles, from, to, widest, cuts);
        foreach (var set in sets.Sets)
        {
            var most = without is null ? set.Widest() : RollupWidth.Day;
            var width = (RollupWidth)Math.Max((int)finest, Math.Min((int)widest, (int)most));
            var cells = Spans(
                RangePlan.Of(from, to, width, finest, cuts),
                width == RollupWidth.Day,
                singles.OfHours is not null
            );
            var isCut = !cuts.IsEmpty && width == RollupWidth.Day && set.Widest() == width;
            var cutDays = isCut ? new CutDays([.. cuts], set.Finest().Seconds()) : null;
            foreach (var (of, start, end) in cells)
            {
                if (of == RollupWidth.Day)
                {
                    AddDays(set, singles, without, start, end, widest);
                }
                else if (of == RollupWidth.Hour)
                {
                    foreach (var (first, last) in pages.AddSingles(singles.OfHours!.Value, of, start, end))
                    {
                        pages.Add(set, set.Finest(), first, last, cutDays);
                    }
                }
                else
                {
                    pages.Add(set, set.Finest(), start, end, cutDays);
                }
            }

            // Between stretches that do not touch lies what is read from records.
            for (var (first, i) = (0, 0); i < cells.Count; i++)
            {
                if (i + 1 == cells.Count || cells[i + 1].From != cells[i].To)
                {
                    AddRows(set, cells[first].From, cells[i].To);
                    first = i + 1;
                }
            }
        }

        foreach (var (start, end) in RangePlan.Of(from, to, finest, finest, cuts).Records)
        {
            AddRecords(start, end);
        }

        AddRecords(before.From, before.To, -1);
        AddRecords(after.From, after.To, -1);
    }

    /// <summary>Adds the days that are told by one dimension alone, for all sets; returns what of each stretch of days is not. Null when there are no such.</summary>
    private Dictionary<long, List<(long From, long To)>>? AddSingleDays(
        SingleDimension singles,
        long from,
        long to,
        RollupWidth widest,
        ReadOnlySpan<long> cuts
    )
    {
        if (singles.OfDays is not { } kind || widest < RollupWidth.Day)
        {
            return null;
        }

        var plan = RangePlan.Of(from, to, RollupWidth.Day, sets.Finest, cuts);
        var without = new Dictionary<long, List<(long From, long To)>>();
        foreach (var (_, start, end) in Spans(plan, true, false).Where(span => span.Width == RollupWidth.Day))
        {
            without[start] = pages.AddSingles(kind, RollupWidth.Day, start, end);
        }

        return without;
    }

    private void AddDays(
        RollupSet set,
        SingleDimension singles,
        Dictionary<long, List<(long From, long To)>>? without,
        long from,
        long to,
        RollupWidth widest
    )
    {
        if (without is not null)
        {
            foreach (var (start, end) in without[from])
            {
                pages.Add(set, set.Widest(), start, end);
            }
        }
        else if (set != RollupSet.Wide || widest != RollupWidth.Month)
        {
            pages.Add(set, RollupWidth.Day, from, to);
        }
        else if (singles.OfMonths is { } kind && WholeMonths(from, to) is var (first, last))
        {
            AddWeeks(from, first);
            pages.AddMonths(kind, first, last);
            AddWeeks(last, to);
        }
        else
        {
            AddWeeks(from, to);
        }
    }

    private void AddWeeks(long from, long to)
    {
        foreach (var (start, end) in pages.AddWeeks(from, to))
        {
            pages.Add(RollupSet.Wide, RollupWidth.Day, start, end);
        }
    }

    /// <summary>Adds the whole range from records.</summary>
    public void AddRecords()
    {
        var (from, to) = QueryRange.Of(connection, query, filters);
        AddRecords(from, to);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        pages.Dispose();
        combinations.Dispose();
        filters.Dispose();
    }

    /// <summary>The spans of a plan: days and hours as they are told apart, all others, which are read from the finest cells, as quarters.</summary>
    private static List<(RollupWidth Width, long From, long To)> Spans(RangePlan plan, bool withDays, bool withHours)
    {
        var spans = new List<(RollupWidth Width, long From, long To)>();
        foreach (var (width, start, end) in plan.Cells)
        {
            var of = width switch
            {
                RollupWidth.Day when withDays => width,
                RollupWidth.Hour when withHours => width,
                _ => RollupWidth.Quarter,
            };
            if (spans.Count > 0 && spans[^1] is var last && last.Width == of && last.To == start)
            {
                spans[^1] = last with { To = end };
            }
            else
            {
                spans.Add((of, start, end));
            }
        }

        return spans;
    }

    /// <summary>The whole months of a range; null when there is none.</summary>
    private static (long First, long Last)? WholeMonths(long from, long to)
    {
        if (to - from < 27 * RollupWidth.Day.Seconds())
        {
            return null;
        }

        var first = RollupWidths.MonthOf(from);
        first = first == from ? first : RollupWidths.NextMonth(first);
        var last = RollupWidths.MonthOf(to);
        return first < last ? (first, last) : null;
    }

    private void AddRows(RollupSet set, long from, long to)
    {
        var text = new QueryText();
        var measures = sink.CellMeasures;
        var sketches = sink.WithSketches ? ", c.latency, c.first_token" : "";
        using var row = text.Prepare(
            connection,
            $"""
            SELECT c.start, c.key, {string.Join(
                ", ",
                measures.Select(m => Measures.OfCells[m])
            )}{sketches} FROM rollup c
            WHERE c.workspace = {text.Add(query.Workspace.Value)} AND c.set_no = {text.Add((long)set)}
                AND c.width = {text.Add((long)set.Finest())} AND c.start >= {text.Add(from)} AND c.start < {text.Add(
                to
            )}
            """
        );
        Span<long> values = stackalloc long[measures.Length];
        while (row.Step())
        {
            var (into, outOf) = combinations.GroupsOf(set, row.Int64(1));
            if (into == outOf)
            {
                continue; // in neither, or in and out again
            }

            for (var i = 0; i < values.Length; i++)
            {
                values[i] = row.Int64(i + 2);
            }

            var cell = sink.WithSketches
                ? new CellSums(values, row.Bytes(measures.Length + 2), row.Bytes(measures.Length + 3))
                : new CellSums(values, [], []);
            if (into >= 0)
            {
                sink.AddCell(into, row.Int64(0), cell, 1);
            }

            if (outOf >= 0)
            {
                sink.AddCell(outOf, row.Int64(0), cell, -1);
            }
        }
    }

    /// <summary>When the workspace's last record began, in microseconds since 1970; 0 without one.</summary>
    private long Newest()
    {
        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            $"SELECT max(started_at) FROM record WHERE workspace = {text.Add(query.Workspace.Value)}"
        );
        return row.Step() && !row.IsNull(0) ? row.Int64(0) : 0;
    }

    private void AddRecords(long from, long to, int sign = 1)
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
                    : $"{DimensionColumn.OfRecord(d.Kind)}, "
            )
            .ToArray();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT r.started_at, {string.Concat(columns)}{sink.RecordColumns}
            FROM {RecordTables.Of(connection, query.Workspace, from, to)} {RecordRows.Joins}
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
            sink.AddRecord(Groups.NumberOf(new Group(values)), seconds, row, columns.Length + 1, sign);
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
