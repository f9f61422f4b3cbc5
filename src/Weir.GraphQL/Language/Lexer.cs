using System.Text;

namespace Weir.GraphQL.Language;

/// <summary>
/// Cuts a document into tokens, one at a time. After the first fault it finds nothing but the end: who reads on comes to a
/// stop by himself.
/// </summary>
/// <param name="text">The document.</param>
/// <param name="mostTokens">Beyond so many it is at fault; the end is not counted.</param>
internal sealed class Lexer(string text, int mostTokens)
{
    private int position;
    private int tokens;

    /// <summary>What was wrong, and where; null while nothing was.</summary>
    public (string Message, int At)? Fault { get; private set; }

    /// <summary>The next token; the end again and again after the last.</summary>
    public Token Next()
    {
        if (Fault is not null)
        {
            return EndAt(position);
        }

        SkipIgnored();
        if (position >= text.Length)
        {
            return EndAt(text.Length);
        }

        if (++tokens > mostTokens)
        {
            return Fail(position, $"The document has more than {mostTokens} tokens.");
        }

        var start = position;
        var one = text[start];
        if (IsNameStart(one))
        {
            while (++position < text.Length && (IsNameStart(text[position]) || char.IsAsciiDigit(text[position]))) { }

            return new Token(TokenKind.Name, start, position, text[start..position]);
        }

        if (char.IsAsciiDigit(one) || one == '-')
        {
            return Number(start);
        }

        if (one == '"')
        {
            return text.AsSpan(start).StartsWith("\"\"\"", StringComparison.Ordinal) ? Block(start) : Quoted(start);
        }

        return Punctuator(start, one);
    }

    /// <summary>Notes a fault, unless there is one already.</summary>
    public Token Fail(int at, string message)
    {
        Fault ??= (message, at);
        return EndAt(at);
    }

    private static Token EndAt(int at) => new(TokenKind.End, at, at, "");

    private static bool IsNameStart(char one) => char.IsAsciiLetter(one) || one == '_';

    private Token Punctuator(int start, char one)
    {
        TokenKind? kind = one switch
        {
            '!' => TokenKind.Bang,
            '$' => TokenKind.Dollar,
            '&' => TokenKind.Ampersand,
            '(' => TokenKind.OpenRound,
            ')' => TokenKind.CloseRound,
            ':' => TokenKind.Colon,
            '=' => TokenKind.EqualsSign,
            '@' => TokenKind.At,
            '[' => TokenKind.OpenSquare,
            ']' => TokenKind.CloseSquare,
            '{' => TokenKind.OpenCurly,
            '|' => TokenKind.Pipe,
            '}' => TokenKind.CloseCurly,
            _ => null,
        };
        if (kind is { } known)
        {
            position = start + 1;
            return new Token(known, start, position, "");
        }

        if (text.AsSpan(start).StartsWith("...", StringComparison.Ordinal))
        {
            position = start + 3;
            return new Token(TokenKind.Spread, start, position, "");
        }

        return Fail(
            start,
            one == '\'' ? "A string stands in double quotes, not in single ones." : $"{Show(start)} may not stand here."
        );
    }

    private void SkipIgnored()
    {
        while (position < text.Length)
        {
            switch (text[position])
            {
                case '\uFEFF' or '\t' or ' ' or ',' or '\n' or '\r':
                    position++;
                    break;
                case '#':
                    // Half a pair ends the comment here, and is refused as what follows it.
                    while (
                        position < text.Length
                        && text[position] is not ('\n' or '\r')
                        && Width(position) is var width and > 0
                    )
                    {
                        position += width;
                    }

                    break;
                default:
                    return;
            }
        }
    }

    private Token Number(int start)
    {
        var at = start;
        var kind = TokenKind.Int;
        if (text[at] == '-')
        {
            at++;
        }

        if (CharAt(at) == '0')
        {
            at++;
            if (char.IsAsciiDigit(CharAt(at)))
            {
                return Fail(at, "A number does not begin with a zero that another digit follows.");
            }
        }
        else if (!Digits(ref at))
        {
            return Fail(at, $"A digit is missing before {Show(at)}.");
        }

        if (CharAt(at) == '.')
        {
            kind = TokenKind.Float;
            at++;
            if (!Digits(ref at))
            {
                return Fail(at, $"A digit is missing before {Show(at)}.");
            }
        }

        if (CharAt(at) is 'e' or 'E')
        {
            kind = TokenKind.Float;
            at++;
            if (CharAt(at) is '+' or '-')
            {
                at++;
            }

            if (!Digits(ref at))
            {
                return Fail(at, $"A digit is missing before {Show(at)}.");
            }
        }

        if (CharAt(at) == '.' || IsNameStart(CharAt(at)))
        {
            return Fail(at, $"{Show(at)} may not follow a number.");
        }

        position = at;
        return new Token(kind, start, at, text[start..at]);
    }

