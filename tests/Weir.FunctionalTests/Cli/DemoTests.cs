using Weir.Testing;

namespace Weir.FunctionalTests.Cli;

/// <summary><c>weir demo</c> on a running server's folder, beside what is real.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_year_comes_once_is_marked_and_goes_again_without_what_is_real()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"""
        );
        await weir.SettleAsync();
        var before = await TotalAsync(weir);

        var filled = await weir.CommandAsync("demo", "--json");
        Assert.True(filled.ExitCode == 0, filled.ToString());
        Assert.Equal("filled", filled.Json().GetProperty("state").GetString());
        var records = filled.Json().GetProperty("records").GetInt64();
        Assert.True(records > 100_000);

        var total = await weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z&groupBy=user");
        Assert.Equal(records + 1, total.GetProperty("total").GetProperty("requests").GetInt64());
        Assert.Equal("0", total.GetProperty("total").GetProperty("billedUsd").GetString());
        Assert.Equal(
            12,
            total
                .GetProperty("rows")
                .EnumerateArray()
                .Count(r => r.GetProperty("keys").GetProperty("user").GetString() is not null)
        );
        await AssertSoundAsync(weir);
        Assert.Equal(4, (await weir.CommandAsync("demo")).ExitCode);

        var removed = await weir.CommandAsync("demo", "--remove", "--json");
        Assert.Equal(records, removed.Json().GetProperty("records").GetInt64());
        Assert.Equal(before, await TotalAsync(weir));
        await AssertSoundAsync(weir);
    }

    private static async Task AssertSoundAsync(WeirProcess weir)
    {
        var audit = await weir.GetAsync("/api/v1/system/audit?from=2020-01-01T00:00:00Z");
        Assert.Equal(0, audit.GetProperty("differences").GetInt32());
    }

    private static async Task<string> TotalAsync(WeirProcess weir) =>
        (await weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z")).GetProperty("total").ToString();
}
