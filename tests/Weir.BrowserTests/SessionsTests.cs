using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Sessions: what runs, the list, and one session's steps.</summary>
public sealed partial class SessionsTests(ChromiumFixture chromium, AgentsFixture agents) : IClassFixture<AgentsFixture>
{
    private const string Range = AgentsFixture.Range;
    private const string One = AgentsFixture.Subagents;

    [Fact]
    public async Task The_list_is_the_APIs_to_the_last_digit_and_leads_to_each_session()
    {
        var asked = (await agents.Traffic.Weir.GetAsync($"/api/v1/sessions?{Range}"))
            .GetProperty("items")
            .EnumerateArray()
            .Select(one => one.GetProperty("costUsd").GetString() ?? "")
            .ToList();
        await using var tab = await OpenAsync($"/sessions?{Range}");
        var rows = tab.Page.GetByRole(AriaRole.Table, new() { Name = "Sessions of the range" }).Locator("tbody tr");
        await rows.Nth(asked.Count - 1).WaitForAsync();

        Assert.True(asked.Count >= 10);
        Assert.Equal(asked, await ExactAsync(rows.Locator("td.cost")));

        // Only what the API can be narrowed by is offered.
        await tab.Page.Locator(".new .what").First.ClickAsync();
        await tab.Page.Locator("dialog [role=option]").First.WaitForAsync();
        Assert.Equal(
            ["Client", "Project", "Person"],
            await tab.Page.Locator("dialog [role=option]").AllInnerTextsAsync()
        );
        await tab.Page.GetByRole(AriaRole.Option, new() { Name = "Client" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Option, new() { NameRegex = new("^codex") }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await tab.UntilAtAsync("client=codex");
        await tab
            .Page.Locator("tbody tr", new() { HasText = "claude-code" })
            .First.WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await rows.First.Locator("a").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Treegrid).WaitForAsync();
        await tab.Page.GoBackAsync();
        await rows.First.WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task The_steps_of_a_session_cost_what_the_API_and_the_command_line_say()
    {
        var detail = await agents.Traffic.Weir.GetAsync($"/api/v1/sessions/{One}");
        var told = await agents.Traffic.Weir.CommandAsync("session", One);
        await using var tab = await OpenAsync($"/sessions?{Range}&id={One}");
        var costs = tab.Page.Locator("[data-kind] .cost");
        await costs.First.WaitForAsync();

        Assert.Equal(
            Below(detail.GetProperty("tree"))
                .Select(step =>
                    step.GetProperty("usage") is { ValueKind: JsonValueKind.Object } usage
                        ? usage.GetProperty("costUsd").GetString()!
                        : ""
                ),
            await ExactAsync(costs)
        );
        // A line of the command's tree is a line here: the same amount behind the same name.
        var lines = told.Output.Split('\n').Where(line => line.Contains("─ ", StringComparison.Ordinal)).ToList();
        var amounts = await costs.AllInnerTextsAsync();
        Assert.Equal(lines.Count, amounts.Count);
        foreach (var (line, amount) in lines.Zip(amounts))
        {
            Assert.Equal(Amount().Match(line) is { Success: true } found ? found.Value : "–", amount);
        }

        Assert.Equal(
            detail.GetProperty("session").GetProperty("costUsd").GetString(),
            await tab.Page.Locator(".figures [data-exact]").First.GetAttributeAsync("data-exact")
        );
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Keys_alone_open_and_close_steps_and_lead_to_the_request_behind_one()
    {
        await using var tab = await OpenAsync($"/sessions?{Range}&id={One}");
        var keys = tab.Page.Keyboard;
        var steps = tab.Page.Locator("[data-kind]");
        await steps.First.WaitForAsync();
        var all = await steps.CountAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Costliest request" }).FocusAsync();
        await keys.PressAsync("Tab");
        Assert.Equal("0", await FocusedAsync(tab));
        await keys.PressAsync("ArrowLeft");
        Assert.Equal(1, await steps.CountAsync());
        await keys.PressAsync("ArrowRight");
        Assert.Equal(all, await steps.CountAsync());
        await keys.PressAsync("End");
        await keys.PressAsync("ArrowLeft");
        Assert.Equal("0", await FocusedAsync(tab));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close all" }).ClickAsync();
        Assert.Equal(1, await steps.CountAsync());
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Costliest request" }).ClickAsync();
        await tab.Page.WaitForFunctionAsync("() => document.activeElement?.dataset.kind === 'request'");
        await keys.PressAsync("Enter");
        await tab.UntilAtAsync($"/requests\\?.*session={One}");
        await tab.Page.GetByRole(AriaRole.Dialog).GetByText(One).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_runs_is_there_when_it_begins_and_grows_and_a_break_is_caught_up_with()
    {
        var id = Guid.NewGuid().ToString();
        await using var tab = await OpenAsync($"/sessions?{Range}");
        await tab.UntilLiveAsync();
        await agents.SendAsync(id);
        var running = tab.Page.Locator("li", new() { Has = tab.Page.Locator($"a[href*='{id}']") });
        await running.GetByText("active").WaitForAsync();

        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        await agents.SendAsync(id);
        await agents.Traffic.Weir.SettleAsync();
        await tab.Context.SetOfflineAsync(false);
        await tab.UntilLiveAsync();
        var cost = (await agents.Traffic.Weir.GetAsync($"/api/v1/sessions?from=24h&id={id}"))
            .GetProperty("items")[0]
            .GetProperty("costUsd")
            .GetString();
        await running.Locator($"[data-exact='{cost}']").WaitForAsync();

        // An opened one grows too.
        await running.Locator("a").ClickAsync();
        await tab.Page.Locator("[data-kind=request]").Nth(1).WaitForAsync();
        await agents.SendAsync(id);
        await tab.Page.Locator("[data-kind=request]").Nth(2).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_was_said_is_shown_to_who_may_see_it_and_to_no_other()
    {
        await using var tab = await OpenAsync($"/sessions?{Range}&id={One}&view=said");
        await tab.Page.GetByText("SECRET-WORDS-prompt").WaitForAsync();

        using var created = await agents.Traffic.Weir.PostAsync(
            "/api/v1/keys",
            """{"name":"reader","scopes":["read"]}"""
        );
        var key = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["key"]!.GetValue<string>();
        await using var reader = await PageCheck.OpenAsync(chromium, key);
        await reader.GoAsync(agents.Traffic.Weir, $"/sessions?{Range}&id={One}&view=said");
        await reader.Page.GetByRole(AriaRole.Treegrid).WaitForAsync();
        await reader.Page.GetByText("What was said").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal(0, await reader.Page.GetByText("SECRET").CountAsync());
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
        await agents.SendAsync(Guid.NewGuid().ToString());
        await using var tab = await PageCheck.OpenAsync(
            chromium,
            agents.Traffic.Weir.AdminKey,
            options with
            {
                IsDark = isDark,
            },
            language
        );
        await tab.GoAsync(agents.Traffic.Weir, $"/sessions?{Range}&model=x");
        await tab.Page.Locator("tbody .name").Nth(5).WaitForAsync();
        await tab.Page.Locator("dl [data-exact]").First.WaitForAsync();
        await tab.UntilLiveAsync();
        await PageCheck.CheckAsync(tab, "sessions", width);
        await tab.GoAsync(agents.Traffic.Weir, $"/sessions?{Range}&id={One}");
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        await tab.Page.Locator("[data-kind]").First.FocusAsync();
        await PageCheck.CheckAsync(tab, "steps", width);
        await tab.GoAsync(agents.Traffic.Weir, $"/sessions?{Range}&id={One}&view=said");
        await tab.Page.Locator("pre").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "said", width);
        await tab.GoAsync(agents.Traffic.Weir, "/sessions?id=nobody");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await PageCheck.CheckAsync(tab, "no such session", width);
        Assert.Empty(tab.Faults);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await PageCheck.OpenAsync(chromium, agents.Traffic.Weir.AdminKey);
        await tab.GoAsync(agents.Traffic.Weir, path);
        return tab;
    }

    private static async Task<List<string>> ExactAsync(ILocator cells) =>
        [.. await cells.EvaluateAllAsync<string[]>("cells => cells.map((cell) => cell.dataset.exact ?? '')")];

    private static Task<string> FocusedAsync(Tab tab) =>
        tab.Page.EvaluateAsync<string>("() => document.activeElement?.dataset.key ?? ''");

    private static IEnumerable<JsonElement> Below(JsonElement node) =>
        node.GetProperty("children")
            .EnumerateArray()
            .Where(child => child.GetProperty("kind").GetString() is not ("turn" or "life"))
            .SelectMany(child => Below(child).Prepend(child));

    [GeneratedRegex(@"\$[\d.,]+|unknown")]
    private static partial Regex Amount();
}
