using Microsoft.Playwright;
using Weir.BrowserTests.Testing;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.PageTour;

/// <summary>A picture of every page, over a working day and what coding agents left behind.</summary>
internal static class PagePictures
{
    private const string Session = "cc66af4b-3d84-4abd-8215-c31ab16cdbed";

    /// <summary>The name of the picture, the page, and what shows when it is ready.</summary>
    private static readonly (string Name, string Path, string Ready)[] Pages =
    [
        ("explore", "/explore?from=24h&interval=hour", "[data-drawn=true]"),
        ("requests", "/requests?from=24h&status=ok&project.not=", "tbody time"),
        ("sessions", "/sessions?from=2026-11-21&to=2026-11-22", "main tbody tr a"),
        ("session", $"/sessions?from=2026-11-21&to=2026-11-22&id={Session}", "[data-kind=request]"),
        ("models", "/models?from=24h", "main tfoot td.cost"),
        ("handoffs", "/handoffs?from=24h", "main [data-drawn=true]"),
        ("limits", "/limits", "main tbody time"),
        ("budgets", "/budgets", "main h3"),
        ("keys", "/keys", "main tbody tr a"),
        ("audit", "/audit", "main tbody tr a"),
        ("routes", "/routes", ".cm-content"),
        ("routes-explained", $"/routes?view=explain&ask={Routed}", "main tbody tr"),
        ("routes-history", "/routes?view=history&of=1", "dialog tr.added"),
        ("system", "/system", "main canvas"),
    ];

    /// <summary>A model whose requests go to a cheaper one.</summary>
    public const string Routed = "claude-opus-4-8";

    /// <summary>What the document has beside the vendor.</summary>
    public const string Document = $$"""
          - name: spare the dear one
            match: { model: "{{Routed}}" }
            targets: [{ provider: anthropic, model: claude-haiku-4-5 }, simulator]
        budgets:
          - { name: team, limitUsd: 2000, window: month, stages: [{ at: 1, do: warn }] }
          - { name: each key, limitUsd: 50, window: 24h, scope: { key: "*" } }
        capture: { content: sealed }
        """;

    /// <summary>Puts what agents left behind into a home.</summary>
    public static void WriteHome(TemporaryFolder home)
    {
        var logs = Path.Combine(Programs.Repository, "tests", "fixtures", "agent-logs");
        Copy(Path.Combine(logs, "claude-code-real", "config"), home.At(".claude"));
        Copy(Path.Combine(logs, "codex-real"), home.At(".codex"));
    }

    /// <summary>Takes them.</summary>
    public static async Task TakeAsync(
        Chromium chromium,
        Traffic traffic,
        string folder,
        string suffix,
        TabOptions options
    )
    {
        await using var tab = await chromium.OpenAsync(options);
        await tab.SignInAsync(traffic.Weir);
        foreach (var (name, path, ready) in Pages)
        {
            await tab.GoAsync(traffic.Weir, path);
            await tab.Page.Locator(ready).First.WaitForAsync();
            await Screenshots.ShootAsync(tab, folder, name + suffix);
        }

        await tab.GoAsync(traffic.Weir, "/requests?from=24h&status=ok&project.not=");
        await tab.Page.Locator("tbody time").First.ClickAsync();
        await tab.Page.Locator("dialog table tfoot").WaitForAsync();
        await Screenshots.ShootAsync(tab, folder, "request" + suffix);

        await tab.GoAsync(traffic.Weir, "/dashboards?from=24h");
        await tab
            .Page.GetByRole(AriaRole.Button, new() { Name = "Cost breakdown" })
            .Or(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Cost breakdown" }))
            .First.ClickAsync();
        await tab.Page.Locator("main [data-drawn=true]").First.WaitForAsync();
        await Screenshots.ShootAsync(tab, folder, "dashboard" + suffix);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
