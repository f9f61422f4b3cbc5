namespace Weir.Tokens;

/// <summary>
/// Cuts a text into the pieces inside which bytes are paired, as the encodings' patterns do. The patterns are written out
/// by hand because <c>\p{…}</c> of .NET's own sees halves of the characters beyond U+FFFF. Pure; the text is valid UTF-8.
/// </summary>
internal static class PieceSplitter
{
    /// <summary>
    /// The end of the piece that begins at <paramref name="at"/>, which is before the text's end. The first that fits:
    /// <code>
    /// LEAD? HEAD* TAIL+ CONTRACTION?  |  LEAD? HEAD+ TAIL* CONTRACTION?  |  N{1,3}
    /// | ' '? SYMBOL+ [\r\n/]*  |  \s* [\r\n]+  |  \s+ (not before \S)  |  \s+
    /// </code>
    /// </summary>
    public static int O200k(ReadOnlySpan<byte> text, int at)
    {
        var first = CharClasses.At(text, at, out var length);
        var afterLead = first.Is(CharClass.Lead) ? at + length : at;
        var word = WordWithTail(text, afterLead);

        // A mark may lead a word and be one.
        if (word < 0)
        {
            word = WordWithTail(text, at);
        }

        if (word < 0 && Run(text, afterLead, CharClass.Upper) is var capitals && capitals > afterLead)
        {
            word = capitals;
        }

        return word >= 0 ? word + Contraction(text, word) : NotAWord(text, at, first, length, endsAtSlash: true);
    }

    /// <summary>
    /// As <see cref="O200k"/>, of the older pattern:
    /// <code>
    /// CONTRACTION  |  LEAD? L+  |  N{1,3}  |  ' '? SYMBOL+ [\r\n]*  |  \s+ at the end  |  \s* [\r\n]  |  \s+ (not before \S)  |  \s
    /// </code>
    /// </summary>
    public static int Cl100k(ReadOnlySpan<byte> text, int at)
    {
        if (Contraction(text, at) is > 0 and var contraction)
        {
            return at + contraction;
        }

        var first = CharClasses.At(text, at, out var length);
        var from = first.Is(CharClass.Lead) ? at + length : at;
        var word = Run(text, from, CharClass.Letter);
        if (word > from)
        {
            return word;
        }

        if (first.Is(CharClass.White) && Run(text, at, CharClass.White) == text.Length)
        {
            return text.Length;
        }

        return NotAWord(text, at, first, length, endsAtSlash: false);
    }

    /// <summary><c>HEAD* TAIL+</c>, each as long as can be, the first before the second; -1 when it does not fit.</summary>
    private static int WordWithTail(ReadOnlySpan<byte> text, int at)
    {
        var shared = -1;
        var end = at;
        CharClass found;
        int length;
        while ((found = CharClasses.At(text, end, out length)).Is(CharClass.Head))
        {
            end += length;
            if (found.Is(CharClass.Tail))
            {
                shared = end;
            }
        }

        // What both parts take goes to the first; without a small letter after it, the last of it is given to the second.
        return found == CharClass.Lower ? Run(text, end + length, CharClass.Tail) : shared;
    }

    private static int NotAWord(ReadOnlySpan<byte> text, int at, CharClass first, int length, bool endsAtSlash)
    {
        if (first == CharClass.Number)
        {
            return Digits(text, at);
        }

        var from = text[at] == (byte)' ' ? at + 1 : at;
        var symbols = Run(text, from, CharClass.Symbol);
        if (symbols > from)
        {
            while (
                symbols < text.Length
                && (text[symbols] is (byte)'\r' or (byte)'\n' || (endsAtSlash && text[symbols] == (byte)'/'))
            )
            {
                symbols++;
            }

            return symbols;
        }

        return White(text, at, length);
    }

    private static int Digits(ReadOnlySpan<byte> text, int at)
    {
        for (var i = 0; i < 3 && CharClasses.At(text, at, out var length) == CharClass.Number; i++)
        {
            at += length;
        }

        return at;
    }

    /// <summary>Up to the run's last line end; else all at the text's end; else all but the last, which leads what follows.</summary>
    private static int White(ReadOnlySpan<byte> text, int at, int firstLength)
    {
        var end = at;
        var beforeLast = at;
        var afterNewLine = -1;
        CharClass found;
        while ((found = CharClasses.At(text, end, out var length)).Is(CharClass.White))
        {
            beforeLast = end;
            end += length;
            if (found == CharClass.NewLine)
            {
                afterNewLine = end;
            }
        }

        return afterNewLine >= 0 ? afterNewLine
            : found == CharClass.None ? end
            : beforeLast > at ? beforeLast
            : at + firstLength;
    }

    private static int Run(ReadOnlySpan<byte> text, int at, CharClass classes)
    {
        while (CharClasses.At(text, at, out var length).Is(classes))
        {
            at += length;
        }

        return at;
    }

    /// <summary>The bytes of <c>'s 't 'd 'm 'll 've 're</c> in any case; 0 when none stands here.</summary>
    private static int Contraction(ReadOnlySpan<byte> text, int at)
    {
        if (at + 1 >= text.Length || text[at] != (byte)'\'')
        {
            return 0;
        }

        var second = at + 2 < text.Length ? text[at + 2] | 0x20 : 0;
        return (text[at + 1] | 0x20) switch
        {
            's' or 't' or 'd' or 'm' => 2,
            'l' when second == 'l' => 3,
            'v' or 'r' when second == 'e' => 3,
            // The long s is an s in another case; JavaScript's rendering of the patterns leaves it out.
            _ when text[at + 1] == 0xC5 && at + 2 < text.Length && text[at + 2] == 0xBF => 3,
            _ => 0,
        };
    }
}
