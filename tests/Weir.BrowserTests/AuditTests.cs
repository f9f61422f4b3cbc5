using System.Text.Json;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Audit: who did what, and whether the trail is whole.</summary>
public sealed class AuditTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task What_is_done_stands_there_as_the_API_has_it_with_what_changed()
    {
        await using var tab = await OpenAsync();
        await tab.UntilLiveAsync();
        await MakeAsync("night-build");
        var entry = Assert.Single(await EntriesAsync("&action=key.create&limit=1"));
        var row = Row(tab, entry.GetProperty("target").GetString()!);
        await row.WaitForAsync();
        Assert.Contains(entry.GetProperty("actor").GetString()!, await row.InnerTextAsync(), StringComparison.Ordinal);
        await row.GetByRole(AriaRole.Link).ClickAsync();
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await dialog.Locator("tbody tr", new() { HasText = "night-build" }).WaitForAsync();
        await dialog.GetByText(entry.GetProperty("hash").GetString()!).WaitForAsync();

        await dialog.GetByText("All of this kind").ClickAsync();
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tab.UntilAtAsync("action=key.create");
        await row.WaitForAsync();
        Assert.All(
            await tab.Page.Locator("tbody th").AllInnerTextsAsync(),
            action => Assert.Equal("key.create", action)
        );
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Filters_find_what_the_API_finds_and_older_entries_are_brought()
    {
        for (var i = 0; i < 55; i++)
        {
            await MakeAsync($"k{i}", "read");
            await MakeAsync($"g{i}", "gateway");
        }

        await using var tab = await OpenAsync();
        await tab.Page.GetByLabel("What", new() { Exact = true }).FillAsync("key");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await tab.UntilAtAsync("action=key");
        await Row(tab, "key.create").Nth(99).WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        await Row(tab, "key.create").Nth(109).WaitForAsync();

        Assert.Equal(
            (await EntriesAsync("&action=key&limit=1000")).Select(entry => entry.GetProperty("target").GetString()),
            (await tab.Page.Locator("tbody tr td:nth-child(4)").AllInnerTextsAsync()).Select(text => text.Trim())
        );
        await tab.Page.GetByLabel("Who").FillAsync("nobody");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await tab.Page.GetByText("Nothing was done in this range").WaitForAsync();

        // A link to one that the list has not yet.
        var first = Assert.Single(await EntriesAsync("&cursor=2&limit=1"));
        await tab.GoAsync(traffic.Weir, "/audit?of=1");
        await tab.Page.GetByRole(AriaRole.Dialog).GetByText(first.GetProperty("hash").GetString()!).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task The_chain_is_verified_and_the_trail_is_given_as_a_file()
    {
        await using var tab = await OpenAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Verify the chain" }).ClickAsync();
        await tab.Page.GetByText("The chain is whole").WaitForAsync();
        var file = await tab.Page.RunAndWaitForDownloadAsync(() =>
            tab.Page.GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync()
        );
        Assert.Equal("audit.ndjson", file.SuggestedFilename);
        var lines = await File.ReadAllLinesAsync(await file.PathAsync());
        Assert.Contains(lines, line => line.Contains("audit.export", StringComparison.Ordinal));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_chain_that_is_broken_is_told_with_what_is_wrong()
    {
        await MakeAsync("one");
        await using var tab = await OpenAsync();
        await tab.Page.RouteAsync(
            "**/audit/verify",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "application/json",
                        Body = """{"sound":false,"entries":7,"faults":["entry 3 was edited"],"publicKey":""}""",
                    }
                )
        );
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Verify the chain" }).ClickAsync();
        await tab.Page.GetByText("The chain is broken, of 7 entries").WaitForAsync();
        await tab.Page.GetByText("entry 3 was edited").WaitForAsync();
        await PageCheck.CheckAsync(tab, "broken", 1280);
    }

    [Theory]
    [InlineData(320, false)]
    [InlineData(390, true)]
    [InlineData(1280, true)]
    public async Task Every_state_is_fit_for_everyone(int width, bool isDark)
    {
        await MakeAsync("one");
        await using var tab = await PageCheck.OpenAsync(
            chromium,
            traffic.Weir.AdminKey,
            new TabOptions
            {
                Width = width,
                IsDark = isDark,
                IsPhone = width < 720,
            }
        );
        await tab.GoAsync(traffic.Weir, "/audit");
        await Row(tab, "key.create").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "a list", width);
        await Row(tab, "key.create").First.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.Locator("dialog tbody tr").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "an entry", width);
        await tab.GoAsync(traffic.Weir, "/audit?actor=nobody");
        await tab.Page.GetByText("Nothing was done in this range").WaitForAsync();
        await PageCheck.CheckAsync(tab, "empty", width);
        await tab.Page.RouteAsync("**/api/v1/audit**", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.GoAsync(traffic.Weir, "/audit");
        await tab.Page.GetByText("The trail cannot be read").WaitForAsync();
        await PageCheck.CheckAsync(tab, "failed", width);
    }

    private static ILocator Row(Tab tab, string text) => tab.Page.Locator("main tbody tr", new() { HasText = text });

    private async Task<Tab> OpenAsync()
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, "/audit");
        await tab.Page.Locator("main table").WaitForAsync();
        return tab;
    }

    private async Task<List<JsonElement>> EntriesAsync(string query) =>
        [.. (await traffic.Weir.GetAsync($"/api/v1/audit?from=7d{query}")).GetProperty("items").EnumerateArray()];

    private async Task MakeAsync(string name, string scope = "read")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/keys", UriKind.Relative));
        request.Content = new StringContent(
            JsonSerializer.Serialize(new { name, scopes = new[] { scope } }),
            null,
            "application/json"
        );
        request.Headers.Add("x-weir-key", traffic.Weir.AdminKey);
        using var answer = await traffic.Weir.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
