using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Queries;

/// <summary>Sums straight from a list of records: the independent count that queries are held against.</summary>
internal static class NaiveCount
{
    public static IEnumerable<UsageRecord> Matching(IEnumerable<UsageRecord> records, UsageQuery query) =>
        records.Where(r =>
            r.Workspace == query.Workspace
            && r.StartedAt >= query.From
            && r.StartedAt < query.To
            && query.Filters.All(f => Passes(f, Value(r, f.Dimension)))
        );

    private static bool Passes(UsageFilter filter, string? value) =>
        filter.Kind switch
        {
            UsageFilterKind.In => filter.Values.Contains(value),
            UsageFilterKind.NotIn => !filter.Values.Contains(value),
            _ => filter.Values.Any(beginning =>
                string.IsNullOrEmpty(beginning)
                    ? IsUnknown(filter.Dimension, value)
                    : value is not null && value.StartsWith(beginning, StringComparison.Ordinal)
            ),
        };

    private static bool IsUnknown(UsageDimension dimension, string? value) =>
        dimension.Kind is UsageDimensionKind.Source or UsageDimensionKind.Status ? value == "unknown" : value is null;

    public static Dictionary<string, UsageRecord[]> Groups(IEnumerable<UsageRecord> records, UsageQuery query) =>
        Matching(records, query)
            .GroupBy(r => Key([.. query.GroupBy.Select(d => Value(r, d))]))
            .ToDictionary(g => g.Key, g => g.ToArray());

    public static string Key(ImmutableArray<string?> values) => string.Join('|', values.Select(v => v ?? "<null>"));

    public static string? Value(UsageRecord r, UsageDimension dimension) =>
        dimension.Kind switch
        {
            UsageDimensionKind.Model => r.Model,
            UsageDimensionKind.RequestedModel => r.RequestedModel,
            UsageDimensionKind.Provider => r.Provider,
            UsageDimensionKind.Key => r.Key,
            UsageDimensionKind.User => r.User,
            UsageDimensionKind.Team => r.Team,
            UsageDimensionKind.Project => r.Project,
            UsageDimensionKind.Session => r.Session,
            UsageDimensionKind.Agent => r.Agent,
            UsageDimensionKind.Client => r.Client,
            UsageDimensionKind.Source => r.Source == UsageSource.None
                ? "unknown"
                : r.Source.ToString().ToLowerInvariant(),
            UsageDimensionKind.Status => UsageNames.Of(r.Status),
            UsageDimensionKind.Route => r.Route,
            _ => r.Tags.GetValueOrDefault(dimension.Tag!),
        };

    /// <summary>The cost by interval, with a point for every interval that the range touches.</summary>
    public static ImmutableArray<UsagePoint> Series(
        IEnumerable<UsageRecord> records,
        UsageQuery query,
        UsageInterval interval
    )
    {
        var costs = records
            .GroupBy(r => Start(r.StartedAt, interval))
            .ToDictionary(g => g.Key, g => g.Sum(r => r.Cost?.ToUsd() ?? 0));
        var points = ImmutableArray.CreateBuilder<UsagePoint>();
        for (
            var time = Start(query.From, interval);
            time < query.To && query.From < query.To;
            time = Next(time, interval)
        )
        {
            points.Add(new UsagePoint(time, costs.GetValueOrDefault(time)));
        }

        return points.ToImmutable();
    }

    /// <summary>Every sum of a group in one text.</summary>
    public static string Show(UsageRecord[] records) =>
        Show(
            records.Length,
            records.Count(r =>
                r.Status is not (RequestStatus.Unknown or RequestStatus.Ok or RequestStatus.CallerAborted)
            ),
            records.Count(r => r.Cost is null && !r.Usage.IsUnknown),
            records.Count(r => r.Quality == UsageQuality.Estimated),
            [
                records.Sum(r => r.Usage.Input ?? 0),
                records.Sum(r => r.Usage.CacheRead ?? 0),
                records.Sum(r => r.Usage.CacheWrite5m ?? 0),
                records.Sum(r => r.Usage.CacheWrite1h ?? 0),
                records.Sum(r => r.Usage.Output ?? 0),
                records.Sum(r => r.Usage.Reasoning ?? 0),
                records.Sum(r => r.Cost?.NanoUsd ?? 0),
                records.Sum(r => r.Billing == Billing.Metered ? r.Cost?.NanoUsd ?? 0 : 0),
                records.Sum(r => r.RequestedCost is { } asked && r.Cost is { } paid ? asked.NanoUsd - paid.NanoUsd : 0),
            ]
        );

    public static string Show(UsageTotals t) =>
        Show(
            t.Requests,
            t.Errors,
            t.Unpriced,
            t.Estimated,
            [
                t.Tokens.Input ?? 0,
                t.Tokens.CacheRead ?? 0,
                t.Tokens.CacheWrite5m ?? 0,
                t.Tokens.CacheWrite1h ?? 0,
                t.Tokens.Output ?? 0,
                t.Tokens.Reasoning ?? 0,
                t.Cost.NanoUsd,
                t.Billed.NanoUsd,
                t.Savings.NanoUsd,
            ]
        );

    private static string Show(long requests, long errors, long unpriced, long estimated, long[] sums) =>
        $"{requests} {errors} {unpriced} {estimated}: {string.Join(' ', sums)}";

    private static DateTimeOffset Start(DateTimeOffset time, UsageInterval interval)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return interval switch
        {
            UsageInterval.Hour => day.AddHours(time.UtcDateTime.Hour),
            UsageInterval.Day => day,
            UsageInterval.Week => day.DayOfWeek == DayOfWeek.Monday ? day : Start(day.AddDays(-1), interval),
            _ => new DateTimeOffset(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }

    private static DateTimeOffset Next(DateTimeOffset time, UsageInterval interval) =>
        interval switch
        {
            UsageInterval.Hour => time.AddHours(1),
            UsageInterval.Day => time.AddDays(1),
            UsageInterval.Week => time.AddDays(7),
            _ => time.AddMonths(1),
        };
}
