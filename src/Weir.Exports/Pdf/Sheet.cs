using System.Globalization;
using System.Text;

namespace Weir.Exports.Pdf;

/// <summary>The pages of a report, one after another, and where on the last one the next thing goes. Points, from the top left.</summary>
internal sealed class Sheet
{
    public const double Left = 40;
    public const double Right = 555;
    public const double Top = 42;
    public const double Bottom = 790;
    public const double Width = Right - Left;

    private const int MostCharacters = 300;

    private readonly PdfPages pages = new();

    public Sheet() => Turn();

    public static Face Small { get; } = new(false, 7.5);

    public static Face SmallBold { get; } = new(true, 7.5);

    public static Face Body { get; } = new(false, 9);

    public static Face Large { get; } = new(true, 12);

    public static Face Title { get; } = new(true, 18);

    public static Ink Dark { get; } = new(0x1B222C);

    public static Ink Faint { get; } = new(0x5B6675);

    public static Ink Rule { get; } = new(0xD5DAE1);

    /// <summary>The top of what comes next.</summary>
    public double Y { get; set; }

    /// <summary>Begins a page when what comes next has no room on this one.</summary>
    public void Need(double height)
    {
        if (Y + height > Bottom)
        {
            Turn();
        }
    }

    /// <summary>Begins a page.</summary>
    public void Turn()
    {
        pages.Add();
        Y = Top;
    }

    /// <summary>Text whose top left, or top right, is here; cut with an ellipsis to a width.</summary>
    public void Text(string text, Face face, Ink ink, double x, double y, double width, bool toRight = false) =>
        Text(pages.Count - 1, text, face, ink, x, y, width, toRight);

    /// <summary>A line across.</summary>
    public void Across(double y) => pages.Line(pages.Count - 1, Rule, Left, y, Right, y);

    /// <summary>A line across, from a place on.</summary>
    public void Across(double x, double y) => pages.Line(pages.Count - 1, Rule, x, y, Right, y);

    /// <summary>An area.</summary>
    public void Area(Ink ink, double x, double y, double width, double height) =>
        pages.Area(pages.Count - 1, ink, x, y, width, height);

    /// <summary>The document, with the number of each page and a word at its foot.</summary>
    public byte[] Save(string title, string foot, DateTimeOffset made)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            Text(i, foot, Small, Faint, Left, Bottom + 14, 400, toRight: false);
            var number = string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {pages.Count}");
            Text(i, number, Small, Faint, Right - 100, Bottom + 14, 100, toRight: true);
        }

        return pages.Save(title, made);
    }

    private void Text(int page, string text, Face face, Ink ink, double x, double y, double width, bool toRight)
    {
        var shown = Fit(Plain(text), face, width);
        pages.Text(page, shown, face, ink, toRight ? x + width - face.WidthOf(shown) : x, y);
    }

    // Text that callers chose: nothing in it moves the pen, and no length of it takes long to measure.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, MostCharacters));
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(Rune.IsControl(rune) ? " " : rune.ToString());
            if (plain.Length >= MostCharacters)
            {
                break;
            }
        }

        return plain.ToString();
    }

    private static string Fit(string text, Face face, double width)
    {
        if (face.WidthOf(text) <= width)
        {
            return text;
        }

        var (fits, tooLong) = (0, text.Length);
        while (fits + 1 < tooLong)
        {
            var middle = (fits + tooLong) / 2;
            (fits, tooLong) = face.WidthOf(text[..middle] + "…") <= width ? (middle, tooLong) : (fits, middle);
        }

        return text[..(fits > 0 && char.IsHighSurrogate(text[fits - 1]) ? fits - 1 : fits)] + "…";
    }
}
