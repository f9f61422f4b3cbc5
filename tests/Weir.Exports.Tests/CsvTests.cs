using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Client.Json;
using Weir.Exports.Text;

namespace Weir.Exports.Tests;

public sealed class CsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1+1", "'+1+1")]
    [InlineData("-1+1", "'-1+1")]
    [InlineData("@A1", "'@A1")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "'\rx")]
    [InlineData("\nx", "'\nx")]
    [InlineData("  =1", "'  =1")]
    [InlineData(" \t\u00A0@x", "' \t\u00A0@x")]
    [InlineData("\u200B\uFEFF=x", "'\u200B\uFEFF=x")]
    [InlineData("\uFF1Dx", "'\uFF1Dx")]
    [InlineData("\uFF0Bx", "'\uFF0Bx")]
    [InlineData("\uFF0Dx", "'\uFF0Dx")]
    [InlineData("\uFF20x", "'\uFF20x")]
    [InlineData("-5", "-5")]
    [InlineData("-5.25", "-5.25")]
    [InlineData("-5.2.5", "'-5.2.5")]
    [InlineData("plain =1", "plain =1")]
    [InlineData("", "")]
    public void What_a_spreadsheet_could_run_is_made_plain_text(string text, string expected) =>
        Assert.Equal(expected, SpreadsheetText.Neutral(text));

    [Fact]
    public async Task Every_text_comes_back_as_it_went_in()
    {
        var items = Samples.Hostile();

        var records = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Csv, items));

        Assert.Equal(items.Length + 1, records.Count);
        var project = Array.IndexOf(records[0], "project");
        for (var i = 0; i < items.Length; i++)
        {
            Assert.Equal(records[0].Length, records[i + 1].Length);
            Assert.Equal(items[i].Id, records[i + 1][0]);
            var text = records[i + 1][project];
            Assert.Equal(Whole(SpreadsheetText.Neutral(items[i].Project!)), text);
            Assert.False(text.TrimStart() is ['=' or '@', ..], text);
        }
    }

    [Fact]
    public async Task Money_and_times_are_exact()
    {
        var items = Samples.Plain(50);

        var records = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Csv, items));

        var (cost, started) = (Array.IndexOf(records[0], "costUsd"), Array.IndexOf(records[0], "startedAt"));
        foreach (var (item, record) in items.Zip(records.Skip(1)))
        {
            Assert.Equal(
                item.CostUsd,
                record[cost].Length == 0 ? null : decimal.Parse(record[cost], CultureInfo.InvariantCulture)
            );
            Assert.Equal(item.StartedAt, DateTimeOffset.Parse(record[started], CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Json_and_its_lines_hold_the_same_documents()
    {
        var items = Samples.Hostile();

        var array = JsonDocument.Parse(await Samples.WriteAsync(ExportFormat.Json, items)).RootElement;
        var lines = Encoding
            .UTF8.GetString(await Samples.WriteAsync(ExportFormat.Ndjson, items))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(items.Length, array.GetArrayLength());
        Assert.Equal(array.EnumerateArray().Select(item => item.GetRawText()), lines);
        var back = lines.Select(line => JsonSerializer.Deserialize(line, WeirJson.Default.RequestItem)!);
        Assert.Equal(
            items.Select(item => (item.Id, item.CostUsd, Replaced(item.Project!))),
            back.Select(item => (item.Id, item.CostUsd, item.Project!))
        );
        Assert.Equal("[]\n", Encoding.UTF8.GetString(await Samples.WriteAsync(ExportFormat.Json, [])));
        Assert.Empty(await Samples.WriteAsync(ExportFormat.Ndjson, []));
    }

    // Half a character and a NUL are the two things that the file cannot hold.
    private static string Whole(string text) => Replaced(text).Replace('\0', '\uFFFD');

    private static string Replaced(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
