using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>Where a request would go, asked of a real server and of a folder that no server holds: nothing is sent, nothing is recorded.</summary>
public sealed class RouteExplainTests : IAsyncLifetime
{
    private const string Explain = "/api/v1/routes/explain";
    private const string Prompt = "words-that-nobody-else-may-read";

    private const string Request = $$"""
        {"model":"claude-sonnet-5","max_tokens":8,"top_k":3,"stream":true,
         "messages":[{"role":"user","content":"{{Prompt}}"}]}
        """;

    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream upstream = new();
    private WeirProcess weir = null!;
    private string foreign = "";

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            logging: { level: debug }
            providers:
              - { name: vendor, kind: anthropic, baseUrl: "{{upstream.BaseUrl}}", apiKey: sk-of-the-server }
              - { name: house, kind: openai-compatible, baseUrl: "{{upstream.BaseUrl}}v1", apiKey: sk-of-the-house }
              - { name: simulator, kind: simulator }
            routes:
              - name: bound
                match: { key: "bound-*" }
                targets: [{ provider: house, model: small }]
              - name: night
                match: { model: "claude-haiku-*", schedule: { from: "23:00", to: "04:00" } }
                targets: [{ provider: house, model: small, weight: 1 }, { provider: vendor, weight: 3 }]
                strategy: weighted
              - name: split
                match: { model: "claude-*" }
                targets: [{ provider: house, model: large }, vendor]
            aliases: { quick: claude-haiku-4-5 }

