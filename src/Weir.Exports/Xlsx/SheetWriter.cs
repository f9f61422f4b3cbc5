using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.Client;

namespace Weir.Exports.Xlsx;

/// <summary>
/// One sheet's XML (ECMA-376 part 1, 18.3) into a buffer that its owner empties: a frozen heading, typed cells, a filter. Texts
/// are inline strings, so that none is ever a formula and none has to be remembered. Not thread-safe.
/// </summary>
internal sealed class SheetWriter
{
    /// <summary>The most lines of a sheet, the heading among them.</summary>
    public const int MostLines = 1_048_576;

    private const double TicksPerDay = TimeSpan.TicksPerDay;
    private static readonly long Epoch = new DateTime(1899, 12, 30, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly ArrayBufferWriter<byte> output;
    private readonly ImmutableArray<Column> columns;
    private readonly ImmutableArray<byte[]> letters;

    /// <summary>Begins a sheet.</summary>
    public SheetWriter(ArrayBufferWriter<byte> output, ImmutableArray<Column> columns)
    {
        this.output = output;
        this.columns = columns;
        letters = [.. Enumerable.Range(0, columns.Length).Select(i => Encoding.ASCII.GetBytes(Letters(i)))];
        Raw(
            """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><cols>
            """
        );
        for (var i = 0; i < columns.Length; i++)
        {
            Raw($"<col min=\"{i + 1}\" max=\"{i + 1}\" width=\"{Width(columns[i].Kind)}\" customWidth=\"1\"/>");
        }

        Raw("</cols><sheetData>");
        Lines = 1;
        output.Write("<row r=\"1\">"u8);
        for (var i = 0; i < columns.Length; i++)
        {
            Text(i, columns[i].Name, Styles.Heading);
        }

        output.Write("</row>"u8);
    }

    /// <summary>Lines so far, the heading among them.</summary>
    public int Lines { get; private set; }

    /// <summary>Adds a line.</summary>
    public void Add(RequestItem item)
    {
        Lines++;
        output.Write("<row r=\""u8);
        Number(Lines);
        output.Write("\">"u8);
        for (var i = 0; i < columns.Length; i++)
        {
            var cell = columns[i].Of(item);
            if (cell.IsNull)
            {
                continue;
            }

            switch (cell.Kind)
            {
                case CellKind.Text:
                    Text(i, cell.Text, Styles.Plain);
                    break;
                case CellKind.Flag:
                    Open(i, " t=\"b\""u8, Styles.Plain);
                    Number(cell.Whole);
                    Close();
                    break;
                case CellKind.Whole:
                    Open(i, default, Styles.Plain);
                    Number(cell.Whole);
                    Close();
                    break;
                case CellKind.Money:
                    Open(i, default, Styles.Money);
                    Number(cell.Money, "0.#########");
                    Close();
                    break;
                case CellKind.Time:
                    Open(i, default, Styles.Time);
                    Number((cell.Whole - Epoch) / TicksPerDay, "R");
                    Close();
                    break;
                default:
                    Open(i, default, Styles.Plain);
                    Number(cell.Number, "R");
                    Close();
                    break;
            }
        }

        output.Write("</row>"u8);
    }

    /// <summary>Ends the sheet.</summary>
    public void End() => Raw($"</sheetData><autoFilter ref=\"{Range}\"/></worksheet>");

    /// <summary>The cells that the filter is over.</summary>
    public string Range =>
        string.Create(CultureInfo.InvariantCulture, $"A1:{Letters(columns.Length - 1)}{Math.Max(Lines, 2)}");

    /// <summary>A column's letters, from 0: A, B … Z, AA.</summary>
    public static string Letters(int column) =>
        column < 26 ? ((char)('A' + column)).ToString() : Letters((column / 26) - 1) + (char)('A' + (column % 26));

    private static int Width(CellKind kind) =>
        kind switch
        {
            CellKind.Time => 24,
            CellKind.Text => 22,
            _ => 14,
        };

    private void Text(int column, string text, char style)
    {
        Open(column, " t=\"inlineStr\""u8, style, "<is><t xml:space=\"preserve\">"u8);
        XmlText.Write(output, text);
        output.Write("</t></is></c>"u8);
    }

    private void Open(int column, ReadOnlySpan<byte> type, char style, ReadOnlySpan<byte> inner = default)
    {
        output.Write("<c r=\""u8);
        output.Write(letters[column]);
        Number(Lines);
        output.Write("\""u8);
        output.Write(type);
        if (style != Styles.Plain)
        {
            output.Write(" s=\""u8);
            output.Write([(byte)style]);
            output.Write("\""u8);
        }

        output.Write(">"u8);
        output.Write(inner.IsEmpty ? "<v>"u8 : inner);
    }

    private void Close() => output.Write("</v></c>"u8);

    private void Number<T>(T value, string? format = null)
        where T : IUtf8SpanFormattable
    {
        var span = output.GetSpan(64);
        value.TryFormat(span, out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Raw(string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>The numbers of the styles that <see cref="XlsxParts.StyleSheet"/> lists.</summary>
    private static class Styles
    {
        public const char Plain = '0';
        public const char Heading = '1';
        public const char Time = '2';
        public const char Money = '3';
    }
}
