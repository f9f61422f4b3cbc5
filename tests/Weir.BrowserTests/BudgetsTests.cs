using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Budgets and limits: how they stand, and what may be done about them.</summary>
public sealed class BudgetsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() =>
        traffic = await Traffic.StartAsync(
            document: """
            budgets:
              - name: team
                scope: { workspace: default }
                limitUsd: 1
                stages: [{ at: 2, do: warn }]
              - name: each
                scope: { workspace: default, model: "*" }
                limitUsd: 0.2
                window: 24h
                onExceed: approve
            limits:
              - { name: fair, scope: { key: "*" }, requestsPerMinute: 600, concurrent: 50 }
            """
        );

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task Every_figure_is_the_API_s_and_follows_what_is_used()
    {
        await traffic.SendAsync();
        await traffic.SendAsync("claude-opus-4-8");
        await using var tab = await OpenAsync("/budgets");
        await tab.UntilLiveAsync();
        await Assertions.Expect(Rows(tab)).ToHaveCountAsync(3);
        await traffic.SendAsync("claude-haiku-4-5");
        await Assertions.Expect(Rows(tab)).ToHaveCountAsync(4);

        var list = await traffic.Weir.GetAsync("/api/v1/budgets");
        var told = list.GetProperty("budgets")
            .EnumerateArray()
            .SelectMany(budget =>
                budget
                    .GetProperty("counters")
                    .EnumerateArray()
                    .Select(counter =>
                        (
                            Name: budget.GetProperty("name").GetString()!,
                            Spent: Amount(counter, "spentUsd"),
                            Limit: Amount(budget, "limitUsd"),
                            Left: Amount(counter, "remainingUsd")
                        )
                    )
            )
            .ToHashSet();
        var shown = new HashSet<(string, decimal, decimal, decimal)>();
        foreach (var row in await Rows(tab).AllAsync())
        {
            var titles = row.Locator(".figures span[title]");
            var of = (await titles.Nth(0).GetAttributeAsync("title"))!.Split(" / ");
            shown.Add(
                (
                    await row.GetByRole(AriaRole.Link).InnerTextAsync(),
                    Money(of[0]),
                    Money(of[1]),
                    Money((await titles.Nth(1).GetAttributeAsync("title"))!)
                )
            );
        }

        Assert.Equal(told, shown);
        Assert.Equal(2, await tab.Page.Locator("table tbody tr").CountAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task One_is_made_changed_given_more_removed_and_brought_back_and_all_of_it_is_in_the_audit()
    {
        await traffic.SendAsync();
        await using var tab = await OpenAsync("/budgets");
        await Rows(tab).First.WaitForAsync();
        var page = tab.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);

        await page.GetByRole(AriaRole.Button, new() { Name = "New budget" }).ClickAsync();
        await dialog.GetByLabel("Name").FillAsync("night");
        await dialog.GetByLabel("Bound in US dollars").FillAsync("much");
        await dialog.GetByLabel("Whose requests").SelectOptionAsync("key");
        await dialog.GetByLabel("Name, or a pattern").FillAsync("ci-*");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(dialog.GetByLabel("Bound in US dollars")).ToHaveAttributeAsync("aria-invalid", "true");
        await dialog.GetByLabel("Bound in US dollars").FillAsync("5.50");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("night was added.").WaitForAsync();
        Assert.Equal(5.5m, Amount(await BudgetAsync("night"), "limitUsd"));

        await page.GetByRole(AriaRole.Link, new() { Name = "night" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change", Exact = true }).ClickAsync();
        await dialog.GetByLabel("Bound in US dollars").FillAsync("7");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("night was changed.").WaitForAsync();
        var changed = await BudgetAsync("night");
        Assert.Equal(7m, Amount(changed, "limitUsd"));
        Assert.Equal("ci-*", changed.GetProperty("scope").GetProperty("key").GetString());

        await page.GetByRole(AriaRole.Link, new() { Name = "team" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Grant more", Exact = true }).ClickAsync();
        await dialog.GetByLabel("Amount in US dollars").FillAsync("2.25");
        await dialog.GetByLabel("Why").FillAsync("release");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Grant more", Exact = true }).ClickAsync();
        await dialog.GetByText("$2.25 more until").WaitForAsync();
        Assert.Equal(2.25m, Amount((await BudgetAsync("team")).GetProperty("counters")[0], "grantedUsd"));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await dialog.GetByText("$2.25 more until").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Link, new() { Name = "night" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await dialog.GetByText("passes from now on").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await page.GetByText("night was removed.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.GetByText("all stands as before").WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "night" }).WaitForAsync();
        Assert.Equal(7m, Amount(await BudgetAsync("night"), "limitUsd"));

        var audit = await traffic.Weir.GetAsync("/api/v1/audit?limit=100");
        var actions = audit
            .GetProperty("items")
            .EnumerateArray()
            .Select(entry => entry.GetProperty("action").GetString()!)
            .ToList();
        Assert.True(actions.Count(action => action.StartsWith("config.", StringComparison.Ordinal)) >= 4);
        Assert.Contains(actions, action => action.Contains("grant", StringComparison.Ordinal));
        // The refused one was a fault of what was typed, and the page said so itself.
        Assert.All(tab.Faults, fault => Assert.Contains("400", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_only_read_is_offered_nothing_else()
    {
        using var created = await traffic.Weir.PostAsync("/api/v1/keys", """{"name":"reader","scopes":["read"]}""");
        var key = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["key"]!.GetValue<string>();
        await traffic.SendAsync();
        await using var tab = await PageCheck.OpenAsync(chromium, key);
        await tab.GoAsync(traffic.Weir, "/budgets");
        await Rows(tab).First.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.GetByText("What happens").WaitForAsync();

        foreach (var name in new[] { "New budget", "Grant more", "Change", "Remove" })
        {
            Assert.Equal(
                0,
                await tab.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).CountAsync()
            );
        }
    }

    [Theory]
    [InlineData(1280, true, null)]
    [InlineData(390, false, "de")]
    [InlineData(320, true, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        await traffic.SendAsync();
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
        await tab.GoAsync(traffic.Weir, "/budgets");
        await Rows(tab).First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "budgets", width);
        await tab.GoAsync(traffic.Weir, "/budgets?of=new");
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "form", width);
        await tab.Page.Keyboard.PressAsync("Escape");
        await Rows(tab).First.GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.Locator("dialog [data-drawn=true]").WaitForAsync();
        await PageCheck.CheckAsync(tab, "a budget", width);
        await tab.Page.Locator("dialog .row button").First.ClickAsync();
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "more room", width);
    }

    [Fact]
    public async Task Without_any_the_page_says_how_to_set_one()
    {
        await using var bare = await Traffic.StartAsync();
        await using var tab = await PageCheck.OpenAsync(chromium, bare.Weir.AdminKey);
        await tab.Page.RouteAsync("**/api/v1/budgets", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.GoAsync(bare.Weir, "/budgets");
        await tab.Page.GetByText("The budgets cannot be read").WaitForAsync();
        await PageCheck.CheckAsync(tab, "failed", 1280);
        await tab.Page.UnrouteAsync("**/api/v1/budgets");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await tab.Page.GetByText("weir budgets set team").WaitForAsync();

        await PageCheck.CheckAsync(tab, "empty", 1280);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, path);
        return tab;
    }

    private async Task<JsonElement> BudgetAsync(string name) =>
        (await traffic.Weir.GetAsync("/api/v1/budgets"))
            .GetProperty("budgets")
            .EnumerateArray()
            .Single(budget => budget.GetProperty("name").GetString() == name);

    private static ILocator Rows(Tab tab) => tab.Page.Locator("main li:has(.figures)");

    private static decimal Amount(JsonElement of, string name) =>
        decimal.Parse(of.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static decimal Money(string text) =>
        decimal.Parse(text.Replace("$", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
