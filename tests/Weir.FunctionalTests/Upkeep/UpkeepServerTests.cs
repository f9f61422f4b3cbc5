using System.Net;
using Weir.Foundation.Storage;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>A running server compacts and repairs its ledger while it answers: nothing that was answered is missing after it.</summary>
public sealed class UpkeepServerTests : IDisposable
{
    private const string Configuration = """
        version: 1
        providers: [{ name: simulator, kind: simulator, models: ["sim-*"] }]
        """;

    private readonly FilledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_is_compacted_under_load()
    {
        var count = await folder.FillAsync();
        folder.Execute(
            "CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (randomblob(3000000)); DROP TABLE ballast"
        );
        var before = new FileInfo(folder.Database).Length;
        await using var weir = await StartAsync();
        int asked;
        await using (var load = new Load(weir))
        {
            var told = await RunAsync(weir, "ledger", "compact");
            Assert.True(told.ExitCode == 0, told.ToString());
            asked = await load.StopAsync();
        }

        Assert.True(new FileInfo(folder.Database).Length < before - 2_000_000);
        await ExpectAsync(weir, count + asked);
        var trail = await weir.GetAsync("/api/v1/audit");
        Assert.Contains(trail.Items("items"), entry => entry.Text("action") == "ledger.compact");
    }

    [Fact]
    public async Task Sums_that_differ_and_pages_that_are_torn_are_repaired_under_load()
    {
        var count = await folder.FillAsync();
        folder.Execute("DELETE FROM rollup; DELETE FROM rollup_page");
        await using var weir = await StartAsync();
        await using var load = new Load(weir);

        var mended = await RunAsync(weir, "doctor", "--ledger", "--repair");
        Assert.True(mended.ExitCode == 0, mended.ToString());
        Assert.Contains("made anew", mended.Errors, StringComparison.Ordinal);
        var asked = await load.StopAsync();
        await ExpectAsync(weir, count + asked);
        Assert.Equal(0, await weir.StopAsync());

        await TearAsync("rollup");
        await using var torn = await StartAsync();
        await using var more = new Load(torn);
        var whole = await RunAsync(torn, "doctor", "--ledger", "--repair");
        Assert.True(whole.ExitCode == 0, whole.ToString());
        Assert.Contains("ledger.db.damaged-", whole.Errors, StringComparison.Ordinal);
        asked += await more.StopAsync();
        await ExpectAsync(torn, count + asked);
    }

    [Fact]
    public async Task A_kill_in_the_middle_harms_nothing()
    {
        var count = await folder.FillAsync();
        var asked = 0;
        for (var kill = 1; kill <= 6; kill++)
        {
            await using var weir = await StartAsync();
            await using var load = new Load(weir);
            using var begun = await weir.PostAsync(
                "/api/v1/ledger/upkeep",
                kill % 2 == 0 ? """{"kind":"compact"}""" : """{"kind":"repair"}""",
                headers: [("Authorization", "Bearer " + weir.AdminKey)]
            );
            Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
            await load.MoreAsync(4 * kill);
            await weir.KillAsync();
            asked += await load.StopAsync();
        }

        await using var last = await StartAsync();
        await last.SettleAsync();
        // What was answered as it was killed may be in it without having been read.
        Assert.InRange(await TotalAsync(last), count + asked, count + asked + 12);
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
    }

    [Fact]
    public async Task What_it_is_not_to_do_is_refused()
    {
        await using var weir = await StartAsync();

        using var wrong = await weir.PostAsync(
            "/api/v1/ledger/upkeep",
            """{"kind":"polish"}""",
            headers: [("Authorization", "Bearer " + weir.AdminKey)]
        );

        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Empty((await weir.GetAsync("/api/v1/ledger/upkeep")).Items("items"));
    }

    private Task<WeirProcess> StartAsync() => WeirProcess.StartAsync(folder.Data, Configuration);

    private Task<ProgramResult> RunAsync(WeirProcess weir, params string[] arguments) =>
        folder.RunAsync([.. arguments, "--server", weir.BaseUrl.ToString(), "--key", weir.AdminKey]);

    private async Task ExpectAsync(WeirProcess weir, long requests)
    {
        await weir.SettleAsync();
        Assert.Equal(requests, await TotalAsync(weir));
        var looked = await folder.RunAsync("doctor", "--ledger", "--indexes");
        Assert.True(looked.ExitCode == 0, looked.ToString());
    }

    private static async Task<long> TotalAsync(WeirProcess weir) =>
        (await weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z"))
            .GetProperty("total")
            .GetProperty("requests")
            .GetInt64();

    private async Task TearAsync(string table)
    {
        long page;
        using (var connection = new SqliteDatabase(folder.Database).OpenReader())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT rootpage FROM sqlite_master WHERE name = $name";
            command.Parameters.AddWithValue("$name", table);
            page = (long)command.ExecuteScalar()!;
        }

        await using var file = new FileStream(folder.Database, FileMode.Open, FileAccess.Write);
        file.Position = (page - 1) * 4096;
        await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
    }

    /// <summary>Two callers that keep asking, and count what they were answered; reading is asked too, and may be refused for a moment.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task[] callers;
        private int answered;

        public Load(WeirProcess weir) => callers = [.. Enumerable.Range(0, 2).Select(_ => AskAsync(weir))];

        public async Task MoreAsync(int count)
        {
            var goal = Volatile.Read(ref answered) + count;
            while (Volatile.Read(ref answered) < goal && !callers.Any(caller => caller.IsCompleted))
            {
                await Task.Delay(2, CancellationToken.None);
            }
        }

        public async Task<int> StopAsync()
        {
            await stop.CancelAsync();
            await Task.WhenAll(callers);
            return answered;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            stop.Dispose();
        }

        private async Task AskAsync(WeirProcess weir)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var answer = await weir.PostAsync(
                        "/v1/messages",
                        """{"model":"sim-small","max_tokens":16,"messages":[{"role":"user","content":"Hello."}]}"""
                    );
                    Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                    Interlocked.Increment(ref answered);
                }
                catch (Exception gone) when (gone is HttpRequestException or IOException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
