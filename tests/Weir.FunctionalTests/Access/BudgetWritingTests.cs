using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.FunctionalTests.Access;

/// <summary>Budgets and limits written one at a time: by those who may, in their own document, and nothing else of it changes.</summary>
public sealed class BudgetWritingTests : IAsyncLifetime
{
    private const string Budgets = """
        # What we spend.
        budgets:
          - name: everybody   # of every workspace
            limitUsd: 500
          - name: ours
            scope: { workspace: default }
            limitUsd: 5   # for now

        """;

    private readonly AccessHouse house = new();
    private string admin = "";
    private string ours = "";
    private string theirs = "";
    private string looker = "";

    public async ValueTask InitializeAsync()
    {
        WorkspaceId other = default;
        await house.PrepareAsync(async identity =>
        {
            var made = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            other = made.Value!.Workspace.Id;
        });
        admin = await house.PersonAsync(WorkspaceId.Default, "ada", "admin");
        ours = await house.PersonAsync(WorkspaceId.Default, "bo", "billing-admin");
        theirs = await house.PersonAsync(other, "cy", "billing-admin");
        looker = await house.PersonAsync(other, "di", "viewer");
        await house.StartAsync(Budgets);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task Who_may_set_budgets_and_not_edit_the_configuration_writes_his_workspaces_own()
    {
        var servers = await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await house.SendAsync("PUT", "/api/v1/config", theirs, """{"text":"version: 1\n"}""")).Status
        );

        var added = await ChangeAsync(
            HttpStatusCode.Created,
            "POST",
            "/api/v1/budgets",
            theirs,
            """{"name":"research","scope":{"team":"research"},"limitUsd":"50","stages":[{"at":80,"do":"warn"}],"comment":"agreed"}"""
        );
        Assert.Equal("added", added.GetProperty("outcome").GetString());
        Assert.Equal("50", added.GetProperty("budget").GetProperty("limitUsd").GetString());
        Assert.Equal("workspace", added.GetProperty("budget").GetProperty("document").GetString());
        var file = Path.Combine(Path.GetDirectoryName(house.Config)!, "weir.d", "other.yaml");
        const string Written = """
            version: 1
            budgets:
              - name: research
                scope: { team: research }
                limitUsd: 50
                stages:
                  - { at: 80, do: warn }

            """;
        Assert.Equal(Written, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        var changed = await ChangeAsync(
            HttpStatusCode.OK,
            "PATCH",
            "/api/v1/budgets/Research",
            theirs,
            """{"limitUsd":75.5,"window":"week","stages":[]}"""
        );
        Assert.Equal(("changed", "research"), (Text(changed, "outcome"), Text(changed, "name")));
        Assert.Equal(
            "version: 1\nbudgets:\n  - name: research\n    scope: { team: research }\n    limitUsd: 75.5\n    window: week\n",
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)
        );
        var same = await ChangeAsync(
            HttpStatusCode.OK,
            "PATCH",
            "/api/v1/budgets/research",
            theirs,
            """{"limitUsd":75.50}"""
        );
        Assert.Equal("same", Text(same, "outcome"));
        Assert.Equal(JsonValueKind.Null, same.GetProperty("version").ValueKind);

