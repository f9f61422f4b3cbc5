using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Weir.Client;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>Answers questions about many requests at once: the largest, how long they took, when, and sides compared.</summary>
internal static class AnalyticsAnswers
{
    private const int DefaultTop = 10;
    private const int MostTop = 1000;
    private const int DefaultBuckets = 20;
    private const int MostSides = 10;

    private static readonly FrozenDictionary<string, UsageDuration> Durations = new Dictionary<string, UsageDuration>
    {
        ["durationMs"] = UsageDuration.Whole,
        ["timeToFirstTokenMs"] = UsageDuration.FirstToken,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, UsageScale> Scales = new Dictionary<string, UsageScale>
    {
        ["log"] = UsageScale.Log,
        ["linear"] = UsageScale.Linear,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is said to who asked for too many groups.</summary>
    public static string Advice(TooManyGroupsException tooMany) =>
        $"{tooMany.Message}: narrow it by filters or a shorter range, or ask /usage/top for the largest";

    /// <summary>The members of a dimension with the largest of a figure, and what the others come to.</summary>
    public static async Task<Answered<UsageTopResult>> TopAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(request, groupsByPeriod: false, "by", "metric", "limit", "timezone");
        var query = reader.Read(asker.Caller, asker.Clock);
        var by = reader.Dimension("by");
        var figure = reader.Figure();
        var limit = reader.Whole("limit", 1, MostTop, DefaultTop);
        if (reader.Errors.Count > 0 || by is null)
        {
            return new(null, reader.Errors);
        }

        query = query with { GroupBy = [by.Value] };
        var top = await asker.Queries.TopAsync(query, figure, limit, cancellationToken);
        return new(AnalyticsShapes.Top(query, figure, top), reader.Errors);
    }

    /// <summary>How long requests took: quantiles and a histogram.</summary>
    public static async Task<Answered<UsageDistributionResult>> DistributionAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(
            request,
            groupsByPeriod: false,
            "groupBy",
            "of",
            "scale",
            "buckets",
            "timezone"
        );
        var query = reader.Read(asker.Caller, asker.Clock);
        var of = reader.Choice("of", Durations, UsageDuration.Whole);
        var scale = reader.Choice("scale", Scales, UsageScale.Log);
        var buckets = reader.Whole("buckets", 1, UsageDistribution.MostBuckets, DefaultBuckets);
        if (reader.Errors.Count == 0)
        {
            try
            {
                var found = await asker.Queries.DistributionAsync(query, of, scale, buckets, cancellationToken);
                var name = of == UsageDuration.Whole ? "durationMs" : "timeToFirstTokenMs";
                return new(AnalyticsShapes.Distribution(query, name, scale, found), reader.Errors);
            }
            catch (TooManyGroupsException tooMany)
            {
                reader.Fault("groupBy", Advice(tooMany));
            }
        }

        return new(null, reader.Errors);
    }

    /// <summary>A metric by weekday and hour of a zone's clock.</summary>
    public static async Task<Answered<UsageHeatmapResult>> HeatmapAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(request, groupsByPeriod: false, "metric", "timezone", "weekStart");
        var query = reader.Read(asker.Caller, asker.Clock);
        var metric = reader.Metric();
        if (reader.Errors.Count > 0)
        {
            return new(null, reader.Errors);
        }

        var found = await asker.Queries.HeatmapAsync(query, metric, cancellationToken);
        return new(AnalyticsShapes.Heatmap(query, metric, found), reader.Errors);
    }

    /// <summary>Periods, or values of a dimension, side by side.</summary>
    public static async Task<Answered<UsageComparison>> CompareAsync(
        HttpRequest request,
        UsageAsker asker,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(
            request,
            groupsByPeriod: false,
            "by",
            "values",
            "compare",
            "timezone",
            "weekStart"
        );
        var hasValues = reader.One("by") is not null;
        var by = hasValues ? reader.Dimension("by") : null;
        var sides = hasValues ? Values(reader, asker, by) : Periods(reader, asker);
        if (reader.Errors.Count == 0 && sides.Length is < 2 or > MostSides)
        {
            reader.Fault(hasValues ? "values" : "from", $"two to {MostSides} sides can be compared");
        }

        if (reader.Errors.Count > 0)
        {
            return new(null, reader.Errors);
        }

        var totals = await asker.Queries.TotalsAsync([.. sides.Select(side => side.Query)], cancellationToken);
        return new(AnalyticsShapes.Comparison(by, sides, totals), reader.Errors);
    }

    private static ImmutableArray<(UsageQuery Query, string? Key)> Values(
        UsageQueryReader reader,
        UsageAsker asker,
        UsageDimension? by
    )
    {
        var query = reader.Read(asker.Caller, asker.Clock);
        if (reader.One("compare") is not null)
        {
            reader.Fault("compare", "compares periods: leave by out");
        }

        return by is not { } dimension
            ? []
            :
            [
                .. reader
                    .Values("values")
                    .Select(value =>
                        (query with { Filters = query.Filters.Add(new UsageFilter(dimension, [value])) }, value)
                    ),
            ];
    }

    private static ImmutableArray<(UsageQuery Query, string? Key)> Periods(UsageQueryReader reader, UsageAsker asker)
    {
        var ranges = reader.ReadRanges(asker.Caller, asker.Clock);
        var compare = reader.Compare();
        if (reader.One("values") is not null)
        {
            reader.Fault("values", "needs by, the dimension that they are values of");
        }

        if (compare is not null && ranges.Length > 1)
        {
            reader.Fault("compare", "there are several periods already");
        }

        // What is compared with goes first: the others differ from it.
        return compare is not null && ranges.Length == 1 && reader.Errors.Count == 0
            ? [(UsageQueryReader.Compared(ranges[0], compare), null), (ranges[0], null)]
            : [.. ranges.Select(range => (range, (string?)null))];
    }
}
