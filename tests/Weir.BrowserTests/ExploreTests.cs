using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What "Explore" says, where it leads, and that its address holds all of it.</summary>
public sealed class ExploreTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private static readonly string[] Models =
    [
        "claude-sonnet-5",
        "claude-opus-4-8",
        "claude-haiku-4-5",
        Traffic.Unpriced,
        "claude-overloaded",
    ];

    private Traffic traffic = null!;

    public async ValueTask InitializeAsync()
    {
        traffic = await Traffic.StartAsync();
        for (var i = 0; i < 23; i++)
        {
            await traffic.SendAsync(
                Models[i % Models.Length],
                i % 3 == 0 ? "curl/8.5.0" : "claude-cli/2.1.0 (external, cli)"
            );
        }

        await traffic.Weir.SettleAsync();
    }

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Theory]
    [InlineData("costUsd", "model")]
    [InlineData("totalTokens", "client")]
    [InlineData("requests", "model,client")]
    public async Task Every_figure_is_the_APIs_to_the_last_digit(string metric, string by)
    {
        await using var tab = await OpenAsync($"/explore?from=24h&metric={metric}&by={by}");
        var asked = await traffic.Weir.GetAsync($"/api/v1/usage/summary?from=24h&groupBy={by}");
        var expected = asked
            .GetProperty("rows")
            .EnumerateArray()
            .ToDictionary(
                row => string.Join(" · ", by.Split(',').Select(name => row.GetProperty("keys").GetProperty(name))),
                row => Figure(row, metric)
            );

        var shown = new Dictionary<string, decimal?>(StringComparer.Ordinal);
        foreach (var row in await Table(tab).Locator("tbody tr").AllAsync())
        {
            shown.Add(await row.Locator("a").InnerTextAsync(), await ExactAsync(row));
        }

        Assert.Equal(expected.OrderBy(row => row.Key), shown.OrderBy(row => row.Key));
        var total = Figure(asked.GetProperty("total"), metric);
        Assert.Equal(total, await ExactAsync(Table(tab).Locator("tfoot tr")));

        // What is drawn adds up to the same.
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "As a table" }).ClickAsync();
        var drawn = await tab.Page.Locator("figure table tbody td").AllInnerTextsAsync();
        Assert.Equal(total, drawn.Sum(text => Number(text) ?? 0));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_row_and_a_mark_lead_to_the_requests_behind_them_and_back()
    {
        await using var tab = await OpenAsync("/explore?from=24h&by=model&chart=bar");
        await Table(tab).GetByRole(AriaRole.Link, new() { Name = "claude-opus-4-8" }).ClickAsync();
        await tab.UntilAtAsync("/requests\\?.*model=claude-opus-4-8");
        await tab.Page.GetByText("5 shown").WaitForAsync();

        await tab.Page.GoBackAsync();
        await Drawn(tab).WaitForAsync();
        await tab.Page.ReloadAsync();
        await Drawn(tab).FocusAsync();
        await tab.Page.Keyboard.PressAsync("End");
        await tab.Page.Locator("figure > [role=status]").Filter(new() { HasText = "claude" }).WaitForAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.UntilAtAsync("/requests\\?from=.*to=");

        var only = Assert.Single(
            new Uri(tab.Page.Url).Query.TrimStart('?').Split('&'),
            part => part.StartsWith("model=", StringComparison.Ordinal)
        );
        var asked = await traffic.Weir.GetAsync($"/api/v1/usage/requests?from=24h&{only}");
        await tab.Page.GetByText($"{asked.GetProperty("items").GetArrayLength()} shown").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_filter_is_picked_by_keys_stands_in_the_address_and_the_way_back_undoes_it()
    {
        await using var tab = await OpenAsync("/explore?from=24h&metric=requests");
        var keys = tab.Page.Keyboard;
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add a filter" }).FocusAsync();
        await keys.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Dimension" }).WaitForAsync();
        await keys.TypeAsync("model");
        await keys.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Option, new() { NameRegex = new("claude-opus") }).WaitForAsync();
        await keys.TypeAsync("opus-4-8");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();

        await tab.UntilAtAsync("model=claude-opus-4-8");
        await TotalAsync(tab, 5);
        await tab.Page.ReloadAsync();
        await TotalAsync(tab, 5);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the filter: Model" }).ClickAsync();
        await TotalAsync(tab, 23);
        await tab.Page.GoBackAsync();
        await TotalAsync(tab, 5);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task An_empty_range_and_a_failure_say_so()
    {
        await using var tab = await OpenAsync("/explore?from=2020-01-01&to=2020-02-01");
        await tab.Page.GetByText("Nothing in this range with these filters.").WaitForAsync();

        await tab.GoAsync(traffic.Weir, "/explore?from=nonsense");
        var fault = await tab.Page.GetByRole(AriaRole.Alert).InnerTextAsync();

        Assert.Contains("from: must be RFC 3339", fault, StringComparison.Ordinal);
        Assert.Empty(tab.Faults);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await chromium.OpenAsync();
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{traffic.Weir.AdminKey}')");
        await tab.GoAsync(traffic.Weir, path);
        if (!path.Contains("nonsense", StringComparison.Ordinal))
        {
            await Drawn(tab).WaitForAsync();
        }

        return tab;
    }

    private static ILocator Drawn(Tab tab) => tab.Page.Locator("[data-drawn=true]");

    private static ILocator Table(Tab tab) => tab.Page.Locator("section:not(:has(figure)) table");

    private static Task TotalAsync(Tab tab, int requests) =>
        Table(tab).Locator($"tfoot [data-exact='{requests.ToString(CultureInfo.InvariantCulture)}']").WaitForAsync();

    private static async Task<decimal?> ExactAsync(ILocator row) =>
        Number((await row.Locator("[data-exact]").First.GetAttributeAsync("data-exact"))!);

    private static decimal? Number(string text) =>
        text is "unknown" or "–"
            ? null
            : decimal.Parse(text.Replace("$", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static decimal? Figure(JsonElement row, string metric) =>
        metric switch
        {
            "totalTokens" => new[]
            {
                "inputTokens",
                "outputTokens",
                "cacheReadTokens",
                "cacheWrite5mTokens",
                "cacheWrite1hTokens",
            }.Sum(name => row.GetProperty(name).GetInt64()),
            "costUsd" => row.GetProperty(metric).GetString() is { } cost
                ? decimal.Parse(cost, CultureInfo.InvariantCulture)
                : null,
            _ => row.GetProperty(metric).GetInt64(),
        };
}
