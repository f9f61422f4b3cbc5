using System.Text.Json;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What was handed over to other models, to subagents and to other sessions, and what that saved.</summary>
public sealed class HandoffsTests(ChromiumFixture chromium, AgentsFixture agents) : IClassFixture<AgentsFixture>
{
    [Fact]
    public async Task The_list_and_the_savings_are_the_APIs_to_the_last_digit_and_grow_as_it_happens()
    {
        await agents.SendAsync(Guid.NewGuid().ToString(), AgentsFixture.Routed);
        await agents.Traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync("/handoffs?from=7d");
        await tab.UntilLiveAsync();
        await Rows(tab).First.WaitForAsync();
        await SameAsync(tab);

        var before = await Rows(tab).CountAsync();
        await agents.SendAsync(Guid.NewGuid().ToString(), AgentsFixture.Routed);
        await Rows(tab).Nth(before).WaitForAsync();
        await agents.Traffic.Weir.SettleAsync();
        await SameAsync(tab);

        // The line leads to the request, and the chart draws what the table beside it says.
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        await Rows(tab).First.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Dialog).GetByText(AgentsFixture.Routed).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task One_kind_alone_stands_in_the_address_and_leads_to_the_session()
    {
        await using var tab = await OpenAsync($"/handoffs?{AgentsFixture.Range}");
        await tab.Page.Locator(".bar").GetByText("Work", new() { Exact = true }).ClickAsync();
        await tab.UntilAtAsync("kind=subagent");
        await tab.Page.GetByText("4 shown").WaitForAsync();
        var asked = await agents.Traffic.Weir.GetAsync($"/api/v1/handoffs?{AgentsFixture.Range}&kind=subagent");
        Assert.Equal(Costs(asked), await ExactAsync(tab, "data-exact"));
        var byMain = asked
            .GetProperty("items")
            .EnumerateArray()
            .Count(item => item.GetProperty("fromAgent").ValueKind == JsonValueKind.Null);
        Assert.Equal(byMain, await Rows(tab).Locator("bdi", new() { HasText = "main agent" }).CountAsync());

        await Rows(tab).First.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Treegrid).WaitForAsync();
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
            agents.Traffic.Weir.AdminKey,
            options with
            {
                IsDark = isDark,
            },
            language
        );
        await tab.GoAsync(agents.Traffic.Weir, $"/handoffs?{AgentsFixture.Range}");
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        await Rows(tab).First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "handoffs", width);
        await tab.GoAsync(agents.Traffic.Weir, "/handoffs?from=2020-01-01&to=2020-01-02&model=x");
        await tab.Page.Locator("pre").WaitForAsync();
        await PageCheck.CheckAsync(tab, "none", width);
        await tab.Page.RouteAsync("**/api/v1/handoffs*", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.GoAsync(agents.Traffic.Weir, "/handoffs?from=7d");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await PageCheck.CheckAsync(tab, "failed", width);
        Assert.Empty(tab.Faults);
    }

    /// <summary>What the page shows is what the API says now.</summary>
    private async Task SameAsync(Tab tab)
    {
        var asked = await agents.Traffic.Weir.GetAsync("/api/v1/handoffs?from=7d");
        var items = asked.GetProperty("items").EnumerateArray().ToList();
        Assert.Contains(items, item => item.GetProperty("savingsUsd").ValueKind == JsonValueKind.String);
        Assert.Equal(Costs(asked), await ExactAsync(tab, "data-exact"));
        Assert.Equal(
            items
                .Where(item => item.GetProperty("savingsUsd").ValueKind == JsonValueKind.String)
                .Select(item => item.GetProperty("savingsUsd").GetString()!),
            (await ExactAsync(tab, "data-saved")).Where(text => text.Length > 0)
        );
        var total = (await agents.Traffic.Weir.GetAsync("/api/v1/usage/summary?from=7d")).GetProperty("total");
        await tab.Page.Locator($"main dl [data-exact='{total.GetProperty("savingsUsd").GetString()}']").WaitForAsync();
    }

    private static List<string> Costs(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("costUsd").GetString() ?? "")];

    private static async Task<List<string>> ExactAsync(Tab tab, string attribute) =>
        [
            .. await Rows(tab)
                .EvaluateAllAsync<string[]>(
                    $"rows => rows.map((row) => row.querySelector('[{attribute}]')?.getAttribute('{attribute}') ?? '')"
                ),
        ];

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await PageCheck.OpenAsync(chromium, agents.Traffic.Weir.AdminKey);
        await tab.GoAsync(agents.Traffic.Weir, path);
        return tab;
    }

    private static ILocator Rows(Tab tab) => tab.Page.Locator("main tbody tr:has(time)");
}