        var removed = await ChangeAsync(HttpStatusCode.OK, "DELETE", "/api/v1/budgets/research", theirs);
        Assert.Equal("removed", Text(removed, "outcome"));
        Assert.Equal(
            "version: 1\nbudgets: []\n",
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)
        );

        // Who wrote it, and why.
        var (_, versions) = await house.SendAsync("GET", "/api/v1/config/versions", theirs);
        Assert.Contains("budget research added: agreed", versions, StringComparison.Ordinal);
        Assert.Contains("budget research removed", versions, StringComparison.Ordinal);
        Assert.Contains("key-of-cy", versions, StringComparison.Ordinal);
        Assert.Equal(servers, await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nobody_writes_of_other_workspaces()
    {
        foreach (var (method, path) in Writes)
        {
            var (status, text) = await house.SendAsync(method, path, looker, method == "DELETE" ? null : "{}");
            Assert.True(status == HttpStatusCode.Forbidden, $"{method} {path}: {text}");
            Assert.Contains("budgets:set", text, StringComparison.Ordinal);
        }

        // The server's are not there for another workspace.
        await RefusedAsync(HttpStatusCode.NotFound, "PATCH", "/api/v1/budgets/ours", theirs, """{"limitUsd":1}""");
        await RefusedAsync(HttpStatusCode.NotFound, "DELETE", "/api/v1/budgets/everybody", theirs);
        var reaching = await RefusedAsync(
            HttpStatusCode.BadRequest,
            "POST",
            "/api/v1/budgets",
            theirs,
            """{"name":"x","limitUsd":0,"scope":{"workspace":"default"}}"""
        );
        Assert.Contains(
            "speaks for its own requests alone",
            reaching.GetProperty("errors").GetProperty("/scope/workspace").GetString(),
            StringComparison.Ordinal
        );

        // Those of the workspace default who do not run the server hold their own workspace alone.
        foreach (
            var body in new[]
            {
                """{"name":"x","limitUsd":0}""",
                """{"name":"x","limitUsd":0,"scope":{"workspace":"*"}}""",
                """{"name":"x","limitUsd":0,"scope":{"workspace":"other"}}""",
                """{"name":"x","limitUsd":0,"scope":{"team":"default"}}""",
            }
        )
        {
            await RefusedAsync(HttpStatusCode.Forbidden, "POST", "/api/v1/budgets", ours, body);
        }

        await RefusedAsync(HttpStatusCode.Forbidden, "PATCH", "/api/v1/budgets/everybody", ours, """{"limitUsd":0}""");
        await RefusedAsync(HttpStatusCode.Forbidden, "DELETE", "/api/v1/budgets/everybody", ours);
        await RefusedAsync(HttpStatusCode.Forbidden, "PATCH", "/api/v1/budgets/ours", ours, """{"scope":{}}""");
        await RefusedAsync(
            HttpStatusCode.Forbidden,
            "PATCH",
            "/api/v1/budgets/everybody",
            ours,
            """{"scope":{"workspace":"default"}}"""
        );
        await ChangeAsync(HttpStatusCode.OK, "PATCH", "/api/v1/budgets/ours", ours, """{"limitUsd":6}""");
        await ChangeAsync(HttpStatusCode.OK, "PATCH", "/api/v1/budgets/everybody", admin, """{"limitUsd":600}""");
        Assert.EndsWith(
            Budgets
                .Replace("limitUsd: 500", "limitUsd: 600", StringComparison.Ordinal)
                .Replace("limitUsd: 5 ", "limitUsd: 6 ", StringComparison.Ordinal),
            await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "/limitUsd", "is missing")]
    [InlineData("""{"limitUsd":1}""", "/name", "is missing")]
    [InlineData("""{"name":"x","limitUsd":-1}""", "/limitUsd", "from 0 to 1000000000")]
    [InlineData("""{"name":"x","limitUsd":1,"window":"year"}""", "/window", "unknown window \"year\"")]
    [InlineData("""{"name":"x","limitUsd":1,"window":"24h","timeZone":"UTC"}""", "/timeZone", "no time zone")]
    [InlineData("""{"name":"x","limitUsd":1,"scope":{"teem":"a"}}""", "/scope/teem", "did you mean")]
    [InlineData("""{"name":"x","limitUsd":1,"scope":{"tag.a":"b","tag.c/d":"e"}}""", "/scope/tag.c~1d", "one tag")]
    [InlineData(
        """{"name":"x","limitUsd":1,"stages":[{"at":80,"do":"warn"},{"at":90,"do":"explode"}]}""",
        "/stages/1/do",
        "explode"
    )]
    [InlineData("""{"name":"x","limitUsd":1,"stages":[null]}""", "/stages/0", "must not be null")]
    [InlineData("""{"name":"x","limitUsd":1,"stages":[{"at":80}]}""", "/stages/0/do", "is empty")]
    [InlineData("""{"name":"x","limitUsd":1,"scope":{"team":null}}""", "/scope/team", "must not be null")]
    [InlineData("""{"name":"x","limitUsd":1,"onExceed":"downgrade"}""", "/downgradeTo", "name the model")]
    [InlineData("""{"name":"${PATH}","limitUsd":1}""", "/name", "from the file on disk alone")]
    [InlineData("""{"name":"x","limitUsd":1,"scope":{"user":"secret:vendor"}}""", "/scope/user", "sealed secret")]
    [InlineData("""{"name":"a\nb: c","limitUsd":1}""", "/name", "control characters")]
    [InlineData("""{"name":"x","limitUsd":1,"comment":"a\nb"}""", "/comment", "on one line")]
    public async Task What_is_wrong_is_told_of_the_callers_own_fields(string body, string field, string message)
    {
        var before = await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken);

        foreach (var query in new[] { "", "?dryRun=true" })
        {
            var problem = await RefusedAsync(HttpStatusCode.BadRequest, "POST", "/api/v1/budgets" + query, admin, body);
            var error = Assert.Single(problem.GetProperty("errors").EnumerateObject());
            Assert.Equal(field, error.Name);
            Assert.Contains(message, error.Value.GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_trial_shows_what_would_change_and_changes_nothing()
    {
        var before = await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken);

        var trial = await ChangeAsync(
            HttpStatusCode.OK,
            "PATCH",
            "/api/v1/budgets/ours?dryRun=true",
            ours,
            """{"limitUsd":9}"""
        );
        Assert.True(trial.GetProperty("dryRun").GetBoolean());
        // He may not read the server's document: of it he sees his own line.
        Assert.Equal(
            ["-    limitUsd: 5   # for now", "+    limitUsd: 9   # for now"],
            Text(trial, "diff").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(3)
        );
        var admins = await ChangeAsync(
            HttpStatusCode.OK,
            "PATCH",
            "/api/v1/budgets/ours?dryRun=true",
            admin,
            """{"limitUsd":9}"""
        );
        Assert.Contains("\n   - name: ours\n", Text(admins, "diff"), StringComparison.Ordinal);
        await RefusedAsync(HttpStatusCode.BadRequest, "DELETE", "/api/v1/budgets/ours?dryrun=true", admin);

        Assert.Equal(before, await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken));
        Assert.Equal(
            Text(trial, "etag"),
            Text(await ChangeAsync(HttpStatusCode.OK, "PATCH", "/api/v1/budgets/ours", admin, "{}"), "etag")
        );
    }

    [Fact]
    public async Task Of_two_writers_who_name_what_they_know_one_is_refused_and_without_both_stand()
    {
        var etag = Text(await ChangeAsync(HttpStatusCode.OK, "PATCH", "/api/v1/budgets/ours", admin, "{}"), "etag");
        var both = await Task.WhenAll(
            Enumerable
                .Range(1, 2)
                .Select(i =>
                    house.SendAsync(
                        "PATCH",
                        "/api/v1/budgets/ours",
                        admin,
                        $$"""{"limitUsd":1{{i}}}""",
                        headers: ("If-Match", $"\"{etag}\"")
                    )
                )
        );
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed],
            both.Select(answer => answer.Status).Order()
        );

        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    house.SendAsync("POST", "/api/v1/budgets", admin, $$"""{"name":"b{{i % 8}}","limitUsd":{{i}}}""")
                )
        );
        Assert.Equal(
            (8, 4),
            (
                all.Count(answer => answer.Status == HttpStatusCode.Created),
                all.Count(answer => answer.Status == HttpStatusCode.Conflict)
            )
        );
        Assert.All(
            all.Where(answer => answer.Status == HttpStatusCode.Conflict),
            answer => Assert.Contains("called so already, on line ", answer.Text, StringComparison.Ordinal)
        );
        var (_, list) = await house.SendAsync("GET", "/api/v1/budgets", admin);
        using var json = JsonDocument.Parse(list);
        Assert.Equal(
            ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "everybody", "ours"],
            json.RootElement.GetProperty("budgets")
                .EnumerateArray()
                .Select(b => Text(b, "name"))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task What_cannot_be_written_is_said_and_nothing_holds()
    {
        // Where the folder of the workspaces' documents would be is something else.
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetDirectoryName(house.Config)!, "weir.d"),
            "",
            TestContext.Current.CancellationToken
        );
        var unwritten = await RefusedAsync(
            HttpStatusCode.Conflict,
            "POST",
            "/api/v1/budgets",
            theirs,
            """{"name":"x","limitUsd":0}"""
        );
        Assert.Contains("cannot be written", Text(unwritten, "detail"), StringComparison.Ordinal);
        Assert.DoesNotContain(house.Data, unwritten.ToString(), StringComparison.Ordinal);
        var (_, list) = await house.SendAsync("GET", "/api/v1/budgets", theirs);
        Assert.DoesNotContain("\"x\"", list, StringComparison.Ordinal);

        await house.StopAsync();
        await house.StartAsync("budgets: [{ name: ours, limitUsd: 5 }]\n");
        var flow = await RefusedAsync(HttpStatusCode.Conflict, "DELETE", "/api/v1/budgets/ours", admin);
        Assert.Contains(
            "budgets are written in brackets: edit the document",
            Text(flow, "detail"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Limits_are_written_the_same_way_and_hold_for_the_next_request()
    {
        var added = await ChangeAsync(
            HttpStatusCode.Created,
            "POST",
            "/api/v1/rate-limits",
            admin,
            """{"name":"slow","scope":{"key":"key-of-ada"},"requestsPerHour":1,"concurrent":9}"""
        );
        Assert.Contains("+limits:\n+  - name: slow\n", Text(added, "diff"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync());

        await ChangeAsync(HttpStatusCode.OK, "PATCH", "/api/v1/rate-limits/slow", admin, """{"requestsPerHour":-1}""");
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        var bare = await RefusedAsync(
            HttpStatusCode.BadRequest,
            "PATCH",
            "/api/v1/rate-limits/slow",
            admin,
            """{"concurrent":-1}"""
        );
        Assert.Contains("a limit needs a bound", Text(bare, "detail"), StringComparison.Ordinal);

        await ChangeAsync(HttpStatusCode.OK, "DELETE", "/api/v1/rate-limits/slow", admin);
        await RefusedAsync(HttpStatusCode.NotFound, "DELETE", "/api/v1/rate-limits/slow", admin);
        Assert.EndsWith(
            Budgets + "limits: []\n",
            await File.ReadAllTextAsync(house.Config, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static readonly (string Method, string Path)[] Writes =
    [
        ("POST", "/api/v1/budgets"),
        ("PATCH", "/api/v1/budgets/ours"),
        ("DELETE", "/api/v1/budgets/ours"),
        ("POST", "/api/v1/rate-limits"),
        ("PATCH", "/api/v1/rate-limits/ours"),
        ("DELETE", "/api/v1/rate-limits/ours"),
    ];

    private async Task<HttpStatusCode> AskAsync() =>
        (
            await house.SendAsync(
                "POST",
                "/v1/messages",
                admin,
                """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}"""
            )
        ).Status;

    private async Task<JsonElement> ChangeAsync(
        HttpStatusCode expected,
        string method,
        string path,
        string key,
        string? body = null
    )
    {
        var (status, text) = await house.SendAsync(method, path, key, body);
        Assert.True(status == expected, $"{method} {path}: {(int)status} {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    private Task<JsonElement> RefusedAsync(
        HttpStatusCode expected,
        string method,
        string path,
        string key,
        string? body = null
    ) => ChangeAsync(expected, method, path, key, body);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
