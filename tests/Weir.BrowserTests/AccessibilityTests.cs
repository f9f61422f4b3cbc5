using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>The pages for those who do not see them as drawn, or use no mouse.</summary>
public sealed class AccessibilityTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() =>
        traffic = await Traffic.StartAsync(provider: ["breaker: { failures: 1 }"]);

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Axe_finds_nothing(bool isDark, bool isPhone)
    {
        await using var tab = await chromium.OpenAsync(
            (isPhone ? TabOptions.Phone : new TabOptions()) with
            {
                IsDark = isDark,
            }
        );
        await tab.GoAsync(traffic.Weir);
        await tab.Page.GetByLabel("Password").WaitForAsync();
        await CheckAsync(tab, "sign-in");

        await tab.AskForKeyAsync();
        await tab.Page.GetByLabel("Weir key").FillAsync("wk_wrong");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await CheckAsync(tab, "sign-in, refused");

        await tab.SignInAsync(traffic.Weir);
        await tab.Page.GetByText("Nothing has come through Weir yet").WaitForAsync();
        await CheckAsync(tab, "empty");

        await tab.UntilLiveAsync();
        await traffic.SendAsync();
        await traffic.SendAsync(Traffic.Unpriced);
        await traffic.SendAsync("claude-overloaded");
        await tab.Page.GetByText("Cost unknown: 1").WaitForAsync();
        await tab.Page.GetByText("Errors: 1").WaitForAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await tab.Page.Locator("li").GetByText("nothing is sent there").WaitForAsync();
        await tab
            .Page.Locator("li", new() { HasText = "claude-overloaded" })
            .GetByText("open", new() { Exact = true })
            .WaitForAsync();
        await tab.Page.GetByText("As a table").ClickAsync();
        await CheckAsync(tab, "busy");

        await tab.Page.RouteAsync("**/usage/summary*", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.Context.SetOfflineAsync(true);
        await tab.Page.GetByText("The connection is broken").WaitForAsync();
        await CheckAsync(tab, "disconnected");

        await tab.Context.SetOfflineAsync(false);
        await tab.Page.ReloadAsync();
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await CheckAsync(tab, "error");

        await tab.GoAsync(traffic.Weir, "/nowhere");
        await tab.Page.GetByText("There is no such page").WaitForAsync();
        await CheckAsync(tab, "no such page");
    }

    [Fact]
    public async Task The_keyboard_alone_does_everything()
    {
        await traffic.SendAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.GoAsync(traffic.Weir);
        var keys = tab.Page.Keyboard;
        await tab.AskForKeyAsync();
        await tab.Page.GetByLabel("Weir key").WaitForAsync();
        // The field has the focus: a key is typed at once, and what follows is reached in order.
        await keys.TypeAsync(traffic.Weir.AdminKey);
        await keys.PressAsync("Tab");
        await keys.PressAsync("Space");
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await tab.UntilLiveAsync();
        var line = tab.Page.GetByRole(AriaRole.Img, new() { NameRegex = new("in the last 15 minutes") });
        await line.WaitForAsync();
        await tab.Page.GetByText("is in force").First.WaitForAsync();
        await tab.Page.GetByText("not asked yet").WaitForAsync();

        List<string> reached = [];
        for (var i = 0; i < 40; i++)
        {
            await keys.PressAsync("Tab");
            var name = await tab.Page.EvaluateAsync<string>(
                """
                () => {
                  const at = document.activeElement;
                  if (!at || at === document.body) return '';
                  const style = getComputedStyle(at.matches('input') ? at.nextElementSibling : at);
                  if (style.outlineStyle === 'none') return 'no outline: ' + at.outerHTML;
                  return (at.getAttribute('aria-label') ?? at.closest('label')?.innerText ?? at.innerText).trim();
                }
                """
            );
            if (name.Length == 0)
            {
                break;
            }

            reached.Add(name);
        }

        Assert.Equal(
            [
                "Skip to the content",
                "Weir",
                "Now",
                "Explore",
                "Requests",
                "Sessions",
                "Models",
                "Handoffs",
                "Limits",
                "Budgets",
                "Keys",
                "People",
                "Audit",
                "Routes",
                "Dashboards",
                "System",
                "Commands\nCtrl K",
                "Quick actions",
                "Theme: System. Change to Light",
                "Preferences",
                "Sign out",
                "Pause",
                "Tokens",
                "As a table",
                "What changed, the last one first",
                "How the providers stand",
            ],
            reached
        );

        await tab.Page.ReloadAsync();
        await tab.UntilLiveAsync();
        await line.WaitForAsync();
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        Assert.Equal("main", await tab.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await keys.PressAsync("Tab");
        await keys.PressAsync("Space");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).WaitForAsync();
        await keys.PressAsync("Space");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).WaitForAsync();
        await keys.PressAsync("Tab");
        await keys.PressAsync("ArrowRight");
        await tab
            .Page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Cost in the last 15 minutes") })
            .WaitForAsync();
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await tab.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Minute" }).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task On_a_phone_nothing_is_wider_than_the_screen()
    {
        await traffic.SendAsync();
        await using var tab = await chromium.OpenAsync(TabOptions.Phone with { Width = 320 });
        await tab.SignInAsync(traffic.Weir);
        await tab
            .Page.GetByRole(AriaRole.Table, new() { NameRegex = new("^Newest") })
            .Locator("tbody tr")
            .First.WaitForAsync();

        Assert.Equal(320, await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    private static async Task CheckAsync(Tab tab, string state)
    {
        var found = await tab.Page.RunAxe();
        Assert.True(
            found.Violations.Length == 0,
            $"{state}:\n"
                + string.Join(
                    '\n',
                    found.Violations.Select(v =>
                        $"{v.Id}: {v.Help}\n  "
                        + string.Join(
                            "\n  ",
                            v.Nodes.Select(n => $"{n.Html} {string.Join(' ', n.Any.Select(a => a.Message))}")
                        )
                    )
                )
        );
    }
}
