using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What "Now" says, and that it stays true.</summary>
public sealed class NowTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task An_empty_ledger_says_how_to_begin_and_the_first_request_takes_its_place()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.Page.GetByText("Nothing has come through Weir yet").WaitForAsync();
        var origin = traffic.Weir.BaseUrl.ToString().TrimEnd('/');
        Assert.Equal(
            [$"ANTHROPIC_BASE_URL={origin} claude", $"ANTHROPIC_BASE_URL={origin} ANTHROPIC_AUTH_TOKEN=wk_… claude"],
            await tab.Page.Locator("pre").AllInnerTextsAsync()
        );
        await tab.Page.GetByLabel("Codex", new() { Exact = true }).CheckAsync(new() { Force = true });
        Assert.Contains(
            $"base_url = \"{origin}/v1\"",
            await tab.Page.Locator("pre").First.InnerTextAsync(),
            StringComparison.Ordinal
        );

        await tab.UntilLiveAsync();
        await traffic.SendAsync();

        await Rows(tab).First.WaitForAsync();
        Assert.Equal("1", await FigureAsync(tab, "Requests today"));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_comes_live_adds_up_to_what_the_API_answers()
    {
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        string[] models =
        [
            "claude-sonnet-5",
            "claude-opus-4-8",
            "claude-haiku-4-5",
            Traffic.Unpriced,
            "claude-overloaded",
        ];
        for (var i = 0; i < 40; i++)
        {
            await traffic.SendAsync(
                models[i % models.Length],
                i % 3 == 0 ? "curl/8.5.0" : "claude-cli/2.1.0 (external, cli)"
            );
        }

        await Figure(tab, "Requests today").Filter(new() { HasText = "41" }).WaitForAsync();
        await traffic.Weir.SettleAsync();
        var total = (await SummaryAsync()).GetProperty("total");
        Assert.Equal(41, total.GetProperty("requests").GetInt64());
        Assert.Equal(
            decimal.Parse(total.GetProperty("costUsd").GetString()!, CultureInfo.InvariantCulture),
            decimal.Parse(
                (await Figure(tab, "Spend today").GetAttributeAsync("title"))!.TrimStart('$'),
                CultureInfo.InvariantCulture
            )
        );
        Assert.Equal(
            Tokens(total).ToString("N0", CultureInfo.InvariantCulture) + " tokens",
            await Figure(tab, "Tokens today").GetAttributeAsync("title")
        );
        await tab.Page.GetByText("Errors: 8").WaitForAsync();
        await tab.Page.GetByText("Cost unknown: 8").WaitForAsync();
        var shares = tab.Page.GetByRole(AriaRole.Table, new() { Name = "Today by model" });
        Assert.Equal(
            "unknown",
            await shares.Locator("tr", new() { HasText = Traffic.Unpriced }).Locator("td").Last.InnerTextAsync()
        );
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task After_a_break_every_request_is_there_once()
    {
        await traffic.SendAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await Rows(tab).First.WaitForAsync();

        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        for (var i = 0; i < 5; i++)
        {
            await traffic.SendAsync();
        }

        await tab.Context.SetOfflineAsync(false);
        await tab.UntilLiveAsync();

        await Figure(tab, "Requests today").Filter(new() { HasText = "6" }).WaitForAsync();
        Assert.Equal(6, await Rows(tab).CountAsync());
        Assert.Equal(0, await tab.Page.GetByText("The connection is broken").CountAsync());
    }

    [Fact]
    public async Task Figures_that_cannot_be_read_are_an_error_and_not_a_zero()
    {
        await traffic.SendAsync();
        await using var tab = await chromium.OpenAsync();
        const string Failing = "**/usage/summary*";
        await tab.Page.RouteAsync(
            Failing,
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = 500,
                        ContentType = "application/problem+json",
                        Body = """{"title":"Internal Server Error","status":500,"detail":"Its log says more."}""",
                    }
                )
        );
        await tab.SignInAsync(traffic.Weir);
        await tab.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Its log says more." }).WaitForAsync();
        Assert.Equal("Not known yet.", await FigureAsync(tab, "Requests today"));
        Assert.Equal("Not known yet.", await FigureAsync(tab, "Spend today"));

        await tab.Page.UnrouteAsync(Failing);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Figure(tab, "Requests today").Filter(new() { HasText = "1" }).WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByRole(AriaRole.Alert).CountAsync());
    }

    [Fact]
    public async Task Paused_it_stands_still_and_goes_on_with_everything()
    {
        await traffic.SendAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await Figure(tab, "Requests today").Filter(new() { HasText = "1" }).WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await traffic.SendAsync();
        await traffic.SendAsync();

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume (2)" }).WaitForAsync();
        Assert.Equal("1", await FigureAsync(tab, "Requests today"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume (2)" }).ClickAsync();

        await Figure(tab, "Requests today").Filter(new() { HasText = "3" }).WaitForAsync();
        Assert.Equal(3, await Rows(tab).CountAsync());
    }

    [Fact]
    public async Task A_theme_that_is_chosen_stays()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        var light = await GroundAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Theme: System") }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Theme: Light") }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Theme: Dark") }).WaitForAsync();
        var dark = await GroundAsync();
        await tab.Page.ReloadAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Theme: Dark") }).WaitForAsync();

        Assert.NotEqual(light, dark);
        Assert.Equal(dark, await GroundAsync());

        Task<string> GroundAsync() =>
            tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    private static ILocator Figure(Tab tab, string label) =>
        tab
            .Page.Locator("dl > div", new() { Has = tab.Page.Locator("dt", new() { HasText = label }) })
            .Locator("dd")
            .First;

    private static async Task<string> FigureAsync(Tab tab, string label) =>
        (await Figure(tab, label).InnerTextAsync()).Trim();

    private static ILocator Rows(Tab tab) =>
        tab.Page.GetByRole(AriaRole.Table, new() { NameRegex = new("^Newest requests") }).Locator("tbody tr");

    private Task<JsonElement> SummaryAsync() => traffic.Weir.GetAsync("/api/v1/usage/summary?from=24h");

    private static long Tokens(JsonElement total) =>
        new[] { "inputTokens", "outputTokens", "cacheReadTokens", "cacheWrite5mTokens", "cacheWrite1hTokens" }.Sum(
            name => total.GetProperty(name).GetInt64()
        );
}
