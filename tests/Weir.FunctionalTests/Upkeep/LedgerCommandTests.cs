using System.Net;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary><c>weir doctor --ledger</c> and <c>weir ledger compact</c> as people and scripts call them.</summary>
public sealed class LedgerCommandTests : IDisposable
{
    private static readonly string[] All = ["export", "--since", "2025-01-01", "--format", "ndjson", "--output", "-"];
    private readonly FilledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_differs_is_told_mended_and_then_no_more()
    {
        var count = await folder.FillAsync();
        var sound = await folder.RunAsync("doctor", "--ledger", "--json");
        Assert.True(sound.ExitCode == 0, sound.ToString());
        Assert.Equal(count, sound.Json().GetProperty("records").GetInt32());
        folder.Execute("UPDATE rollup_page SET cells = x'ff' WHERE width = 2");
        folder.Execute("UPDATE rollup_page SET latency = NULL WHERE width = 1");

        var told = await folder.RunAsync("doctor", "--ledger");
        var json = (await folder.RunAsync("doctor", "--ledger", "--json")).Json();

        Assert.Equal(1, told.ExitCode);
        Assert.Contains("RECORDS SAY", told.Output, StringComparison.Ordinal);
        Assert.Contains("--repair", told.Errors, StringComparison.Ordinal);
        Assert.Equal("failed", json.GetProperty("status").GetString());
        Assert.True(json.GetProperty("differing").GetInt64() >= json.GetProperty("differences").GetArrayLength());
        Assert.Equal("2026", json.GetProperty("differences")[0].GetProperty("from").GetString()![..4]);

        var mended = await folder.RunAsync("doctor", "--ledger", "--repair", "--json");
        Assert.True(mended.ExitCode == 0, mended.ToString());
        Assert.True(mended.Json().GetProperty("repaired").GetProperty("days").GetInt32() >= 3);
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
        Assert.Equal(count, await folder.CountAsync());
    }

    [Fact]
    public async Task A_ledger_that_is_torn_says_so_at_the_start_in_the_doctor_and_what_to_type()
    {
        await folder.FillAsync();
        await using (var file = new FileStream(folder.Database, FileMode.Open, FileAccess.Write))
        {
            await file.WriteAsync(new byte[4096]);
        }

        var start = await folder.RunAsync("usage");
        var told = await folder.RunAsync("doctor", "--ledger");
        var mended = await folder.RunAsync("doctor", "--ledger", "--repair");

        Assert.NotEqual(0, start.ExitCode);
        Assert.Contains(folder.Database, start.Errors, StringComparison.Ordinal);
        Assert.Contains($"weir doctor --ledger --data {folder.Data}", start.Errors, StringComparison.Ordinal);
        Assert.Equal(1, told.ExitCode);
        Assert.Contains("weir restore", told.Errors, StringComparison.Ordinal);
        Assert.Contains("--to now", told.Errors, StringComparison.Ordinal);
        Assert.Equal(4, mended.ExitCode);
    }

    [Fact]
    public async Task A_running_server_is_looked_at_and_its_file_is_left_alone()
    {
        await folder.FillAsync();
        await using var weir = await WeirProcess.StartAsync(folder.Data);

        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger")).ExitCode);
        var repair = await folder.RunAsync("doctor", "--ledger", "--repair");
        var compact = await folder.RunAsync("ledger", "compact");

        Assert.Equal((4, 4), (repair.ExitCode, compact.ExitCode));
        Assert.Contains("stop it first", repair.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await folder.RunAsync("doctor", "--repair")).ExitCode);
        Assert.Equal(2, (await folder.RunAsync("doctor", "--ledger", "--server", "http://127.0.0.1:1")).ExitCode);
    }

    [Fact]
    public async Task An_archived_month_answers_as_before_and_a_lost_file_is_named()
    {
        var count = await folder.FillAsync(upTo: 250);
        var before = await folder.RunAsync(All);
        Assert.True(before.ExitCode == 0, before.ToString());

        Assert.Equal(0, (await folder.RunAsync("ledger", "archive", "--dry-run", "--before", "2026-09-01")).ExitCode);
        var archived = await folder.RunAsync("ledger", "archive", "--before", "2026-09-01");

        Assert.True(archived.ExitCode == 0, archived.ToString());
        var file = Assert.Single(
            Directory.GetFiles(folder.At("data", "records"), "*.records", SearchOption.AllDirectories)
        );
        Assert.Equal(0, (await folder.RunAsync("ledger", "months", "--verify")).ExitCode);
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger")).ExitCode);
        Assert.Equal(count, await folder.CountAsync());
        var after = await folder.RunAsync(All);
        Assert.Equal(before.Output, after.Output);

        // A backup has the month, and what is restored answers as before.
        Assert.Equal(0, (await folder.RunAsync("backup", "--output", folder.At("all.weirbackup"))).ExitCode);
        File.Delete(file);
        Directory.Delete(folder.At("data", "cache"), recursive: true);
        await using (var weir = await WeirProcess.StartAsync(folder.Data))
        {
            using var ask = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri("/api/v1/usage/requests?from=2026-01-01T00:00:00Z", UriKind.Relative)
            );
            ask.Headers.Add("x-weir-key", weir.AdminKey);
            using var list = await weir.SendAsync(ask);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
            Assert.Contains(
                "archived month",
                await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
            Assert.Equal(count, await folder.CountAsync());
        }

        Assert.Equal(1, (await folder.RunAsync("ledger", "months", "--verify")).ExitCode);
        Assert.Equal(0, (await folder.RunAsync("restore", folder.At("all.weirbackup"))).ExitCode);
        var restored = await folder.RunAsync(All);
        Assert.Equal(before.Output, restored.Output);
    }

    [Fact]
    public async Task Compacting_tells_what_it_gained_and_changes_nothing()
    {
        var count = await folder.FillAsync();
        folder.Execute("CREATE TABLE waste (x); INSERT INTO waste VALUES (zeroblob(3000000)); DROP TABLE waste;");

        var told = await folder.RunAsync("ledger", "compact", "--json");

        Assert.True(told.ExitCode == 0, told.ToString());
        var (before, after) = (
            told.Json().GetProperty("bytesBefore").GetInt64(),
            told.Json().GetProperty("bytesAfter").GetInt64()
        );
        Assert.True(before - after > 2_900_000, $"{before} bytes, then {after}");
        Assert.Equal(new FileInfo(folder.Database).Length, after);
        Assert.Equal(count, await folder.CountAsync());
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
        Assert.Equal(3, (await folder.RunAsync("ledger", "compact", "--data", folder.At("nowhere"))).ExitCode);
    }
}
