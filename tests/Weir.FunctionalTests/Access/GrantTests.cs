using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.FunctionalTests.Access;

/// <summary>A role for one team, project or key shows what that used, and nothing else of the workspace.</summary>
public sealed class GrantTests : IAsyncLifetime
{
    private readonly AccessHouse house = new();
    private string admin = "";
    private string lead = "";

    public async ValueTask InitializeAsync()
    {
        admin = await house.PersonAsync(WorkspaceId.Default, "grace", "admin");
        lead = await house.PersonAsync(WorkspaceId.Default, "lead");
        var keys = new Dictionary<string, string>();
        await house.PrepareAsync(async identity =>
        {
            foreach (
                var (name, team, project) in new[]
                {
                    ("web-1", "web", "shop"),
                    ("web-2", "web", "blog"),
                    ("core-1", "core", "shop"),
                }
            )
            {
                var made = await identity.Keys.CreateAsync(
                    Actor.LocalCommand,
                    new NewApiKey
                    {
                        Name = name,
                        Team = team,
                        Project = project,
                    },
                    CancellationToken.None
                );
                keys[name] = made.Text!;
            }
        });
        await house.StartAsync();
        foreach (var key in keys.Values)
        {
            var (status, text) = await house.SendAsync(
                "POST",
                "/v1/messages",
                key,
                """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}"""
            );
            Assert.True(status == HttpStatusCode.OK, text);
        }

        for (var i = 0; i < 500 && (await RequestsAsync(admin)).Length < 3; i++)
        {
            await Task.Delay(20);
        }
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Theory]
    [InlineData("team", "web", "web-1 web-2")]
    [InlineData("project", "shop", "core-1 web-1")]
    [InlineData("key", "core-1", "core-1")]
    [InlineData("team", "nobody", "")]
    public async Task A_role_for_one_thing_shows_what_that_used(string on, string name, string keys)
    {
        await GrantAsync($$"""[{"role":"analyst","on":"{{on}}","name":"{{name}}"}]""");

        Assert.Equal(keys, string.Join(' ', await RequestsAsync(lead)));
        var expected = keys.Length == 0 ? 0 : keys.Split(' ').Length;
        var (_, sums) = await house.SendAsync("GET", "/api/v1/usage/summary?groupBy=key", lead);
        Assert.Equal(expected, Parse(sums).GetProperty("total").GetProperty("requests").GetInt32());
        var (_, series) = await house.SendAsync("GET", "/api/v1/usage/series?metric=requests&from=1d", lead);
        Assert.Equal(expected, Points(series));
        var (_, csv) = await house.SendAsync("GET", "/api/v1/usage/export", lead);
        Assert.Equal(expected + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Asking_for_more_gives_no_more()
    {
        await GrantAsync("""[{"role":"viewer","on":"team","name":"web"}]""");

        Assert.Empty(await RequestsAsync(lead, "?team=core"));
        Assert.Equal(["web-1", "web-2"], await RequestsAsync(lead, "?team=core,web"));
        Assert.Empty(await RequestsAsync(lead, "?team="));
        Assert.Equal(["web-1"], await RequestsAsync(lead, "?project=shop"));
        Assert.Empty(await RequestsAsync(lead, "?team.not=web"));
        Assert.Equal(["web-1", "web-2"], await RequestsAsync(lead, "?team.not=nobody"));
        Assert.Empty(await RequestsAsync(lead, "?team.prefix=co"));
        Assert.Equal(["web-1", "web-2"], await RequestsAsync(lead, "?team.prefix=co,we,"));
        Assert.Empty(await RequestsAsync(lead, "?team=web&team.in=core"));
        var (_, sides) = await house.SendAsync("GET", "/api/v1/usage/compare?by=team&values=core,web,", lead);
        Assert.Equal(
            [0, 2, 0],
            Parse(sides)
                .GetProperty("sides")
                .EnumerateArray()
                .Select(side => side.GetProperty("sums").GetProperty("requests").GetInt32())
        );
        var (_, top) = await house.SendAsync("GET", "/api/v1/usage/top?by=team&metric=requests", lead);
        Assert.Equal(
            ["web"],
            Parse(top).GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("key").GetString())
        );
        var (_, all) = await house.SendAsync("GET", "/api/v1/usage/requests", admin);
        foreach (var item in Parse(all).GetProperty("items").EnumerateArray())
        {
            var isHers = item.GetProperty("team").GetString() == "web";
            var (status, _) = await house.SendAsync(
                "GET",
                $"/api/v1/usage/requests/{item.GetProperty("id").GetString()}",
                lead
            );
            Assert.Equal(isHers ? HttpStatusCode.OK : HttpStatusCode.NotFound, status);
        }
    }

    [Fact]
    public async Task Two_teams_are_both_shown_and_what_no_role_for_them_permits_is_not()
    {
        await GrantAsync(
            """[{"role":"viewer","on":"team","name":"web"},{"role":"analyst","on":"team","name":"core"}]"""
        );

        Assert.Equal(["core-1", "web-1", "web-2"], await RequestsAsync(lead));
        // Exports are the analyst's: of the one team alone.
        var (_, csv) = await house.SendAsync("GET", "/api/v1/usage/export", lead);
        Assert.Equal(2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_file_is_seen_by_those_who_may_see_all_that_is_in_it()
    {
        await GrantAsync("""[{"role":"analyst","on":"team","name":"web"}]""");
        var whole = await ExportAsync(admin);
        var part = await ExportAsync(lead);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(lead, whole));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(lead, part));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, part));
        var (_, listed) = await house.SendAsync("GET", "/api/v1/exports", lead);
        Assert.Equal(
            part,
            Assert.Single(Parse(listed).GetProperty("items").EnumerateArray()).GetProperty("id").GetString()
        );
        for (
            var i = 0;
            i < 500 && (await house.SendAsync("GET", $"/api/v1/exports/{part}/file", lead)).Status != HttpStatusCode.OK;
            i++
        )
        {
            await Task.Delay(20);
        }

