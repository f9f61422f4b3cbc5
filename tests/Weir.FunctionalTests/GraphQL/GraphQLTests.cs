using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Weir.FunctionalTests.Live;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.GraphQL;

/// <summary><c>/graphql</c>: what can be asked, by whom, and how.</summary>
public sealed class GraphQLTests(LiveServer server, ITestOutputHelper output) : IClassFixture<LiveServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_audit_of_graphql_http_passes_wholly()
    {
        var result = await ProgramRun.RunAsync(
            "node",
            ["graphql-audit.mjs", new Uri(server.Weir.BaseUrl, "/graphql").ToString(), server.Weir.AdminKey],
            folder: Path.Combine(Programs.Repository, "tests", "programs")
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        output.WriteLine(result.Output);
        var counts = JsonNode.Parse(result.Output)!;

        Assert.Equal("[]", counts["notOk"]!.ToJsonString());
        Assert.True((int)counts["ok"]! > 50);
    }

    [Theory]
    [InlineData("{ health }", """{"health":"ok"}""")]
    [InlineData("{ budgets { name limitUsd counters { spentUsd } } }", """{"budgets":[]}""")]
    [InlineData(
        "{ request(id: \"req_none\") { id } session(id: \"none\") { isCut } }",
        """{"request":null,"session":null}"""
    )]
    public async Task Questions_are_answered(string query, string data) =>
        Assert.Equal(data, (await AskAsync(query))["data"]!.ToJsonString());

    [Fact]
    public async Task Every_figure_is_the_one_that_REST_tells()
    {
        for (var times = 0; times < 3; times++)
        {
            await server.AskAsync();
        }

        await server.Weir.SettleAsync();
        var answer = await AskAsync(
            """
            { metrics { timestamp tokens cost requests }
              providerStats { provider totalCost totalTokens }
              usage(groupBy: ["model"]) { model requests tokens costUsd latencyMs { p50 } keys { name value } }
              total { requests inputTokens outputTokens cost }
              requests(first: 2, model: ["sim-small"]) { id model cost tokens timestamp tags { name value } attempts { status } }
              requestPage(first: 1) { items { id } next }
              series(metric: "requests", interval: "day") { keys { name } points { time value } }
              models { model cost }
              keys { name prefix }
              limits { client } blocks { start } sessions { id cost } rateLimits { name } }
            """
        );
        Assert.Null(answer["errors"]);
        var data = answer["data"]!;
        var rest = await server.Weir.GetAsync("/api/v1/usage/summary?groupBy=model");
        var total = rest.GetProperty("total");

        Assert.Equal(total.GetProperty("requests").GetInt64(), (long)data["total"]!["requests"]!);
        Assert.Equal(total.GetProperty("costUsd").GetString(), (string?)data["total"]!["cost"]);
        Assert.Equal(total.GetProperty("costUsd").GetString(), Sum(data["metrics"]!, "cost"));
        Assert.Equal(total.GetProperty("costUsd").GetString(), Sum(data["providerStats"]!, "totalCost"));
        Assert.Equal("sim-small", (string?)data["usage"]![0]!["model"]);
        Assert.Equal("""[{"name":"model","value":"sim-small"}]""", data["usage"]![0]!["keys"]!.ToJsonString());
        Assert.Equal(2, data["requests"]!.AsArray().Count);
        var second = await AskAsync(
            "query ($after: String) { requestPage(first: 1, after: $after) { items { id } } }",
            new JsonObject { ["after"] = (string?)data["requestPage"]!["next"] }
        );
        Assert.Equal(
            (string?)data["requests"]![1]!["id"],
            (string?)second["data"]!["requestPage"]!["items"]![0]!["id"]
        );
    }

    [Fact]
    public async Task A_field_asks_for_the_permission_that_REST_asks_for()
    {
        var key = await server.CreateKeyAsync("graphql-models", "gateway");
        var answer = await AskAsync("{ health keys { name } total { requests } }", key: key);

        Assert.Equal("ok", (string?)answer["data"]!["health"]);
        foreach (var name in new[] { "keys", "total" })
        {
            Assert.Null(answer["data"]![name]);
            var error = answer["errors"]!.AsArray().Single(one => (string?)one!["path"]![0] == name);
            Assert.Equal("FORBIDDEN", (string?)error!["extensions"]!["code"]);
        }
    }

    [Fact]
    public async Task Another_workspace_sees_its_own_alone()
    {
        var asked = await server.AskAsync();
        await server.Weir.SettleAsync();
        var own = await AskAsync($"{{ request(id: \"{asked}\") {{ id }} }}");
        var other = await AskAsync(
            $"{{ request(id: \"{asked}\") {{ id }} requests {{ id }} total {{ requests }} }}",
            key: server.OtherKey
        );

        Assert.Equal(asked, (string?)own["data"]!["request"]!["id"]);
        Assert.Equal("""{"request":null,"requests":[],"total":{"requests":0}}""", other["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Nobody_without_a_key_is_answered()
    {
        using var answer = await SendAsync("""{"query":"{ health }"}""", key: "");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_body_that_a_page_of_another_site_can_send_is_refused(string type)
    {
        using var answer = await SendAsync("""{"query":"{ health }"}""", type: type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_question_is_refused_before_anything_runs(string name, string query, string word)
    {
        var answer = await AskAsync(query);
        Assert.True(answer["data"] is null, name);
        Assert.Contains(word, (string?)answer["errors"]![0]!["message"]);
    }

    public static TheoryData<string, string, string> Hostile() =>
        new()
        {
            { "deep", Nested(50, "sessions {", "id"), "deeper than" },
            { "aliases", $"{{ {string.Join(' ', Enumerable.Range(0, 2500).Select(n => $"a{n}: health"))} }}", "may" },
            {
                "many aliases",
                $"{{ {string.Join(' ', Enumerable.Range(0, 10_000).Select(n => $"a{n}: health"))} }}",
                "longer than"
            },
            { "circles", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "leads to itself" },
            { "tokens", $"{{ {string.Join(' ', Enumerable.Repeat("a", 49_000))} }}", "tokens" },
            { "lists", $"{{ usage(groupBy: {new string('[', 40_000)}) {{ cost }} }}", "nested deeper" },
            {
                "dear",
                "{ "
                    + string.Join(
                        ' ',
                        Enumerable.Range(0, 50).Select(n => $"a{n}: requests(first: 1000) {{ id model cost }}")
                    )
                    + " }",
                "would cost"
            },
            { "long", "{ health " + new string(' ', 200_000) + "}", "longer than" },
        };

    [Fact]
    public async Task The_client_of_graphql_ws_hears_of_each_request()
    {
        var address = new UriBuilder(server.Weir.BaseUrl) { Scheme = "ws", Path = "/graphql" }.Uri.ToString();
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(Programs.Repository, "tests", "programs"),
        };
        foreach (
            var argument in new[]
            {
                "graphql-ws-client.mjs",
                address,
                server.Weir.AdminKey,
                "subscription { usage(model: [\"sim-small\"]) { id model tokens cost } }",
                "2",
            }
        )
        {
            start.ArgumentList.Add(argument);
        }

        using var client = Process.Start(start)!;
        Assert.Equal("""{"data":{"health":"ok"}}""", await client.StandardOutput.ReadLineAsync(Cancel));
        Assert.Equal("ready", await client.StandardOutput.ReadLineAsync(Cancel));
        foreach (var asked in new[] { await server.AskAsync(), await server.AskAsync() })
        {
            var told = JsonNode.Parse((await client.StandardOutput.ReadLineAsync(Cancel))!)!["data"]!["usage"]!;
            Assert.Equal((asked, "sim-small"), ((string)told["id"]!, (string)told["model"]!));
        }

        await client.WaitForExitAsync(Cancel);
        Assert.Equal(0, client.ExitCode);
    }

    [Fact]
    public async Task A_subscription_is_heard_as_server_sent_events()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/graphql", UriKind.Relative))
        {
            Content = new StringContent(
                """{"query":"subscription { usage { id } }"}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("x-weir-key", server.Weir.AdminKey);
        request.Headers.Add("Accept", "text/event-stream");
        using var answer = await server.Weir.SendAsync(request);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        var asked = "";
        string? line;
        // Whatever is asked until the stream is open is not told: one after another, until one is.
        var reading = NextAsync();
        while (!reading.IsCompleted)
        {
            asked = await server.AskAsync();
            await server.Weir.SettleAsync();
            await Task.WhenAny(reading, Task.Delay(500, Cancel));
        }

        line = await reading;
        Assert.StartsWith("""data: {"data":{"usage":{"id":"req_""", line);
        Assert.NotEmpty(asked);

        async Task<string> NextAsync()
        {
            while (await lines.ReadLineAsync(Cancel) is { } next)
            {
                if (next.StartsWith("data: {", StringComparison.Ordinal))
                {
                    return next;
                }
            }

            return "";
        }
    }

    [Fact]
    public async Task A_query_as_server_sent_events_is_one_answer_and_the_end()
    {
        using var answer = await SendAsync("""{"query":"{ health }"}""", accept: "text/event-stream");
        Assert.Equal(
            "event: next\ndata: {\"data\":{\"health\":\"ok\"}}\n\nevent: complete\ndata: \n\n",
            await answer.Content.ReadAsStringAsync(Cancel)
        );
    }

    [Theory]
    [InlineData("""{"query":"{ health }","query":"{ health }"}""")]
    [InlineData("""{"query":"\ud800"}""")]
    [InlineData("""{"query":"query ($a: String) { usage(groupBy: [$a]) { cost } }","variables":{"a":"\ud800"}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"query":1}""")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        using var answer = await SendAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["errors"]);
    }

    private static string Nested(int depth, string open, string leaf) =>
        "{ "
        + string.Concat(Enumerable.Repeat(open + " ", depth))
        + leaf
        + string.Concat(Enumerable.Repeat(" }", depth))
        + " }";

    private static string Sum(JsonNode rows, string name) =>
        rows.AsArray().Sum(row => decimal.Parse((string)row![name]!)).ToString("0.#########");

    private async Task<JsonNode> AskAsync(string query, JsonObject? variables = null, string? key = null)
    {
        var body = new JsonObject { ["query"] = query, ["variables"] = variables };
        using var answer = await SendAsync(body.ToJsonString(), key);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string body,
        string? key = null,
        string type = "application/json",
        string accept = "application/json"
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/graphql", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        if (key != "")
        {
            request.Headers.Add("x-weir-key", key ?? server.Weir.AdminKey);
        }

        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await server.Weir.SendAsync(request);
    }
}
