namespace Weir.Exports.Pdf;

/// <summary>A column of a table on paper.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Width">In points; 0 for an even share of what the others leave, as names have.</param>
internal readonly record struct PaperColumn(string Title, double Width);

/// <summary>A table over as many pages as it takes, each with its headings. Names stand left, numbers right.</summary>
internal sealed class PaperTable
{
    private readonly Sheet sheet;
    private readonly PaperColumn[] columns;

    /// <summary>Begins it with its headings.</summary>
    public PaperTable(Sheet sheet, params IEnumerable<PaperColumn> columns)
    {
        this.sheet = sheet;
        this.columns = [.. columns];
        var names = this.columns.Count(column => column.Width == 0);
        var room = Sheet.Width - this.columns.Sum(column => column.Width);
        Names = names == 0 ? 0 : room / names;
        Room();
        Heading();
    }

    /// <summary>How wide a column of names is.</summary>
    public double Names { get; }

    /// <summary>Adds a line.</summary>
    /// <param name="cells">One for each column.</param>
    /// <param name="isBold">Whether it stands out.</param>
    public void Add(IReadOnlyList<string> cells, bool isBold = false)
    {
        Room();
        Draw(cells, isBold);
    }

    /// <summary>Adds the line below all others, in bold.</summary>
    public void Total(IReadOnlyList<string> cells)
    {
        Room();
        sheet.Across(sheet.Y - 2);
        Draw(cells, isBold: true);
    }

    /// <summary>Adds words.</summary>
    public void Note(string text)
    {
        Room();
        sheet.Text(text, Sheet.Small, Sheet.Faint, Sheet.Left, sheet.Y, Sheet.Width);
        sheet.Y += Paper.LineHeight;
    }

    private void Room()
    {
        if (sheet.Y + Paper.LineHeight > Sheet.Bottom)
        {
            sheet.Turn();
            Heading();
        }
    }

    private void Heading()
    {
        Draw([.. columns.Select(column => column.Title)], isBold: true);
        sheet.Across(sheet.Y - 2);
        sheet.Y += 2;
    }

    private void Draw(IReadOnlyList<string> cells, bool isBold)
    {
        var font = isBold ? Sheet.SmallBold : Sheet.Small;
        var x = Sheet.Left;
        for (var i = 0; i < columns.Length; i++)
        {
            var isName = columns[i].Width == 0;
            var width = isName ? Names : columns[i].Width;
            // A number that a name follows keeps away from it.
            var gap =
                isName ? 4
                : i + 1 < columns.Length && columns[i + 1].Width == 0 ? 8
                : 0;
            sheet.Text(cells[i], font, Sheet.Dark, x, sheet.Y, width - gap, toRight: !isName);
            x += width;
        }

        sheet.Y += Paper.LineHeight;
    }
}