        var (_, csv) = await house.SendAsync("GET", $"/api/v1/exports/{part}/file", lead);
        Assert.Equal(3, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);

        await GrantAsync("""[{"role":"analyst","on":"team","name":"core"}]""");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(lead, part));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await house.SendAsync("GET", $"/api/v1/exports/{part}/file", lead)).Status
        );
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await house.SendAsync("DELETE", $"/api/v1/exports/{part}", lead)).Status
        );
    }

    private async Task<string> ExportAsync(string key)
    {
        var (status, text) = await house.SendAsync("POST", "/api/v1/exports", key, "{}");
        Assert.Equal(HttpStatusCode.Accepted, status);
        return Parse(text).GetProperty("id").GetString()!;
    }

    private async Task<HttpStatusCode> StatusAsync(string key, string export) =>
        (await house.SendAsync("GET", $"/api/v1/exports/{export}", key)).Status;

    [Theory]
    [InlineData("GET", "/api/v1/keys")]
    [InlineData("GET", "/api/v1/sessions")]
    [InlineData("GET", "/api/v1/users")]
    [InlineData("GET", "/api/v1/audit")]
    [InlineData("GET", "/api/v1/config")]
    [InlineData("GET", "/live")]
    [InlineData("GET", "/api/v1/privacy/figures")]
    [InlineData("DELETE", "/api/v1/keys/web-1")]
    [InlineData("POST", "/api/v1/prices/reprice")]
    public async Task What_is_the_whole_workspaces_stays_shut(string method, string path)
    {
        await GrantAsync("""[{"role":"admin","on":"team","name":"web"}]""");

        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await house.SendAsync(method, path, lead, method == "POST" ? "{}" : null)).Status
        );
    }

    [Fact]
    public async Task Without_a_grant_nothing_is_shown_and_taken_away_it_ends_at_once()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await house.SendAsync("GET", "/api/v1/usage/summary", lead)).Status);
        await GrantAsync("""[{"role":"viewer","on":"team","name":"web"}]""");
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync("GET", "/api/v1/usage/summary", lead)).Status);
        var (_, user) = await house.SendAsync("GET", "/api/v1/users/lead", admin);
        Assert.Equal(
            """[{"role":"viewer","on":"team","name":"web"}]""",
            Parse(user).GetProperty("grants").GetRawText()
        );

        await GrantAsync("[]");

        Assert.Equal(HttpStatusCode.Forbidden, (await house.SendAsync("GET", "/api/v1/usage/summary", lead)).Status);
        var (_, trail) = await house.SendAsync("GET", "/api/v1/audit?action=user.change", admin);
        Assert.Contains("viewer for team web", trail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"role":"nobody","on":"team","name":"web"}]""", "no role 'nobody'")]
    [InlineData("""[{"role":"viewer","on":"workspace","name":"web"}]""", "team, project or key")]
    [InlineData("""[{"role":"viewer","on":"team","name":""}]""", "1 to 256")]
    [InlineData(
        """[{"role":"viewer","on":"team","name":"a"},{"role":"viewer","on":"key","name":"b"}]""",
        "all for teams"
    )]
    public async Task What_is_no_grant_is_refused(string grants, string words)
    {
        var (status, text) = await house.SendAsync("PATCH", "/api/v1/users/lead", admin, $$"""{"grants":{{grants}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_is_given_for_one_thing_is_not_removed()
    {
        await house.SendAsync(
            "POST",
            "/api/v1/roles",
            admin,
            """{"name":"seer","description":"x","parents":["viewer"],"permissions":[]}"""
        );
        await GrantAsync("""[{"role":"seer","on":"team","name":"web"}]""");

        var (status, text) = await house.SendAsync("DELETE", "/api/v1/roles/seer", admin);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("lead", text, StringComparison.Ordinal);
    }

    private async Task GrantAsync(string grants)
    {
        var (status, text) = await house.SendAsync("PATCH", "/api/v1/users/lead", admin, $$"""{"grants":{{grants}}}""");
        Assert.True(status == HttpStatusCode.OK, text);
    }

    private async Task<string[]> RequestsAsync(string key, string query = "")
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/usage/requests" + query, key);
        Assert.True(status == HttpStatusCode.OK, text);
        return
        [
            .. Parse(text)
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("key").GetString()!)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static int Points(string series) =>
        Parse(series)
            .GetProperty("series")
            .EnumerateArray()
            .SelectMany(line => line.GetProperty("points").EnumerateArray())
            .Sum(point => point.GetProperty("value").GetInt32());

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
