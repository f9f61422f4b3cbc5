using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Cli;

/// <summary><c>weir top</c> as people and programs meet it: in a terminal, and without.</summary>
public sealed class TopTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    private Dictionary<string, string> Environment =>
        new()
        {
            ["WEIR_DATA"] = folder.At("data"),
            ["HOME"] = folder.Path,
            ["TZ"] = "UTC",
        };

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(folder.At("data"));
        await AskAsync("session-one", "beta");
        await AskAsync("session-two", "alpha");
        await AskAsync("session-two", "alpha");
        await weir.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(60, 15)]
    [InlineData(160, 45)]
    public async Task Keys_sort_filter_open_and_end_and_the_terminal_is_as_it_was(int width, int height)
    {
        await using var terminal = Start("", width, height);
        await terminal.UntilAsync(it => it.Text.Contains("● live", StringComparison.Ordinal), "show the view");
        await terminal.UntilAsync(
            it => Has(it, "Today  $", "3 requests", "STATE", "alpha", "beta", "? keys"),
            "show the sessions"
        );
        Assert.True(terminal.Look(it => it is { IsAlternate: true, IsCursorShown: false, Wraps: false }));
        Assert.All(terminal.Text.Split('\n'), line => Assert.InRange(line.Length, 0, width));

        await terminal.TypeAsync("p");
        await terminal.UntilAsync(it => Before(it.Text, "alpha", "beta") && Has(it, "PROJECT▲"), "sort by project");
        await terminal.TypeAsync("r");
        await terminal.UntilAsync(it => Before(it.Text, "beta", "alpha") && Has(it, "PROJECT▼"), "turn it round");

        await terminal.TypeAsync("/alp");
        await terminal.UntilAsync(it => Has(it, "/alp", "alpha") && !Has(it, "beta"), "filter");
        await terminal.TypeAsync("\r\r");
        await terminal.UntilAsync(
            it => Has(it, "session session-two  ", "2 requests", "├─ sim-small", "└─ sim-small"),
            "open the session"
        );
        await terminal.TypeAsync("\u001b");
        await terminal.UntilAsync(it => Has(it, "STATE", "alpha"), "go back");
        await terminal.TypeAsync("\u001b");
        await terminal.UntilAsync(it => Has(it, "alpha", "beta"), "end the filter");
        await terminal.TypeAsync("?");
        await terminal.UntilAsync(it => Has(it, "Keys", "any key goes back"), "show its keys");
        await terminal.TypeAsync("x");
        await terminal.UntilAsync(it => Has(it, "STATE"), "go back from its keys");

        await terminal.TypeAsync("q");
        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    [Fact]
    public async Task What_is_new_shows_at_once_and_another_size_is_taken()
    {
        await using var terminal = Start("", 100, 30);
        await terminal.UntilAsync(it => Has(it, "● live", "3 requests"), "show the view");

        await AskAsync("session-three", "gamma");
        await terminal.UntilAsync(it => Has(it, "4 requests", "gamma"), "show the new request");
        Assert.Contains("sim-small", terminal.Text, StringComparison.Ordinal);

        await terminal.ResizeAsync(60, 16);
        await terminal.UntilAsync(
            it => it.Text.Split('\n') is { Length: 16 } lines && lines.All(line => line.Length <= 60),
            "take the smaller size"
        );
        await terminal.ResizeAsync(150, 50);
        await terminal.UntilAsync(it => it.Text.Split('\n').Length == 50 && Has(it, "gamma"), "take the larger size");

        await terminal.TypeAsync("\u0003");
        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    [Fact]
    public async Task A_signal_ends_it_and_the_terminal_is_as_it_was()
    {
        await using var terminal = Start("", 80, 24);
        await terminal.UntilAsync(it => Has(it, "● live"), "show the view");

        var process = (await File.ReadAllTextAsync(folder.At("process"))).Trim();
        await ProgramRun.RunAsync("kill", ["-TERM", process]);

        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    [Fact]
    public async Task A_program_that_is_stopped_leaves_the_terminal_and_takes_it_again()
    {
        await using var terminal = Start("", 80, 24);
        await terminal.UntilAsync(it => Has(it, "● live"), "show the view");
        var process = (await File.ReadAllTextAsync(folder.At("process"))).Trim();

        await ProgramRun.RunAsync("kill", ["-TSTP", process]);
        await terminal.UntilAsync(it => it is { IsAlternate: false, IsCursorShown: true, Wraps: true }, "be left");
        await ProgramRun.RunAsync("kill", ["-CONT", process]);
        await terminal.UntilAsync(it => Has(it, "● live", "alpha"), "be taken again");
        await terminal.TypeAsync("q");

        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_it_as_refused()
    {
        var made = await weir.CommandAsync("keys", "create", "watcher", "--scope", "read");
        await using var terminal = Start($"--server {weir.BaseUrl} --key {made.Output.Trim()}", 80, 24);
        await terminal.UntilAsync(it => Has(it, "● live"), "show the view");

        Assert.Equal(0, (await weir.CommandAsync("keys", "revoke", "watcher")).ExitCode);
        await AskAsync("session-one", "beta");

        await AssertRestoredAsync(terminal, exitCode: 4);
        Assert.Contains("weir: ", terminal.Outside, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_goes_is_missed_and_one_that_comes_is_found()
    {
        await using var terminal = Start("--interval 1s", 100, 24);
        await terminal.UntilAsync(it => Has(it, "● live"), "show the view");

        Assert.Equal(0, await weir.StopAsync());
        await terminal.UntilAsync(it => Has(it, "broken off"), "miss the server");
        await terminal.UntilAsync(it => Has(it, "no server runs", "alpha"), "read the folder itself");

        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(folder.At("data"));
        await terminal.UntilAsync(it => Has(it, "● live"), "find the new server");
        await AskAsync("session-four", "delta");
        await terminal.UntilAsync(it => Has(it, "delta"), "show what the new server tells");

        await terminal.TypeAsync("q");
        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    [Theory]
    [InlineData("TERM", "dumb", "")]
    [InlineData("NO_COLOR", "1", "")]
    [InlineData("LANG", "C.UTF-8", "--plain")]
    public async Task A_terminal_that_wants_none_gets_lines_and_nothing_that_moves(
        string variable,
        string value,
        string option
    )
    {
        var environment = Environment;
        environment[variable] = value;
        await using var terminal = PseudoTerminal.Start(Command($"--interval 1s {option}"), 120, 24, environment);

        await terminal.UntilAsync(it => Count(it.Outside, "weir top  ") >= 2, "print two snapshots");
        await AskAsync("session-three", "gamma");
        await terminal.UntilAsync(it => it.Outside.Contains("gamma", StringComparison.Ordinal), "print what is new");
        await terminal.TypeAsync("\u0003");
        await terminal.EndAsync();

        Assert.Contains("ended 0", terminal.Outside, StringComparison.Ordinal);
        // The runtime tells every terminal once which keys its keypad is to send.
        var written = terminal.Raw.Replace("\u001b[?1h\u001b=", "", StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', written);
    }

    [Fact]
    public async Task One_snapshot_is_printed_for_people_and_for_programs()
    {
        var text = await weir.CommandAsync("top", "--once");
        Assert.Equal(0, text.ExitCode);
        Assert.StartsWith("weir top  ", text.Output, StringComparison.Ordinal);
        Assert.Contains("3 requests", text.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^active +alpha +claude-code +sim-small ", text.Output);
        Assert.DoesNotContain('\u001b', text.Output);
        Assert.Empty(text.Errors);

        var json = (await weir.CommandAsync("top", "--once", "--json")).Json();
        var summary = await weir.GetAsync("/api/v1/usage/summary");
        Assert.Equal("once", json.GetProperty("link").GetString());
        Assert.Equal(3, json.GetProperty("today").GetProperty("requests").GetInt32());
        Assert.Equal(
            summary.GetProperty("total").GetProperty("costUsd").GetString(),
            json.GetProperty("today").GetProperty("costUsd").GetString()
        );
        Assert.Equal(
            ["session-one", "session-two"],
            json.GetProperty("sessions").EnumerateArray().Select(it => it.GetProperty("id").GetString()).Order()
        );
    }

    [Fact]
    public async Task Programs_get_an_object_a_line_when_something_changed()
    {
        var file = folder.At("told.jsonl");
        await using var terminal = PseudoTerminal.Start(
            Command($"--json --interval 1s --server {weir.BaseUrl} --key {weir.AdminKey} >{file}"),
            80,
            24,
            Environment
        );
        await terminal.UntilAsync(_ => Requests(file).Contains(3), "tell what there is");

        await AskAsync("session-one", "beta");
        await terminal.UntilAsync(_ => Requests(file).Contains(4), "tell what is new");
        await terminal.TypeAsync("\u0003");
        await terminal.EndAsync();

        Assert.Contains("ended 0", terminal.Outside, StringComparison.Ordinal);
        Assert.Equal(Requests(file).Order(), Requests(file));
    }

    [Fact]
    public async Task Whoever_stops_reading_ends_it()
    {
        var told = await ProgramRun.RunAsync(
            "bash",
            ["-c", $"{WeirProcess.Executable} top --interval 1s | head -n 2; echo ended ${{PIPESTATUS[0]}}"],
            Environment
        );

        Assert.EndsWith("ended 0\n", told.Output, StringComparison.Ordinal);
        Assert.Empty(told.Errors);
    }

    [Fact]
    public async Task Names_from_outside_are_shown_and_not_heeded()
    {
        await AskAsync("hostile", "[red]x[/] %1B[2J");
        await using var terminal = Start("", 120, 30);

        await terminal.UntilAsync(it => Has(it, "[red]x[/]"), "show the name as it is");
        await terminal.TypeAsync("q");
        await AssertRestoredAsync(terminal, exitCode: 0);
    }

    private static bool Has(TerminalScreen screen, params string[] texts) =>
        Array.TrueForAll(texts, text => screen.Text.Contains(text, StringComparison.Ordinal));

    private static bool Before(string text, string first, string second) =>
        text.IndexOf(first, StringComparison.Ordinal) is >= 0 and var at
        && text.IndexOf(second, StringComparison.Ordinal) > at;

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static List<int> Requests(string file) =>
        !File.Exists(file)
            ? []
            :
            [
                .. File.ReadAllText(file)
                    .Split('\n')[..^1]
                    .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                    .Select(line => line.GetProperty("today").GetProperty("requests").GetInt32()),
            ];

    private PseudoTerminal Start(string options, int width, int height) =>
        PseudoTerminal.Start(Command(options), width, height, Environment);

    // An interrupt is for the program, and the shell goes on. What the terminal was set to is told before and after, and so is the exit code.
    private string Command(string options) =>
        $"trap : INT; stty -g >{folder.At("before")}; sh -c 'echo $$ >{folder.At("process")}; exec {WeirProcess.Executable} top {options}'; "
        + $"echo ended $?; stty -g >{folder.At("after")}";

    private async Task AssertRestoredAsync(PseudoTerminal terminal, int exitCode)
    {
        await terminal.EndAsync();
        Assert.Contains($"ended {exitCode}", terminal.Outside, StringComparison.Ordinal);
        Assert.True(terminal.Look(it => it is { IsAlternate: false, IsCursorShown: true, Wraps: true }));
        Assert.Equal(await File.ReadAllTextAsync(folder.At("before")), await File.ReadAllTextAsync(folder.At("after")));
    }

    private async Task AskAsync(string session, string project)
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            headers:
            [
                ("user-agent", "claude-cli/2.1.197 (external, cli)"),
                ("X-Claude-Code-Session-Id", session),
                ("x-weir-project", project),
            ]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
