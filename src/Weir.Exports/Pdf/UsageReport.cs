using Weir.Client;

namespace Weir.Exports.Pdf;

/// <summary>A view of sums, as it goes on paper.</summary>
public sealed record UsageReport
{
    /// <summary>The most lines of its table; of more the largest are shown, and their number is told.</summary>
    public const int MostRows = 2_000;

    /// <summary>What stands at its head.</summary>
    public required PaperHead Head { get; init; }

    /// <summary>The names of the dimensions that the table is by, in order; one at least.</summary>
    public required IReadOnlyList<string> GroupBy { get; init; }

    /// <summary>The table, largest cost first, and its total.</summary>
    public required UsageSummaryResult Summary { get; init; }

    /// <summary>The chart: cost over time by the same dimensions.</summary>
    public required UsageSeriesResult Series { get; init; }
}
