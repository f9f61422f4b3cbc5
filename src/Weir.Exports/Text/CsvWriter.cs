using System.Buffers;
using System.Globalization;
using System.Text;
using Weir.Client.Json;

namespace Weir.Exports.Text;

/// <summary>
/// Lines of comma-separated values as UTF-8 (RFC 4180): what is unknown is empty, and so is an empty text. Not thread-safe.
/// </summary>
internal sealed class CsvWriter(ArrayBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    private bool begun;

    /// <summary>Adds a heading.</summary>
    public void Name(string name)
    {
        Separate();
        Encoding.UTF8.GetBytes(name, output);
    }

    /// <summary>Adds a cell.</summary>
    public void Add(in Cell cell)
    {
        Separate();
        if (cell.IsNull)
        {
            return;
        }

        switch (cell.Kind)
        {
            case CellKind.Text:
                AddText(cell.Text);
                break;
            case CellKind.Whole:
                Number(cell.Whole);
                break;
            case CellKind.Money:
                Number(cell.Money, "0.#########");
                break;
            case CellKind.Number:
                Number(cell.Number);
                break;
            case CellKind.Time:
                Encoding.UTF8.GetBytes(UtcTimeConverter.ToText(new DateTimeOffset(cell.Time)), output);
                break;
            default:
                output.Write(cell.Whole == 0 ? "false"u8 : "true"u8);
                break;
        }
    }

    /// <summary>Ends the line.</summary>
    public void EndLine()
    {
        output.Write("\r\n"u8);
        begun = false;
    }

    private void Separate()
    {
        if (begun)
        {
            output.Write(","u8);
        }

        begun = true;
    }

    private void AddText(string text)
    {
        // Many readers take a NUL for the end of the file.
        text = SpreadsheetText.Neutral(text).Replace('\0', '\uFFFD');
        if (text.AsSpan().IndexOfAny(Quoted) >= 0)
        {
            text = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }

        Encoding.UTF8.GetBytes(text, output);
    }

    private void Number<T>(T value, string? format = null)
        where T : IUtf8SpanFormattable
    {
        var span = output.GetSpan(64);
        value.TryFormat(span, out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
