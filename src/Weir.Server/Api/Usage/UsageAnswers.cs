using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Weir.Client;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>Who asks, of what, and when.</summary>
/// <param name="Caller">Who.</param>
/// <param name="Queries">The ledger.</param>
/// <param name="Clock">The time.</param>
internal readonly record struct UsageAsker(ApiCaller Caller, UsageQueries Queries, TimeProvider Clock);

/// <summary>An answer, or what was wrong with the question.</summary>
/// <param name="Answer">Null when something was wrong.</param>
/// <param name="Errors">What, by parameter; empty with an answer.</param>
internal readonly record struct Answered<T>(T? Answer, IReadOnlyDictionary<string, string> Errors)
    where T : class;

/// <summary>
/// Answers questions about what was used: sums, series, single requests. Whoever asks, over REST or in GraphQL, is read by the same
/// reader, and told the same.
/// </summary>
internal static class UsageAnswers
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>An answer as a route gives it.</summary>
    public static Results<Ok<T>, ApiProblem> Told<T>(Answered<T> answered)
        where T : class =>
        answered.Answer is { } answer ? TypedResults.Ok(answer) : ApiProblem.Invalid(answered.Errors);

    /// <summary>Sums by dimensions or periods, and their total.</summary>
    public static async Task<Answered<UsageSummaryResult>> SummaryAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(request, groupsByPeriod: true, "groupBy", "timezone", "weekStart");
        var query = reader.Read(asker.Caller, asker.Clock);
        if (
            reader.Errors.Count == 0
            && reader.Period is { } named
            && Periods.Starts(query, named).Length > Periods.Most
        )
        {
            reader.Fault("groupBy", $"the range has more than {Periods.Most} of these periods");
        }

        if (reader.Errors.Count > 0)
        {
            return new(null, reader.Errors);
        }

        var (records, sums) = await KeptAsync(asker, query, cancellationToken);
        var answer = reader.Period is { } period
            ? await Periods.SummaryAsync(asker.Queries, query, period, cancellationToken)
            : UsageShapes.Summary(query, await asker.Queries.SummaryAsync(query, cancellationToken));
        return new(answer with { RecordsSince = records, SumsSince = sums }, reader.Errors);
    }

    /// <summary>One figure over time.</summary>
    public static async Task<Answered<UsageSeriesResult>> SeriesAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(
            request,
            groupsByPeriod: false,
            "groupBy",
            "metric",
            "interval",
            "compare",
            "timezone",
            "weekStart"
        );
        var query = reader.Read(asker.Caller, asker.Clock);
        var (metric, interval, compare) = (reader.Metric(), reader.Interval(), reader.Compare());
        Bound(reader, query, interval);
        if (reader.Errors.Count > 0)
        {
            return new(null, reader.Errors);
        }

        var (records, sums) = await KeptAsync(asker, query, cancellationToken);
        try
        {
            return new(
                new UsageSeriesResult(
                    UsageQueryReader.MetricName(metric),
                    interval.ToString().ToLowerInvariant(),
                    query.From,
                    query.To,
                    UsageShapes.Lines(query.GroupBy, await SeriesOf(query), metric)
                )
                {
                    Timezone = query.Calendar.Zone.Id,
                    RecordsSince = records,
                    SumsSince = sums,
                    Previous = compare is null ? null : await PeriodOf(UsageQueryReader.Compared(query, compare)),
                },
                reader.Errors
            );
        }
        catch (TooManyGroupsException tooMany)
        {
            reader.Fault("groupBy", AnalyticsAnswers.Advice(tooMany));
            return new(null, reader.Errors);
        }

        Task<ImmutableArray<UsageSeries>> SeriesOf(UsageQuery of) =>
            asker.Queries.SeriesAsync(of, metric, interval, cancellationToken);

        async Task<SeriesPeriod> PeriodOf(UsageQuery of) =>
            new(of.From, of.To, UsageShapes.Lines(of.GroupBy, await SeriesOf(of), metric));
    }

    /// <summary>Since when records and sums are kept, each where that is later than a question's range begins.</summary>
    private static async Task<(DateTimeOffset? Records, DateTimeOffset? Sums)> KeptAsync(
        UsageAsker asker,
        UsageQuery query,
        CancellationToken cancellationToken
    )
    {
        var (records, sums) = await asker.Queries.KeptSinceAsync(query.Workspace, cancellationToken);
        return (records > query.From ? records : null, sums > query.From ? sums : null);
    }

    /// <summary>Single requests, newest first, page by page.</summary>
    public static async Task<Answered<RequestPage>> RequestsAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(request, groupsByPeriod: false, "cursor", "limit", "timezone");
        var query = reader.Read(asker.Caller, asker.Clock);
        var limit = reader.Whole("limit", 1, MaxLimit, DefaultLimit);
        var cursor = reader.One("cursor");
        if (cursor is not null && !UsageQueries.IsCursor(cursor))
        {
            reader.Fault("cursor", "is no cursor: give the next of the page before");
        }

        if (reader.Errors.Count > 0)
        {
            return new(null, reader.Errors);
        }

        var page = await asker.Queries.RecordsAsync(query, cursor, limit, cancellationToken);
        var (records, _) = await KeptAsync(asker, query, cancellationToken);
        return new(
            new RequestPage([.. page.Items.Select(UsageShapes.Request)], page.Next) { RecordsSince = records },
            reader.Errors
        );
    }

    /// <summary>One request, with what it was before each of its changes; null when the caller may see none of that id.</summary>
    public static async Task<RequestItem?> RequestAsync(
        string id,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var (workspace, queries) = (asker.Caller.Workspace, asker.Queries);
        var found = RecordId.TryParse(id, out var record)
            ? await queries.RecordAsync(workspace, record, cancellationToken)
            : null;
        return found is null || asker.Caller.Scope?.Covers(found.Record) == false
            ? null
            : UsageShapes.Request(found) with
            {
                Earlier =
                [
                    .. (await queries.EarlierAsync(workspace, record, cancellationToken)).Select(UsageShapes.Earlier),
                ],
                Sightings =
                [
                    .. (await queries.WordsAsync(workspace, record, cancellationToken)).Select(UsageShapes.Sighting),
                ],
            };
    }

    // A range that has too many points.
    private static void Bound(UsageQueryReader reader, UsageQuery query, UsageInterval interval)
    {
        var range = query.To - query.From;
        if (interval == UsageInterval.Minute && range > TimeSpan.FromDays(1))
        {
            reader.Fault("interval", "minutes are kept for a range of at most one day");
        }
        else if (UsageQueries.CountPoints(query.From, query.To, interval) > UsageQueries.MostPoints)
        {
            reader.Fault("interval", $"the range has more than {UsageQueries.MostPoints} points");
        }
    }
}
