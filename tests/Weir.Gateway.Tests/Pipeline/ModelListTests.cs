using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class ModelListTests
{
    private static Task<GatewayHost> StartAsync(FakeUpstream upstream) =>
        GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers =
                [
                    GatewayHost.Anthropic(upstream),
                    GatewayHost.OpenAI(upstream) with
                    {
                        Models = ["gpt-5*", "own-tune"],
                    },
                    GatewayHost.Gemini(upstream),
                    GatewayHost.Simulator,
                ],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "quick",
                        Model = "quick-one",
                        Targets = [new TargetConfig("openai", "gpt-5-mini")],
                    },
                ],
            }
        );

    private static async Task<JsonElement> GetAsync(GatewayHost host, string path, bool anthropic = false)
    {
        var request = host.Request(HttpMethod.Get, path).With("x-api-key", host.Key);
        if (anthropic)
        {
            request.With("anthropic-version", "2023-06-01");
        }

        var (answer, body) = await host.AskAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(body).RootElement;
    }

    private static string[] Ids(JsonElement list, string member = "id") =>
        [.. list.EnumerateArray().Select(m => m.GetProperty(member).GetString()!)];

    [Fact]
    public async Task OpenAIs_list_holds_the_models_of_every_provider()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream);

        var list = await GetAsync(host, "/v1/models");

        Assert.Equal("list", list.GetProperty("object").GetString());
        var ids = Ids(list.GetProperty("data"));
        Assert.Contains("gpt-5", ids);
        Assert.Contains("own-tune", ids);
        Assert.Contains("quick-one", ids);
        Assert.Contains("sim-small", ids);
        Assert.Contains("claude-sonnet-4-5", ids);
        Assert.Contains("gemini-2.5-pro", ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.DoesNotContain(ids, id => id.StartsWith("gpt-4", StringComparison.Ordinal));
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal("model", list.GetProperty("data")[0].GetProperty("object").GetString());

        var one = await GetAsync(host, "/v1/models/gpt-5");
        Assert.Equal("gpt-5", one.GetProperty("id").GetString());
        Assert.Equal("openai", one.GetProperty("owned_by").GetString());
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Anthropics_list_is_paged_its_own_way()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream);

        var all = await GetAsync(host, "/v1/models?limit=1000", anthropic: true);
        var ids = Ids(all.GetProperty("data"));
        Assert.False(all.GetProperty("has_more").GetBoolean());
        Assert.Contains("claude-sonnet-4-5", ids);
        Assert.Contains("sim-thinking", ids);
        Assert.Contains("gpt-5", ids);
        Assert.DoesNotContain("gemini-embedding-001", ids);

        var page = await GetAsync(host, "/v1/models?limit=2", anthropic: true);
        Assert.Equal(ids[..2], Ids(page.GetProperty("data")));
        Assert.True(page.GetProperty("has_more").GetBoolean());
        page = await GetAsync(host, "/v1/models?limit=2&after_id=" + ids[1], anthropic: true);
        Assert.Equal(ids[2..4], Ids(page.GetProperty("data")));
        page = await GetAsync(host, "/v1/models?limit=2&before_id=" + ids[3], anthropic: true);
        Assert.Equal(ids[1..3], Ids(page.GetProperty("data")));
        Assert.Equal(ids[1], page.GetProperty("first_id").GetString());

        var one = await GetAsync(host, "/v1/models/claude-sonnet-4-5", anthropic: true);
        Assert.Equal("model", one.GetProperty("type").GetString());
        Assert.EndsWith("Z", one.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        Assert.True(one.GetProperty("max_input_tokens").GetInt64() > one.GetProperty("max_tokens").GetInt64());
    }

    [Fact]
    public async Task A_routes_name_is_shown_as_itself_with_what_is_known_of_its_target()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream);

        var alias = await GetAsync(host, "/v1/models/quick-one", anthropic: true);
        var target = await GetAsync(host, "/v1/models/gpt-5-mini", anthropic: true);

        Assert.Equal("quick-one", alias.GetProperty("display_name").GetString());
        Assert.NotEqual("gpt-5-mini", target.GetProperty("display_name").GetString());
        Assert.Equal(target.GetProperty("created_at").GetString(), alias.GetProperty("created_at").GetString());
        Assert.Equal(target.GetProperty("max_tokens").GetInt64(), alias.GetProperty("max_tokens").GetInt64());
    }

    [Theory]
    [InlineData("claude-sonnet-4-5-20250929")]
    [InlineData("anthropic/claude-sonnet-4-5")]
    [InlineData("gpt-5.9-to-come")]
    public async Task A_model_is_found_by_every_name_that_reaches_it(string id)
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream);

        Assert.Equal(id, (await GetAsync(host, "/v1/models/" + id)).GetProperty("id").GetString());
        Assert.Equal("models/" + id, (await GetAsync(host, "/v1beta/models/" + id)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Geminis_list_is_paged_its_own_way()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream);

        var all = Ids((await GetAsync(host, "/v1beta/models?pageSize=1000")).GetProperty("models"), "name");
        Assert.Contains("models/gemini-2.5-pro", all);
        var page = await GetAsync(host, "/v1beta/models?pageSize=3");
        Assert.Equal(all[..3], Ids(page.GetProperty("models"), "name"));
        var token = page.GetProperty("nextPageToken").GetString();
        page = await GetAsync(host, "/v1beta/models?pageSize=3&pageToken=" + token);
        Assert.Equal(all[3..6], Ids(page.GetProperty("models"), "name"));

        var one = await GetAsync(host, "/v1beta/models/gemini-2.5-pro");
        Assert.True(one.GetProperty("inputTokenLimit").GetInt64() > 0);
        Assert.Equal("generateContent", one.GetProperty("supportedGenerationMethods")[0].GetString());
        var vectors = await GetAsync(host, "/v1beta/models/gemini-embedding-001");
        Assert.Equal("embedContent", vectors.GetProperty("supportedGenerationMethods")[0].GetString());
    }

    [Theory]
    [InlineData("/v1/models/no-such-model")]
    [InlineData("/v1beta/models/no-such-model")]
    [InlineData("/v1/models/sim-no-such")]
    public async Task An_unknown_model_is_not_found(string path)
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        var (answer, _) = await host.AskAsync(host.Request(HttpMethod.Get, path).With("x-api-key", host.Key));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_list_wants_a_caller_that_is_known()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        var (answer, _) = await host.AskAsync(host.Request(HttpMethod.Get, "/v1/models").With("x-api-key", "wk_wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_program_on_ones_own_machine_is_asked_for_its_models_once_a_minute()
    {
        await using var upstream = new FakeUpstream();
        upstream.On(
            "/v1/models",
            UpstreamAnswer.Json(
                """{"object":"list","data":[{"id":"house:7b"},{"id":"house:70b"},{"id":5},{},7,{"id":"a\nb"}]}"""
            )
        );
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [Local(upstream), GatewayHost.Simulator] },
            clock
        );

        var list = await GetAsync(host, "/v1/models");
        var again = await GetAsync(host, "/v1/models", anthropic: true);
        var one = await GetAsync(host, "/v1/models/house:7b");

        Assert.Equal(
            ["house:70b", "house:7b", "sim-large", "sim-small", "sim-thinking"],
            Ids(list.GetProperty("data")).Order(StringComparer.Ordinal)
        );
        Assert.Contains("house:7b", Ids(again.GetProperty("data")));
        Assert.Equal("ollama", one.GetProperty("owned_by").GetString());
        Assert.Single(upstream.Requests);

        clock.Advance(TimeSpan.FromSeconds(61));
        await GetAsync(host, "/v1/models");
        Assert.Equal(2, upstream.Requests.Count);
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "[")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"data":{"id":"x"}}""")]
    public async Task One_that_tells_nothing_of_use_takes_nothing_from_the_list(int status, string body)
    {
        await using var upstream = new FakeUpstream();
        upstream.On("/v1/models", UpstreamAnswer.Json(body, status));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [Local(upstream), GatewayHost.Simulator] }
        );

        var list = await GetAsync(host, "/v1/models");

        Assert.Equal(
            ["sim-large", "sim-small", "sim-thinking"],
            Ids(list.GetProperty("data")).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task One_that_is_silent_is_waited_for_as_long_as_a_caller_can_wait()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream();
        upstream.Enqueue(UpstreamAnswer.Status(200).Pause(gate));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [Local(upstream), GatewayHost.Simulator] }
        );

        var list = await GetAsync(host, "/v1/models");
        gate.Open();

        Assert.Equal(3, Ids(list.GetProperty("data")).Length);
    }

    private static ProviderConfig Local(FakeUpstream upstream) =>
        new()
        {
            Name = "ollama",
            Kind = ProviderKind.OpenAICompatible,
            BaseUrl = new Uri(upstream.BaseUrl, "v1"),
        };
}
