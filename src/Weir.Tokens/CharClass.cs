using System.Globalization;
using System.Text;

namespace Weir.Tokens;

/// <summary>What the splitting patterns tell apart.</summary>
[Flags]
internal enum CharClass : byte
{
    /// <summary>The end of the text.</summary>
    None = 0,

    /// <summary>Capital and title letters (Lu, Lt).</summary>
    Upper = 1,

    /// <summary>Small letters (Ll).</summary>
    Lower = 2,

    /// <summary>Letters that are neither (Lm, Lo).</summary>
    Caseless = 4,

    /// <summary>Marks (M).</summary>
    Mark = 8,

    /// <summary>Numbers (N).</summary>
    Number = 16,

    /// <summary>Carriage return and line feed.</summary>
    NewLine = 32,

    /// <summary>All other white space.</summary>
    Space = 64,

    /// <summary>Everything else.</summary>
    Other = 128,

    /// <summary><c>\p{L}</c>.</summary>
    Letter = Upper | Lower | Caseless,

    /// <summary><c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>, with which a word begins.</summary>
    Head = Upper | Caseless | Mark,

    /// <summary><c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c>, with which a word ends.</summary>
    Tail = Lower | Caseless | Mark,

    /// <summary><c>\s</c>.</summary>
    White = NewLine | Space,

    /// <summary><c>[^\s\p{L}\p{N}]</c>.</summary>
    Symbol = Mark | Other,

    /// <summary><c>[^\r\n\p{L}\p{N}]</c>, what may stand before a word in its piece.</summary>
    Lead = Mark | Other | Space,
}

/// <summary>Characters of valid UTF-8 and their classes.</summary>
internal static class CharClasses
{
    private static readonly CharClass[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Of(new Rune(c)))];

    /// <summary>Whether it is one of these.</summary>
    public static bool Is(this CharClass found, CharClass classes) => (found & classes) != CharClass.None;

    /// <summary>The class and length of the character at <paramref name="at"/>; <see cref="CharClass.None"/> and 0 at the end.</summary>
    public static CharClass At(ReadOnlySpan<byte> text, int at, out int length)
    {
        if (at >= text.Length)
        {
            length = 0;
            return CharClass.None;
        }

        var first = text[at];
        if (first < 128)
        {
            length = 1;
            return Ascii[first];
        }

        Rune.DecodeFromUtf8(text[at..], out var rune, out length);
        return Of(rune);
    }

    // White space is Unicode's property of that name, as in the encodings' own pattern language: next line (U+0085) is,
    // the byte order mark is not. JavaScript has both the other way round.
    private static CharClass Of(Rune rune) =>
        Rune.IsWhiteSpace(rune)
            ? rune.Value is '\r' or '\n'
                ? CharClass.NewLine
                : CharClass.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharClass.Upper,
                UnicodeCategory.LowercaseLetter => CharClass.Lower,
                UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharClass.Caseless,
                UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark => CharClass.Mark,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                    CharClass.Number,
                _ => CharClass.Other,
            };
}