            """
        );
        var made = await weir.CommandAsync("workspaces", "create", "other");
        Assert.True(made.ExitCode == 0, made.Errors);
        foreign = Regex.Match(made.Output, "wk_[A-Za-z0-9]{30,}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_request_is_explained_and_neither_sent_nor_recorded_nor_logged()
    {
        var (status, text) = await AskAsync($$"""{"path":"/v1/messages","headers":{"x-a":"b"},"body":{{Request}}}""");

        Assert.True(status == HttpStatusCode.OK, text);
        var json = Read(text);
        Assert.Equal("split", json.GetProperty("route").GetString());
        Assert.Equal("route", json.GetProperty("by").GetString());
        Assert.True(json.GetProperty("streams").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("refusal").ValueKind);
        var targets = json.GetProperty("targets").EnumerateArray().ToArray();
        Assert.Equal(
            ["house large translated openai-chat weir", "vendor claude-sonnet-5 relayed anthropic-messages weir"],
            targets.Select(target =>
                string.Join(
                    ' ',
                    new[] { "provider", "model", "handling", "dialect", "credential" }.Select(name =>
                        target.GetProperty(name).GetString()
                    )
                )
            )
        );
        Assert.Contains(
            "top_k",
            targets[0].GetProperty("dropped").EnumerateArray().Select(note => note.GetProperty("name").GetString())
        );
        Assert.DoesNotContain(Prompt, text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-of", text, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
        await weir.SettleAsync();
        Assert.Empty((await weir.GetAsync("/api/v1/usage/requests")).GetProperty("items").EnumerateArray());
        Assert.DoesNotContain(Prompt, weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_was_missed_what_kind_it_is_and_why_each_target_stands_there()
    {
        var (status, text) = await AskAsync(
            """
            {"path":"/v1/messages","client":"claude-code","at":"2026-07-02T23:30:00Z",
             "body":{"model":"quick","max_tokens":8,"messages":[]}}
            """
        );

        Assert.True(status == HttpStatusCode.OK, text);
        var json = Read(text);
        Assert.Equal("night", json.GetProperty("route").GetString());
        Assert.Equal("claude-haiku-4-5", json.GetProperty("alias").GetString());
        Assert.Equal(["background"], json.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()));
        var missed = Assert.Single(json.GetProperty("missed").EnumerateArray().ToArray());
        Assert.Equal("key is to be bound-*, and is missing", missed.GetProperty("why").GetString());
        Assert.Equal("weighted", json.GetProperty("strategy").GetString());
        Assert.Equal("weighted", json.GetProperty("orderedBy").GetString());
        Assert.Equal(
            ["weight 3 of 4: each request draws by its id", "weight 1 of 4: each request draws by its id"],
            json.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("standing").GetString())
        );

        var said = await weir.CommandAsync("route", "explain", "--model", "quick", "--at", "2026-07-02T23:30Z");
        Assert.True(said.ExitCode == 0, said.Errors);
        Assert.Contains("missed   bound: key is to be bound-*, and is missing", said.Output, StringComparison.Ordinal);
        Assert.Contains("by the route night, the first that matches; weighted", said.Output, StringComparison.Ordinal);
        Assert.Contains("vendor claude-haiku-4-5: weight 3 of 4", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_workspace_is_told_of_its_own_view_alone()
    {
        var (status, text) = await AskAsync($$"""{"path":"/v1/messages","body":{{Request}}}""", foreign);

        Assert.True(status == HttpStatusCode.OK, text);
        Assert.DoesNotContain("house", text, StringComparison.Ordinal);
        Assert.DoesNotContain("vendor", text, StringComparison.Ordinal);
        Assert.Equal(404, Read(text).GetProperty("refusal").GetProperty("status").GetInt32());

        using var made = await weir.PostAsync("/api/v1/keys", """{"name":"hidden-1"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var named = await AskAsync("""{"dialect":"anthropic","model":"sim-small","key":"hidden-1"}""", foreign);
        Assert.Equal(HttpStatusCode.BadRequest, named.Status);
        Assert.Contains("/key", named.Text, StringComparison.Ordinal);
        var simulated = await AskAsync("""{"dialect":"anthropic","model":"sim-small"}""", foreign);
        Assert.Contains("\"provider\":\"simulator\"", simulated.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_counts_with_its_name_and_its_bounds_for_who_may_see_keys()
    {
        using var made = await weir.PostAsync("/api/v1/keys", """{"name":"bound-1","models":["claude-*"]}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        var routed = await AskAsync("""{"dialect":"anthropic","model":"claude-x","key":"bound-1"}""");
        Assert.Equal("bound", Read(routed.Text).GetProperty("route").GetString());
        var refused = await AskAsync("""{"dialect":"anthropic","model":"gpt-x","key":"bound-1"}""");
        var refusal = Read(refused.Text).GetProperty("refusal");
        Assert.Equal(403, refusal.GetProperty("status").GetInt32());
        Assert.Contains(
            "may not ask for the model gpt-x",
            refusal.GetProperty("reason").GetString(),
            StringComparison.Ordinal
        );

        using var weak = await weir.PostAsync("/api/v1/keys", """{"name":"reader","scopes":["config:read"]}""");
        var reader = Read(await weak.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .GetProperty("key")
            .GetString();
        Assert.Equal(
            HttpStatusCode.OK,
            (await AskAsync("""{"dialect":"anthropic","model":"claude-x"}""", reader)).Status
        );
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await AskAsync("""{"dialect":"anthropic","model":"claude-x","key":"bound-1"}""", reader)).Status
        );
    }

    [Fact]
    public async Task All_faults_are_told_at_once_and_large_and_deep_bodies_are_taken_as_the_gateway_takes_them()
    {
        var faulty = await AskAsync("""{"dialect":"klingon","client":"","headers":{"a b":"c"},"key":"none"}""");
        Assert.Equal(HttpStatusCode.BadRequest, faulty.Status);
        Assert.Equal(
            ["/client", "/dialect", "/headers", "/key"],
            Read(faulty.Text).GetProperty("errors").EnumerateObject().Select(error => error.Name)
        );
        var shape = await AskAsync("""{"pat":"/v1/messages","model":7}""");
        Assert.Equal(
            ["/model", "/pat"],
            Read(shape.Text).GetProperty("errors").EnumerateObject().Select(error => error.Name)
        );

        // 3 MB are over the management side's usual bound, 200 levels over its usual depth.
        var deep = $"{new string('[', 200)}{new string(']', 200)}";
        var body = $$"""{"model":"claude-x","x":{{deep}},"y":"{{new string('y', 3_000_000)}}"}""";
        var large = await AskAsync($$"""{"path":"/v1/messages","body":{{body}}}""");
        Assert.True(large.Status == HttpStatusCode.OK, large.Text);
        Assert.Equal("split", Read(large.Text).GetProperty("route").GetString());
        // A key that stands twice is a way round policy, and is refused here as there.
        var twice = await AskAsync("""{"path":"/v1/messages","body":{"model":"a","model":"b"}}""");
        Assert.Contains("stands twice", twice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_tells_people_and_programs_with_a_server_and_without_one()
    {
        var file = folder.At("request.json");
        await File.WriteAllTextAsync(file, Request, TestContext.Current.CancellationToken);

        var remote = await weir.CommandAsync(
            "route",
            "explain",
            file,
            "--server",
            weir.BaseUrl.ToString(),
            "--key",
            weir.AdminKey,
            "--json"
        );
        var people = await weir.CommandAsync("route", "explain", file);
        var nobody = await weir.CommandAsync("route", "explain", "--dialect", "gemini", "--model", "no-such");
        var wrong = await weir.CommandAsync("route", "explain", "--header", "no-value", "--model", "m");
        var bare = await weir.CommandAsync("route", "explain");
        var help = await weir.CommandAsync("route", "explain", "--help");
        Assert.Equal(0, await weir.StopAsync());
        var local = await weir.CommandAsync("route", "explain", file, "--json", "--config", folder.At("data.yaml"));

        Assert.True(remote.ExitCode == 0, remote.Errors);
        Assert.True(local.ExitCode == 0, local.Errors);
        Assert.Equal(remote.Output, local.Output);
        Assert.Equal("split", remote.Json().GetProperty("route").GetString());
        Assert.Equal(0, people.ExitCode);
        Assert.Matches(@"(?m)^1 +house +large +translated +openai-chat +weir", people.Output);
        Assert.Matches(@"(?m)^2 +vendor +claude-sonnet-5 +relayed as it is +anthropic-messages +weir", people.Output);
        Assert.Contains("by the route split", people.Output, StringComparison.Ordinal);
        Assert.Contains("  top_k", people.Output, StringComparison.Ordinal);
        Assert.Equal(3, nobody.ExitCode);
        Assert.Contains(
            "404: No provider is configured for the model no-such",
            nobody.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal(2, bare.ExitCode);
        Assert.Contains("weir route explain --model claude-sonnet-5", help.Output, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    private static JsonElement Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string json, string? key = null)
    {
        using var answer = await weir.PostAsync(Explain, json, key);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
