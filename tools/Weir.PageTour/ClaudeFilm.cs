using System.Globalization;
using Weir.BrowserTests.Testing;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.PageTour;

/// <summary>
/// Claude Code at work beside the open page, as a sequence of pictures: one before, one for each request that shows, one
/// after. Prints how long after its end each request was on the page.
/// </summary>
internal static class ClaudeFilm
{
    /// <summary>Takes it.</summary>
    public static async Task TakeAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        using var data = new TemporaryFolder();
        await using var provider = new FakeProvider();
        await using var weir = await WeirProcess.StartAsync(
            data.At("data"),
            $$"""
            version: 1
            providers:
              - { name: anthropic, kind: anthropic, baseUrl: {{provider.BaseUrl}}, apiKey: {{FakeProvider.ApiKey}} }
            """
        );
        await using var chromium = new Chromium();
        await chromium.StartAsync();
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(weir);
        await tab.Page.GetByText("Nothing has come through Weir yet").WaitForAsync();
        await tab.UntilLiveAsync();
        await tab.Page.EvaluateAsync(
            """
            () => {
              window.shown = {};
              new MutationObserver(() => {
                for (const time of document.querySelectorAll('tbody time')) {
                  const row = time.closest('tr').innerText + time.dateTime;
                  window.shown[row] ??= Date.now() - Date.parse(time.dateTime);
                }
              }).observe(document.querySelector('main'), { childList: true, subtree: true });
            }
            """
        );
        var number = 0;
        await ShootAsync();

        var home = data.Make("claude");
        var claude = Programs.NodeAsync(
            Programs.ClaudeCode,
            [
                "-p",
                $"Please {Prompts.StartSubagent}.",
                "--model",
                "claude-sonnet-5",
                "--allowedTools",
                "Bash(echo:*)",
                "Agent",
                "Task",
            ],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["CLAUDE_CONFIG_DIR"] = Path.Combine(home, ".claude"),
                ["ANTHROPIC_BASE_URL"] = weir.BaseUrl.ToString().TrimEnd('/'),
                ["ANTHROPIC_AUTH_TOKEN"] = weir.AdminKey,
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
                ["DISABLE_AUTOUPDATER"] = "1",
                ["DISABLE_TELEMETRY"] = "1",
                ["DISABLE_ERROR_REPORTING"] = "1",
            },
            home
        );
        var rows = tab.Page.Locator("tbody time");
        var seen = 0;
        while (!claude.IsCompleted)
        {
            if (await rows.CountAsync() > seen)
            {
                seen = await rows.CountAsync();
                await ShootAsync();
            }

            await Task.Delay(20);
        }

        var said = await claude;
        if (said.ExitCode != 0)
        {
            throw new InvalidOperationException($"{said}\n{weir.Log}");
        }

        await weir.SettleAsync();
        await tab.Page.Locator("tbody time").Nth(provider.Charges.Count - 1).WaitForAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await ShootAsync();
        var delays = await tab.Page.EvaluateAsync<double[]>("() => Object.values(window.shown)");
        Console.WriteLine(
            $"{provider.Charges.Count} requests of Claude Code; on the page after their end: "
                + string.Join(", ", delays.Order().Select(d => d.ToString("N0", CultureInfo.InvariantCulture) + " ms"))
        );

        async Task ShootAsync()
        {
            var path = Path.Combine(folder, $"claude-{++number:00}.png");
            await tab.Page.ScreenshotAsync(new() { Path = path });
            Console.WriteLine($"{path}: {await tab.Page.Locator("tbody time").CountAsync()} requests");
        }
    }
}
