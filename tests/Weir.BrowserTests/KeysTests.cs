using System.Globalization;
using System.Net;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Keys: who has which, what they cost, and their lives.</summary>
public sealed class KeysTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task One_is_made_told_once_used_rotated_and_revoked()
    {
        await using var tab = await OpenAsync();
        var page = tab.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await dialog.GetByLabel("Name").FillAsync("no name");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Alert).WaitForAsync();
        await dialog.GetByLabel("Name").FillAsync("night-build");
        await dialog.GetByLabel("Read figures").CheckAsync();
        await dialog.GetByLabel("Team").FillAsync("core");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var first = await TextAsync(dialog);
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(first));
        await dialog.GetByText($"ANTHROPIC_AUTH_TOKEN={first} claude").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "night-build" }).ClickAsync();
        await dialog.GetByText("core").WaitForAsync();
        Assert.DoesNotContain(first, await page.ContentAsync(), StringComparison.Ordinal);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        await dialog.GetByText("ends at once").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        var second = await TextAsync(dialog);
        Assert.NotEqual(first, second);
        Assert.Equal(HttpStatusCode.Unauthorized, await ReadAsync(first));
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(second));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "night-build" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await dialog.GetByText("cannot be brought back").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await page.GetByText("night-build was revoked.").WaitForAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await ReadAsync(second));
        await page.GetByRole(AriaRole.Link, new() { Name = "night-build" })
            .WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.GetByLabel("With those that ended").CheckAsync();
        await Row(tab, "night-build").GetByText("revoked").WaitForAsync();
    }

    [Fact]
    public async Task Each_one_s_cost_is_the_API_s_and_a_search_finds_it()
    {
        await traffic.SendAsync();
        await traffic.SendAsync("claude-opus-4-8");
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync();
        var told = await traffic.Weir.GetAsync("/api/v1/usage/summary?from=30d&groupBy=key");
        var cost = told.GetProperty("rows")
            .EnumerateArray()
            .Single(row => row.GetProperty("keys").GetProperty("key").GetString() == "admin")
            .GetProperty("costUsd")
            .GetString()!;

        var shown = Row(tab, "admin").Locator("td[title]");

        await Assertions.Expect(shown).Not.ToHaveTextAsync("$0.00");
        Assert.Equal(
            decimal.Parse(cost, CultureInfo.InvariantCulture),
            decimal.Parse((await shown.GetAttributeAsync("title"))!.TrimStart('$'), CultureInfo.InvariantCulture)
        );
        await tab.Page.GetByRole(AriaRole.Searchbox).FillAsync("nobody");
        await tab.Page.GetByText("No key is called so").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData(1280, true, null)]
    [InlineData(390, false, "de")]
    [InlineData(320, true, "ar")]
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
        await tab.GoAsync(traffic.Weir, "/keys");
        await Row(tab, "admin").WaitForAsync();
        await PageCheck.CheckAsync(tab, "keys", width);
        await Row(tab, "admin").GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.Locator("dialog .row button").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "a key", width);
        await tab.GoAsync(traffic.Weir, "/keys?of=new");
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "form", width);
        await tab.Page.Locator("dialog input").First.FillAsync("one");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Locator("dialog pre").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "told", width);
    }

    private async Task<Tab> OpenAsync()
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, "/keys");
        await Row(tab, "admin").WaitForAsync();
        return tab;
    }

    private async Task<HttpStatusCode> ReadAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/usage/summary", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-weir-key", key);
        using var answer = await traffic.Weir.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> TextAsync(ILocator dialog)
    {
        await dialog.GetByText("Copy it now").WaitForAsync();
        return (await dialog.Locator("pre").First.InnerTextAsync()).Trim();
    }

    private static ILocator Row(Tab tab, string name) => tab.Page.Locator("tbody tr", new() { HasText = name });
}
