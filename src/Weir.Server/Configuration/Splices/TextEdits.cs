using System.Text;

namespace Weir.Server.Configuration.Splices;

/// <summary>
/// A text, where its lines are, and what is to be replaced in it. A line ends where YAML 1.1 ends one: at a line feed, a carriage
/// return, both, or one of Unicode's own three.
/// </summary>
internal sealed class TextEdits(string text)
{
    private readonly List<(int Start, int End, string Now)> edits = [];

    /// <summary>The text as it was.</summary>
    public string Text => text;

    /// <summary>Replaces a range; an empty one inserts. Ranges do not overlap.</summary>
    public void Replace(int start, int end, string now) => edits.Add((start, end, now));

    /// <summary>The text as it is to be.</summary>
    public string Apply()
    {
        var result = new StringBuilder(text);
        foreach (var (start, end, now) in edits.OrderByDescending(e => e.Start).ThenByDescending(e => e.End))
        {
            result.Remove(start, end - start).Insert(start, now);
        }

        return result.ToString();
    }

    /// <summary>Inserts whole lines where a line starts or the text ends, with the line ends of the line before.</summary>
    public void InsertLines(int at, IEnumerable<string> lines)
    {
        var newline = NewlineBefore(at);
        var all = string.Join(newline, lines);
        Replace(at, at, at > 0 && !IsBreak(text[at - 1]) ? newline + all : all + newline);
    }

    /// <summary>Where the line starts in which a character is.</summary>
    public int LineStart(int at)
    {
        while (at > 0 && !IsBreak(text[at - 1]))
        {
            at--;
        }

        return at;
    }

    /// <summary>Where the next line starts; the end of the text behind the last one.</summary>
    public int NextLine(int at)
    {
        while (at < text.Length && !IsBreak(text[at]))
        {
            at++;
        }

        return at == text.Length ? at
            : text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? at + 2
            : at + 1;
    }

    /// <summary>Whether the line that starts there has nothing in it. There is none at the end of the text.</summary>
    public bool IsBlank(int lineStart) =>
        lineStart < text.Length && text.AsSpan(lineStart, NextLine(lineStart) - lineStart).IsWhiteSpace();

    /// <summary>Whether a blank line is between two places.</summary>
    public bool HasBlankBetween(int start, int end)
    {
        for (var line = NextLine(start); line < end; line = NextLine(line))
        {
            if (IsBlank(line))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The start of the line before one; the same for the first.</summary>
    public int PreviousLine(int lineStart)
    {
        if (lineStart == 0)
        {
            return 0;
        }

        var at = lineStart - 1;
        return LineStart(text[at] == '\n' && at > 0 && text[at - 1] == '\r' ? at - 1 : at);
    }

    /// <summary>
    /// Where the lines end that belong to what ends at a place: its own, and comments right below it that are further in than a column.
    /// </summary>
    /// <param name="last">The end of what is there.</param>
    /// <param name="column">From 1.</param>
    public int EndOfLines(int last, int column)
    {
        var end = NextLine(last);
        while (end < text.Length)
        {
            var at = end;
            while (at < text.Length && text[at] == ' ')
            {
                at++;
            }

            if (at == text.Length || text[at] != '#' || at - end < column)
            {
                break;
            }

            end = NextLine(at);
        }

        return end;
    }

    /// <summary>Whether nothing but spaces stands before a place in its line.</summary>
    public bool IsFirstInLine(int at) => text.AsSpan(LineStart(at), at - LineStart(at)).Trim(' ').IsEmpty;

    /// <summary>How the line ends that is before a place, or the first one where that is not ended; a line feed for a text of one line.</summary>
    public string NewlineBefore(int at)
    {
        var end = at;
        if (end == 0 || !IsBreak(text[end - 1]))
        {
            end = NextLine(0);
            if (end == 0 || !IsBreak(text[end - 1]))
            {
                return "\n";
            }
        }

        return text[end - 1] == '\n' && end > 1 && text[end - 2] == '\r' ? "\r\n" : text[end - 1].ToString();
    }

    private static bool IsBreak(char c) => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';
}
