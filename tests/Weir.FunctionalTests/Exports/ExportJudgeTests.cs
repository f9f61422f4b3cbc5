using System.Globalization;
using Weir.Exports;
using Weir.Exports.Parquet;
using Weir.Exports.Tests;
using Weir.Testing;

namespace Weir.FunctionalTests.Exports;

/// <summary>Files of exports as other programs read them: DuckDB, LibreOffice, poppler. What the ledger sums is what they sum.</summary>
public sealed class ExportJudgeTests(ExportHouse house) : IClassFixture<ExportHouse>
{
    private static LibraryPlaces Library { get; } =
        new()
        {
            Named = Path.Combine(
                global::Weir.Testing.RealPrograms.Folder,
                "node_modules",
                "@duckdb",
                "node-bindings-linux-x64"
            ),
            ProgramFolder = "/none",
            DataFolder = "/none",
        };

    [Theory]
    [InlineData("parquet", "read_parquet('{0}')")]
    [InlineData("csv", "read_csv('{0}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')")]
    public async Task DuckDb_sums_what_the_ledger_sums(string format, string source)
    {
        using var folder = new TemporaryFolder();
        var path = await house.TakeAsync(await house.MakeAsync(format), folder, "requests");
        var ledger = await house.House.Host.Modules.Ledger.Queries.SummaryAsync(
            house.Everything,
            CancellationToken.None
        );

        var sums = Ask(
            folder,
            $"""
            SELECT count(*), sum(costUsd::DECIMAL(38,9)), sum(billedUsd::DECIMAL(38,9)), sum(inputTokens::BIGINT),
                sum(outputTokens::BIGINT), count(DISTINCT id)
            FROM {string.Format(CultureInfo.InvariantCulture, source, path)}
            """
        );

        var total = ledger.Total;
        Assert.True(total.Cost.ToUsd() > 1);
        Assert.Equal(
            [
                total.Requests,
                total.Cost.ToUsd(),
                total.Billed.ToUsd(),
                total.Tokens.Input ?? 0,
                total.Tokens.Output ?? 0,
                total.Requests,
            ],
            sums.Split(',').Select(sum => decimal.Parse(sum, CultureInfo.InvariantCulture))
        );
    }

    [Fact]
    public async Task Parquet_has_types_and_holds_every_text_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var items = Samples.Hostile();
        var path = folder.At("hostile.parquet");
        await using (var output = File.Create(path))
        {
            await new RequestExporter(Library).WriteAsync(
                ExportFormat.Parquet,
                Samples.Pages(items),
                output,
                Samples.Context with
                {
                    ScratchFolder = folder.Path,
                },
                CancellationToken.None
            );
        }

        var types = Ask(
            folder,
            $"SELECT string_agg(column_type, ';') FROM (DESCRIBE SELECT startedAt, durationMs, costUsd, inputTokens, streaming, model FROM '{path}')"
        );
        var same = Ask(
            folder,
            $"SELECT count(*), md5(string_agg(encode(project)::VARCHAR, '|' ORDER BY id)) FROM '{path}'"
        );
        var expected = Ask(
            folder,
            $"SELECT count(*), md5(string_agg(encode(t)::VARCHAR, '|' ORDER BY i)) FROM (VALUES {string.Join(',', items.Select(Value))}) v(i, t)"
        );

