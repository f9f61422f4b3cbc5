using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>The members of a dimension with the largest of a figure, and what the others come to.</summary>
/// <param name="By">The dimension.</param>
/// <param name="Metric">The figure: a metric, or <c>errorRate</c>, <c>cacheHitRate</c>, <c>costPerRequest</c>.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Rows">The largest first; of as much as another the one with more requests, then by name.</param>
/// <param name="Other">Everything that is not among the rows, as one; null when nothing is left.</param>
/// <param name="Total">Everything.</param>
public sealed record UsageTopResult(
    string By,
    string Metric,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<TopMember> Rows,
    TopOther? Other,
    RankedFigures Total
);

/// <summary>Sums, and the figure that they are ordered by.</summary>
public record RankedFigures : RequestSums
{
    /// <summary>With nothing in it yet.</summary>
    public RankedFigures() { }

    /// <summary>Sums, and their figure.</summary>
    [SetsRequiredMembers]
    public RankedFigures(RequestSums sums, SeriesValue? value)
        : base(sums) => Value = value;

    /// <summary>The figure (money is a decimal string, counts and rates are numbers); null for a rate of nothing.</summary>
    [JsonPropertyOrder(-1)]
    [JsonConverter(typeof(SeriesValueConverter))]
    public required SeriesValue? Value { get; init; }
}

/// <summary>One member of the dimension.</summary>
public sealed record TopMember : RankedFigures
{
    /// <summary>With nothing in it yet.</summary>
    public TopMember() { }

    /// <summary>Sums, and whose.</summary>
    [SetsRequiredMembers]
    public TopMember(RankedFigures figures, string? key)
        : base(figures) => Key = key;

    /// <summary>Its name; null is "unknown".</summary>
    [JsonPropertyOrder(-2)]
    public required string? Key { get; init; }
}

/// <summary>The members that are not among the rows.</summary>
public sealed record TopOther : RankedFigures
{
    /// <summary>With nothing in it yet.</summary>
    public TopOther() { }

    /// <summary>Sums, and of how many.</summary>
    [SetsRequiredMembers]
    public TopOther(RankedFigures figures, long members)
        : base(figures) => Members = members;

    /// <summary>How many they are.</summary>
    [JsonPropertyOrder(-2)]
    public required long Members { get; init; }
}

/// <summary>How long requests took.</summary>
/// <param name="Of"><c>durationMs</c> or <c>timeToFirstTokenMs</c>.</param>
/// <param name="Scale"><c>log</c> or <c>linear</c>.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="EdgesMs">
/// The edges of the bars in milliseconds, one more than there are bars; a bar holds its lower edge. The same for every group;
/// empty when nothing was measured.
/// </param>
/// <param name="Groups">One for each combination of the grouped dimensions, most requests first.</param>
public sealed record UsageDistributionResult(
    string Of,
    string Scale,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<double> EdgesMs,
    IReadOnlyList<DistributionGroup> Groups
);

/// <summary>One group of a distribution; times in milliseconds, null when nothing was measured.</summary>
public sealed record DistributionGroup
{
    /// <summary>The value of each grouped dimension; null is "unknown".</summary>
    public required IReadOnlyDictionary<string, string?> Keys { get; init; }

    /// <summary>Requests that were measured.</summary>
    public required long Count { get; init; }

    /// <summary>Requests that were not.</summary>
    public required long Unknown { get; init; }

    /// <summary>No request took less; within 2 %.</summary>
    public required double? Min { get; init; }

    /// <summary>Every request took less; within 2 %.</summary>
    public required double? Max { get; init; }

    /// <summary>The median, within 1 %, as the other quantiles.</summary>
    public required double? P50 { get; init; }

    /// <summary>Three of four took at most so long.</summary>
    public required double? P75 { get; init; }

    /// <summary>Nine of ten.</summary>
    public required double? P90 { get; init; }

    /// <summary>95 of a hundred.</summary>
    public required double? P95 { get; init; }

    /// <summary>99 of a hundred.</summary>
    public required double? P99 { get; init; }

    /// <summary>How many lie between two edges that follow each other; exact.</summary>
    public required IReadOnlyList<long> Bars { get; init; }
}

/// <summary>A metric by weekday and hour of a zone's clock.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Timezone">The zone's IANA name.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Days">Seven, from the first day of the week.</param>
public sealed record UsageHeatmapResult(
    string Metric,
    string Timezone,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<HeatmapDay> Days
);

/// <summary>A day of the week.</summary>
/// <param name="Weekday"><c>monday</c> …</param>
/// <param name="Hours">Twenty-four, from midnight.</param>
public sealed record HeatmapDay(string Weekday, IReadOnlyList<HeatmapHour> Hours);

/// <summary>An hour of a day of the week.</summary>
/// <param name="Value">The sum over all such hours of the range.</param>
/// <param name="Hours">
/// How many such hours the range held: the one that came twice counts twice, the one that was left out not at all, one cut by
/// the range's ends in part. The sum by these is the average.
/// </param>
public sealed record HeatmapHour(
    [property: JsonConverter(typeof(SeriesValueConverter))] SeriesValue Value,
    double Hours
);

/// <summary>Periods, or values of a dimension, side by side.</summary>
/// <param name="By">The dimension; null where periods are compared.</param>
/// <param name="Sides">In the order they were asked for; the first is what the others differ from.</param>
/// <param name="Figures">Every metric and rate.</param>
public sealed record UsageComparison(
    string? By,
    IReadOnlyList<ComparedSide> Sides,
    IReadOnlyList<ComparedFigure> Figures
);

/// <summary>One side.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Key">The dimension's value; null is "unknown", and where periods are compared.</param>
/// <param name="Sums">Its sums.</param>
public sealed record ComparedSide(DateTimeOffset From, DateTimeOffset To, string? Key, UsageFigures Sums);

/// <summary>One figure on every side.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Sides">In the sides' order.</param>
public sealed record ComparedFigure(string Metric, IReadOnlyList<ComparedValue> Sides);

/// <summary>A figure on one side.</summary>
/// <param name="Value">It; null for a rate of nothing.</param>
/// <param name="Change">What it is above the first side's, of the same kind; null when one of both is.</param>
/// <param name="ChangePercent">The same in percent of the first side's, to four decimals; null when that is 0 or null.</param>
public sealed record ComparedValue(
    [property: JsonConverter(typeof(SeriesValueConverter))] SeriesValue? Value,
    [property: JsonConverter(typeof(SeriesValueConverter))] SeriesValue? Change,
    double? ChangePercent
);
