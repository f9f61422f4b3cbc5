using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Models and providers: their figures, how they stand, what happened to them.</summary>
public sealed class ModelsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() =>
        traffic = await Traffic.StartAsync(provider: ["breaker: { failures: 1, openFor: 5m }", "retries: 0"]);

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task Every_models_cost_is_the_APIs_and_one_opens_with_its_price_and_charts()
    {
        await traffic.SendAsync();
        await traffic.SendAsync();
        await traffic.SendAsync("claude-haiku-4-5");
        await traffic.SendAsync(Traffic.Unpriced);
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync("/models?from=24h");
        var summary = await traffic.Weir.GetAsync("/api/v1/usage/summary?from=24h&groupBy=provider,model");
        await Row(tab, "claude-sonnet-5").WaitForAsync();
        foreach (var row in summary.GetProperty("rows").EnumerateArray())
        {
            var model = row.GetProperty("keys").GetProperty("model").GetString()!;
            Assert.Equal(
                row.GetProperty("costUsd").GetString(),
                await Row(tab, model).Locator("td.cost").GetAttributeAsync("data-exact")
            );
        }

        Assert.Equal(
            summary.GetProperty("total").GetProperty("costUsd").GetString(),
            await tab.Page.Locator("tfoot td.cost").GetAttributeAsync("data-exact")
        );
        Assert.EndsWith("unknown", await Row(tab, Traffic.Unpriced).InnerTextAsync(), StringComparison.Ordinal);

        await Row(tab, "claude-sonnet-5").GetByRole(AriaRole.Link).ClickAsync();
        var sheet = tab.Page.GetByRole(AriaRole.Dialog);
        await sheet.Locator("[data-drawn=true]").Nth(3).WaitForAsync();
        var price = (await traffic.Weir.GetAsync("/api/v1/prices?search=claude-sonnet-5"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(one =>
                one.GetProperty("catalogue").GetString() == "anthropic"
                && one.GetProperty("model").GetString() == "claude-sonnet-5"
            );
        var shown = await sheet
            .GetByRole(AriaRole.Row, new() { NameRegex = new("^Input") })
            .Locator("td")
            .InnerTextAsync();
        Assert.Equal(
            decimal.Parse(
                price.GetProperty("rates").GetProperty("input").GetString()!,
                System.Globalization.CultureInfo.InvariantCulture
            ),
            decimal.Parse(shown.TrimStart('$'), System.Globalization.CultureInfo.InvariantCulture)
        );
        await sheet.GetByRole(AriaRole.Link, new() { NameRegex = new("^The requests behind") }).ClickAsync();
        await tab.Page.GetByText("2 shown").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_breaker_that_opens_shows_at_once_and_after_a_break_too()
    {
        await traffic.SendAsync();
        await using var tab = await OpenAsync("/models?from=24h");
        await tab.UntilLiveAsync();
        await tab.Page.GetByText("No breaker has opened").WaitForAsync();

        await traffic.SendAsync("claude-overloaded");
        await Row(tab, "claude-overloaded").Locator("[data-stands=open]").WaitForAsync();
        await tab.Page.GetByText("Passed over now: 1").WaitForAsync();
        var events = (await traffic.Weir.GetAsync("/api/v1/activity?kind=breaker,target")).GetProperty("items");
        await tab.Page.GetByText(events[0].GetProperty("text").GetString()!).WaitForAsync();

        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        traffic.IsDown = true;
        await traffic.SendAsync("claude-haiku-4-5");
        await tab.Context.SetOfflineAsync(false);
        await tab.UntilLiveAsync();
        await Row(tab, "claude-haiku-4-5").Locator("[data-stands=open]").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData(1280, false, null)]
    [InlineData(1280, true, null)]
    [InlineData(390, true, "de")]
    [InlineData(320, false, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        var options = width < 720 ? TabOptions.Phone with { Width = width } : new TabOptions();
        await using var tab = await PageCheck.OpenAsync(
            chromium,
            traffic.Weir.AdminKey,
            options with
            {
                IsDark = isDark,
            },
            language
        );
        await traffic.SendAsync();
        await traffic.SendAsync("claude-overloaded");
        await traffic.Weir.SettleAsync();
        await tab.GoAsync(traffic.Weir, "/models?from=24h");
        await tab.Page.Locator("[data-stands=open]").WaitForAsync();
        await tab.Page.Locator("ol time").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "models", width);
        await tab.GoAsync(traffic.Weir, "/models?from=24h&of=anthropic&id=claude-sonnet-5");
        await tab.Page.Locator("dialog [data-drawn=true]").Nth(3).WaitForAsync();
        await PageCheck.CheckAsync(tab, "a model", width);
        await tab.Page.RouteAsync("**/usage/summary*", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.GoAsync(traffic.Weir, "/models?from=24h");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await PageCheck.CheckAsync(tab, "failed", width);
        Assert.Empty(tab.Faults);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, path);
        return tab;
    }

    private static ILocator Row(Tab tab, string model) =>
        tab.Page.Locator("main tr", new() { Has = tab.Page.Locator("a.name", new() { HasTextString = model }) });
}
