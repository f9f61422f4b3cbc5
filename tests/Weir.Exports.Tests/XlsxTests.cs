using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using Weir.Exports.Xlsx;
using BookCell = DocumentFormat.OpenXml.Spreadsheet.Cell;

namespace Weir.Exports.Tests;

/// <summary>Workbooks, as the format's own vendor's library reads and judges them.</summary>
public sealed class XlsxTests
{
    [Fact]
    public async Task The_workbook_is_valid_and_holds_typed_cells()
    {
        var items = Samples.Plain(40);
        using var book = Open(await Samples.WriteAsync(ExportFormat.Xlsx, items));

        Assert.Empty(
            new OpenXmlValidator(FileFormatVersions.Office2019)
                .Validate(book)
                .Select(e => $"{e.Path?.XPath}: {e.Description}")
        );
        var rows = Rows(book, 0);
        Assert.Equal(items.Length + 1, rows.Count);
        var columns = RequestColumns.All.Select((column, i) => (column.Name, i)).ToDictionary(c => c.Name, c => c.i);
        foreach (var (item, row) in items.Zip(rows.Skip(1)))
        {
            Assert.Equal(item.Id, Text(row, columns["id"]));
            Assert.Equal(item.CostUsd, Number(row, columns["costUsd"]));
            Assert.Equal(item.InputTokens, Number(row, columns["inputTokens"]));
            Assert.Equal(item.Estimated ? "1" : "0", Cell(row, columns["estimated"])!.CellValue!.Text);
            var time = DateTime.FromOADate((double)Number(row, columns["startedAt"])!);
            Assert.True((time - item.StartedAt.UtcDateTime).Duration() < TimeSpan.FromMilliseconds(2));
        }
    }

    [Fact]
    public async Task The_heading_is_frozen_and_filters()
    {
        using var book = Open(await Samples.WriteAsync(ExportFormat.Xlsx, Samples.Plain(3)));
        var sheet = book.WorkbookPart!.WorksheetParts.Single().Worksheet;

        var pane = sheet.Descendants<Pane>().Single();
        Assert.Equal((1, PaneStateValues.Frozen), (pane.VerticalSplit!.Value, pane.State!.Value));
        Assert.Equal("A1:AU4", sheet.Descendants<AutoFilter>().Single().Reference!.Value);
    }

    [Fact]
    public async Task No_text_is_a_formula_and_every_one_comes_back()
    {
        var items = Samples.Hostile();
        using var book = Open(await Samples.WriteAsync(ExportFormat.Xlsx, items));

        Assert.Empty(new OpenXmlValidator().Validate(book).Select(e => $"{e.Path?.XPath}: {e.Description}"));
        var rows = Rows(book, 0);
        Assert.DoesNotContain(rows, row => row.Descendants<CellFormula>().Any());
        var project = RequestColumns.All.IndexOf(RequestColumns.All.Single(column => column.Name == "project"));
        foreach (var (item, row) in items.Zip(rows.Skip(1)))
        {
            Assert.Equal(Held(item.Project!), Decoded(Text(row, project)!));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(27, 3)]
    [InlineData(28, 4)]
    public async Task A_sheet_that_is_full_is_followed_by_another(int requests, int sheets)
    {
        var items = Samples.Plain(requests);
        using var output = new MemoryStream();
        await XlsxFile.WriteAsync(
            RequestColumns.All,
            10,
            Samples.Now,
            Samples.Pages(items, 4),
            output,
            CancellationToken.None
        );

        using var book = Open(output.ToArray());
        Assert.Empty(new OpenXmlValidator().Validate(book).Select(e => e.Description));
        Assert.Equal(
            sheets,
            book.WorkbookPart!.Workbook.Descendants<DocumentFormat.OpenXml.Spreadsheet.Sheet>().Count()
        );
        Assert.Equal(
            items.Select(item => item.Id),
            Enumerable.Range(0, sheets).SelectMany(i => Rows(book, i).Skip(1)).Select(row => Text(row, 0)!)
        );
    }

    [Fact]
    public async Task The_same_requests_make_the_same_bytes() =>
        Assert.Equal(
            await Samples.WriteAsync(ExportFormat.Xlsx, Samples.Plain(500)),
            await Samples.WriteAsync(ExportFormat.Xlsx, Samples.Plain(500))
        );

    [Theory]
    [InlineData(0, "A")]
    [InlineData(25, "Z")]
    [InlineData(26, "AA")]
    [InlineData(701, "ZZ")]
    [InlineData(702, "AAA")]
    [InlineData(16_383, "XFD")]
    public void Columns_have_letters(int column, string letters) => Assert.Equal(letters, SheetWriter.Letters(column));

    private static SpreadsheetDocument Open(byte[] bytes) =>
        SpreadsheetDocument.Open(new MemoryStream(bytes), isEditable: false);

    private static List<Row> Rows(SpreadsheetDocument book, int sheet)
    {
        var found = book.WorkbookPart!.Workbook.Descendants<DocumentFormat.OpenXml.Spreadsheet.Sheet>()
            .ElementAt(sheet);
        return [.. ((WorksheetPart)book.WorkbookPart.GetPartById(found.Id!)).Worksheet.Descendants<Row>()];
    }

    private static BookCell? Cell(Row row, int column) =>
        row.Elements<BookCell>()
            .SingleOrDefault(cell =>
                cell.CellReference!.Value!.TrimEnd("0123456789".ToCharArray()) == SheetWriter.Letters(column)
            );

    private static string? Text(Row row, int column) => Cell(row, column)?.InnerText;

    private static decimal? Number(Row row, int column) =>
        Cell(row, column) is { } cell
            ? decimal.Parse(cell.CellValue!.Text, NumberStyles.Float, CultureInfo.InvariantCulture)
            : null;

    // What a program that reads workbooks makes of _xHHHH_.
    private static string Decoded(string text) =>
        System.Text.RegularExpressions.Regex.Replace(
            text,
            "_x(?<unit>[0-9A-Fa-f]{4})_",
            match =>
                (
                    (char)int.Parse(match.Groups["unit"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                ).ToString(),
            System.Text.RegularExpressions.RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );

    // At most as long as a cell may be; what XML has no way to write is gone.
    private static string Held(string text)
    {
        var cut = text.Length <= 32_767 ? text : text[..(char.IsHighSurrogate(text[32_765]) ? 32_765 : 32_766)] + "…";
        var held = new StringBuilder();
        foreach (var rune in cut.EnumerateRunes())
        {
            held.Append(
                rune.Value is < 0x20 and not (0x9 or 0xA or 0xD) or 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString()
            );
        }

        return held.ToString();
    }
}
