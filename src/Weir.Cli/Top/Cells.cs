using System.Globalization;
using System.Text;

namespace Weir.Cli.Top;

/// <summary>How much room text takes on a terminal, in cells.</summary>
internal static class Cells
{
    private const string Ellipsis = "…";

    // Ranges of the East Asian widths W and F, and of emoji shown as pictures, coarse where all that lies between is unassigned.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F),
        (0x231A, 0x231B),
        (0x2329, 0x232A),
        (0x23E9, 0x23EC),
        (0x23F0, 0x23F0),
        (0x23F3, 0x23F3),
        (0x25FD, 0x25FE),
        (0x2614, 0x2615),
        (0x2648, 0x2653),
        (0x267F, 0x267F),
        (0x2693, 0x2693),
        (0x26A1, 0x26A1),
        (0x26AA, 0x26AB),
        (0x26BD, 0x26BE),
        (0x26C4, 0x26C5),
        (0x26CE, 0x26CE),
        (0x26D4, 0x26D4),
        (0x26EA, 0x26EA),
        (0x26F2, 0x26F3),
        (0x26F5, 0x26F5),
        (0x26FA, 0x26FA),
        (0x26FD, 0x26FD),
        (0x2705, 0x2705),
        (0x270A, 0x270B),
        (0x2728, 0x2728),
        (0x274C, 0x274C),
        (0x274E, 0x274E),
        (0x2753, 0x2755),
        (0x2757, 0x2757),
        (0x2795, 0x2797),
        (0x27B0, 0x27B0),
        (0x27BF, 0x27BF),
        (0x2B1B, 0x2B1C),
        (0x2B50, 0x2B50),
        (0x2B55, 0x2B55),
        (0x2E80, 0x303E),
        (0x3041, 0x4DBF),
        (0x4E00, 0xA4CF),
        (0xA960, 0xA97C),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF),
        (0xFE30, 0xFE6F),
        (0xFF01, 0xFF60),
        (0xFFE0, 0xFFE6),
        (0x16FE0, 0x1B2FF),
        (0x1F004, 0x1F004),
        (0x1F0CF, 0x1F0CF),
        (0x1F18E, 0x1F18E),
        (0x1F191, 0x1F19A),
        (0x1F200, 0x1F64F),
        (0x1F680, 0x1F6FF),
        (0x1F7E0, 0x1F7EB),
        (0x1F90C, 0x1F9FF),
        (0x1FA70, 0x1FAFF),
        (0x20000, 0x3FFFD),
    ];

    /// <summary>How many cells it takes.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }

        return width;
    }

    /// <summary>The text, cut to a width with an ellipsis when it is longer.</summary>
    public static string Fit(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        return width <= 0 ? "" : Take(text, width - 1) + Ellipsis;
    }

    /// <summary>As much of it as has room in a width.</summary>
    public static string Take(string text, int width)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width -= Width(rune);
            if (width < 0)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    /// <summary>What is left without its first cells; a wide character that is cut in two leaves a space.</summary>
    public static string Skip(string text, int cells)
    {
        var start = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (cells <= 0)
            {
                break;
            }

            cells -= Width(rune);
            start += rune.Utf16SequenceLength;
        }

        return new string(' ', Math.Max(0, -cells)) + text[start..];
    }

    /// <summary>
    /// The text without anything that a terminal could heed: control characters, changes of direction and line breaks of any
    /// script become U+FFFD. The last guard of what is written; names are made fit before.
    /// </summary>
    public static string Harmless(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            ? text
            : string.Create(
                text.Length,
                text,
                static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                    {
                        span[i] = IsHeeded(source[i]) ? '\uFFFD' : source[i];
                    }
                }
            );

    // Joiners alone among the format characters change nothing but how letters are drawn.
    private static bool IsHeeded(char c) =>
        c is not ('\u200C' or '\u200D')
        && char.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static int Width(Rune rune)
    {
        if (rune.Value < 0x300)
        {
            return 1;
        }

        if (
            Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
        )
        {
            return 0;
        }

        var index = Array.BinarySearch(Wide, (rune.Value, int.MaxValue));
        // The search answers where a range that begins at or before the character would stand.
        var before = index < 0 ? ~index - 1 : index;
        return before >= 0 && Wide[before].Last >= rune.Value ? 2 : 1;
    }
}
