using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.FunctionalTests.Access;
using Weir.FunctionalTests.Secrets;
using Weir.Identity;
using Weir.Testing;

namespace Weir.FunctionalTests.Privacy;

/// <summary>A person asks what is kept of him, and to be forgotten: over a running server, down to the bytes of its files.</summary>
public sealed class PrivacyTests : IAsyncLifetime
{
    private const string Name = "ada.lovelace";
    private const string Mail = "countess@analytical.example";
    private const string Folder = "/home/lovelace/engine";

    private readonly AccessHouse house = new();
    private string admin = "";
    private string ada = "";
    private string foreign = "";

    public async ValueTask InitializeAsync()
    {
        admin = await house.PersonAsync(WorkspaceId.Default, "grace", "admin");
        ada = await house.PersonAsync(WorkspaceId.Default, Name, "admin");
        await house.PrepareAsync(async identity =>
        {
            var other = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            foreign = other.Value!.KeyText;
        });
        await house.StartAsync();
        await AskAsync(ada, "her-session");
        await AskAsync(admin, "his-session");
        var now = TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds() * 1000;
        var (status, text) = await house.SendAsync(
            "POST",
            "/api/v1/capture/batches",
            admin,
            $$"""
            {"kind":"batch","version":1,"id":"b1","host":"laptop-of-lovelace","user":"{{Mail}}","attributed":true}
            {"kind":"session","session":"told-session","client":"claude-code","firstAt":{{now}},"lastAt":{{now}},"folder":"{{Folder}}"}
            {"kind":"request","source":2,"client":"claude-code","at":{{now}},"status":1,"model":"claude-sonnet-5","messageId":"m1","input":10,"output":5,"session":"told-session","folder":"{{Folder}}"}

            """.ReplaceLineEndings("\n"),
            "application/x-ndjson"
        );
        Assert.True(status == HttpStatusCode.OK, text);
        for (var i = 0; i < 500; i++)
        {
            (_, text) = await house.SendAsync("GET", "/api/v1/usage/summary?from=1d", admin);
            if (Number(Parse(text).GetProperty("total"), "requests") == 3)
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail("The requests were not stored.");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task An_export_has_all_that_there_is_and_nothing_of_others()
    {
        var (status, text) = await house.SendAsync("GET", $"/api/v1/privacy/export?user={Name}&also={Mail}", admin);

        Assert.True(status == HttpStatusCode.OK, text);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        Assert.Equal("export", Kind(lines[0]));
        Assert.Equal("end", Kind(lines[^1]));
        Assert.Equal(
            [
                ("audit", true),
                ("end", true),
                ("export", true),
                ("key", true),
                ("request", true),
                ("session", true),
                ("user", true),
            ],
            lines.Select(Kind).Distinct().Order(StringComparer.Ordinal).Select(kind => (kind, true))
        );
        Assert.Equal(
            [null, $"key-of-{Name}"],
            Of(lines, "request").Select(data => data.GetProperty("key").GetString()).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["her-session", "told-session"],
            Of(lines, "session").Select(data => data.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)
        );
        Assert.Contains(Folder, text, StringComparison.Ordinal);
        Assert.DoesNotContain("his-session", text, StringComparison.Ordinal);
        // Whoever reads a person's data leaves a trace himself.
        var (_, trail) = await house.SendAsync("GET", "/api/v1/audit?action=privacy.export", admin);
        Assert.Contains($"user:usr_{Name}", trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erased_she_is_in_no_file_but_the_trail_and_every_figure_stays()
    {
        var before = await SumsAsync();

        var result = await EraseAsync(admin, dryRun: false);

        Assert.Equal(
            (2L, 2, 1),
            (Number(result, "records"), (int)Number(result, "sessions"), (int)Number(result, "keys"))
        );
        Assert.Equal(before, await SumsAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.SendAsync("GET", "/api/v1/usage/summary", ada)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await house.SendAsync("GET", $"/api/v1/users/{Name}", admin)).Status);
        var (_, sessions) = await house.SendAsync("GET", "/api/v1/sessions?from=1d", admin);
        Assert.DoesNotContain(Folder, sessions, StringComparison.Ordinal);
        var search = new CanarySearch();
        search.Add("name", Name);
        search.Add("mail", Mail);
        search.Add("folder", Folder);
        // The trail names who did what; that is what it is for.
        Assert.Empty(search.FindInFiles(house.Data, "control.db", "control.db-wal", "lock"));
    }

    [Fact]
    public async Task Told_first_what_there_is_nothing_changes()
    {
        var result = await EraseAsync(admin, dryRun: true);

        Assert.Equal((2L, 2), (Number(result, "records"), (int)Number(result, "sessions")));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("pseudonym").ValueKind);
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync("GET", $"/api/v1/users/{Name}", admin)).Status);
    }

