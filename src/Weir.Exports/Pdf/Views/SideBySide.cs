using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>Sides compared: every figure of each, and how it differs from the first's.</summary>
internal static class SideBySide
{
    // More do not fit beside one another; the others follow below, each beside the first again.
    private const int AtOnce = 3;

    /// <summary>Draws it.</summary>
    public static void Draw(Sheet sheet, UsageComparison compared)
    {
        for (var first = 1; first < compared.Sides.Count; first += AtOnce)
        {
            var others = Enumerable.Range(first, Math.Min(AtOnce, compared.Sides.Count - first)).ToList();
            sheet.Need(120);
            Paper.Heading(sheet, compared.By is { } by ? $"By {by}" : "Periods");
            var table = new PaperTable(
                sheet,
                [
                    new("", 0),
                    new(Name(compared, 0), 76),
                    .. others.SelectMany(side =>
                        new PaperColumn[] { new(Name(compared, side), 76), new("change", 40) }
                    ),
                ]
            );
            if (compared.By is null)
            {
                table.Add([
                    "until",
                    Paper.Time(compared.Sides[0].To),
                    .. others.SelectMany(side => new[] { Paper.Time(compared.Sides[side].To), "" }),
                ]);
            }

            foreach (var figure in compared.Figures)
            {
                table.Add([
                    figure.Metric,
                    Paper.Value(figure.Sides[0].Value, figure.Metric),
                    .. others.SelectMany(side =>
                        new[] { Paper.Value(figure.Sides[side].Value, figure.Metric), Change(figure.Sides[side]) }
                    ),
                ]);
            }

            sheet.Y += 14;
        }
    }

    private static string Name(UsageComparison compared, int side) =>
        compared.By is null ? Paper.Time(compared.Sides[side].From) : compared.Sides[side].Key ?? "unknown";

    private static string Change(ComparedValue value) =>
        value.ChangePercent is { } percent
            ? percent.ToString("+#,0.0' %';-#,0.0' %';0' %'", CultureInfo.InvariantCulture)
            : "–";
}
