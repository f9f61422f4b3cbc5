using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What all pages share: the frame, its palette and preferences, languages, sizes and themes.</summary>
public sealed class DashboardTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    private readonly Traffic traffic = server.Traffic;

    [Theory]
    [InlineData(1280, false, null)]
    [InlineData(1280, true, null)]
    [InlineData(390, true, "de")]
    [InlineData(320, false, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        var id = await traffic.SendAsync();
        await traffic.SendAsync(Traffic.Unpriced);
        await traffic.Weir.SettleAsync();
        var options = width < 720 ? TabOptions.Phone with { Width = width } : new TabOptions();
        await using var tab = await OpenAsync(options with { IsDark = isDark }, language);

        await tab.GoAsync(traffic.Weir, "/explore?from=24h&compare=previous");
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        await CheckAsync(tab, "explore", width);
        await tab.Page.Locator(".tools button").First.ClickAsync();
        await tab.Page.Locator("[data-drawn=true]").FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowLeft");
        await CheckAsync(tab, "explore, its points and table", width);
        await tab.Page.Locator(".opener").ClickAsync();
        await CheckAsync(tab, "range", width);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Locator(".new .what").ClickAsync();
        await tab.Page.Locator("dialog [role=option]").First.ClickAsync();
        await tab.Page.Locator("dialog [role=option]").First.WaitForAsync();
        await CheckAsync(tab, "filter", width);

        await tab.GoAsync(traffic.Weir, "/explore?from=24h&metric=durationMs");
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();
        await CheckAsync(tab, "durations", width);

        await tab.GoAsync(traffic.Weir, "/requests?from=24h");
        await tab.Page.Locator("tbody time").First.WaitForAsync();
        await CheckAsync(tab, "requests", width);
        await tab.GoAsync(traffic.Weir, $"/requests?from=24h&id={id}");
        await tab.Page.Locator("dialog table tfoot").WaitForAsync();
        await CheckAsync(tab, "request", width);

        await tab.GoAsync(traffic.Weir, "/requests?from=2020-01-01&to=2020-01-02");
        await tab.Page.Locator("td.none").WaitForAsync();
        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await CheckAsync(tab, "palette", width);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Keyboard.PressAsync("?");
        await tab.Page.Locator("dialog kbd").First.WaitForAsync();
        await CheckAsync(tab, "preferences", width);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task More_contrast_stays_and_axe_finds_nothing()
    {
        await traffic.SendAsync();
        await using var tab = await OpenAsync(new TabOptions { IsDark = true });
        await tab.GoAsync(traffic.Weir, "/explore?from=24h");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Preferences" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Group, new() { Name = "Contrast" }).GetByText("More").ClickAsync();
        await tab.Page.ReloadAsync();
        await tab.Page.Locator("[data-drawn=true]").WaitForAsync();

        Assert.Equal(
            "rgb(0, 0, 0)",
            await tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")
        );
        await CheckAsync(tab, "contrast", 1280);
    }

    [Fact]
    public async Task Keys_lead_everywhere_and_letters_alone_can_be_switched_off()
    {
        // A page says that its filters leave nothing only where there is something to leave.
        await traffic.SendAsync();
        await using var tab = await OpenAsync(new TabOptions());
        var keys = tab.Page.Keyboard;
        await tab.GoAsync(traffic.Weir, "/explore?from=24h&model=a");
        // While it is at work it answers keys late, and two that lie too far apart are no shortcut.
        await tab.Page.GetByText("Nothing in this range with").WaitForAsync();
        await keys.PressAsync("g");
        await keys.PressAsync("r");
        // What is looked at goes along.
        await tab.UntilAtAsync("/requests\\?from=24h&model=a$");
        await keys.PressAsync("Control+k");
        await tab.Page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await keys.TypeAsync("now");
        await keys.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Now" }).WaitForAsync();

        await keys.PressAsync("?");
        await tab.Page.GetByLabel("Shortcuts of single letters").UncheckAsync();
        await keys.PressAsync("Escape");
        await tab.Page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await keys.PressAsync("g");
        await keys.PressAsync("e");
        await keys.PressAsync("Control+k");
        await tab.Page.GetByRole(AriaRole.Combobox).WaitForAsync();
        Assert.Equal("/", new Uri(tab.Page.Url).AbsolutePath);
    }

    [Fact]
    public async Task Another_language_is_spoken_everywhere_and_written_from_its_own_side()
    {
        await using var tab = await OpenAsync(new TabOptions());
        await tab.GoAsync(traffic.Weir, "/explore");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Preferences" }).ClickAsync();
        await tab.Page.GetByLabel("Language").SelectOptionAsync("ar");
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "استكشاف" }).WaitForAsync();

        Assert.Equal(
            "rtl ar",
            await tab.Page.EvaluateAsync<string>(
                "() => document.documentElement.dir + ' ' + document.documentElement.lang"
            )
        );
        Assert.True(
            await tab.Page.EvaluateAsync<bool>(
                "() => document.querySelector('nav').getBoundingClientRect().left > document.querySelector('h1').getBoundingClientRect().right"
            )
        );
    }

    [Fact]
    public async Task A_key_that_may_see_no_figures_is_offered_no_page_of_them()
    {
        using var created = await traffic.Weir.PostAsync("/api/v1/keys", """{"name":"caller","scopes":["gateway"]}""");
        var key = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["key"]!.GetValue<string>();
        await using var tab = await OpenAsync(new TabOptions(), key: key);
        await tab.GoAsync(traffic.Weir, "/requests");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();

        await tab
            .Page.GetByRole(AriaRole.Link, new() { Name = "Explore" })
            .WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal(0, await tab.Page.Locator("nav li").CountAsync());
    }

    private async Task<Tab> OpenAsync(TabOptions options, string? language = null, string? key = null)
    {
        var tab = await chromium.OpenAsync(options);
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{key ?? traffic.Weir.AdminKey}')");
        if (language is not null)
        {
            await tab.Page.AddInitScriptAsync($"localStorage.setItem('weir.language', '{language}')");
        }

        return tab;
    }

    private static async Task CheckAsync(Tab tab, string state, int width)
    {
        var found = await tab.Page.RunAxe();
        Assert.True(
            found.Violations.Length == 0,
            $"{state}:\n"
                + string.Join(
                    '\n',
                    found.Violations.Select(v => $"{v.Id}: {string.Join("\n  ", v.Nodes.Select(n => n.Html))}")
                )
        );
        Assert.True(
            await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width,
            $"{state} is wider than {width}"
        );
    }
}
