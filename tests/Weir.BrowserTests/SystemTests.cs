using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>System: how the server does, and what failed.</summary>
public sealed class SystemTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task What_it_shows_is_what_the_API_tells()
    {
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
        await traffic.Weir.GetAsync("/api/v1/usage/summary?from=30d&groupBy=model,provider&user=one-in-particular");
        await using var tab = await OpenAsync();
        var page = tab.Page;
        await page.GetByText("Nothing is wrong").WaitForAsync();
        var told = await traffic.Weir.GetAsync("/api/v1/system/performance");

        var gateway = told.GetProperty("components")
            .EnumerateArray()
            .Single(one => one.GetProperty("component").GetString() == "gateway");
        await Assertions
            .Expect(Row(tab, "until a provider is asked").Locator(".number").First)
            .ToHaveTextAsync(gateway.GetProperty("count").GetInt64().ToString(CultureInfo.InvariantCulture));
        foreach (var cache in told.GetProperty("caches").EnumerateArray())
        {
            if (cache.GetProperty("kind").GetString() == "estimates")
            {
                await Assertions.Expect(Row(tab, "estimates").Locator(".number").Nth(5)).ToContainTextAsync("5");
            }
        }

        var slow = page.Locator("tr", new() { HasText = "model, provider" });
        await slow.GetByText("user", new() { Exact = true }).WaitForAsync();
        await Assertions.Expect(slow.Locator(".number").Nth(1)).ToContainTextAsync("30 days");
        Assert.DoesNotContain("one-in-particular", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_longer_range_stands_in_the_address_and_comes_back_with_it()
    {
        await using var tab = await OpenAsync();
        var asked = tab.Page.WaitForResponseAsync(response =>
            response.Url.Contains("/system/performance?range=7d", StringComparison.Ordinal)
        );
        await tab.Page.GetByText("Last 7 days").ClickAsync();

        Assert.Equal(1800, (await (await asked).JsonAsync())!.Value.GetProperty("stepSeconds").GetInt32());
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("last=7d"));
        await tab.Page.ReloadAsync();
        await Assertions.Expect(tab.Page.GetByLabel("Last 7 days")).ToBeCheckedAsync();
    }

    [Fact]
    public async Task What_is_wrong_comes_first()
    {
        await using var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await AlterAsync(
            tab,
            "**/api/v1/system/status",
            json =>
                json.Replace("\"writeFailure\":null", "\"writeFailure\":\"the disk is full\"", StringComparison.Ordinal)
        );
        await AlterAsync(
            tab,
            "**/api/v1/system/performance*",
            json =>
                json.Replace(
                    "\"heapGrowth\":null",
                    """
                    "heapGrowth":{"bytesPerHour":12300000,"leastBytesPerHour":9000000,"hours":6.5,"collections":70}
                    """.Trim(),
                    StringComparison.Ordinal
                )
        );
        await AlterAsync(
            tab,
            "**/api/v1/system/errors",
            _ =>
                """
                    {"since":"2026-07-02T12:00:00Z","patterns":[{"component":"UsageLedger","level":"error",
                    "template":"{Name} could not be stored","exception":"System.IO.IOException","count":12,
                    "firstAt":"2026-07-02T12:00:00Z","lastAt":"2026-07-02T13:00:00Z"}],"forgotten":3,
                    "requests":[{"provider":"anthropic","status":"overloaded","count":1204}]}
                    """
        );
        await tab.GoAsync(traffic.Weir, "/system");

        var notices = tab.Page.Locator(".health .notice");
        await Assertions.Expect(notices).ToHaveCountAsync(2);
        await Assertions.Expect(notices.Nth(0)).ToContainTextAsync("the disk is full");
        await Assertions.Expect(notices.Nth(1)).ToContainTextAsync("about 12.3 MB an hour, over the last 6.5 hours");
        await Row(tab, "{Name} could not be stored").GetByText("System.IO.IOException").WaitForAsync();
        await Assertions.Expect(Row(tab, "overloaded").Locator(".number")).ToHaveTextAsync("1,204");
        await tab.Page.GetByText("3 older patterns made room").WaitForAsync();
        await PageCheck.CheckAsync(tab, "what is wrong", 1280);
    }

    [Fact]
    public async Task A_server_that_cannot_answer_is_told_and_tried_again()
    {
        await using var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.Page.RouteAsync(
            "**/api/v1/system/errors",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = 500,
                        ContentType = "application/json",
                        Body = "{}",
                    }
                )
        );
        await tab.GoAsync(traffic.Weir, "/system");
        await tab.Page.GetByText("The state of the server cannot be read").WaitForAsync();
        await PageCheck.CheckAsync(tab, "failed", 1280);

        await tab.Page.UnrouteAsync("**/api/v1/system/errors");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await tab.Page.GetByText("Nothing is wrong").WaitForAsync();
    }

    [Theory]
    [InlineData(1280, false, null)]
    [InlineData(1280, true, null)]
    [InlineData(390, false, "de")]
    [InlineData(320, true, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        await traffic.SendAsync();
        await traffic.Weir.SettleAsync();
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
        await tab.GoAsync(traffic.Weir, "/system");
        await tab.Page.Locator("tbody tr").First.WaitForAsync();
        await tab.Page.Locator("canvas").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "system", width);
    }

    private async Task<Tab> OpenAsync()
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, "/system");
        await tab.Page.Locator("tbody tr").First.WaitForAsync();
        return tab;
    }

    private static async Task AlterAsync(Tab tab, string pattern, Func<string, string> change) =>
        await tab.Page.RouteAsync(
            pattern,
            async route =>
            {
                var answer = await route.FetchAsync();
                await route.FulfillAsync(new() { Response = answer, Body = change(await answer.TextAsync()) });
            }
        );

    private static ILocator Row(Tab tab, string text) => tab.Page.Locator("tbody tr", new() { HasText = text });
}