    private bool Digits(ref int at)
    {
        var first = at;
        while (char.IsAsciiDigit(CharAt(at)))
        {
            at++;
        }

        return at > first;
    }

    private Token Quoted(int start)
    {
        var at = start + 1;
        var plain = at;
        StringBuilder? said = null;
        while (at < text.Length && text[at] is not ('\n' or '\r'))
        {
            if (text[at] == '"')
            {
                position = at + 1;
                var rest = text[plain..at];
                return new Token(TokenKind.Text, start, position, said is null ? rest : said.Append(rest).ToString());
            }

            if (text[at] == '\\')
            {
                said = (said ?? new StringBuilder()).Append(text, plain, at - plain);
                var width = Escape(at, said);
                if (width == 0)
                {
                    return Fail(at, $"{Show(at)} begins no escape that there is.");
                }

                at += width;
                plain = at;
            }
            else if (Width(at) is var width and > 0)
            {
                at += width;
            }
            else
            {
                return Fail(at, $"{Show(at)} is no character.");
            }
        }

        return Fail(at, "A string is not closed.");
    }

    // How many units the escape takes; 0 for one that is none.
    private int Escape(int at, StringBuilder said)
    {
        switch (CharAt(at + 1))
        {
            case '"' or '\\' or '/':
                said.Append(text[at + 1]);
                return 2;
            case 'b':
                said.Append('\b');
                return 2;
            case 'f':
                said.Append('\f');
                return 2;
            case 'n':
                said.Append('\n');
                return 2;
            case 'r':
                said.Append('\r');
                return 2;
            case 't':
                said.Append('\t');
                return 2;
            case 'u':
                return CharAt(at + 2) == '{' ? Braced(at, said) : FourDigits(at, said);
            default:
                return 0;
        }
    }

    private int Braced(int at, StringBuilder said)
    {
        var value = 0;
        // Twelve: as many as \u{00000000} takes.
        for (var offset = 3; offset < 12; offset++)
        {
            var digit = CharAt(at + offset);
            if (digit == '}')
            {
                if (offset == 3 || !Rune.TryCreate(value, out var rune))
                {
                    return 0;
                }

                said.Append(rune);
                return offset + 1;
            }

            if (!char.IsAsciiHexDigit(digit))
            {
                return 0;
            }

            value = (value << 4) | Convert.ToInt32(digit.ToString(), 16);
            if (value > 0x10FFFF)
            {
                return 0;
            }
        }

        return 0;
    }

    private int FourDigits(int at, StringBuilder said)
    {
        var first = Hex(at + 2);
        if (first < 0)
        {
            return 0;
        }

        if (!char.IsSurrogate((char)first))
        {
            said.Append((char)first);
            return 6;
        }

        var second = CharAt(at + 6) == '\\' && CharAt(at + 7) == 'u' ? Hex(at + 8) : -1;
        if (second < 0 || !char.IsSurrogatePair((char)first, (char)second))
        {
            return 0;
        }

        said.Append((char)first).Append((char)second);
        return 12;
    }

    private int Hex(int at)
    {
        var value = 0;
        for (var offset = 0; offset < 4; offset++)
        {
            var digit = CharAt(at + offset);
            if (!char.IsAsciiHexDigit(digit))
            {
                return -1;
            }

            value = (value << 4) | Convert.ToInt32(digit.ToString(), 16);
        }

        return value;
    }

    private Token Block(int start)
    {
        var at = start + 3;
        var lines = new List<string>();
        var line = new StringBuilder();
        while (at < text.Length)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("\"\"\"", StringComparison.Ordinal))
            {
                lines.Add(line.ToString());
                position = at + 3;
                return new Token(TokenKind.BlockText, start, position, BlockText.Dedented(lines));
            }

            if (rest.StartsWith("\\\"\"\"", StringComparison.Ordinal))
            {
                line.Append("\"\"\"");
                at += 4;
            }
            else if (text[at] is '\n' or '\r')
            {
                lines.Add(line.ToString());
                line.Clear();
                at += text[at] == '\r' && CharAt(at + 1) == '\n' ? 2 : 1;
            }
            else if (Width(at) is var width and > 0)
            {
                line.Append(text, at, width);
                at += width;
            }
            else
            {
                return Fail(at, $"{Show(at)} is no character.");
            }
        }

        return Fail(at, "A block string is not closed.");
    }

    // One for a character, two for a pair, none for half of one.
    private int Width(int at) =>
        !char.IsSurrogate(text[at]) ? 1
        : at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2
        : 0;

    private char CharAt(int at) => at < text.Length ? text[at] : '\0';

    private string Show(int at) =>
        at >= text.Length ? "the end of the document"
        : text[at] is > ' ' and < '\u007F' ? $"\"{text[at]}\""
        : $"U+{(int)text[at]:X4}";
}
