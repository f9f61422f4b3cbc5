using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>
/// Where in a range records are that a query's filters let through, newest first, as the rollups tell it: a list of what is rare is
/// found without looking at the millions between. Not thread-safe.
/// </summary>
internal sealed class MatchingSpans : IDisposable
{
    private const long Second = 1_000_000;
    private const int MostDaysAtOnce = 64;

    private readonly QuerySets sets;
    private readonly StartSink sink = new();
    private readonly GroupedSums sums;

    private MatchingSpans(SqliteConnection connection, UsageQuery query, QuerySets sets)
    {
        this.sets = sets;
        sums = new GroupedSums(connection, query with { GroupBy = [] }, sink);
    }

    /// <summary>The spans of a query, or null when rollups know nothing of its filters, or it has none.</summary>
    public static MatchingSpans? Of(SqliteConnection connection, UsageQuery query, QueryFilters filters) =>
        !query.Filters.IsEmpty && QuerySets.Of(query, filters) is { Sets.IsEmpty: false } sets
            ? new MatchingSpans(connection, query, sets)
            : null;

    /// <inheritdoc />
    public void Dispose() => sums.Dispose();

    /// <summary>Half-open spans in microseconds since 1970, the latest first, which together hold every record that passes.</summary>
    public IEnumerable<(long From, long To)> Between(long from, long to)
    {
        var day = RollupWidth.Day.Seconds() * Second;
        for (var days = 1; from < to; days = Math.Min(MostDaysAtOnce, 2 * days))
        {
            var start = Math.Max(from, RollupWidths.Floor(to - 1, day) - ((days - 1) * day));
            foreach (var (first, last) in Spans(start, to, RollupWidth.Day))
            {
                foreach (var span in Spans(first, last, sets.Finest))
                {
                    yield return span;
                }
            }

            to = start;
        }
    }

    // A span is as wide as the widest cell that tells of it; neighbours are one.
    private List<(long From, long To)> Spans(long from, long to, RollupWidth widest)
    {
        sink.Begin(widest == RollupWidth.Day ? widest : sets.Finest);
        sums.AddRange(from, to, widest);
        var spans = new List<(long From, long To)>();
        foreach (var start in sink.Starts())
        {
            var begin = Math.Max(from, start * Second);
            var end = Math.Min(to, (start + sink.Seconds) * Second);
            if (spans.Count > 0 && spans[^1].From == end)
            {
                spans[^1] = (begin, spans[^1].To);
            }
            else if (begin < end)
            {
                spans.Add((begin, end));
            }
        }

        return spans;
    }

    private sealed class StartSink : SumSink
    {
        private readonly Dictionary<long, long> requests = [];

        /// <summary>How long a span is.</summary>
        public long Seconds { get; private set; }

        public override ImmutableArray<int> CellMeasures { get; } = [Measures.Requests];

        public override string RecordColumns => "1";

        /// <summary>Begins anew.</summary>
        public void Begin(RollupWidth width)
        {
            Seconds = width.Seconds();
            requests.Clear();
        }

        public IEnumerable<long> Starts() => requests.Where(r => r.Value != 0).Select(r => r.Key).OrderDescending();

        public override void AddCell(int group, long start, in CellSums cell, int sign) =>
            Add(start, sign * cell.Measures[0]);

        public override void AddCells(in CellColumns cells)
        {
            var counts = cells.Measure(0);
            for (var i = 0; i < counts.Length; i++)
            {
                if (cells.Groups[i] >= 0)
                {
                    Add(cells.Day + (cells.Slots[i] * cells.Width), cells.Sign * counts[i]);
                }
            }
        }

        public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign) =>
            Add(seconds, sign);

        private void Add(long start, long count)
        {
            var span = RollupWidths.Floor(start, Seconds);
            requests[span] = requests.GetValueOrDefault(span) + count;
        }
    }
}
