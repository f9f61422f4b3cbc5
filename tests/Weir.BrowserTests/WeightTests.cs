using System.Collections.Concurrent;
using System.Globalization;

namespace Weir.BrowserTests;

/// <summary>What the first visit to "Now" carries over the network.</summary>
public sealed class WeightTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    /// <summary>Compressed script until the figures are there.</summary>
    private const int MostScript = 80_000;

    /// <summary>Compressed script that is asked for after them.</summary>
    private const int MostLater = 8_000;

    [Fact]
    public async Task The_script_of_the_first_load_is_within_its_budget()
    {
        await server.Traffic.SendAsync();
        await server.Traffic.Weir.SettleAsync(); // an empty ledger's page carries its commands as well
        await using var tab = await chromium.OpenAsync();
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{server.Traffic.Weir.AdminKey}')");
        var scripts = new ConcurrentDictionary<string, int>();
        tab.Page.Response += (_, response) =>
        {
            if (response.Request.ResourceType == "script")
            {
                scripts[response.Url] = int.Parse(response.Headers["content-length"], CultureInfo.InvariantCulture);
            }
        };
        await tab.GoAsync(server.Traffic.Weir);
        await tab.UntilLiveAsync();
        await tab.Page.Locator("canvas").WaitForAsync();
        await tab.Page.GetByText("What changed").WaitForAsync();

        var later = await tab.Page.EvaluateAsync<string[]>(
            """
            () => {
              const [mark] = performance.getEntriesByName('weir-later');
              return performance.getEntriesByType('resource')
                .filter((one) => one.startTime >= mark.startTime).map((one) => one.name);
            }
            """
        );
        var (first, after) = (
            scripts.Where(script => !later.Contains(script.Key)).ToList(),
            scripts.Where(script => later.Contains(script.Key)).ToList()
        );
        Assert.True(
            first.Sum(s => s.Value) <= MostScript,
            $"{first.Sum(s => s.Value)} bytes:\n{string.Join('\n', first)}"
        );
        Assert.True(
            after.Sum(s => s.Value) <= MostLater,
            $"{after.Sum(s => s.Value)} bytes:\n{string.Join('\n', after)}"
        );
        Assert.True(first.Count >= 4, string.Join('\n', first));
        Assert.NotEmpty(after);
    }
}
