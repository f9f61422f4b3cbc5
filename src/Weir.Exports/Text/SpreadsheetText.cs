using System.Buffers;

namespace Weir.Exports.Text;

/// <summary>Keeps text that callers chose from being run by a spreadsheet that opens it as a formula.</summary>
internal static class SpreadsheetText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>
    /// The text, with an apostrophe before it where a spreadsheet could take it for a formula: it begins, after any white space
    /// or control characters, with <c>= + - @</c> or one of their full-width forms, or at once with a tab or a line's end (OWASP,
    /// "CSV Injection"). Numbers stay as they are.
    /// </summary>
    public static string Neutral(string text) => IsRisky(text) ? "'" + text : text;

    private static bool IsRisky(string text)
    {
        if (text.Length == 0)
        {
            return false;
        }

        if (text[0] is '\t' or '\r' or '\n')
        {
            return true;
        }

        var first = 0;
        while (first < text.Length && IsPassedOver(text[first]))
        {
            first++;
        }

        return first < text.Length
            && text[first] is '=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'
            && !IsNumber(text);
    }

    // What some program strips before it looks at a cell: white space, control characters, marks without a width.
    private static bool IsPassedOver(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || c is '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF';

    private static bool IsNumber(string text) =>
        text[0] is '-' or '+'
        && text.Length > 1
        && text.AsSpan(1).IndexOfAnyExcept(Digits) < 0
        && text.AsSpan(1).Count('.') <= 1
        && char.IsAsciiDigit(text[1]);
}
