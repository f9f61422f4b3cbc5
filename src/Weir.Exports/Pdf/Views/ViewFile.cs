using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>An answer of a usage route as PDF on A4.</summary>
internal static class ViewFile
{
    /// <summary>Draws it; the document is small enough to be made in memory. Null when it is no such answer.</summary>
    public static byte[]? Draw(PaperHead head, object view) =>
        view switch
        {
            UsageSummaryResult sums => Paper.Draw(head, sums.From, sums.To, sheet => ReportFile.Sums(sheet, sums)),
            UsageSeriesResult series => Paper.Draw(head, series.From, series.To, sheet => Lines.Draw(sheet, series)),
            UsageTopResult top => Paper.Draw(head, top.From, top.To, sheet => Ranking.Draw(sheet, top)),
            UsageDistributionResult times => Paper.Draw(head, times.From, times.To, sheet => Times.Draw(sheet, times)),
            UsageHeatmapResult map => Paper.Draw(head, map.From, map.To, sheet => WeekGrid.Draw(sheet, map)),
            UsageComparison sides => Paper.Draw(
                head,
                sides.Sides.Min(side => side.From),
                sides.Sides.Max(side => side.To),
                sheet => SideBySide.Draw(sheet, sides)
            ),
            _ => null,
        };
}
