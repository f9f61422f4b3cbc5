using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Cli;

/// <summary>The commands as programs and people meet them: exit codes, outputs, one truth with the API.</summary>
public sealed class CommandLineTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Usage_in_json_is_the_apis_own()
    {
        const string range = "from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
        var api = await server.GetAsync(
            $"/api/v1/usage/summary?groupBy=model&{range.Replace("2020", "2095", StringComparison.Ordinal)}"
        );
        Assert.Equal(200, api.Status);
        var expected = (
            await server.GetAsync("/api/v1/usage/summary?groupBy=model,session&from=2026-01-01&to=2030-01-01")
        ).Json;

        var told = await server.Weir.CommandAsync(
            "usage",
            "--json",
            "--by",
            "model,session",
            "--since",
            "2026-01-01",
            "--until",
            "2030-01-01"
        );

        Assert.Equal(0, told.ExitCode);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(told.Json()));
        Assert.Empty(told.Errors);
    }

    [Fact]
    public async Task Usage_for_people_is_a_table_and_notes_stand_apart()
    {
        var told = await server.Weir.CommandAsync("usage");

        Assert.Equal(0, told.ExitCode);
        var lines = told.Output.Split('\n');
        Assert.StartsWith("MODEL", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("sim-small", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", told.Output, StringComparison.Ordinal);
        Assert.StartsWith("weir: ", told.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare?from=7d&compare=previous", "COSTUSD", "--compare", "previous", "--prefix", "model=sim-")]
    [InlineData("top?by=model&from=7d", "MODEL", "--top", "1", "--not", "model=other")]
    [InlineData("heatmap?from=7d", "sunday", "--heatmap", "--week-start", "sunday", "--timezone", "Asia/Kathmandu")]
    [InlineData("distribution?from=7d", "1 measured", "--distribution", "durationMs")]
    public async Task Each_view_of_usage_shows_the_one_request(string route, string shown, params string[] view)
    {
        Assert.Equal(200, (await server.GetAsync($"/api/v1/usage/{route}")).Status);

        var told = await server.Weir.CommandAsync(["usage", .. view]);
        var json = await server.Weir.CommandAsync(["usage", "--json", .. view]);

        Assert.Equal(0, told.ExitCode);
        Assert.Contains(shown, told.Output, StringComparison.Ordinal);
        Assert.Equal(0, json.ExitCode);
        Assert.Equal(JsonValueKind.Object, json.Json().ValueKind);
    }

    [Fact]
    public async Task Tokens_are_counted_without_a_server()
    {
        using var folder = new TemporaryFolder();
        var file = folder.At("text");
        await System.IO.File.WriteAllTextAsync(
            file,
            "The weir holds the river.\n",
            TestContext.Current.CancellationToken
        );

        var exact = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["tokens", "count", file, "--model", "gpt-5", "--json"]
        );
        Assert.Equal(0, exact.ExitCode);
        Assert.Equal(7, exact.Json().GetProperty("tokens").GetInt64());
        Assert.True(exact.Json().GetProperty("exact").GetBoolean());

        var piped = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["tokens", "count", "-", "--model", "claude-sonnet-4-5"],
            input: "The weir holds the river.\n"
        );
        Assert.StartsWith("MODEL", piped.Output, StringComparison.Ordinal);
        Assert.Contains("estimated", piped.Output, StringComparison.Ordinal);

        var missing = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["tokens", "count", folder.At("none"), "--model", "gpt-5"]
        );
        Assert.Equal(3, missing.ExitCode);
        Assert.Contains("there is no file", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_listed_with_their_owner_and_their_bounds()
    {
        await server.Weir.CommandAsync("users", "create", "robot", "--service", "--role", "api-user");
        string[] make =
        [
            "keys",
            "create",
            "of-robot",
            "--owner",
            "robot",
            "--network",
            "10.0.0.0/8",
            "--model",
            "claude-*",
            "gpt-*",
            "o1",
        ];
        Assert.Equal(0, (await server.Weir.CommandAsync(make)).ExitCode);

        var listed = await server.Weir.CommandAsync("keys", "list");
        await server.Weir.CommandAsync("users", "suspend", "robot");
        var suspended = await server.Weir.CommandAsync("keys", "list");

        Assert.Contains("models claude-*, gpt-* and 1 more; from 10.0.0.0/8", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("(suspended)", listed.Output, StringComparison.Ordinal);
        Assert.Contains("robot (suspended)", suspended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_of_usage_is_in_the_trail_and_one_that_was_refused_is_not()
    {
        (await server.GetAsync("/api/v1/usage/export?format=exe")).Problem(400);
        Assert.Equal(200, (await server.GetAsync("/api/v1/usage/export?format=ndjson&from=7d")).Status);

        var entry = Assert.Single(
            (await server.GetAsync("/api/v1/audit?action=usage.export")).Json.GetProperty("items").EnumerateArray()
        );

        Assert.Equal("ndjson", entry.GetProperty("after").GetProperty("format").GetString());
        Assert.Equal("admin", entry.GetProperty("actor").GetString());
    }

    [Fact]
    public async Task Keys_are_made_listed_rotated_and_revoked()
    {
        var made = await server.Weir.CommandAsync(
            "keys",
            "create",
            "ci",
            "--project",
            "web",
            "--scope",
            "gateway,read",
            "--expires",
            "90d"
        );
        Assert.Equal(0, made.ExitCode);
        Assert.Matches("^wk_[A-Za-z0-9]+\n$", made.Output);
        Assert.Equal(200, (await server.GetAsync("/api/v1/usage/summary", made.Output.Trim())).Status);

        var rotated = await server.Weir.CommandAsync("keys", "rotate", "ci", "--json");
        Assert.Equal("ci", rotated.Json().GetProperty("name").GetString());
        (await server.GetAsync("/api/v1/usage/summary", made.Output.Trim())).Problem(401);

        var listed = await server.Weir.CommandAsync("keys", "list");
        Assert.Contains("ci ", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(rotated.Json().GetProperty("key").GetString()!, listed.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await server.Weir.CommandAsync("keys", "revoke", "ci")).ExitCode);
        Assert.Equal(3, (await server.Weir.CommandAsync("keys", "revoke", "ci")).ExitCode);
        Assert.Equal(4, (await server.Weir.CommandAsync("keys", "revoke", "admin")).ExitCode);
    }

    [Theory]
    [InlineData(2, "nonsense")]
    [InlineData(2, "usage", "--nonsense")]
    [InlineData(2, "usage", "--by", "modle")]
    [InlineData(2, "usage", "--since", "soon")]
    [InlineData(2, "usage", "--where", "model")]
    [InlineData(2, "usage", "--not", "model")]
    [InlineData(2, "usage", "--heatmap", "--top", "3")]
    [InlineData(2, "usage", "--compare", "next")]
    [InlineData(2, "usage", "--timezone", "Europe/Nowhere")]
    [InlineData(2, "usage", "--server", "not an address")]
    [InlineData(2, "keys", "create")]
    [InlineData(2, "capture", "--to")]
    [InlineData(2, "keys", "create", "a b")]
    [InlineData(2, "serve", "--drain", "soon")]
    [InlineData(2, "serve", "--urls", "nonsense")]
    [InlineData(2, "config", "check", "no-such-file.yaml")]
    [InlineData(2, "completion", "tcsh")]
    [InlineData(2, "top", "--interval", "soon")]
    [InlineData(2, "top", "--interval", "10ms")]
    [InlineData(2, "top", "now")]
    [InlineData(1, "top", "--server", "http://127.0.0.1:1")]
    [InlineData(4, "top", "--json", "--key", "wk_unknown")]
    [InlineData(1, "usage", "--server", "http://127.0.0.1:1")]
    [InlineData(4, "usage", "--key", "wk_unknown")]
    public async Task A_failure_has_its_exit_code_and_says_why_on_standard_error(int code, params string[] arguments)
    {
        var told = await server.Weir.CommandAsync(arguments);

        Assert.True(told.ExitCode == code, told.ToString());
        Assert.Empty(told.Output);
        Assert.NotEmpty(told.Errors);
        Assert.DoesNotContain("   at ", told.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_server_is_asked_with_the_key_of_the_environment()
    {
        var told = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["usage", "--json"],
            new Dictionary<string, string>
            {
                ["HOME"] = Path.GetTempPath(),
                ["WEIR_SERVER"] = server.Weir.BaseUrl.ToString(),
                ["WEIR_KEY"] = server.Weir.AdminKey,
            }
        );

        Assert.Equal(1, told.Json().GetProperty("total").GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task Doctor_finds_nothing_wrong()
    {
        var told = await server.Weir.CommandAsync("doctor", "--json");

        Assert.Equal(0, told.ExitCode);
        var checks = told.Json()
            .GetProperty("checks")
            .EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!);
        foreach (
            var name in new[]
            {
                "data folder",
                "lock",
                "disk",
                "configuration",
                "schema",
                "sqlite",
                "ledger account",
                "ledger audit",
                "audit trail",
                "journal",
            }
        )
        {
            Assert.Equal("ok", checks[name].GetProperty("status").GetString());
        }

        Assert.Contains("prices", checks.Keys);
    }

    [Fact]
    public async Task Prices_and_configuration_are_shown()
    {
        var prices = await server.Weir.CommandAsync("prices", "anthropic/claude-opus-4-8", "--json");
        Assert.Equal(
            "claude-opus-4-8",
            Assert
                .Single(
                    prices.Json().GetProperty("items").EnumerateArray(),
                    p => p.GetProperty("catalogue").GetString() == "anthropic"
                )
                .GetProperty("model")
                .GetString()
        );
        var config = await server.Weir.CommandAsync("config", "show");
        Assert.Contains("kind: simulator", config.Output, StringComparison.Ordinal);
        var repriced = await server.Weir.CommandAsync("prices", "reprice", "--since", "7d", "--dry-run", "--json");
        Assert.True(repriced.Json().GetProperty("dryRun").GetBoolean());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F")]
    [InlineData("zsh", "#compdef weir")]
    [InlineData("fish", "complete -f -c weir")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Completion_is_a_script_for_the_shell(string shell, string line)
    {
        var script = await server.Weir.CommandAsync("completion", shell);
        var suggested = await server.Weir.CommandAsync("[suggest:7]", "weir co");

        Assert.Contains(line, script.Output, StringComparison.Ordinal);
        Assert.Contains("completion", suggested.Output, StringComparison.Ordinal);
        Assert.Contains("config", suggested.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_works_in_a_shell_that_read_the_script()
    {
        var script = await server.Weir.CommandAsync("completion", "bash");
        var told = await ProgramRun.RunAsync(
            "bash",
            [
                "-c",
                $$"""
                {{script.Output}}
                PATH={{Path.GetDirectoryName(WeirProcess.Executable)}}:$PATH
                COMP_WORDS=(weir usa) COMP_CWORD=1 COMP_LINE='weir usa' COMP_POINT=8
                _weir_complete
                echo "${COMPREPLY[@]}"
                COMP_WORDS=(weir keys '') COMP_CWORD=2 COMP_LINE='weir keys ' COMP_POINT=10
                _weir_complete
                echo "${COMPREPLY[@]}"
                """,
            ]
        );

        Assert.Equal("usage\n--help -? -h create list revoke rotate\n", told.Output);
    }

    [Theory]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", "", false)]
    public async Task A_terminal_gets_emphasis_unless_it_wants_none(string terminal, string noColor, bool emphasis)
    {
        var told = await ProgramRun.RunAsync(
            "script",
            ["-qec", $"{WeirProcess.Executable} usage --data {server.Weir.DataFolder}", "/dev/null"],
            new Dictionary<string, string>
            {
                ["TERM"] = terminal,
                ["NO_COLOR"] = noColor,
                ["HOME"] = Path.GetDirectoryName(server.Weir.DataFolder)!,
            }
        );

        Assert.Contains("sim-small", told.Output, StringComparison.Ordinal);
        Assert.Equal(emphasis, told.Output.Contains("\u001b[1m", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData]
    [InlineData("serve")]
    [InlineData("usage")]
    [InlineData("top")]
    [InlineData("keys")]
    [InlineData("keys", "create")]
    [InlineData("keys", "list")]
    [InlineData("keys", "rotate")]
    [InlineData("keys", "revoke")]
    [InlineData("config")]
    [InlineData("config", "check")]
    [InlineData("config", "show")]
    [InlineData("prices")]
    [InlineData("prices", "reprice")]
    [InlineData("demo")]
    [InlineData("doctor")]
    [InlineData("completion")]
    public async Task Help_shows_an_example(params string[] command)
    {
        var help = await server.Weir.CommandAsync([.. command, "--help"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Examples:\n  ", help.Output, StringComparison.Ordinal);
        Assert.Contains("weir " + string.Join(' ', command), help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_a_version()
    {
        var told = await server.Weir.CommandAsync("--version");

        Assert.Matches(@"^\d+\.\d+\.\d+\n$", told.Output);
    }
}
