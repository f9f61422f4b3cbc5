using System.Net;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>Prices of the user's own: shown, charged, and history priced again with the old figure kept in sight.</summary>
public sealed class PriceApiTests : IAsyncLifetime
{
    private const string Simulator = "version: 1\nproviders:\n  - { name: sim, kind: simulator }\n";

    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() => weir = await WeirProcess.StartAsync(folder.At("data"), Simulator);

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Prices_of_the_configuration_are_shown_beside_the_catalogues()
    {
        await TakeAsync(
            """
            prices:
              - { provider: sim, model: sim-small, input: 7, output: 9, modes: { fast: { input: 70, output: 90 } } }
              - { model: "house-*", input: 1, output: 2, tiers: [{ above: 1000, input: 3 }] }
            """
        );

        var items = (await weir.GetAsync("/api/v1/prices?search=sim-small"))
            .GetProperty("items")
            .EnumerateArray()
            .ToArray();
        Assert.Equal(["configuration", "catalogue"], items.Select(i => i.GetProperty("source").GetString()));
        Assert.Equal("sim", items[0].GetProperty("catalogue").GetString());
        Assert.Equal("7", items[0].GetProperty("rates").GetProperty("input").GetString());
        Assert.Equal("90", items[0].GetProperty("modes").GetProperty("fast").GetProperty("output").GetString());

        var house = Assert.Single(
            (await weir.GetAsync("/api/v1/prices?search=house")).GetProperty("items").EnumerateArray()
        );
        Assert.Equal("house-*", house.GetProperty("model").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, house.GetProperty("catalogue").ValueKind);

        var told = await weir.CommandAsync("prices", "house");
        Assert.Matches(@"(?m)^weir\.yaml +house-\* +1 +2 ", told.Output);
    }

    [Fact]
    public async Task History_priced_again_keeps_the_old_figure_in_sight()
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var path = $"/api/v1/usage/requests/{answer.Headers.GetValues("x-weir-request-id").Single()}";
        await weir.SettleAsync();
        var before = await weir.GetAsync(path);
        Assert.Empty(before.GetProperty("earlier").EnumerateArray());

        await TakeAsync("prices: [{ model: sim-small, input: 1000, output: 1000 }]\n");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/prices/reprice", UriKind.Relative))
        {
            Content = new StringContent("""{"from":"1h"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", weir.AdminKey);
        using var repriced = await weir.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, repriced.StatusCode);

        var after = await weir.GetAsync(path);
        Assert.Equal(2, after.GetProperty("revision").GetInt32());
        Assert.NotEqual(before.GetProperty("costUsd").GetString(), after.GetProperty("costUsd").GetString());
        var old = Assert.Single(after.GetProperty("earlier").EnumerateArray());
        Assert.Equal(1, old.GetProperty("revision").GetInt32());
        Assert.Equal("repriced", old.GetProperty("replacedBy").GetString());
        Assert.Equal(before.GetProperty("costUsd").GetString(), old.GetProperty("costUsd").GetString());
        Assert.Equal(before.GetProperty("priceVersion").GetString(), old.GetProperty("priceVersion").GetString());
        Assert.Equal(before.GetProperty("outputTokens").GetInt64(), old.GetProperty("outputTokens").GetInt64());
        Assert.True(
            old.GetProperty("replacedAt").GetDateTimeOffset() > before.GetProperty("startedAt").GetDateTimeOffset()
        );
    }

    private async Task TakeAsync(string prices)
    {
        var version = (await weir.GetAsync("/api/v1/prices?search=none-of-these")).GetProperty("version").GetString();
        await File.WriteAllTextAsync(folder.At("data.yaml"), Simulator + prices);
        await weir.UntilAsync(
            async () =>
                (await weir.GetAsync("/api/v1/prices?search=none-of-these")).GetProperty("version").GetString()
                != version,
            "take the prices"
        );
    }
}
