using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// Makes <see cref="UsageSpan"/>s: sums from rollups, and of records only the first and the last of each hour, which the index
/// over time finds. Not thread-safe.
/// </summary>
internal sealed class HourSpans : IDisposable
{
    private const long Second = 1_000_000;
    private const long Hour = 3600;

    private readonly SqliteConnection connection;
    private readonly UsageQuery query;
    private readonly PreparedStatement first;
    private readonly PreparedStatement last;
    private readonly PreparedStatement instant;
    private readonly GroupTexts texts;

    public HourSpans(SqliteConnection connection, UsageQuery query)
    {
        this.connection = connection;
        this.query = query with
        {
            From = RecordCodec.FromMicroseconds(RecordCodec.ToMicroseconds(query.From)),
            To = RecordCodec.FromMicroseconds(RecordCodec.ToMicroseconds(query.To)),
            GroupBy = [new UsageDimension(UsageDimensionKind.Model)],
        };
        using var filters = QueryFilters.Of(connection, query);
        var tables = RecordTables.Of(
            connection,
            query.Workspace,
            RecordCodec.ToMicroseconds(query.From),
            RecordCodec.ToMicroseconds(query.To)
        );
        first = Prepare("r.started_at", "ORDER BY r.started_at LIMIT 1");
        last = Prepare("r.started_at", "ORDER BY r.started_at DESC LIMIT 1");
        instant = Prepare($"k.model_id, {string.Join(", ", Measures.OfRecords)}", "");
        texts = new GroupTexts(connection, this.query.GroupBy);

        PreparedStatement Prepare(string columns, string order)
        {
            var text = new QueryText();
            var (workspace, from, to) = (text.Add(query.Workspace.Value), text.Add(0), text.Add(0));
            return text.Prepare(
                connection,
                $"""
                SELECT {columns} FROM {tables} {RecordRows.Joins}
                WHERE r.workspace = {workspace} AND r.started_at >= {from} AND r.started_at < {to}{filters.Conditions(
                    text
                )}
                {order}
                """
            );
        }
    }

    /// <summary>The spans, by time.</summary>
    public ImmutableArray<UsageSpan> Read()
    {
        var sink = new HourSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(RollupWidth.Hour);
        var from = RecordCodec.ToMicroseconds(query.From);
        var to = RecordCodec.ToMicroseconds(query.To);
        var spans = ImmutableArray.CreateBuilder<UsageSpan>();
        foreach (var (hour, groups) in sink.Hours)
        {
            var start = Math.Max(from, hour * Second);
            var end = Math.Min(to, (hour + Hour) * Second);
            var byModel = groups.ToDictionary(g => sums.Groups[g.Key].Values[0], g => g.Value);
            if (Edge(first, start, end) is not { } earliest || Edge(last, start, end) is not { } latest)
            {
                continue;
            }

            if (earliest == hour * Second)
            {
                var there = At(earliest);
                spans.Add(Span(earliest, earliest, there));
                Subtract(byModel, there);
                if (Edge(first, earliest + 1, end) is not { } next)
                {
                    continue;
                }

                earliest = next;
            }

            spans.Add(Span(earliest, latest, byModel));
        }

        return spans.ToImmutable();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        first.Dispose();
        last.Dispose();
        instant.Dispose();
        texts.Dispose();
    }

    private static long? Edge(PreparedStatement statement, long from, long to)
    {
        statement.Bind(2, from);
        statement.Bind(3, to);
        long? at = statement.Step() ? statement.Int64(0) : null;
        statement.Reset();
        return at;
    }

    private Dictionary<long, long[]> At(long moment)
    {
        instant.Bind(2, moment);
        instant.Bind(3, moment + 1);
        var byModel = new Dictionary<long, long[]>();
        while (instant.Step())
        {
            if (!byModel.TryGetValue(instant.Int64(0), out var sums))
            {
                byModel[instant.Int64(0)] = sums = new long[Measures.Count];
            }

            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] = unchecked(sums[i] + instant.Int64(i + 1));
            }
        }

        instant.Reset();
        return byModel;
    }

    private static void Subtract(Dictionary<long, long[]> from, Dictionary<long, long[]> what)
    {
        foreach (var (model, sums) in what)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                from[model][i] = unchecked(from[model][i] - sums[i]);
            }
        }
    }

    private UsageSpan Span(long from, long to, Dictionary<long, long[]> byModel) =>
        new(
            RecordCodec.FromMicroseconds(from),
            RecordCodec.FromMicroseconds(to),
            [
                .. byModel
                    .Where(model => model.Value[Measures.Requests] > 0)
                    .Select(model => Part(texts.Of(new Group([model.Key]))[0], model.Value))
                    .OrderByDescending(part => part.Cost)
                    .ThenBy(part => part.Model, StringComparer.Ordinal),
            ]
        );

    private static UsageSpanPart Part(string? model, long[] sums) =>
        new(
            model,
            sums[Measures.Requests],
            sums[Measures.Unpriced],
            new TokenUsage
            {
                Input = sums[Measures.Input],
                CacheRead = sums[Measures.CacheRead],
                CacheWrite5m = sums[Measures.CacheWrite5m],
                CacheWrite1h = sums[Measures.CacheWrite1h],
                Output = sums[Measures.Output],
                Reasoning = sums[Measures.Reasoning],
            },
            new Money(sums[Measures.Cost])
        );
}
