using System.Globalization;
using System.Net;
using System.Text.Json;
using Weir.FunctionalTests.Live;
using Weir.FunctionalTests.RealPrograms;

namespace Weir.FunctionalTests.Api;

/// <summary>Sessions and handoffs over the API and the command line of a running server.</summary>
public sealed class SessionApiTests(SessionServer server) : IClassFixture<SessionServer>
{
    private const string Range = SessionServer.Range;

    [Fact]
    public async Task Sessions_come_page_by_page_with_what_they_used()
    {
        var whole = await server.Weir.GetAsync($"/api/v1/sessions?{Range}");
        var sessions = whole.Items("items").ToList();
        var summary = await server.Weir.GetAsync($"/api/v1/usage/summary?{Range}");

        Assert.True(sessions.Count >= 10, $"{sessions.Count}");
        Assert.Equal(summary.GetProperty("total").Number("requests"), sessions.Sum(s => s.Number("requests")));
        Assert.Equal(
            sessions.Select(s => s.GetProperty("lastAt").GetDateTimeOffset()).OrderDescending(),
            sessions.Select(s => s.GetProperty("lastAt").GetDateTimeOffset())
        );
        var one = sessions.Single(s => s.Text("id") == SessionServer.Subagents);
        Assert.Equal("claude-code", one.Text("client"));
        Assert.Equal("/home/ada/project", one.Text("folder"));
        Assert.Equal(
            (1, 12, 4, 8),
            (one.Number("prompts"), one.Number("requests"), one.Number("subagents"), one.Number("toolCalls"))
        );
        var bySession = await server.Weir.GetAsync($"/api/v1/usage/summary?{Range}&groupBy=session");
        Assert.Equal(
            bySession.Items("rows").Select(r => (r.GetProperty("keys").Text("session"), r.Text("costUsd"))).Order(),
            sessions.Where(s => s.Number("requests") > 0).Select(s => (s.Text("id"), s.Text("costUsd"))).Order()
        );

        var paged = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await server.Weir.GetAsync(
                $"/api/v1/sessions?{Range}&limit=3{(cursor is null ? "" : "&cursor=" + cursor)}"
            );
            paged.AddRange(page.Items("items").Select(s => s.Text("id")));
            cursor = page.Text("next");
        } while (cursor is not null);
        Assert.Equal(sessions.Select(s => s.Text("id")), paged);
    }

    [Fact]
    public async Task A_sessions_tree_holds_each_request_once_and_sums_up_to_the_ledger()
    {
        var detail = await server.Weir.GetAsync($"/api/v1/sessions/{SessionServer.Subagents}");
        var summary = await server.Weir.GetAsync($"/api/v1/usage/summary?{Range}&session={SessionServer.Subagents}");
        var requests = await server.Weir.GetAsync($"/api/v1/usage/requests?{Range}&session={SessionServer.Subagents}");

        var tree = detail.GetProperty("tree");
        foreach (
            var field in new[] { "requests", "inputTokens", "cacheReadTokens", "cacheWrite1hTokens", "outputTokens" }
        )
        {
            Assert.Equal(summary.GetProperty("total").Number(field), tree.GetProperty("usage").Number(field));
            Assert.Equal(summary.GetProperty("total").Number(field), detail.GetProperty("session").Number(field));
        }

        Assert.Equal(summary.GetProperty("total").Text("costUsd"), tree.GetProperty("usage").Text("costUsd"));
        var nodes = Flat(tree).ToList();
        Assert.Equal(
            requests.Items("items").Select(r => r.Text("id")).Order(),
            nodes.Where(n => n.Text("kind") == "request").Select(n => n.Text("id")).Order()
        );
        Assert.Equal(["prompt"], tree.Items("children").Select(c => c.Text("kind")));
        var outer = nodes.First(n => n.Text("kind") == "agent");
        Assert.Contains(Flat(outer).Skip(1), n => n.Text("kind") == "agent");
        // Where something below a request used something, its own part stands beside.
        var caller = nodes.First(n => n.Text("kind") == "request" && n.TryGetProperty("own", out _));
        Assert.Equal(
            Usd(caller.GetProperty("usage")),
            Usd(caller.GetProperty("own"))
                + caller
                    .Items("children")
                    .Where(c => c.GetProperty("usage").ValueKind == JsonValueKind.Object)
                    .Sum(c => Usd(c.GetProperty("usage")))
        );
    }

    [Fact]
    public async Task Activity_and_handoffs_are_those_of_the_sessions()
    {
        var activity = await server.Weir.GetAsync($"/api/v1/sessions/activity?{Range}&client=claude-code");
        var total = Usd(activity.GetProperty("total"));
        foreach (var table in new[] { "tools", "agents", "models" })
        {
            Assert.Equal(total, activity.Items(table).Sum(Usd));
        }

        Assert.Equal(
            ["Explore", "general-purpose", "main"],
            activity.Items("agents").Select(a => a.Text("name")).Order()
        );
        Assert.DoesNotContain(activity.Items("tools"), t => t.Text("name") == "exec_command");

        var handoffs = (await server.Weir.GetAsync($"/api/v1/handoffs?{Range}")).Items("items").ToList();
        Assert.Equal(4, handoffs.Count(h => h.Text("kind") == "subagent"));
        Assert.Single(handoffs, h => h.Text("kind") == "session");
        var own = (
            await server.Weir.GetAsync($"/api/v1/handoffs?{Range}&kind=subagent&session={SessionServer.Subagents}")
        ).Items("items");
        Assert.Equal(4, own.Count());
    }

    [Theory]
    [InlineData("/api/v1/sessions?model=x")]
    [InlineData("/api/v1/sessions?tag.a=x")]
    [InlineData("/api/v1/sessions?active=perhaps")]
    [InlineData("/api/v1/sessions?cursor=1.zz")]
    [InlineData("/api/v1/sessions?cursor=ffffffffffffffff.61")]
    [InlineData("/api/v1/sessions?limit=0")]
    [InlineData("/api/v1/sessions?from=now&to=7d")]
    [InlineData("/api/v1/sessions/activity?from=200d")]
    [InlineData("/api/v1/handoffs?kind=1")]
    [InlineData("/api/v1/handoffs?kind=model,nothing")]
    [InlineData("/api/v1/handoffs?client=x")]
    [InlineData("/live?topics=everything")]
    public async Task What_is_not_understood_is_refused(string path)
    {
        using var answer = await SendAsync(path, server.Weir.AdminKey);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Another_workspace_sees_none_of_it()
    {
        using var one = await SendAsync($"/api/v1/sessions/{SessionServer.Subagents}", server.OtherKey);
        Assert.Equal(HttpStatusCode.NotFound, one.StatusCode);
        using var unknown = await SendAsync("/api/v1/sessions/nothing", server.Weir.AdminKey);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        foreach (var path in new[] { "sessions", "handoffs" })
        {
            using var list = await SendAsync($"/api/v1/{path}?{Range}", server.OtherKey);
            using var body = JsonDocument.Parse(await list.Content.ReadAsStringAsync());
            Assert.Empty(body.RootElement.Items("items"));
        }

        using var none = await SendAsync($"/api/v1/sessions/activity?{Range}", server.OtherKey);
        using var activity = JsonDocument.Parse(await none.Content.ReadAsStringAsync());
        Assert.Empty(activity.RootElement.Items("tools"));
        Assert.Equal(0, activity.RootElement.GetProperty("total").Number("requests"));
        using var anonymous = await SendAsync($"/api/v1/sessions?{Range}", null);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    public async Task News_of_a_session_is_told_live_to_who_asks_for_it()
    {
        using var events = new LiveEventReader(
            await SendAsync("/live?topics=sessions", server.Weir.AdminKey, "text/event-stream")
        );
        Assert.Equal("beat", (await events.NextAsync())!.Type);
        await File.WriteAllTextAsync(
            Path.Combine(server.Project, "live-1.jsonl"),
            """{"type":"user","timestamp":"2026-11-19T10:00:00Z","sessionId":"live-1","cwd":"/home/ada/live","uuid":"u1","message":{"role":"user","content":"x"}}"""
                + "\n"
        );

        LiveEvent told;
        do
        {
            told = (await events.NextAsync())!;
            Assert.Contains(told.Type, new[] { "sessions", "beat" });
        } while (told.Type != "sessions");

        Assert.Equal(["live-1"], told.Body.Items("sessions").Select(s => s.GetString()));
        var detail = await server.Weir.GetAsync("/api/v1/sessions/live-1");
        Assert.Equal(1, detail.GetProperty("session").Number("prompts"));
        Assert.Equal("live", detail.GetProperty("session").Text("project"));
    }

    [Fact]
    public async Task Commands_show_it_to_people_and_programs()
    {
        var listed = await server.Weir.CommandAsync("sessions", "--since", "2026-11-21", "--until", "2026-11-22");
        Assert.True(listed.ExitCode == 0, listed.ToString());
        Assert.Contains(SessionServer.Subagents, listed.Output, StringComparison.Ordinal);
        Assert.Contains("█", listed.Output, StringComparison.Ordinal);

        var json = await server.Weir.CommandAsync(
            "sessions",
            "--since",
            "2026-11-21",
            "--until",
            "2026-11-22",
            "--client",
            "codex",
            "--json"
        );
        Assert.All(json.Json().Items("items"), s => Assert.Equal("codex", s.Text("client")));

        var tree = await server.Weir.CommandAsync("session", SessionServer.Subagents[..6]);
        Assert.True(tree.ExitCode == 0, tree.ToString());
        Assert.Contains("agent Explore", tree.Output, StringComparison.Ordinal);
        Assert.Contains("12 requests, 4 subagents", tree.Output, StringComparison.Ordinal);

        var unknown = await server.Weir.CommandAsync("session", "nothing");
        Assert.Equal((3, ""), (unknown.ExitCode, unknown.Output));
        var several = await server.Weir.CommandAsync("session", "01a1");
        Assert.Equal((2, ""), (several.ExitCode, several.Output));
        Assert.Contains("01a1ff17-229f-7632-8be8-f61607e36527", several.Errors, StringComparison.Ordinal);

        var handoffs = await server.Weir.CommandAsync("handoffs", "--since", "2026-11-21", "--until", "2026-11-22");
        Assert.Contains("general-purpose", handoffs.Output, StringComparison.Ordinal);
        var activity = await server.Weir.CommandAsync(
            "sessions",
            "--activity",
            "--since",
            "2026-11-21",
            "--until",
            "2026-11-22"
        );
        Assert.Contains("MCP SERVER", activity.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Flat(JsonElement node) =>
        node.Items("children").SelectMany(Flat).Prepend(node);

    private static decimal Usd(JsonElement figures) =>
        decimal.Parse(figures.Text("costUsd")!, CultureInfo.InvariantCulture);

    private Task<HttpResponseMessage> SendAsync(string path, string? key, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-weir-key", key);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return server.Weir.SendAsync(request);
    }
}
