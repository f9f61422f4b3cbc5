using System.Globalization;
using System.Text;

namespace Weir.Testing;

/// <summary>What a terminal would show of what is written to it: as much of one as full-screen programs need. Not thread-safe.</summary>
public sealed class TerminalScreen
{
    private readonly StringBuilder pending = new();
    private readonly StringBuilder below = new();
    private List<StringBuilder> lines = [];
    private int row;
    private int column;

    /// <summary>Whether the other page is shown.</summary>
    public bool IsAlternate { get; private set; }

    /// <summary>Whether the cursor is seen.</summary>
    public bool IsCursorShown { get; private set; } = true;

    /// <summary>Whether long lines go on below.</summary>
    public bool Wraps { get; private set; } = true;

    /// <summary>The other page as text, a line for each row, blanks at the ends left out.</summary>
    public string Text => string.Join('\n', lines.Select(line => line.ToString().TrimEnd()));

    /// <summary>What was written outside the other page, without what moves or colours.</summary>
    public string Outside => below.ToString();

    /// <summary>Takes what was written; a sequence may come in pieces.</summary>
    public void Write(string text)
    {
        pending.Append(text);
        var all = pending.ToString();
        var at = 0;
        while (at < all.Length && Length(all, at) is var length and > 0)
        {
            Take(all.Substring(at, length));
            at += length;
        }

        pending.Remove(0, at);
    }

    // The length of the next character or sequence; 0 when it is not complete.
    private static int Length(string text, int at)
    {
        if (text[at] != '\e')
        {
            return !char.IsHighSurrogate(text[at]) ? 1
                : at + 1 < text.Length ? 2
                : 0;
        }

        if (at + 1 >= text.Length)
        {
            return 0;
        }

        if (text[at + 1] != '[')
        {
            return 2;
        }

        for (var end = at + 2; end < text.Length; end++)
        {
            if (text[end] is >= '@' and <= '~')
            {
                return end - at + 1;
            }
        }

        return 0;
    }

    private void Take(string piece)
    {
        if (piece.StartsWith("\e[", StringComparison.Ordinal))
        {
            Heed(piece[2..^1], piece[^1]);
        }
        else if (piece[0] == '\e')
        {
            // Which keys the keypad sends is no matter here.
        }
        else if (!IsAlternate)
        {
            below.Append(piece == "\r" ? "" : piece);
        }
        else if (piece is "\r")
        {
            column = 0;
        }
        else if (piece is "\n")
        {
            row++;
        }
        else
        {
            Put(piece);
        }
    }

    private void Heed(string parameters, char final)
    {
        switch (parameters, final)
        {
            case ("?1049", 'h' or 'l'):
                IsAlternate = final == 'h';
                lines = [];
                break;
            case ("?25", 'h' or 'l'):
                IsCursorShown = final == 'h';
                break;
            case ("?7", 'h' or 'l'):
                Wraps = final == 'h';
                break;
            case ("2", 'J'):
                lines = [];
                break;
            case (_, 'H'):
                var place = parameters.Split(';');
                row = Number(place[0]) - 1;
                column = Number(place.ElementAtOrDefault(1) ?? "") - 1;
                break;
            case ("" or "0", 'K'):
                Line().Length = Math.Min(Line().Length, column);
                break;
            default:
                break;
        }
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    private StringBuilder Line()
    {
        while (lines.Count <= row)
        {
            lines.Add(new StringBuilder());
        }

        return lines[row];
    }

    private void Put(string piece)
    {
        var line = Line();
        line.Append(' ', Math.Max(0, column - line.Length));
        line.Remove(column, Math.Min(piece.Length, line.Length - column)).Insert(column, piece);
        column += piece.Length;
    }
}