    [Fact]
    public async Task A_second_time_nobody_of_that_name_is_known()
    {
        await EraseAsync(admin, dryRun: false);

        var (status, text) = await house.SendAsync("POST", "/api/v1/privacy/erasures", admin, Body(dryRun: false));

        Assert.True(status == HttpStatusCode.NotFound, text);
    }

    [Fact]
    public async Task Somebody_who_is_only_a_name_in_requests_is_erased_too()
    {
        var (status, text) = await house.SendAsync(
            "POST",
            "/api/v1/privacy/erasures",
            admin,
            $$"""{"user":"{{Mail}}"}"""
        );

        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Equal((false, 1L), (Parse(text).GetProperty("isUser").GetBoolean(), Number(Parse(text), "records")));
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync("GET", "/api/v1/usage/summary", ada)).Status);
    }

    [Fact]
    public async Task Another_workspace_neither_finds_nor_erases_her()
    {
        var (status, _) = await house.SendAsync("GET", $"/api/v1/privacy/export?user={Name}&also={Mail}", foreign);
        Assert.Equal(HttpStatusCode.NotFound, status);
        (status, _) = await house.SendAsync("POST", "/api/v1/privacy/erasures", foreign, Body(dryRun: false));
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(2, Number(await EraseAsync(admin, dryRun: true), "records"));
    }

    [Fact]
    public async Task What_was_said_asks_for_one_permission_more()
    {
        var (status, text) = await house.SendAsync(
            "POST",
            "/api/v1/keys",
            admin,
            """{"name":"officer","scopes":["privacy:manage"]}"""
        );
        Assert.True(status == HttpStatusCode.Created, text);
        var officer = Parse(text).GetProperty("key").GetString();

        var export = $"/api/v1/privacy/export?user={Name}";
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync("GET", export, officer)).Status);
        (status, text) = await house.SendAsync("GET", export + "&content=true", officer);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("content:view", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_who_may_everything_is_not_erased()
    {
        await house.SendAsync("DELETE", "/api/v1/users/grace", ada);
        await house.SendAsync("DELETE", "/api/v1/keys/admin", ada);

        var (status, text) = await house.SendAsync("POST", "/api/v1/privacy/erasures", ada, Body(dryRun: false));

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("nobody would be left", text, StringComparison.Ordinal);
        Assert.Equal(2, Number(await EraseAsync(ada, dryRun: true), "records"));
    }

    [Theory]
    [InlineData("{}", "user")]
    [InlineData("""{"user":""}""", "user")]
    [InlineData("""{"user":"x","also":[""]}""", "also")]
    [InlineData("""{"user":"x","names":[]}""", "names")]
    public async Task A_question_that_names_nobody_is_refused(string body, string field)
    {
        var (status, text) = await house.SendAsync("POST", "/api/v1/privacy/erasures", admin, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(field, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_command_it_is_told_first_and_done_with_yes()
    {
        var file = Path.Combine(Path.GetDirectoryName(house.Data)!, "ada.ndjson");
        string[] server = ["--server", house.Address.ToString(), "--key", admin];

        var export = await RunAsync(["privacy", "export", Name, "--also", Mail, "-o", file, .. server]);
        var look = await RunAsync(["privacy", "erase", Name, "--also", Mail, .. server]);
        var done = await RunAsync(["privacy", "erase", Name, "--also", Mail, "--yes", .. server]);
        var figures = await RunAsync(["privacy", "figures", "--by", "client", "--at-least", "3", .. server]);
        var again = await RunAsync(["privacy", "export", Name, "-o", file + "2", .. server]);

        Assert.Equal((0, 0, 0), (export.ExitCode, look.ExitCode, done.ExitCode));
        Assert.Contains(
            "told-session",
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.StartsWith("found: a user, 2 requests, 2 sessions, 1 keys", look.Output, StringComparison.Ordinal);
        Assert.Contains("add --yes", look.Errors, StringComparison.Ordinal);
        Assert.Matches("^erased: a user, 2 requests, .*the figures go by erased-[0-9a-z]{12}", done.Output);
        Assert.Contains("audit trail", done.Errors, StringComparison.Ordinal);
        Assert.True(figures.ExitCode == 0, figures.ToString());
        Assert.Contains("(others)", figures.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, again.ExitCode);
        Assert.False(File.Exists(file + "2"));
    }

    [Fact]
    public async Task Figures_for_others_are_of_enough_people_or_not_there()
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/privacy/figures?atLeast=3&groupBy=client", admin);
        Assert.True(status == HttpStatusCode.OK, text);
        // Two people by the gateway and one by her log: three together, and too few apart.
        var row = Assert.Single(Parse(text).GetProperty("rows").EnumerateArray());
        Assert.Equal(
            (3L, 3L, true),
            (Number(row, "people"), Number(row, "requests"), row.GetProperty("isRest").GetBoolean())
        );
        Assert.EndsWith("T00:00:00Z", Parse(text).GetProperty("from").GetString(), StringComparison.Ordinal);

        (_, text) = await house.SendAsync("GET", "/api/v1/privacy/figures?groupBy=client", admin);
        Assert.Empty(Parse(text).GetProperty("rows").EnumerateArray());
        Assert.True(Number(Parse(text), "withheldRows") > 0);
        Assert.DoesNotContain(Name, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groupBy=user")]
    [InlineData("groupBy=key")]
    [InlineData("groupBy=model,session")]
    [InlineData("groupBy=tag.x")]
    [InlineData("groupBy=hour")]
    [InlineData("user=grace")]
    [InlineData("model=sim-small")]
    [InlineData("atLeast=2")]
    [InlineData("atLeast=x")]
    public async Task Figures_for_others_take_nothing_that_singles_somebody_out(string query)
    {
        var (status, text) = await house.SendAsync("GET", $"/api/v1/privacy/figures?{query}", admin);

        Assert.True(status == HttpStatusCode.BadRequest, text);
    }

    private static Task<ProgramResult> RunAsync(string[] line) => ProgramRun.RunAsync(WeirProcess.Executable, line);

    private async Task AskAsync(string key, string session)
    {
        var (status, text) = await house.SendAsync(
            "POST",
            "/v1/messages",
            key,
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            headers: ("x-claude-code-session-id", session)
        );
        Assert.True(status == HttpStatusCode.OK, text);
    }

    private async Task<JsonElement> EraseAsync(string key, bool dryRun)
    {
        var (status, text) = await house.SendAsync("POST", "/api/v1/privacy/erasures", key, Body(dryRun));
        Assert.True(status == HttpStatusCode.OK, text);
        return Parse(text);
    }

    private static string Body(bool dryRun) =>
        $$"""{"user":"{{Name}}","also":["{{Mail}}"],"dryRun":{{(dryRun ? "true" : "false")}}}""";

    // Sums by everything but who it was; sorted, for the order is by cost and these are as many.
    private async Task<string> SumsAsync()
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/usage/summary?from=1d&groupBy=session,model", admin);
        Assert.True(status == HttpStatusCode.OK, text);
        return string.Join(
            '\n',
            Parse(text).GetProperty("rows").EnumerateArray().Select(row => row.ToString()).Order(StringComparer.Ordinal)
        );
    }

    private static long Number(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private static string Kind(JsonElement line) => line.GetProperty("kind").GetString()!;

    private static IEnumerable<JsonElement> Of(List<JsonElement> lines, string kind) =>
        lines.Where(line => Kind(line) == kind).Select(line => line.GetProperty("data"));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
