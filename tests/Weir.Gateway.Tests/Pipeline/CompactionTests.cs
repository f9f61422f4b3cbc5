using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Codex's and OpenAI's <c>POST /v1/responses/compact</c>.</summary>
public sealed class CompactionTests
{
    // The shape of developers.openai.com/api/reference (CompactedResponse), which names no model.
    private const string Compacted =
        """{"id":"resp_c1","object":"response.compaction","created_at":1780000000,"output":[{"id":"msg_1","type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]},{"id":"cmp_1","type":"compaction","encrypted_content":"sealed"}],"usage":{"input_tokens":900,"input_tokens_details":{"cached_tokens":512},"output_tokens":70,"output_tokens_details":{"reasoning_tokens":32},"total_tokens":970}}""";

    private const string Asked =
        """{"model":"gpt-5.5","input":[{"role":"user","content":"Hi"}],"instructions":"short"}""";

    [Fact]
    public async Task It_is_relayed_as_it_came_and_metered()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json(Compacted));
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/responses/compact", Asked));

        Assert.Equal((200, Compacted), ((int)answer.StatusCode, body));
        Assert.Equal(("/v1/responses/compact", Asked), (upstream.Request.Target, upstream.Request.BodyText));
        var record = await host.RecordAsync();
        Assert.Equal((388L, 512L, 70L), (record.Usage.Input, record.Usage.CacheRead, record.Usage.Output));
        Assert.Equal(("gpt-5.5", UsageQuality.Measured), (record.Model, record.Quality));
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task A_route_renames_its_model_and_takes_out_what_is_sealed_for_others()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json(Compacted));
        await using var anthropic = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(anthropic), GatewayHost.OpenAI(upstream)],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "all",
                        Targets = [new TargetConfig("anthropic", null), new TargetConfig("openai", "gpt-5.6")],
                    },
                ],
            }
        );

        var (answer, _) = await host.AskAsync(
            host.Post(
                "/v1/responses/compact",
                """{"model":"gpt-5.5","input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"weir1.x"},{"role":"user","content":"Hi"}]}"""
            )
        );

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Empty(anthropic.Requests);
        var sent = upstream.Request.BodyText;
        Assert.Contains("\"gpt-5.6\"", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("weir1.", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_target_can_make_one_the_refusal_says_so()
    {
        await using var anthropic = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(anthropic)],
                Routes = [new RouteConfig { Name = "all", Targets = [new TargetConfig("anthropic", null)] }],
            }
        );

        var (answer, body) = await host.AskAsync(host.Post("/v1/responses/compact", Asked));

        Assert.Equal(400, (int)answer.StatusCode);
        var error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains("not translated", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(anthropic.Requests);
        Assert.Empty(await host.RecordsAsync());
    }

    // As Codex 0.169 asks a provider named OpenAI, and goes on with what it got.
    [Theory]
    [InlineData("""{"type":"compaction_trigger"}""")]
    [InlineData("""{"type":"compaction","encrypted_content":"sealed"}""")]
    public async Task One_inside_a_request_goes_to_who_can_read_it_or_is_refused_with_what_helps(string item)
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json(Compacted));
        await using var anthropic = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(anthropic), GatewayHost.OpenAI(upstream)],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "both",
                        Model = "gpt-5.5",
                        Targets = [new TargetConfig("anthropic", null), new TargetConfig("openai", null)],
                    },
                    new RouteConfig { Name = "one", Targets = [new TargetConfig("anthropic", null)] },
                ],
            }
        );
        string Ask(string model) => $$"""{"model":"{{model}}","input":[{"role":"user","content":"Hi"},{{item}}]}""";

        var (served, _) = await host.AskAsync(host.Post("/v1/responses", Ask("gpt-5.5")));
        var (refused, body) = await host.AskAsync(host.Post("/v1/responses", Ask("other")));

        Assert.Equal((200, 400), ((int)served.StatusCode, (int)refused.StatusCode));
        Assert.Equal(Ask("gpt-5.5"), upstream.Request.BodyText);
        var message = JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("no equivalent for: compaction.", message, StringComparison.Ordinal);
        Assert.Contains("a name other than OpenAI", message, StringComparison.Ordinal);
        Assert.Empty(anthropic.Requests);
    }

    [Fact]
    public async Task What_it_gives_stays_with_the_account_that_gave_it()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json(Compacted));
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                ApiKeys = [.. Enumerable.Range(0, 5).Select(i => new PoolKeyConfig($"sk-pool-{i}", null))],
            }
        );
        await host.AskAsync(host.Post("/v1/responses/compact", Asked));

        for (var session = 0; session < 8; session++)
        {
            await host.AskAsync(
                host.Post(
                        "/v1/responses/compact",
                        """{"model":"gpt-5.5","input":[{"type":"item_reference","id":"cmp_1"}]}"""
                    )
                    .With("session-id", $"{session}")
            );
        }

        Assert.Equal(9, upstream.Requests.Count);
        Assert.Single(upstream.Requests.Select(r => r.Header("authorization")).Distinct());
    }

    [Fact]
    public async Task The_simulator_compacts_too()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/responses/compact", """{"model":"sim-small","input":"Hi"}""")
        );

        Assert.Equal(200, (int)answer.StatusCode);
        var compacted = JsonDocument.Parse(body).RootElement;
        Assert.Equal("response.compaction", compacted.GetProperty("object").GetString());
        Assert.Equal("compaction", compacted.GetProperty("output")[0].GetProperty("type").GetString());
        Assert.Equal(
            compacted.GetProperty("usage").GetProperty("output_tokens").GetInt64(),
            (await host.RecordAsync()).Usage.Output
        );
    }
}
