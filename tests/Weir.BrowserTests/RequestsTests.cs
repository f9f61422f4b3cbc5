using System.Globalization;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>The list of requests, and what is said of one.</summary>
public sealed class RequestsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task It_is_read_page_by_page_and_joined_by_what_comes_each_once()
    {
        for (var i = 0; i < 55; i++)
        {
            await traffic.SendAsync();
        }

        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync("/requests?from=24h");
        await tab.Page.GetByText("50 shown").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        await tab.Page.GetByText("55 shown").WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).CountAsync());

        await tab.UntilLiveAsync();
        await traffic.SendAsync();
        await tab.Page.GetByText("56 shown").WaitForAsync();

        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        for (var i = 0; i < 3; i++)
        {
            await traffic.SendAsync("claude-opus-4-8");
        }

        await tab.Context.SetOfflineAsync(false);
        await tab.UntilLiveAsync();
        await tab.Page.GetByText("59 shown").WaitForAsync();
        Assert.Equal(59, await Rows(tab).CountAsync());
        Assert.Contains("claude-opus-4-8", await Rows(tab).First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_the_filters_keep_out_does_not_come_in()
    {
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync("/requests?from=24h&model.not=claude-opus-4-8");
        await tab.UntilLiveAsync();
        await tab.Page.GetByText("1 shown").WaitForAsync();
        await traffic.SendAsync("claude-opus-4-8");
        await traffic.SendAsync("claude-haiku-4-5");

        await tab.Page.GetByText("2 shown").WaitForAsync();

        Assert.DoesNotContain("opus", string.Join(' ', await Rows(tab).AllInnerTextsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_request_says_how_its_price_comes_about_and_has_an_address()
    {
        var id = await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync("/requests?from=24h");
        await Rows(tab).First.ClickAsync();
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByText("The products add up to what was charged").WaitForAsync();
        await tab.UntilAtAsync($"id={id}");

        var asked = await traffic.Weir.GetAsync($"/api/v1/usage/requests/{id}");
        var cost = decimal.Parse(asked.GetProperty("costUsd").GetString()!, CultureInfo.InvariantCulture);
        var price = dialog.Locator("table");
        Assert.Equal(cost, Money(await price.Locator("tfoot td").InnerTextAsync()));
        // Every count times its price is what stands behind it; all together are the cost.
        decimal sum = 0;
        foreach (var step in await price.Locator("tbody tr").AllAsync())
        {
            var cells = await step.Locator("td").AllInnerTextsAsync();
            Assert.Equal(Money(cells[0]) * Money(cells[1]) / 1_000_000, Money(cells[2]));
            sum += Money(cells[2]);
        }

        Assert.Equal(cost, sum);
        Assert.Contains("anthropic", await dialog.Locator("ol").InnerTextAsync(), StringComparison.Ordinal);

        await tab.Page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tab.GoAsync(traffic.Weir, $"/requests?id={id}");
        await dialog.GetByText(id).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Columns_that_are_chosen_stay()
    {
        await traffic.SendAsync();
        await using var tab = await OpenAsync("/requests?from=24h");
        await Rows(tab).First.WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
        await tab.Page.GetByLabel("Provider").CheckAsync();
        await tab.Page.GetByLabel("Client").UncheckAsync();

        await tab.Page.ReloadAsync();
        await Rows(tab).First.WaitForAsync();

        var headings = await tab.Page.GetByRole(AriaRole.Columnheader).AllInnerTextsAsync();
        Assert.Contains("Provider", headings);
        Assert.DoesNotContain("Client", headings);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await chromium.OpenAsync();
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{traffic.Weir.AdminKey}')");
        await tab.GoAsync(traffic.Weir, path);
        return tab;
    }

    private static ILocator Rows(Tab tab) => tab.Page.Locator("tbody tr:has(time)");

    private static decimal Money(string text) =>
        decimal.Parse(
            text.Trim(' ', '×', '=', '$').Replace("$", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture
        );
}
