using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>"What changed" on "Now", and how the providers stand beside it.</summary>
public sealed class ChangesTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const string Model = "claude-sonnet-5";

    private Traffic traffic = null!;

    public async ValueTask InitializeAsync()
    {
        traffic = await Traffic.StartAsync(
            provider: ["breaker: { failures: 1 }", "retries: 0"],
            document: """
            budgets:
              - name: team
                limitUsd: 5
                window: 24h
                stages: [{ at: 1, do: warn }]
              - name: small
                scope: { model: claude-opus-4-8 }
                limitUsd: 0.01
                window: 24h
            """
        );
        // Without any request the page says how to begin, and nothing else.
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
    }

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task A_breaker_that_opens_and_closes_is_seen_without_a_reload()
    {
        await using var tab = await OpenAsync();
        await tab.Page.EvaluateAsync("() => { window.isSame = true; }");
        await Standing(tab, Model).GetByText("ready", new() { Exact = true }).WaitForAsync();
        var below = await BelowAsync(tab);

        traffic.IsDown = true;
        await traffic.SendAsync();

        var opened = Line(tab, "nothing is sent there for");
        await opened.WaitForAsync();
        await opened.GetByText("error", new() { Exact = true }).WaitForAsync();
        Assert.Equal(1, await opened.Locator("svg").CountAsync());
        Assert.Equal("now", await opened.Locator("time").InnerTextAsync());
        Assert.Contains("UTC", await opened.Locator("time").GetAttributeAsync("title"), StringComparison.Ordinal);
        await Line(tab, "passed over, its breaker is open").WaitForAsync();
        await Standing(tab, Model).GetByText("100% failed").WaitForAsync();
        await tab.Page.Locator("p.unseen[role=status]", new() { HasTextRegex = new(".+: anthropic/") }).WaitForAsync();

        traffic.IsDown = false;
        await UntilAsync(tab, "works again after");
        traffic.IsDown = true;
        await UntilAsync(tab, "2 times since");

        var passed = Line(tab, "passed over, its breaker is open");
        await passed.GetByText("2 times since").WaitForAsync();
        Assert.Equal(1, await passed.CountAsync());
        Assert.Equal(below, await BelowAsync(tab));
        Assert.True(await tab.Page.EvaluateAsync<bool>("() => window.isSame"));
        var texts = await TextsAsync();
        Assert.All(await LinesAsync(tab), line => Assert.Contains(line, texts));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_budget_that_reaches_a_stage_and_its_end_is_seen()
    {
        await using var tab = await OpenAsync();
        await UntilAsync(tab, "budget team: 1 % is taken");
        await Line(tab, "budget team").GetByText("warning", new() { Exact = true }).WaitForAsync();
        await traffic.SendAsync("claude-opus-4-8");
        await traffic.Weir.SettleAsync();
        using var refused = await traffic.Weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-opus-4-8","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}"""
        );

        Assert.False(refused.IsSuccessStatusCode);
        await Line(tab, "budget small: a request was refused").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Earlier_ones_come_page_by_page_and_each_once()
    {
        traffic.IsDown = true;
        for (var i = 0; i < 30; i++)
        {
            await traffic.SendAsync($"claude-{i}");
        }

        await using var tab = await OpenAsync();
        Assert.Equal(20, await Lines(tab).CountAsync());
        var earlier = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show earlier" });
        await tab.Page.RouteAsync("**/activity?*before=*", route => route.FulfillAsync(new() { Status = 503 }));
        await earlier.ClickAsync();
        await Assertions.Expect(Lines(tab)).ToHaveCountAsync(40);
        await earlier.ClickAsync();
        await Assertions.Expect(Lines(tab)).ToHaveCountAsync(50);
        await earlier.ClickAsync();
        await tab.Page.GetByText("Earlier ones cannot be read").WaitForAsync();
        await tab.Page.UnrouteAsync("**/activity?*before=*");
        await earlier.ClickAsync();

        await earlier.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var texts = await TextsAsync();
        Assert.True(texts.Count > 50, $"{texts.Count} events");
        Assert.Equal(texts, await LinesAsync(tab));
    }

    [Fact]
    public async Task What_came_while_nobody_listened_is_there_once()
    {
        await using var tab = await OpenAsync();
        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        traffic.IsDown = true;
        await traffic.SendAsync();
        await tab.Context.SetOfflineAsync(false);

        await Line(tab, "nothing is sent there for").WaitForAsync();
        Assert.Equal(await TextsAsync(), await LinesAsync(tab));
    }

    [Fact]
    public async Task A_feed_that_cannot_be_read_is_an_error_and_not_an_empty_list()
    {
        await using var tab = await chromium.OpenAsync();
        const string Failing = "**/api/v1/activity*";
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
        await tab.Page.GetByText("What changed cannot be read. Its log says more.").WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByText("Nothing has changed").CountAsync());

        await tab.Page.UnrouteAsync(Failing);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Read it again" }).ClickAsync();

        await Lines(tab).First.WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByText("What changed cannot be read").CountAsync());
    }

    [Fact]
    public async Task Paused_it_stands_still()
    {
        await using var tab = await OpenAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        var before = await LinesAsync(tab);
        traffic.IsDown = true;
        await traffic.SendAsync();

        // The request, its target's breaker, and that it is passed over.
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume (3)" }).WaitForAsync();
        Assert.Equal(before, await LinesAsync(tab));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume (3)" }).ClickAsync();

        await Line(tab, "nothing is sent there for").WaitForAsync();
    }

    [Fact]
    public async Task Who_may_not_know_is_told_of_nothing()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(traffic.Weir, "vera");

        await tab.Page.GetByText("Nothing has changed:").WaitForAsync();
        await tab
            .Page.GetByRole(AriaRole.Heading, new() { Name = "Providers" })
            .WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(tab.Faults);
    }

    private async Task<Tab> OpenAsync()
    {
        var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await Lines(tab).First.WaitForAsync();
        return tab;
    }

    /// <summary>Sends requests until a line says something.</summary>
    private async Task UntilAsync(Tab tab, string text)
    {
        for (var i = 0; i < 200 && await Line(tab, text).CountAsync() == 0; i++)
        {
            await traffic.SendAsync();
            await tab.Page.WaitForTimeoutAsync(100);
        }

        await Line(tab, text).First.WaitForAsync();
    }

    /// <summary>What the API has, newest first.</summary>
    private async Task<List<string>> TextsAsync() =>
        [
            .. (await traffic.Weir.GetAsync("/api/v1/activity?limit=1000"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("text").GetString()!),
        ];

    private static async Task<List<string>> LinesAsync(Tab tab) =>
        [.. await Lines(tab).Locator(".text").AllInnerTextsAsync()];

    private static ILocator Lines(Tab tab) =>
        tab.Page.GetByRole(AriaRole.Group, new() { NameRegex = new("^What changed") }).Locator("li");

    private static ILocator Line(Tab tab, string text) => Lines(tab).Filter(new() { HasText = text });

    private static ILocator Standing(Tab tab, string model) =>
        tab
            .Page.GetByRole(AriaRole.Group, new() { NameRegex = new("^How the providers") })
            .Locator("li")
            .Filter(new() { HasText = model });

    /// <summary>Where what is below the list begins.</summary>
    private static Task<double> BelowAsync(Tab tab) =>
        tab.Page.EvaluateAsync<double>(
            """
            () => [...document.querySelectorAll('h2')].find((h) => h.innerText === 'Newest requests')
              .getBoundingClientRect().top + scrollY
            """
        );
}
