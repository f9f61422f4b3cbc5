using Microsoft.Playwright;
using Weir.BrowserTests.Testing;
using Weir.Testing;

namespace Weir.PageTour;

/// <summary>The pages as pictures: "Now" in all its states, and each of the others.</summary>
internal static class Screenshots
{
    private static readonly (string Model, string Client)[] Callers =
    [
        ("claude-sonnet-5", "claude-cli/2.1.0 (external, cli)"),
        ("claude-overloaded", "claude-cli/2.1.0 (external, cli)"),
        (Traffic.Unpriced, "curl/8.5.0"),
        ("claude-opus-4-8", "opencode/1.2.0"),
    ];

    /// <summary>Takes them.</summary>
    public static async Task TakeAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var chromium = new Chromium();
        await chromium.StartAsync();
        await EmptyAsync(chromium, folder);

        using var data = new TemporaryFolder();
        await WorkingDay.WriteAsync(data.At("data"));
        PagePictures.WriteHome(data);
        await using var traffic = await Traffic.StartAsync(
            data.At("data"),
            ["breaker: { failures: 1 }"],
            PagePictures.Document
        );
        await BusyAsync(chromium, traffic, folder, "now", new TabOptions { Scale = 2 });
        await BusyAsync(chromium, traffic, folder, "now-dark", new TabOptions { IsDark = true, Scale = 2 });
        await BusyAsync(chromium, traffic, folder, "now-phone", TabOptions.Phone);
        await BusyAsync(chromium, traffic, folder, "now-phone-dark", TabOptions.Phone with { IsDark = true });
        await PagePictures.TakeAsync(chromium, traffic, folder, "", new TabOptions());
        await PagePictures.TakeAsync(chromium, traffic, folder, "-dark", new TabOptions { IsDark = true });
        await PagePictures.TakeAsync(chromium, traffic, folder, "-phone", TabOptions.Phone with { Scale = 1 });
        await DisconnectedAsync(chromium, traffic, folder);
        await ErrorAsync(chromium, traffic, folder);
    }

    private static async Task EmptyAsync(Chromium chromium, string folder)
    {
        await using var traffic = await Traffic.StartAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.GoAsync(traffic.Weir);
        await tab.AskForKeyAsync();
        await tab.Page.GetByLabel("Weir key").FillAsync("wk_wrong");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await ShootAsync(tab, folder, "sign-in");
        await tab.SignInAsync(traffic.Weir);
        await tab.Page.GetByText("Nothing has come through Weir yet").WaitForAsync();
        await tab.UntilLiveAsync();
        await ShootAsync(tab, folder, "now-empty");
        await using var phone = await chromium.OpenAsync(TabOptions.Phone);
        await phone.SignInAsync(traffic.Weir);
        await phone.Page.GetByText("Nothing has come through Weir yet").WaitForAsync();
        await ShootAsync(phone, folder, "now-phone-empty");
        await phone.GoAsync(traffic.Weir, "/nowhere");
        await phone.Page.GetByText("There is no such page").WaitForAsync();
        await ShootAsync(phone, folder, "not-found");
    }

    private static async Task BusyAsync(
        Chromium chromium,
        Traffic traffic,
        string folder,
        string name,
        TabOptions options
    )
    {
        await using var tab = await chromium.OpenAsync(options);
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await SomeTrafficAsync(traffic);
        await tab.Page.GetByText("house-model-1").First.WaitForAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await tab.Page.GetByText("nothing is sent there").First.WaitForAsync();
        await ShootAsync(tab, folder, name);
        await tab.Page.EvaluateAsync(
            "() => document.querySelectorAll('.standing section')[0].scrollIntoView({ block: 'start' })"
        );
        await ShootAsync(tab, folder, name + "-below");
    }

    private static async Task DisconnectedAsync(Chromium chromium, Traffic traffic, string folder)
    {
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await tab.Context.SetOfflineAsync(true);
        await tab.Page.Locator("[data-state=reconnecting]").WaitForAsync();
        await ShootAsync(tab, folder, "now-disconnected");
    }

    private static async Task ErrorAsync(Chromium chromium, Traffic traffic, string folder)
    {
        await using var tab = await chromium.OpenAsync();
        await tab.Page.RouteAsync(
            "**/usage/summary*",
            route =>
                route.FulfillAsync(
                    new RouteFulfillOptions
                    {
                        Status = 500,
                        ContentType = "application/problem+json",
                        Body =
                            """{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"This is a fault of Weir's; its log says more."}""",
                    }
                )
        );
        await tab.SignInAsync(traffic.Weir);
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await ShootAsync(tab, folder, "now-error");
    }

    private static async Task SomeTrafficAsync(Traffic traffic)
    {
        foreach (var (model, client) in Callers)
        {
            await traffic.SendAsync(model, client);
        }
    }

    /// <summary>Takes one picture when nothing moves any more; a fault of the page ends the tour.</summary>
    public static async Task ShootAsync(Tab tab, string folder, string name)
    {
        await tab.Page.EvaluateAsync("() => document.fonts.ready");
        await tab.Page.WaitForTimeoutAsync(700);
        var path = Path.Combine(folder, name + ".png");
        await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
        foreach (var fault in tab.Faults)
        {
            throw new InvalidOperationException($"{name}: {fault}");
        }

        Console.WriteLine(path);
    }
}
