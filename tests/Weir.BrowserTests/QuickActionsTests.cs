using System.Net;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What can be done at once from any page: stop spending, switch a provider off, move a route, raise a budget.</summary>
public sealed class QuickActionsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() =>
        traffic = await Traffic.StartAsync(
            document: """
              - name: coding
                match: { model: "claude-*" }
                targets: [anthropic]
            budgets:
              - { name: team, limitUsd: 20, window: month }
            """
        );

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task Spending_is_stopped_by_keys_alone_and_every_page_says_so_until_it_goes_on()
    {
        await using var tab = await OpenAsync("/");
        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await tab.Page.Keyboard.TypeAsync("stop spend");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.GetByLabel("Why, for the audit trail").WaitForAsync();
        await tab.Page.Keyboard.TypeAsync("a key leaked");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.GetByText("Spending is stopped", Exact).WaitForAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync());

        await tab.GoAsync(traffic.Weir, "/system");
        await tab.Page.GetByText("a key leaked").WaitForAsync();
        // It asks once more than the button: no finger slips.
        await Button(tab, "Let spending go on").ClickAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync());
        await Button(tab, "Let spending go on").Last.ClickAsync();
        await tab.Page.GetByText("Spending is stopped", Exact).WaitForAsync(Gone);
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        var trail = $"{await traffic.Weir.GetAsync("/api/v1/audit")}";
        Assert.Contains("spending.stop", trail, StringComparison.Ordinal);
        Assert.Contains("spending.resume", trail, StringComparison.Ordinal);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_provider_is_switched_off_and_on_from_a_phone()
    {
        await using var tab = await OpenAsync("/budgets", TabOptions.Phone);
        await PickAsync(tab, "Switch a provider off", "anthropic");
        await tab.Page.GetByText("Nothing is sent to anthropic.").WaitForAsync();
        await Choose(tab, "an hour").CheckAsync(new() { Force = true });
        await Button(tab, "Switch off").ClickAsync();
        await tab.Page.GetByText("anthropic is switched off", Exact).WaitForAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync());
        var one = (await traffic.Weir.GetAsync("/api/v1/overrides")).GetProperty("overrides")[0];
        Assert.InRange(
            one.GetProperty("until").GetDateTimeOffset() - one.GetProperty("at").GetDateTimeOffset(),
            TimeSpan.FromMinutes(59),
            TimeSpan.FromMinutes(61)
        );

        await Button(tab, "Switch on again").ClickAsync();
        await Button(tab, "Switch on again").Last.ClickAsync();
        await tab.Page.GetByText("anthropic is switched off", Exact).WaitForAsync(Gone);
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_route_is_moved_and_moved_back()
    {
        await using var tab = await OpenAsync("/requests");
        await PickAsync(tab, "Move a route", "coding", "simulator");
        await tab.Page.GetByLabel("Model to ask for there").FillAsync("sim-small");
        await Button(tab, "Move").ClickAsync();
        await tab.Page.GetByText("coding goes to simulator/sim-small first", Exact).WaitForAsync();
        Assert.Equal("simulator", await ProviderAsync());

        await Button(tab, "Move back").ClickAsync();
        await Button(tab, "Move back").Last.ClickAsync();
        await tab.Page.GetByText("coding goes to simulator/sim-small first", Exact).WaitForAsync(Gone);
        Assert.Equal("anthropic", await ProviderAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_budget_has_more_room_for_an_hour_and_it_is_taken_back()
    {
        await using var tab = await OpenAsync("/");
        await PickAsync(tab, "Raise a budget", "team");
        await tab.Page.GetByLabel("Amount in US dollars").FillAsync("5");
        await Button(tab, "Grant more").ClickAsync();
        await tab.Page.GetByText("team has $5.00 more until").WaitForAsync();
        Assert.Equal("5", await GrantedAsync());
        await Button(tab, "Undo").ClickAsync();
        await tab.Page.GetByText("Taken back: all stands as before.").WaitForAsync();
        Assert.Equal("0", await GrantedAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_may_none_of_it_is_offered_none_and_sees_what_others_set()
    {
        using (
            var set = await traffic.Weir.SendAsync(
                new HttpRequestMessage(HttpMethod.Put, "/api/v1/overrides/providers/simulator")
                {
                    Content = new StringContent("{}", null, "application/json"),
                    Headers = { { "x-weir-key", traffic.Weir.AdminKey } },
                }
            )
        )
        {
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(traffic.Weir, "vi", "viewer");

        await tab.Page.GetByText("simulator is switched off").WaitForAsync();
        Assert.Equal(0, await Button(tab, "Switch on again").CountAsync());
        Assert.Equal(0, await Button(tab, "Quick actions").CountAsync());
        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await tab.Page.Keyboard.TypeAsync("stop spend");
        await tab.Page.GetByText("Nothing found").WaitForAsync();
    }

    [Theory]
    [InlineData(320, false)]
    [InlineData(390, true)]
    [InlineData(1280, true)]
    public async Task Every_state_is_fit_for_everyone(int width, bool isDark)
    {
        await using var tab = await OpenAsync(
            "/budgets",
            new TabOptions
            {
                Width = width,
                IsDark = isDark,
                IsPhone = width < 720,
            }
        );
        await Button(tab, "Quick actions").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Option).First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "what can be done", width);
        await Option(tab, "Stop spending").ClickAsync();
        await tab.Page.GetByLabel("Why, for the audit trail").WaitForAsync();
        await PageCheck.CheckAsync(tab, "stopping", width);
        await Button(tab, "Stop spending").ClickAsync();
        await tab.Page.GetByText("Spending is stopped", Exact).WaitForAsync();
        await PageCheck.CheckAsync(tab, "stopped", width);
        await Button(tab, "Let spending go on").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await PageCheck.CheckAsync(tab, "going on", width);
    }

    private static LocatorWaitForOptions Gone => new() { State = WaitForSelectorState.Detached };

    private static PageGetByTextOptions Exact => new() { Exact = true };

    private static ILocator Button(Tab tab, string name) =>
        tab.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Option(Tab tab, string name) => tab.Page.GetByRole(AriaRole.Option, new() { Name = name });

    private static ILocator Choose(Tab tab, string name) => tab.Page.GetByRole(AriaRole.Radio, new() { Name = name });

    private static async Task PickAsync(Tab tab, params string[] options)
    {
        await Button(tab, "Quick actions").ClickAsync();
        foreach (var option in options)
        {
            await Option(tab, option).ClickAsync();
        }
    }

    private async Task<Tab> OpenAsync(string path, TabOptions? options = null)
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey, options);
        await tab.GoAsync(traffic.Weir, path);
        await Button(tab, "Quick actions").WaitForAsync();
        return tab;
    }

    private async Task<HttpStatusCode> AskAsync()
    {
        using var answer = await traffic.Weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-sonnet-5","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}"""
        );
        return answer.StatusCode;
    }

    private async Task<string?> ProviderAsync()
    {
        using var answer = await traffic.Weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-sonnet-5","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}"""
        );
        return answer.Headers.GetValues("x-weir-provider").Single();
    }

    private async Task<string?> GrantedAsync() =>
        (await traffic.Weir.GetAsync("/api/v1/budgets"))
            .GetProperty("budgets")[0]
            .GetProperty("counters")[0]
            .GetProperty("grantedUsd")
            .GetString();
}
