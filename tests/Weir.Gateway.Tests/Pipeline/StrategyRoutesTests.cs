using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Strategies, affinity, aliases and conditions through real sockets, and what records say of them.</summary>
public sealed class StrategyRoutesTests : IAsyncLifetime
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };

    private readonly FakeUpstream first = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
    private readonly FakeUpstream second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    private GatewayConfig Two(
        RouteStrategy strategy,
        bool? stays = null,
        int firstWeight = 1,
        int secondWeight = 1,
        string? secondModel = null
    ) =>
        new()
        {
            Providers = [GatewayHost.Anthropic(first, "first"), GatewayHost.Anthropic(second, "second")],
            Routes =
            [
                new RouteConfig
                {
                    Name = "both",
                    Strategy = strategy,
                    StaysWithSession = stays,
                    Targets =
                    [
                        new TargetConfig("first", null, firstWeight),
                        new TargetConfig("second", secondModel, secondWeight),
                    ],
                },
            ],
        };

    private static async Task<string> ServedAsync(GatewayHost host, string body, string? session = null)
    {
        var request = host.Post("/v1/messages", body);
        if (session is not null)
        {
            request = request.With("X-Claude-Code-Session-Id", session);
        }

        var (answer, _) = await host.AskAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        return answer.Header("x-weir-provider")!;
    }

    [Fact]
    public async Task A_weighted_route_spreads_sessions_and_keeps_each_where_it_is()
    {
        await using var host = await GatewayHost.StartAsync(Two(RouteStrategy.Weighted));
        var served = new Dictionary<string, string>();
        for (var i = 0; i < 24; i++)
        {
            var session = string.Create(CultureInfo.InvariantCulture, $"s{i % 12}");
            var by = await ServedAsync(host, Ask, session);
            Assert.Equal(served.GetValueOrDefault(session, by), by);
            served[session] = by;
        }

        Assert.Equal(["first", "second"], served.Values.Distinct().Order());
        var records = await host.RecordsAsync();
        Assert.All(records, r => Assert.Equal("both", r.Route));
        Assert.All(records.Where(r => r.Provider == "first"), r => Assert.Null(r.HandoffReason));
        var reasons = records.Where(r => r.Provider == "second").GroupBy(r => r.Session);
        Assert.All(reasons, s => Assert.Equal(["route:weighted", "route:affinity"], s.Select(r => r.HandoffReason)));
    }

    [Fact]
    public async Task A_session_moves_when_its_target_fails_and_then_stays_where_it_went()
    {
        await using var host = await GatewayHost.StartAsync(Two(RouteStrategy.Weighted, null, 1, 0));
        Assert.Equal("first", await ServedAsync(host, Ask, "s"));

        first.On("/v1/messages", AnthropicAnswers.Error(529, "overloaded_error"), AnthropicAnswers.Message(Reply));
        Assert.Equal("second", await ServedAsync(host, Ask, "s"));
        Assert.Equal("second", await ServedAsync(host, Ask, "s"));

        var records = await host.RecordsAsync();
        Assert.Equal([null, "fallback:overloaded", "route:affinity"], records.Select(r => r.HandoffReason));
        Assert.Equal("first", await ServedAsync(host, Ask, "another"));
    }

    [Fact]
    public async Task The_target_that_begins_sooner_is_asked_first()
    {
        var slow = AnthropicAnswers.Stream(Reply).WaitBeforeHead(TimeSpan.FromMilliseconds(400));
        await using var late = new FakeUpstream().On("/v1/messages", slow);
        await using var soon = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Reply));
        var config = Two(RouteStrategy.Latency);
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Providers = [GatewayHost.Anthropic(late, "first"), GatewayHost.Anthropic(soon, "second")],
            }
        );
        for (var i = 0; i < 12; i++)
        {
            await host.AskAsync(host.Post("/v1/messages", AskStream));
        }

        // Each was measured once, one in twenty explores: what is left goes to the one that is soon.
        Assert.InRange(late.Requests.Count, 1, 5);
        var explained = host
            .Gateway.Explain(
                WorkspaceId.Default,
                new RouteQuery { Path = "/v1/messages", Body = System.Text.Encoding.UTF8.GetBytes(AskStream) }
            )
            .Explanation!;
        Assert.Equal(["second", "first"], explained.Targets.Select(t => t.Provider));
        Assert.All(
            explained.Targets,
            t => Assert.StartsWith("begins to answer after ", t.Standing, StringComparison.Ordinal)
        );
        var records = await host.RecordsAsync();
        Assert.Contains(records, r => r is { Provider: "second", HandoffReason: "route:latency" });
    }

    [Fact]
    public async Task Adaptive_leaves_a_target_that_fails()
    {
        first.First("/v1/messages", [.. Enumerable.Repeat(AnthropicAnswers.Error(500, "api_error"), 40)]);
        await using var host = await GatewayHost.StartAsync(Two(RouteStrategy.Adaptive));
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal("second", await ServedAsync(host, Ask));
        }

        // It is tried first until it has failed once.
        Assert.InRange(first.Requests.Count, 0, 1);
    }

    [Fact]
    public async Task The_cheaper_model_serves_and_the_record_says_what_the_other_would_have_cost()
    {
        await using var host = await GatewayHost.StartAsync(Two(RouteStrategy.Cost, secondModel: "claude-haiku-4-5"));

        Assert.Equal("second", await ServedAsync(host, Ask));

        Assert.Contains("claude-haiku-4-5", second.Request.BodyText, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal("route:cost", record.HandoffReason);
        Assert.NotNull(record.RequestedCost);
    }

    [Fact]
    public async Task An_alias_is_asked_for_listed_and_recorded()
    {
        var config = new GatewayConfig
        {
            Providers = [GatewayHost.Anthropic(first, "first"), GatewayHost.Anthropic(second, "second")],
            Aliases =
            [
                new AliasConfig
                {
                    Name = "fast",
                    Model = "first/claude-haiku-4-5",
                    Teams = [KeyValuePair.Create("hydro", "second/claude-sonnet-4-5")],
                },
                new AliasConfig { Name = "big", Targets = [new TargetConfig("first", "claude-opus-4-5")] },
            ],
        };
        await using var host = await GatewayHost.StartAsync(config);

        // The host's key is of the team hydro.
        Assert.Equal(
            "second",
            await ServedAsync(host, Ask.Replace("claude-sonnet-4-5", "fast", StringComparison.Ordinal))
        );
        Assert.Equal(Ask, second.Request.BodyText);
        Assert.Equal(
            "first",
            await ServedAsync(host, Ask.Replace("claude-sonnet-4-5", "Big", StringComparison.Ordinal))
        );
        Assert.Contains("\"claude-opus-4-5\"", first.Request.BodyText, StringComparison.Ordinal);
        var records = await host.RecordsAsync();
        Assert.Equal(
            [("fast", null, "alias"), ("Big", "big", "route")],
            records.Select(r => (r.RequestedModel, r.Route, r.HandoffReason))
        );

        var (_, list) = await host.AskAsync(host.Request(HttpMethod.Get, "/v1/models").With("x-api-key", host.Key));
        using var models = JsonDocument.Parse(list);
        var ids = models.RootElement.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString());
        Assert.Superset(new HashSet<string?> { "fast", "big" }, ids.ToHashSet());
        var (one, _) = await host.AskAsync(host.Request(HttpMethod.Get, "/v1/models/fast").With("x-api-key", host.Key));
        Assert.Equal(200, (int)one.StatusCode);
    }

    [Fact]
    public async Task Claude_codes_title_goes_elsewhere_than_its_work()
    {
        var config = Two(RouteStrategy.Fallback);
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "helpers",
                        Background = true,
                        Targets = [new TargetConfig("second", "claude-haiku-4-5")],
                    },
                    new RouteConfig
                    {
                        Name = "agents",
                        Subagent = new SubagentConfig(true, "*reviewer*"),
                        Targets = [new TargetConfig("second", null)],
                    },
                    new RouteConfig { Name = "work", Targets = [new TargetConfig("first", null)] },
                ],
            }
        );
        foreach (var fixture in new[] { "title", "main", "subagent" })
        {
            var body = Routing.Questions.Fixture("claude-code-" + fixture);
            await host.AskAsync(
                host.Post("/v1/messages?beta=true", body).With("User-Agent", "claude-cli/2.1.197 (external, sdk-cli)")
            );
        }

        var records = await host.RecordsAsync();
        Assert.Equal(["helpers", "work", "agents"], records.Select(r => r.Route));
        Assert.Equal(["second", "first", "second"], records.Select(r => r.Provider));
        Assert.Equal(["route", null, null], records.Select(r => r.HandoffReason));
        // What is not renamed is not touched, however deep routes look.
        Assert.Equal(Routing.Questions.Fixture("claude-code-main"), first.Request.Body.ToArray());
    }

    [Fact]
    public async Task What_was_measured_outlives_a_change_of_the_configuration()
    {
        var config = Two(RouteStrategy.Weighted, stays: true);
        await using var host = await GatewayHost.StartAsync(config);
        var served = await ServedAsync(host, Ask, "s");
        var weights = served == "first" ? (0, 1) : (1, 0);

        host.Gateway.Apply(Two(RouteStrategy.Weighted, true, weights.Item1, weights.Item2));

        Assert.Equal(served, await ServedAsync(host, Ask, "s"));
        Assert.NotEqual(served, await ServedAsync(host, Ask, "another"));
    }
}
