using System.Buffers;
using System.Text;

namespace Weir.Exports.Xlsx;

/// <summary>Text into the XML of a workbook.</summary>
internal static class XmlText
{
    /// <summary>The most UTF-16 units that a cell of a spreadsheet holds.</summary>
    public const int MostLength = 32_767;

    private static readonly SearchValues<char> Special = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(c => (char)c),
        .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c),
        '\uFFFE',
        '\uFFFF',
        '<',
        '>',
        '&',
        '"',
        '_',
    ]);

    /// <summary>
    /// Writes text as the content of an element or an attribute: at most <see cref="MostLength"/> units, a longer one cut with an
    /// ellipsis; what XML cannot hold is written as U+FFFD, and <c>_x0041_</c>, which spreadsheets read as "A", so that they read
    /// it as it is (ECMA-376, ST_Xstring).
    /// </summary>
    public static void Write(IBufferWriter<byte> output, string text)
    {
        if (text.Length <= MostLength && text.AsSpan().IndexOfAny(Special) < 0)
        {
            Encoding.UTF8.GetBytes(text, output);
            return;
        }

        Encoding.UTF8.GetBytes(Escape(Cut(text)), output);
    }

    private static string Cut(string text)
    {
        if (text.Length <= MostLength)
        {
            return text;
        }

        var end = MostLength - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '"':
                    escaped.Append("&quot;");
                    break;
                // A reader of XML makes a line feed of it when it stands there bare.
                case '\r':
                    escaped.Append("&#13;");
                    break;
                case '\n' or '\t':
                    escaped.Append(c);
                    break;
                case '_' when IsEscape(text.AsSpan(i)):
                    escaped.Append("_x005F_");
                    break;
                case < ' ' or '\uFFFE' or '\uFFFF':
                    escaped.Append('\uFFFD');
                    break;
                case >= '\uD800' and <= '\uDFFF':
                    if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    {
                        escaped.Append(c).Append(text[++i]);
                    }
                    else
                    {
                        escaped.Append('\uFFFD');
                    }

                    break;
                default:
                    escaped.Append(c);
                    break;
            }
        }

        return escaped.ToString();
    }

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 7
        && text[1] == 'x'
        && text[6] == '_'
        && char.IsAsciiHexDigit(text[2])
        && char.IsAsciiHexDigit(text[3])
        && char.IsAsciiHexDigit(text[4])
        && char.IsAsciiHexDigit(text[5]);
}
