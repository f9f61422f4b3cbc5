using System.Diagnostics;
using System.Globalization;
using Weir.BrowserTests.Testing;

namespace Weir.PageTour;

/// <summary>How fast "Now" is there, and how smoothly it goes on: the figures of docs/operations/benchmarks.md.</summary>
internal static class Measurements
{
    private const int Rounds = 7;
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Lighthouse's profile for a slow 4G, which it called fast 3G before: as it is simulated, and as it has the browser
    /// apply it, with the delay of a whole exchange on each request. Bits a second of 1,024.
    /// </summary>
    private static readonly Profile[] Profiles =
    [
        new("no limit", 0, 0, 0),
        new("fast 3G, simulated (150 ms, 1.6 Mbit/s)", 150, 1_638.4, 750),
        new("fast 3G, applied (562.5 ms, 1.44 Mbit/s)", 562.5, 1_474.56, 675),
    ];

    /// <summary>Prints them.</summary>
    public static async Task TakeAsync()
    {
        await using var chromium = new Chromium();
        await chromium.StartAsync();
        await using var traffic = await Traffic.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            await traffic.SendAsync();
        }

        await traffic.Weir.SettleAsync();
        await WeighAsync(chromium, traffic);
        foreach (var profile in Profiles)
        {
            await TimeAsync(chromium, traffic, profile);
        }

        // What the machine can do beside the same traffic, and what is left of it with the page.
        await WatchAsync(chromium, traffic, "an empty page", false);
        await WatchAsync(chromium, traffic, "Now", true);
    }

    private static async Task WeighAsync(Chromium chromium, Traffic traffic)
    {
        await using var tab = await SignedInAsync(chromium, traffic);
        var bytes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        tab.Page.Response += (_, response) =>
        {
            if (response.Headers.TryGetValue("content-length", out var length))
            {
                var kind = response.Request.ResourceType;
                bytes[kind] = bytes.GetValueOrDefault(kind) + long.Parse(length, CultureInfo.InvariantCulture);
            }
        };
        await tab.GoAsync(traffic.Weir);
        await tab.UntilLiveAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        Console.WriteLine(
            "First load, compressed bytes: " + string.Join(", ", bytes.Select(b => $"{b.Key} {b.Value:N0}"))
        );
    }

    private static async Task TimeAsync(Chromium chromium, Traffic traffic, Profile profile)
    {
        List<double> painted = [];
        List<double> interactive = [];
        List<double> filled = [];
        for (var i = 0; i < Rounds; i++)
        {
            await using var tab = await SignedInAsync(chromium, traffic);
            if (profile.Latency > 0)
            {
                var cdp = await tab.Context.NewCDPSessionAsync(tab.Page);
                await cdp.SendAsync("Network.enable");
                await cdp.SendAsync(
                    "Network.emulateNetworkConditions",
                    new Dictionary<string, object>
                    {
                        ["offline"] = false,
                        ["latency"] = profile.Latency,
                        ["downloadThroughput"] = profile.Down * 1024 / 8,
                        ["uploadThroughput"] = profile.Up * 1024 / 8,
                    }
                );
            }

            // The page is interactive when its script has taken hold and no long task stands in the way any more.
            await tab.Page.AddInitScriptAsync(
                """
                window.longTasks = [];
                new PerformanceObserver((list) => window.longTasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
                """
            );
            await tab.GoAsync(traffic.Weir);
            await tab.Page.Locator("tbody time").First.WaitForAsync();
            filled.Add(await tab.Page.EvaluateAsync<double>("() => performance.now()"));
            await tab.Page.Locator("canvas").WaitForAsync();
            await tab.Page.WaitForTimeoutAsync(500);
            painted.Add(
                await tab.Page.EvaluateAsync<double>(
                    "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
                )
            );
            interactive.Add(
                await tab.Page.EvaluateAsync<double>(
                    """
                    () => Math.max(
                      performance.getEntriesByName('weir-interactive')[0].startTime,
                      ...window.longTasks.map((task) => task.startTime + task.duration),
                    )
                    """
                )
            );
        }

        Console.WriteLine(
            $"{profile.Name}: first paint {Median(painted)} ms, interactive {Median(interactive)} ms, requests listed {Median(filled)} ms (medians of {Rounds} cold loads)"
        );
    }

    private static async Task WatchAsync(Chromium chromium, Traffic traffic, string what, bool isPage)
    {
        await using var tab = await SignedInAsync(chromium, traffic, moves: true);
        if (isPage)
        {
            await tab.GoAsync(traffic.Weir);
            await tab.UntilLiveAsync();
            await tab.Page.Locator("canvas").WaitForAsync();
        }

        await tab.Page.EvaluateAsync(
            """
            () => {
              window.frames_ = [];
              const look = (time) => { window.frames_.push(time); requestAnimationFrame(look); };
              requestAnimationFrame(look);
              window.changes = 0;
              const rows = document.querySelectorAll('tbody')[2];
              if (rows) {
                new MutationObserver((list) => (window.changes += list.filter((m) => m.addedNodes.length > 0).length))
                  .observe(rows, { childList: true });
              }
            }
            """
        );
        var sent = 0;
        var start = Stopwatch.GetTimestamp();
        List<Task> running = [];
        while (Stopwatch.GetElapsedTime(start) < Watched)
        {
            running.Add(traffic.SendAsync());
            sent++;
            var due = TimeSpan.FromMilliseconds(50 * sent) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due);
            }
        }

        await Task.WhenAll(running);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var times = await tab.Page.EvaluateAsync<double[]>("() => window.frames_");
        var steps = times.Zip(times.Skip(1), (a, b) => b - a).Order().ToList();
        var rows = await tab.Page.EvaluateAsync<int>("() => window.changes");
        var late = steps.Count(step => step > 25);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}, {sent / seconds:0.0} requests a second for {seconds:0} s: {steps.Count / seconds:0.0} frames a second, median {steps[steps.Count / 2]:0.0} ms, 99th percentile {steps[steps.Count * 99 / 100]:0.0} ms, {late} of {steps.Count} frames later than 25 ms; {rows} rows came in"
            )
        );
    }

    private static async Task<Tab> SignedInAsync(Chromium chromium, Traffic traffic, bool moves = false)
    {
        var tab = await chromium.OpenAsync(new TabOptions { Moves = moves });
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{traffic.Weir.AdminKey}')");
        return tab;
    }

    private static string Median(List<double> values) =>
        values.Order().ElementAt(values.Count / 2).ToString("N0", CultureInfo.InvariantCulture);

    private sealed record Profile(string Name, double Latency, double Down, double Up);
}
