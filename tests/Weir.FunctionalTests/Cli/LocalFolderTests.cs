using System.Text.Json;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Cli;

/// <summary>Commands on a data folder that no server holds.</summary>
public sealed class LocalFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_a_server_metered_is_told_after_it_ended()
    {
        await using (var weir = await WeirProcess.StartAsync(folder.At("data")))
        {
            using var answer = await weir.PostAsync(
                "/v1/chat/completions",
                """{"model":"sim-large","messages":[{"role":"user","content":"x"}]}"""
            );
            await weir.KillAsync(); // what is not yet in the ledger is in the journal, and is replayed
        }

        var told = await RunAsync("usage", "--json");

        Assert.Equal(1, told.Json().GetProperty("total").GetProperty("requests").GetInt32());
        Assert.Empty(told.Errors);
    }

    [Fact]
    public async Task A_key_made_before_the_first_start_does_not_lock_the_commands_out()
    {
        Assert.Equal(0, (await RunAsync("keys", "create", "ci")).ExitCode);
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));

        Assert.Equal(0, (await RunAsync("usage")).ExitCode);
    }

    [Fact]
    public async Task An_empty_folder_tells_that_nothing_was_used_and_shows_no_key()
    {
        var told = await RunAsync("usage");

        Assert.Equal(0, told.ExitCode);
        Assert.Contains("nothing was used", told.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.At("data", "admin.key")));
        Assert.False(File.Exists(folder.At("data", "server.json")));
    }

    [Fact]
    public async Task Commands_at_once_wait_for_one_another()
    {
        var told = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RunAsync("usage", "--json")));

        Assert.All(told, result => Assert.True(result.ExitCode == 0, result.ToString()));
    }

    [Fact]
    public async Task A_faulty_configuration_does_not_stand_in_the_way_of_reading()
    {
        Directory.CreateDirectory(folder.At("data"));
        await File.WriteAllTextAsync(folder.At("data", "weir.yaml"), "nonsense: 1\n");

        Assert.Equal(0, (await RunAsync("usage", "--json")).ExitCode);
        Assert.Equal(2, (await RunAsync("config", "check")).ExitCode);
        Assert.Equal(1, (await RunAsync("doctor")).ExitCode);
    }

    [Fact]
    public async Task Doctor_tells_damage_in_agents_files_from_what_is_in_any_of_them()
    {
        var fork = folder.At(
            ".codex",
            "sessions",
            "rollout-2026-05-13T09-00-00-019b5e0a-0000-7000-8000-000000000001.jsonl"
        );
        Directory.CreateDirectory(Path.GetDirectoryName(fork)!);
        await File.WriteAllLinesAsync(
            fork,
            [
                """{"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"019b5e0a-0000-7000-8000-000000000001","forked_from_id":"019b5e09-0000-7000-8000-000000000001"}}""",
                """{"timestamp":"2026-05-13T09:00:00.000Z","type":"token_usage_record","payload":{"response_id":"resp_1","thread_id":"019b5e09-0000-7000-8000-000000000001","usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15} } }""",
            ]
        );
        var sound = await LogsOfCodexAsync();
        Assert.Equal("ok", sound.Text("status"));
        Assert.EndsWith("as usual not counted: 1 replayed", sound.Text("detail"), StringComparison.Ordinal);

        await File.AppendAllTextAsync(fork, "{ damaged\n");
        var damaged = await LogsOfCodexAsync();
        Assert.Equal("warning", damaged.Text("status"));
        Assert.EndsWith("cannot be read in them: 1 not json", damaged.Text("detail"), StringComparison.Ordinal);

        async Task<JsonElement> LogsOfCodexAsync()
        {
            var report = await RunAsync("doctor", "--json");
            Assert.Equal(0, report.ExitCode);
            return report.Json().Items("checks").Single(check => check.Text("name") == "logs of codex");
        }
    }

    [Fact]
    public async Task Doctor_tells_of_a_trail_whose_signed_end_is_not_that_of_the_database()
    {
        await RunAsync("keys", "create", "ci");
        var sound = await TrailAsync(0);
        Assert.Equal("ok", sound.Text("status"));

        // As after control.db was put back without the ends of the same moment.
        File.Delete(folder.At("data/audit/1.json"));
        Assert.Equal("failed", (await TrailAsync(1)).Text("status"));
        await RunAsync("keys", "create", "later");
        var broken = await TrailAsync(1);

        Assert.Equal("failed", broken.Text("status"));
        Assert.Contains("is not what was signed", broken.Text("detail"), StringComparison.Ordinal);

        async Task<JsonElement> TrailAsync(int exitCode)
        {
            var report = await RunAsync("doctor", "--json");
            Assert.Equal(exitCode, report.ExitCode);
            return report.Json().Items("checks").Single(check => check.Text("name") == "audit trail");
        }
    }

    [Fact]
    public async Task The_faults_of_a_configuration_are_told_line_by_line()
    {
        var file = folder.At("weir.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            version: 2
            providerz: []
            providers:
              - name: a
                kind: antropic
                apiKey: ${NOPE}
              - kind: bedrock
            routes:
              - targets: [b]
                strategy: wieghted
            guardrails: []
            """
        );

        var told = await RunAsync("config", "check", file);

        Assert.Equal(2, told.ExitCode);
        Assert.Empty(told.Output);
        Assert.Equal(
            $"""
            {file}:1:10: version: this version of Weir reads version 1, not "2"
            {file}:2:1: providerz: there is no such key (did you mean "providers"?)
            {file}:5:11: providers[0].kind: unknown kind "antropic" (did you mean "anthropic"?)
            {file}:6:13: providers[0].apiKey: the environment variable NOPE is not set
            {file}:7:5: providers[1].name: is missing (give the provider a name, as "name: anthropic")
            {file}:7:5: providers[1].region: is missing (lower-case letters, digits and '-', as us-east-1)
            {file}:7:5: providers[1].apiKey: is missing (a key of Bedrock's, or accessKeyId and secretAccessKey)
            {file}:9:15: routes[0].targets[0]: there is no provider "b" (known: a)
            {file}:10:15: routes[0].strategy: unknown strategy "wieghted" (did you mean "weighted"?)
            {file}:11:1: guardrails: guardrails are not enforced by this version (remove them: a guardrail that does not hold is worse than none)

            """,
            told.Errors
        );
    }

    private Task<ProgramResult> RunAsync(params string[] arguments) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            arguments,
            new Dictionary<string, string> { ["WEIR_DATA"] = folder.At("data"), ["HOME"] = folder.Path }
        );
}
