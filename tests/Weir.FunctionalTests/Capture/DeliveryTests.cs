using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Capture;

/// <summary><c>weir capture --to</c> and <c>weir import</c> as programs: kills on either side lose nothing and double nothing.</summary>
public sealed class DeliveryTests : IDisposable
{
    private const int Sessions = 24;
    private const int Requests = 1_000;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_machines_with_the_same_session_are_counted_once_each_under_its_name()
    {
        await using var server = await ServerAsync();
        var key = await KeyAsync(server);
        Write("laptop", "shared", 3);
        Write("desktop", "shared", 3);
        Write("desktop", "own", 2);

        var first = await SendAsync("laptop", server, key);
        var second = await SendAsync("desktop", server, key);

        Assert.Equal((3, 2), (Requested(first), Requested(second)));
        var total = await TotalAsync(server);
        Assert.Equal(5, total.GetProperty("requests").GetInt64());
        Assert.Equal(5 * 7, total.GetProperty("outputTokens").GetInt64());
        Assert.Equal(["desktop 2", "laptop 3"], await ByAsync(server, "tag.host"));
        Assert.Equal(["ada 5"], await ByAsync(server, "user"));
        Assert.Equal(0, Requested(await SendAsync("laptop", server, key)));
    }

    [Fact]
    public async Task A_client_that_is_killed_in_the_middle_goes_on_where_it_stood()
    {
        WriteMany("laptop");
        await using var server = await ServerAsync();
        var key = await KeyAsync(server);
        for (var kill = 0; kill < 2; kill++)
        {
            var before = Requested(await TotalAsync(server));
            using var client = Client("laptop", server, key);
            await server.UntilAsync(
                async () => client.HasExited || Requested(await TotalAsync(server)) > before,
                "take in a batch"
            );
            client.Kill();
            await client.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var last = await SendAsync("laptop", server, key);

        Assert.Equal(0, last.ExitCode);
        await CheckAllAsync(server);
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_has_everything_once_in_the_end()
    {
        WriteMany("laptop");
        var port = WeirProcess.FreePort();
        var server = await ServerAsync(port);
        var key = await KeyAsync(server);
        using var client = Client("laptop", server, key);
        for (var kill = 0; kill < 2; kill++)
        {
            var before = Requested(await TotalAsync(server));
            await server.UntilAsync(
                async () => client.HasExited || Requested(await TotalAsync(server)) > before,
                "take in a batch"
            );
            await server.KillAsync();
            await server.DisposeAsync();
            server = await ServerAsync(port);
        }

        await using (server)
        {
            await client.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, client.ExitCode);
            await CheckAllAsync(server);
            Assert.Equal(0, Requested(await SendAsync("laptop", server, key)));
        }
    }

    [Fact]
    public async Task With_watch_what_comes_is_sent_as_it_comes()
    {
        Write("laptop", "one", 2);
        await using var server = await ServerAsync();
        var key = await KeyAsync(server);
        using var client = Client("laptop", server, key, "--watch");
        await server.UntilAsync(async () => Requested(await TotalAsync(server)) == 2, "have the first");

        Write("laptop", "two", 3);

        await server.UntilAsync(async () => Requested(await TotalAsync(server)) == 5, "have the second");
        client.Kill();
    }

    [Fact]
    public async Task A_key_without_the_scope_is_refused_and_nothing_is_noted_as_sent()
    {
        Write("laptop", "one", 2);
        await using var server = await ServerAsync();
        var other = (await server.CommandAsync("keys", "create", "models", "--scope", "gateway")).Output.Trim();

        var refused = await SendAsync("laptop", server, other);

        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("ingest", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(2, Requested(await SendAsync("laptop", server, await KeyAsync(server))));
    }

    [Fact]
    public async Task A_data_folder_is_built_again_from_its_archive_by_import()
    {
        Write("laptop", "one", 3);
        Write("laptop", "two", 2);
        var data = folder.At("first");
        var before = (await LocalAsync("laptop", data, "usage", "--by", "model,session,project", "--json")).Json();
        var again = folder.At("again");

        var told = await LocalAsync("nobody", again, "import", Path.Combine(data, "archive"), "--json");
        var second = await LocalAsync("nobody", again, "import", Path.Combine(data, "archive"), "--json");

        Assert.Equal((0, 5, 0), (told.ExitCode, Requested(told), Requested(second)));
        var after = (await LocalAsync("nobody", again, "usage", "--by", "model,session,project", "--json")).Json();
        Assert.Equal(Show(before), Show(after));
        Assert.Equal(3, (await LocalAsync("nobody", again, "import", folder.At("nobody"))).ExitCode);
    }

    private static string Show(JsonElement usage) =>
        usage.GetProperty("rows").GetRawText() + usage.GetProperty("total").GetRawText();

    private Task<WeirProcess> ServerAsync(int? port = null) =>
        WeirProcess.StartAsync(folder.At("server"), "version: 1\n", port: port);

    private static async Task<string> KeyAsync(WeirProcess server)
    {
        var made = await server.CommandAsync("keys", "create", "machines", "--scope", "ingest", "--user", "ada");
        Assert.True(made.ExitCode == 0, made.ToString());
        return made.Output.Trim();
    }

    private string Home(string machine) => folder.Make("home-" + machine);

    private Task<ProgramResult> SendAsync(string machine, WeirProcess server, string key) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            Arguments(machine, server, key, "--json"),
            new Dictionary<string, string> { ["HOME"] = Home(machine) }
        );

    private Task<ProgramResult> LocalAsync(string machine, string data, params string[] arguments) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            [.. arguments, "--data", data],
            new Dictionary<string, string> { ["HOME"] = Home(machine) }
        );