        Assert.Equal("TIMESTAMP WITH TIME ZONE;DOUBLE;DECIMAL(18,9);BIGINT;BOOLEAN;VARCHAR", types.Trim('"'));
        Assert.Equal(expected, same);
        Assert.Equal(["hostile.parquet"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task LibreOffice_opens_the_workbook_and_finds_the_same_rows()
    {
        using var folder = new TemporaryFolder();
        var items = Samples.Plain(300).AddRange(Samples.Hostile());
        await using (var output = File.Create(folder.At("book.xlsx")))
        {
            await new RequestExporter(Library).WriteAsync(
                ExportFormat.Xlsx,
                Samples.Pages(items),
                output,
                Samples.Context,
                CancellationToken.None
            );
        }

        var run = await ProgramRun.RunAsync(
            "soffice",
            [
                $"-env:UserInstallation=file://{folder.At("profile")}",
                "--headless",
                "--convert-to",
                "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1",
                "--outdir",
                folder.Path,
                folder.At("book.xlsx"),
            ],
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );

        var converted = Directory.GetFiles(folder.Path, "*.csv");
        Assert.True(converted.Length == 1, run.ToString());
        var ids = Ask(
            folder,
            $"SELECT count(*), count(DISTINCT id), sum(costUsd::DECIMAL(38,9)), sum(inputTokens::BIGINT) FROM read_csv('{converted[0]}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', max_line_size = 10000000, strict_mode = false)"
        );
        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{items.Length},{items.Select(item => item.Id).Distinct().Count()},{items.Sum(item => item.CostUsd ?? 0):0.000000000},{items.Sum(item => item.InputTokens ?? 0)}"
            ),
            ids
        );
    }

    [Fact]
    public async Task Poppler_reads_the_report()
    {
        using var folder = new TemporaryFolder();
        var export = await house.MakeAsync(
            "pdf",
            ",\"groupBy\":[\"user\",\"model\"],\"filters\":{\"status\":[\"ok\"],\"user.not\":[\"nobody\",\"noone\"],\"status.prefix\":[\"o\"]}"
        );
        var path = await house.TakeAsync(export, folder, "report.pdf");

        var text = await ProgramRun.RunAsync("pdftotext", ["-layout", path, "-"]);
        var fonts = await ProgramRun.RunAsync("pdffonts", [path]);
        var picture = await ProgramRun.RunAsync("pdftoppm", ["-r", "60", "-png", path, folder.At("page")]);

        Assert.True(text.ExitCode == 0 && text.Errors == "", text.ToString());
        Assert.Contains("Usage report", text.Output, StringComparison.Ordinal);
        Assert.Contains("only status = ok", text.Output, StringComparison.Ordinal);
        Assert.Contains("only user not nobody, noone", text.Output, StringComparison.Ordinal);
        Assert.Contains("only status beginning with o", text.Output, StringComparison.Ordinal);
        Assert.Contains("By user, model", text.Output, StringComparison.Ordinal);
        var summary = await house.House.Host.Modules.Ledger.Queries.SummaryAsync(
            house.Everything with
            {
                Filters = [new Ledger.UsageFilter(new Ledger.UsageDimension(Ledger.UsageDimensionKind.Status), ["ok"])],
            },
            CancellationToken.None
        );
        Assert.Contains(
            "$" + summary.Total.Cost.ToUsd().ToString("#,0.00", CultureInfo.InvariantCulture),
            text.Output,
            StringComparison.Ordinal
        );
        Assert.Matches(@"WEIRAA\+DejaVuSans +CID TrueType +Identity-H +yes yes yes", fonts.Output);
        Assert.Matches(@"WEIRAB\+DejaVuSans-Bold +CID TrueType +Identity-H +yes yes yes", fonts.Output);
        Assert.True(picture is { ExitCode: 0, Errors: "" }, picture.ToString());
        Assert.NotEmpty(Directory.GetFiles(folder.Path, "page*.png"));
    }

    private static string Value(Client.RequestItem item) => $"('{item.Id}', decode('{Blob(item.Project!)}'::BLOB))";

    private static string Blob(string text) =>
        string.Concat(System.Text.Encoding.UTF8.GetBytes(text).Select(b => $"\\x{b:X2}"));

    // DuckDB's answer, as it writes it itself.
    private static string Ask(TemporaryFolder folder, string question)
    {
        var answer = folder.At("answer.csv");
        var file = folder.At("ask.duckdb");
        using (var database = DuckDb.Open(DuckDbLibrary.Find(Library)!, file))
        {
            database.Run($"COPY ({question}) TO {DuckDb.Quote(answer)} (FORMAT csv, HEADER false)");
        }

        var text = File.ReadAllText(answer).TrimEnd('\n');
        File.Delete(answer);
        File.Delete(file);
        return text;
    }
}
