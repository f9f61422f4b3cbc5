using System.Globalization;
using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Exports;

/// <summary>Answers of the usage routes on paper, as poppler reads them: what the same route tells as JSON stands there.</summary>
public sealed class PaperTests(ExportHouse house) : IClassFixture<ExportHouse>
{
    private const string Range = "from=2025-01-01&to=2027-01-01";

    [Theory]
    [InlineData("summary?groupBy=team,model", "Sums")]
    [InlineData("summary?groupBy=day", "Sums")]
    [InlineData("summary", "Sums")]
    [InlineData("series?groupBy=model&metric=requests&compare=previous", "Over time")]
    [InlineData("top?by=session&metric=totalTokens&limit=150", "The largest")]
    [InlineData("top?by=model&metric=errorRate", "The largest")]
    [InlineData("distribution?groupBy=model", "How long requests took")]
    [InlineData("heatmap?timezone=Europe/Berlin&weekStart=sunday", "Weekdays and hours")]
    [InlineData("heatmap?model=nothing-has-this-name", "Weekdays and hours")]
    [InlineData("compare?compare=year", "Side by side")]
    [InlineData("compare?by=model&values=claude-opus-4-8,claude-sonnet-5,gpt-5.5,gpt-5.4-mini,none", "Side by side")]
    public async Task Every_view_is_drawn_with_the_numbers_that_it_tells(string view, string title)
    {
        using var folder = new TemporaryFolder();
        var question = $"/api/v1/usage/{view}{(view.Contains('?') ? "&" : "?")}{Range}&user.not=nobody";
        var (status, type, document) = await AskAsync($"{question}&format=pdf");
        Assert.True(status == HttpStatusCode.OK, System.Text.Encoding.UTF8.GetString(document));
        Assert.Equal("application/pdf", type);
        await File.WriteAllBytesAsync(folder.At("view.pdf"), document, TestContext.Current.CancellationToken);

        var text = await ProgramRun.RunAsync("pdftotext", ["-layout", folder.At("view.pdf"), "-"]);

        Assert.True(text is { ExitCode: 0, Errors: "" }, text.ToString());
        Assert.Contains(title, text.Output, StringComparison.Ordinal);
        Assert.Contains("only user not nobody", text.Output, StringComparison.Ordinal);
        var (_, json) = await house.House.SendAsync("GET", $"{question}&format=json", house.Key);
        foreach (var told in Told(view.Split('?')[0], ExportHouse.Parse(json)))
        {
            Assert.Contains(told, text.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_long_ranking_turns_pages_and_repeats_its_headings()
    {
        using var folder = new TemporaryFolder();
        var (_, _, document) = await AskAsync($"/api/v1/usage/top?by=session&limit=150&{Range}&format=pdf");
        await File.WriteAllBytesAsync(folder.At("view.pdf"), document, TestContext.Current.CancellationToken);

        var pages = await ProgramRun.RunAsync("pdfinfo", [folder.At("view.pdf")]);
        var text = await ProgramRun.RunAsync("pdftotext", ["-layout", folder.At("view.pdf"), "-"]);

        Assert.Matches("Pages: +[4-9]", pages.Output);
        Assert.True(text.Output.Split("Share of cost").Length > 3, text.Output);
    }

    [Theory]
    [InlineData("/api/v1/usage/top?by=model&format=xml")]
    [InlineData("/api/v1/usage/top?by=model&format=pdf&format=json")]
    [InlineData("/api/v1/usage/heatmap?format=")]
    [InlineData("/api/v1/usage/top?format=pdf")]
    [InlineData("/api/v1/usage/requests?format=pdf")]
    public async Task What_cannot_be_drawn_is_refused_as_json(string question)
    {
        var (status, type, _) = await AskAsync(question);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("application/problem+json", type);
    }

    private async Task<(HttpStatusCode Status, string? Type, byte[] Body)> AskAsync(string path)
    {
        using var answer = await house.SendAsync(HttpMethod.Get, path);
        return (
            answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)
        );
    }

    private static IEnumerable<string> Told(string route, JsonElement answer) =>
        route switch
        {
            "summary" => answer
                .GetProperty("rows")
                .EnumerateArray()
                .Append(answer.GetProperty("total"))
                .SelectMany(row => new[] { Count(row, "requests"), Usd(row.GetProperty("costUsd")) }),
            "series" =>
            [
                .. answer.GetProperty("series").EnumerateArray().Select(line => Sum(line.GetProperty("points"))),
                "compared with",
            ],
            "top" => answer
                .GetProperty("rows")
                .EnumerateArray()
                .Append(answer.GetProperty("total"))
                .SelectMany(row => new[] { Count(row, "requests"), Count(row, "errors") }),
            "distribution" => answer
                .GetProperty("groups")
                .EnumerateArray()
                .SelectMany(group => new[] { Count(group, "count"), Count(group, "unknown") }),
            "heatmap" =>
            [
                "Sunday",
                Usd(
                    answer
                        .GetProperty("days")
                        .EnumerateArray()
                        .SelectMany(day => day.GetProperty("hours").EnumerateArray())
                        .Sum(hour => Money(hour.GetProperty("value")))
                ),
            ],
            _ => answer
                .GetProperty("sides")
                .EnumerateArray()
                .SelectMany(side =>
                    new[]
                    {
                        Count(side.GetProperty("sums"), "requests"),
                        Count(side.GetProperty("sums"), "outputTokens"),
                    }
                ),
        };

    private static string Count(JsonElement of, string name) =>
        of.GetProperty(name).GetInt64().ToString("#,0", CultureInfo.InvariantCulture);

    private static string Sum(JsonElement points) =>
        points
            .EnumerateArray()
            .Sum(point => point.GetProperty("value").GetInt64())
            .ToString("#,0", CultureInfo.InvariantCulture);

    private static decimal Money(JsonElement money) => decimal.Parse(money.GetString()!, CultureInfo.InvariantCulture);

    private static string Usd(JsonElement money) => Usd(Money(money));

    private static string Usd(decimal usd) =>
        "$" + usd.ToString(Math.Abs(usd) is > 0 and < 1 ? "0.00####" : "#,0.00", CultureInfo.InvariantCulture);
}
