using System.Collections.Concurrent;
using System.Globalization;

namespace Weir.BrowserTests;

/// <summary>What the first visit to "Now" carries over the network.</summary>
public sealed class WeightTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    /// <summary>Compressed script, everything that "Now" needs included.</summary>
    private const int MostScript = 60_000;

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

        Assert.True(scripts.Values.Sum() <= MostScript, $"{scripts.Values.Sum()} bytes:\n{string.Join('\n', scripts)}");
        Assert.True(scripts.Count >= 4, string.Join('\n', scripts));
    }
}
