using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Routes: the configuration edited, a request explained, what it was like before.</summary>
public sealed class RoutesTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const string More = "\naliases: { fast: claude-haiku-4-5 }\n";

    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task What_is_written_is_compared_put_in_force_and_undone()
    {
        await using var tab = await OpenAsync();
        var page = tab.Page;
        var (before, first) = await InForceAsync();
        await WriteAsync(tab, before + More);
        await page.GetByRole(AriaRole.Button, new() { Name = "Changes", Exact = true }).ClickAsync();
        await page.Locator(".cm-changedLine, .cm-insertedLine").First.WaitForAsync();
        await page.GetByLabel("Why (for the history)").FillAsync("a name for what is quick");
        await page.GetByRole(AriaRole.Button, new() { Name = "Put in force" }).ClickAsync();
        await page.GetByText($"In force as version {first + 1}.").WaitForAsync();
        Assert.Equal((before + More, first + 1), await InForceAsync());

        await page.GetByText("History", new() { Exact = true }).ClickAsync();
        var row = page.Locator("tbody tr", new() { HasText = "a name for what is quick" });
        await row.GetByText("in force").WaitForAsync();
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByText("2 lines added, 0 removed").WaitForAsync();
        await page.Locator("dialog tr.added", new() { HasText = More.Trim() }).WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByText("Configuration", new() { Exact = true }).ClickAsync();
        await Text(tab).GetByText("fast").First.WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task An_earlier_version_is_put_back_with_its_reason()
    {
        var (before, first) = await InForceAsync();
        await PutAsync(before + More);
        await using var tab = await OpenAsync($"/routes?view=history&of={first}");
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByText("the one in force").ClickAsync();
        await dialog.GetByText("0 lines added, 2 removed").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Put it back in force" }).ClickAsync();
        await dialog.GetByLabel("Why (for the history)").FillAsync("it was better");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Put it back in force" }).ClickAsync();
        await tab.Page.GetByText($"Version {first} is in force again.").WaitForAsync();
        await tab
            .Page.Locator("tbody tr", new() { HasText = "it was better" })
            .GetByText($"brings back version {first}")
            .WaitForAsync();

        Assert.Equal(before, (await InForceAsync()).Text);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_fault_is_told_where_it_is_and_nothing_faulty_is_put_in_force()
    {
        await using var tab = await OpenAsync();
        var (before, _) = await InForceAsync();
        await WriteAsync(tab, before + "nonsense: 1\n");
        var line = before.Count(c => c == '\n') + 1;
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = $"Line {line}" }).ClickAsync();
        Assert.Equal("nonsense: 1", await tab.Page.Locator(".cm-activeLine").InnerTextAsync());
        await Assertions
            .Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Put in force" }))
            .ToBeDisabledAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try on the last 24 hours" }).ClickAsync();
        await tab.Page.GetByText("The configuration has 1 fault").WaitForAsync();

        await WriteAsync(tab, before + More);
        await tab.Page.GetByText("Faults: 1").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await Assertions
            .Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Put in force" }))
            .ToBeEnabledAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_another_puts_in_force_meanwhile_is_seen_and_lost_by_nobody()
    {
        await using var tab = await OpenAsync();
        await tab.UntilLiveAsync();
        var (before, _) = await InForceAsync();
        await PutAsync(before + "# by another\n");
        await Text(tab).GetByText("# by another").WaitForAsync();

        await WriteAsync(tab, before + "# by me\n");
        await PutAsync(before + "# by another again\n");
        await tab.Page.GetByText("Another text has come into force meanwhile").WaitForAsync();
        await Text(tab).GetByText("# by me").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Keep mine and compare" }).ClickAsync();
        await tab.Page.Locator(".cm-deletedChunk").GetByText("by another again").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Put in force" }).ClickAsync();
        await tab.Page.GetByText("In force as version").WaitForAsync();

        Assert.Equal(before + "# by me\n", (await InForceAsync()).Text);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await tab.Page.GetByText("is in force again").WaitForAsync();
        await Text(tab).GetByText("# by another again").WaitForAsync();
        Assert.Equal(before + "# by another again\n", (await InForceAsync()).Text);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_trial_and_the_providers_say_what_the_API_says()
    {
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync();
        var (before, _) = await InForceAsync();
        await WriteAsync(
            tab,
            before.Replace(
                "routes:",
                "routes:\n  - { match: { model: claude-sonnet-5 }, targets: [{ provider: anthropic, model: claude-haiku-4-5 }] }",
                StringComparison.Ordinal
            )
        );
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try on the last 24 hours" }).ClickAsync();
        var row = tab.Page.Locator("tbody tr", new() { HasText = "claude-sonnet-5" });
        await row.GetByText("elsewhere").WaitForAsync();
        Assert.Equal(
            (await traffic.Weir.GetAsync("/api/v1/usage/summary?from=24h"))
                .GetProperty("total")
                .GetProperty("costUsd")
                .GetString(),
            await row.Locator("[data-exact]").First.GetAttributeAsync("data-exact")
        );

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Ask the providers" }).ClickAsync();
        await tab.Page.Locator("tbody tr", new() { HasText = "simulator" }).GetByText("unasked").WaitForAsync();
        await tab.Page.Locator("tbody tr", new() { HasText = "anthropic" }).GetByText("ok 200").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_request_is_explained_as_the_API_does_and_the_question_has_a_link()
    {
        await using var tab = await OpenAsync("/routes?view=explain");
        await tab.Page.GetByLabel("Model").FillAsync(Traffic.Unpriced);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Explain", Exact = true }).ClickAsync();
        await tab.Page.GetByText("Found by the route route-1").WaitForAsync();
        await tab.UntilAtAsync($"ask={Traffic.Unpriced}");
        var target = tab.Page.Locator("tbody tr").First;
        Assert.Contains("anthropic", await target.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("relayed", await target.InnerTextAsync(), StringComparison.Ordinal);

        await tab.GoAsync(traffic.Weir, "/routes?view=explain&ask=simulator/x&dialect=openai-chat");
        await tab.Page.GetByText("Found by the provider before the slash").WaitForAsync();
        await tab.Page.GetByText("The whole request, as JSON").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Textbox, new() { Name = "The whole request, as JSON" }).FillAsync("{");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Explain", Exact = true }).ClickAsync();
        await tab.Page.GetByText("This is no JSON.").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_may_only_read_finds_nothing_to_change()
    {
        await using var tab = await PageCheck.OpenAsync(chromium, await ReaderAsync());
        await tab.GoAsync(traffic.Weir, "/routes");
        await Text(tab).GetByText("version").First.WaitForAsync();
        Assert.Equal(0, await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Put in force" }).CountAsync());
        Assert.Equal("true", await Text(tab).GetAttributeAsync("aria-readonly"));
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData(320, false)]
    [InlineData(390, true)]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    public async Task Every_state_is_fit_for_everyone(int width, bool isDark)
    {
        var (before, _) = await InForceAsync();
        await PutAsync(before + More);
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
        await tab.GoAsync(traffic.Weir, "/routes");
        await Text(tab).WaitForAsync();
        await PageCheck.CheckAsync(tab, "as it is", width);
        await WriteAsync(tab, before + "nonsense: 1\n");
        await tab.Page.GetByText("Faults: 1").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Changes", Exact = true }).ClickAsync();
        await tab.Page.Locator(".cm-deletedChunk").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "faulty and compared", width);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Changes", Exact = true }).ClickAsync();
        await WriteAsync(tab, before);
        await tab.Page.GetByText("Faults: 1").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try on the last 24 hours" }).ClickAsync();
        await tab.Page.GetByText("What it would have done").WaitForAsync();
        await PageCheck.CheckAsync(tab, "tried", width);
        tab.Page.Dialog += (_, asked) => _ = asked.AcceptAsync();
        await tab.GoAsync(traffic.Weir, "/routes?view=explain&ask=claude-sonnet-5");
        await tab.Page.Locator("tbody tr").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "explained", width);
        await tab.GoAsync(traffic.Weir, "/routes?view=history&of=1");
        await tab.Page.Locator("dialog tr.added").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "a version", width);
    }

    private static ILocator Text(Tab tab) =>
        tab.Page.GetByRole(AriaRole.Textbox, new() { Name = "Text of the configuration" });

    /// <summary>
    /// Puts a text in the place of the whole, as people bring one of many lines: from the clipboard. Typed in one go the browser
    /// keeps the colours of what was there, which the page's policy stops and the console tells.
    /// </summary>
    private static async Task WriteAsync(Tab tab, string text)
    {
        await tab.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await tab.Page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await Text(tab).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Control+a");
        await tab.Page.Keyboard.PressAsync("Control+v");
    }

    private async Task<Tab> OpenAsync(string path = "/routes")
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, path);
        if (path == "/routes")
        {
            await Text(tab).WaitForAsync();
        }

        return tab;
    }

    private async Task<(string Text, int Version)> InForceAsync()
    {
        var document = await traffic.Weir.GetAsync("/api/v1/config");
        return (document.GetProperty("text").GetString()!, document.GetProperty("version").GetInt32());
    }

    private async Task PutAsync(string text)
    {
        var etag = (await traffic.Weir.GetAsync("/api/v1/config")).GetProperty("etag").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/api/v1/config", UriKind.Relative));
        request.Content = new StringContent(JsonSerializer.Serialize(new { text }), null, "application/json");
        request.Headers.Add("x-weir-key", traffic.Weir.AdminKey);
        request.Headers.TryAddWithoutValidation("if-match", string.Create(CultureInfo.InvariantCulture, $"\"{etag}\""));
        using var answer = await traffic.Weir.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<string> ReaderAsync()
    {
        var made = await traffic.Weir.CommandAsync("keys", "create", "reader", "--scope", "read", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        return made.Json().GetProperty("key").GetString()!;
    }
}