    private Process Client(string machine, WeirProcess server, string key, params string[] more)
    {
        var start = new ProcessStartInfo(WeirProcess.Executable, Arguments(machine, server, key, more));
        start.Environment["HOME"] = Home(machine);
        return Process.Start(start)!;
    }

    private string[] Arguments(string machine, WeirProcess server, string key, params string[] more) =>
        [
            "capture",
            "--to",
            server.BaseUrl.ToString(),
            "--key",
            key,
            "--host",
            machine,
            "--data",
            folder.At("data-" + machine),
            .. more,
        ];

    private void WriteMany(string machine)
    {
        for (var session = 0; session < Sessions; session++)
        {
            Write(machine, $"s{session}", Requests);
        }
    }

    private void Write(string machine, string session, int requests)
    {
        var path = Path.Combine(Home(machine), ".claude", "projects", "-home-ada-weir", session + ".jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, requests)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$$"""{"type":"assistant","timestamp":"2026-05-13T12:00:{{{i % 60:00}}}.000Z","sessionId":"{{{session}}}","cwd":"/home/ada/weir","gitBranch":"main","uuid":"u-{{{session}}}-{{{i}}}","requestId":"req_{{{session}}}_{{{i}}}","message":{"id":"msg_{{{session}}}_{{{i}}}","role":"assistant","model":"claude-sonnet-5","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":10,"output_tokens":7,"cache_read_input_tokens":100} } }"""
                    )
                )
        );
    }

    private static async Task CheckAllAsync(WeirProcess server)
    {
        var total = await TotalAsync(server);
        Assert.Equal(Sessions * Requests, Requested(total));
        Assert.Equal(Sessions * Requests * 7, total.GetProperty("outputTokens").GetInt64());
        var audit = await server.GetAsync("/api/v1/system/audit?from=2026-01-01T00:00:00Z");
        Assert.Equal(0, audit.GetProperty("differences").GetInt64());
    }

    private static async Task<JsonElement> TotalAsync(WeirProcess server) =>
        (await server.GetAsync("/api/v1/usage/summary?from=2026-01-01T00:00:00Z")).GetProperty("total");

    private static async Task<string[]> ByAsync(WeirProcess server, string dimension) =>
        [
            .. (await server.GetAsync($"/api/v1/usage/summary?from=2026-01-01T00:00:00Z&groupBy={dimension}"))
                .GetProperty("rows")
                .EnumerateArray()
                .Select(row => $"{row.GetProperty("keys").GetProperty(dimension)} {row.GetProperty("requests")}")
                .Order(StringComparer.Ordinal),
        ];

    private static long Requested(JsonElement total) => total.GetProperty("requests").GetInt64();

    private static long Requested(ProgramResult told)
    {
        Assert.True(told.ExitCode == 0, told.ToString());
        return told.Json().GetProperty("requests").GetInt64();
    }
}
