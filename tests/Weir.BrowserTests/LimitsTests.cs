using System.Globalization;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What providers allow, and the blocks of five hours.</summary>
public sealed class LimitsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task What_a_provider_says_is_there_at_once_and_marked_as_told()
    {
        await traffic.SendAsync();
        await using var tab = await OpenAsync();
        await tab.UntilLiveAsync();
        await TellAsync(42);
        await tab.Page.GetByText("42% used, as the provider said").WaitForAsync();

        await TellAsync(91);

        await tab.Page.GetByText("91% used, as the provider said").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "codex · 5 hours" }).WaitForAsync();
        var limits = await traffic.Weir.GetAsync("/api/v1/limits");
        Assert.Contains(
            limits.GetProperty("limits").EnumerateArray(),
            limit =>
                limit.GetProperty("client").GetString() == "codex"
                && limit.GetProperty("usedPercent").GetDouble() == 91
                && !limit.GetProperty("estimated").GetBoolean()
        );
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_block_has_the_API_s_figures_and_leads_to_its_requests()
    {
        await traffic.SendAsync();
        await traffic.SendAsync("claude-opus-4-8");
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync();
        var row = tab.Page.Locator("tbody tr:has(time)").First;
        await row.WaitForAsync();

        var blocks = await traffic.Weir.GetAsync("/api/v1/blocks");
        var block = blocks.GetProperty("blocks")[0];
        var cells = row.Locator("td");
        Assert.Equal(
            block.GetProperty("requests").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
            await cells.Nth(0).InnerTextAsync()
        );
        Assert.Equal(
            block.GetProperty("totalTokens").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
            await cells.Nth(1).GetAttributeAsync("title")
        );
        var cost = await cells.Nth(2).Locator("[title]").GetAttributeAsync("title");
        Assert.Equal(
            decimal.Parse(block.GetProperty("costUsd").GetString()!, CultureInfo.InvariantCulture),
            decimal.Parse(cost!.TrimStart('$'), CultureInfo.InvariantCulture)
        );
        await row.GetByText("running").WaitForAsync();
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.GetByText("2 shown").WaitForAsync();
    }

    [Theory]
    [InlineData(1280, true, null)]
    [InlineData(390, false, "de")]
    [InlineData(320, true, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        await traffic.SendAsync();
        await TellAsync(80);
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
        await tab.GoAsync(traffic.Weir, "/limits");
        await tab.Page.Locator("h3").First.WaitForAsync();
        await tab.Page.Locator("tbody time").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "limits", width);
    }

    [Fact]
    public async Task Without_any_it_says_where_they_come_from_and_a_failure_is_no_emptiness()
    {
        await using var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.Page.RouteAsync("**/api/v1/limits", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.GoAsync(traffic.Weir, "/limits");
        await tab.Page.GetByText("The limits cannot be read").WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByText("No limit is known yet").CountAsync());
        await PageCheck.CheckAsync(tab, "failed", 1280);
        await tab.Page.UnrouteAsync("**/api/v1/limits");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await tab.Page.GetByText("No limit is known yet").WaitForAsync();

        await PageCheck.CheckAsync(tab, "empty", 1280);
    }

    private async Task<Tab> OpenAsync()
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, "/limits");
        return tab;
    }

    // As the watcher of another machine sends what an agent's file said.
    private async Task TellAsync(int percent)
    {
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        using var batch = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/capture/batches", UriKind.Relative));
        batch.Headers.TryAddWithoutValidation("x-weir-key", traffic.Weir.AdminKey);
        batch.Content = new StringContent(
            $$"""
            {"kind":"batch","version":1,"id":"b{{at}}"}
            {"kind":"limit","at":{{at}},"client":"codex","limit":2,"scope":"five_hour","usedPercent":{{percent}}}

            """
        );
        batch.Content.Headers.ContentType = new("application/x-ndjson");
        using var answer = await traffic.Weir.SendAsync(batch);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
