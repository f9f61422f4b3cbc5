using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Performance;

namespace Weir.Server.Api.Status;

/// <summary>How the process does, and what failed. All of it is in memory: nothing here asks a database.</summary>
internal static class PerformanceRoutes
{
    /// <summary>Maps <c>/performance</c> and <c>/errors</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("System");
        group
            .MapGet("/performance", Performance)
            .WithName("getSystemPerformance")
            .WithSummary("How the server's process does: processor, memory, disk, its parts, caches and slow queries")
            .TakesQuery("range")
            .Needs(Permission.InstanceView)
            .Refuses(StatusCodes.Status400BadRequest);
        group
            .MapGet("/errors", Errors)
            .WithName("getSystemErrors")
            .WithSummary("What failed since the server started, by pattern")
            .TakesQuery()
            .Needs(Permission.InstanceView);
    }

    private static Results<Ok<SystemPerformance>, ApiProblem> Performance(
        ServerState state,
        TimeProvider clock,
        string? range = null
    )
    {
        var name = range ?? TimelineRange.Hour.Name;
        if (TimelineRange.All.FirstOrDefault(one => one.Name == name) is not { } asked)
        {
            return ApiProblem.Invalid(
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["range"] = $"must be one of {string.Join(", ", TimelineRange.All.Select(one => one.Name))}",
                }
            );
        }

        var sampler = state.Modules.Sampler;
        var steps = sampler.Samples.Read(asked, clock.GetUtcNow());
        var growth = sampler.Growth;
        return TypedResults.Ok(
            new SystemPerformance
            {
                Since = sampler.Since,
                Range = asked.Name,
                StepSeconds = (int)asked.Step.TotalSeconds,
                Processors = Environment.ProcessorCount,
                Times = [.. steps.Select(step => step.Time)],
                Series =
                [
                    .. Measures.All.Select(measure =>
                        Series(measure, steps, sampler.Samples.Latest, asked.Step > SampleRing.Pace)
                    ),
                ],
                HeapGrowth = growth is null
                    ? null
                    : new HeapGrowthItem(
                        Math.Round(growth.BytesPerHour),
                        Math.Round(growth.LeastBytesPerHour),
                        Math.Round(growth.Over.TotalHours, 1),
                        growth.Collections
                    ),
                Components = state.Times.Read(state.Modules),
                SlowQueries = [.. state.Modules.Ledger.Measures.Queries.Slowest.Select(Slow)],
                Caches = Caches(state.Modules),
            }
        );
    }

    private static Ok<SystemErrors> Errors(ServerState state) =>
        TypedResults.Ok(
            new SystemErrors
            {
                Since = state.Errors.Since,
                Patterns =
                [
                    .. state
                        .Errors.Read()
                        .Select(pattern => new ErrorPatternItem
                        {
                            Component = pattern.Category,
                            Level = pattern.IsError ? "error" : "warn",
                            Template = pattern.Template,
                            Exception = pattern.Exception,
                            Count = pattern.Count,
                            FirstAt = pattern.FirstAt,
                            LastAt = pattern.LastAt,
                        }),
                ],
                Forgotten = state.Errors.Forgotten,
                Requests =
                [
                    .. (state.Modules.Gateway?.Metrics.Series ?? [])
                        .Where(series => series.Status is not (RequestStatus.Ok or RequestStatus.CallerAborted))
                        .GroupBy(series => (series.Provider, Status: Usage.Words.Of(series.Status)))
                        .Select(group => new FailedRequests(
                            group.Key.Provider,
                            group.Key.Status,
                            group.Sum(series => series.Requests)
                        ))
                        .OrderByDescending(failed => failed.Count)
                        .ThenBy(failed => failed.Provider, StringComparer.Ordinal)
                        .ThenBy(failed => failed.Status, StringComparer.Ordinal),
                ],
            }
        );

    private static PerformanceSeries Series(
        Measure measure,
        ImmutableArray<TimelineStep> steps,
        double[]? latest,
        bool hasMaxima
    ) =>
        new()
        {
            Name = Measures.Name(measure),
            Unit = Measures.Unit(measure),
            Latest = Known(measure, latest?[(int)measure] ?? double.NaN),
            Mean = [.. steps.Select(step => Known(measure, step.Mean[(int)measure]))],
            Max = hasMaxima ? [.. steps.Select(step => Known(measure, step.Max[(int)measure]))] : null,
        };

    // No more digits than mean something.
    private static double? Known(Measure measure, double value) =>
        double.IsNaN(value) ? null : Math.Round(value, Measures.Unit(measure) is "share" ? 5 : 2);

    private static SlowQueryItem Slow(SlowQuery query) =>
        new()
        {
            Kind = Timing.Of(query.Kind),
            At = query.At,
            DurationMs = Timing.Milliseconds(query.Took),
            RangeSeconds = Math.Round(query.Range.TotalSeconds, 3),
            GroupBy = query.GroupBy,
            Filters = query.Filters,
            Rows = query.Rows,
        };

    private static ImmutableArray<CacheItem> Caches(Modules modules) =>
        [
            Cache("ledger", "archivedMonths", modules.Ledger.Measures.Months),
            Cache("ledger", "connections", modules.Ledger.Measures.Connections),
            Cache("ledger", "statements", modules.Ledger.Measures.Statements),
            Cache("limits", "estimates", modules.Limits.Counts),
            Cache("statusLine", "sessions", modules.Status.Counts),
        ];

    private static CacheItem Cache(string component, string kind, CacheCounts counts)
    {
        var (hits, misses) = (counts.Hits, counts.Misses);
        return new CacheItem
        {
            Component = component,
            Kind = kind,
            Hits = hits,
            Misses = misses,
            HitShare = hits + misses == 0 ? null : Math.Round((double)hits / (hits + misses), 4),
            Entries = counts.Entries,
            Evicted = counts.Evicted,
            TimeToLiveSeconds = counts.TimeToLive?.TotalSeconds,
            Expired = counts.Expired,
            ExpiredUnused = counts.ExpiredUnused,
        };
    }
}
