using System.Collections.Immutable;

namespace Weir.Cli.Top;

/// <summary>One column of a table of a screen.</summary>
/// <param name="Heading">What stands above it.</param>
/// <param name="Rank">
/// Where there is no room for all, the columns with the highest ranks go first; those of rank 0 stay. Others are left out when all
/// their cells are empty, too.
/// </param>
internal sealed record Column(string Heading, int Rank)
{
    /// <summary>Whether it is aligned to the right, as numbers are.</summary>
    public bool IsRight { get; init; }

    /// <summary>How narrow it may become, in cells, before columns are left out; null for as wide as what it holds.</summary>
    public int? Least { get; init; }

    /// <summary>How wide it may become.</summary>
    public int Most { get; init; } = 200;
}

/// <summary>A cell of a table.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain);

/// <summary>Lays a table into a width: columns as wide as what they hold, narrowed where they may be, left out where they must.</summary>
internal static class Columns
{
    private const int Between = 2;

    /// <summary>The heading's line, then one for each row.</summary>
    /// <param name="columns">From left to right.</param>
    /// <param name="rows">As many cells each as there are columns.</param>
    /// <param name="width">The room, in cells.</param>
    public static ImmutableArray<Line> Lay(
        IReadOnlyList<Column> columns,
        IReadOnlyList<IReadOnlyList<Cell>> rows,
        int width
    )
    {
        var widths = columns
            .Select(
                (column, i) =>
                    Math.Min(
                        column.Most,
                        Math.Max(
                            Cells.Width(column.Heading),
                            rows.Select(row => Cells.Width(row[i].Text)).DefaultIfEmpty().Max()
                        )
                    )
            )
            .ToArray();
        var shown = Choose(columns, rows, widths, width);
        Narrow(columns, widths, shown, width);
        var heading = columns.Select(column => new Cell(column.Heading, Tone.Strong)).ToList();
        return [.. rows.Prepend(heading).Select(row => Row(columns, widths, shown, row).Fit(width))];
    }

    private static List<int> Choose(
        IReadOnlyList<Column> columns,
        IReadOnlyList<IReadOnlyList<Cell>> rows,
        int[] widths,
        int width
    )
    {
        // What is empty throughout says nothing.
        var shown = Enumerable
            .Range(0, columns.Count)
            .Where(i => columns[i].Rank == 0 || rows.Any(row => row[i].Text.Length > 0))
            .ToList();
        while (shown.Sum(i => Math.Min(widths[i], columns[i].Least ?? widths[i])) + Gaps(shown) > width)
        {
            var last = shown.MaxBy(i => columns[i].Rank);
            if (columns[last].Rank == 0)
            {
                break;
            }

            shown.Remove(last);
        }

        return shown;
    }

    private static void Narrow(IReadOnlyList<Column> columns, int[] widths, List<int> shown, int width)
    {
        var over = shown.Sum(i => widths[i]) + Gaps(shown) - width;
        for (; over > 0; over--)
        {
            var widest = shown
                .Where(i => columns[i].Least is { } least && widths[i] > least)
                .OrderByDescending(i => widths[i])
                .FirstOrDefault(-1);
            if (widest < 0)
            {
                return;
            }

            widths[widest]--;
        }
    }

    private static int Gaps(List<int> shown) => Between * Math.Max(0, shown.Count - 1);

    private static Line Row(IReadOnlyList<Column> columns, int[] widths, List<int> shown, IReadOnlyList<Cell> row)
    {
        var line = Line.Empty;
        foreach (var i in shown)
        {
            var text = Cells.Fit(row[i].Text, widths[i]);
            var spaces = new string(' ', widths[i] - Cells.Width(text));
            line = line.Add(i == shown[0] ? "" : new string(' ', Between));
            line = columns[i].IsRight
                ? line.Add(spaces).Add(text, row[i].Tone)
                : line.Add(text, row[i].Tone).Add(spaces);
        }

        return line;
    }
}
