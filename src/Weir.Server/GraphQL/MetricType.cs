using System.Globalization;
using Weir.Client;
using Weir.GraphQL;
using Weir.Ledger;

namespace Weir.Server.GraphQL;

/// <summary>The figures of one period.</summary>
/// <param name="Row">With the period among its keys.</param>
/// <param name="Calendar">Whose days, weeks and months they are.</param>
internal sealed record MetricRow(UsageSummaryRow Row, UsageCalendar Calendar)
{
    /// <summary>The period's start, with the zone's offset then; null for no period.</summary>
    public DateTimeOffset? Start
    {
        get
        {
            if (Row.Keys.GetValueOrDefault("hour") is { } hour)
            {
                return DateTimeOffset.Parse(hour, CultureInfo.InvariantCulture);
            }

            foreach (var period in (ReadOnlySpan<string>)["day", "week", "month"])
            {
                if (Row.Keys.GetValueOrDefault(period) is { } day)
                {
                    return Calendar.At(DateTime.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
                }
            }

            return null;
        }
    }
}

/// <summary>The type of <see cref="MetricRow"/>.</summary>
internal static class MetricType
{
    /// <summary>Makes it.</summary>
    public static ObjectType Make() =>
        new(
            "Metric",
            "Figures of one period.",
            () =>
                [
                    ShapeTypes.Of<MetricRow>("timestamp", WeirScalars.DateTime.NonNull, one => one.Start, "Its start."),
                    Of("requests", WeirScalars.Long.NonNull, row => row.Requests),
                    Of("errors", WeirScalars.Long.NonNull, row => row.Errors),
                    Of("inputTokens", WeirScalars.Long.NonNull, row => row.InputTokens),
                    Of("outputTokens", WeirScalars.Long.NonNull, row => row.OutputTokens),
                    Of("cacheReadTokens", WeirScalars.Long.NonNull, row => row.CacheReadTokens),
                    Of("billed", WeirScalars.Decimal, row => row.BilledUsd),
                    Of("cost", WeirScalars.Decimal, row => row.CostUsd, "List cost in US dollars."),
                    Of("tokens", WeirScalars.Long.NonNull, UsageTypes.Tokens, "All tokens, those of caches included."),
                    .. UsageQuestion.Names.Select(name =>
                        Of(name, Scalars.String, row => row.Keys.GetValueOrDefault(name))
                    ),
                ]
        );

    private static Field Of(
        string name,
        GraphType type,
        Func<UsageSummaryRow, object?> get,
        string? description = null
    ) => ShapeTypes.Of<MetricRow>(name, type, one => get(one.Row), description);
}
