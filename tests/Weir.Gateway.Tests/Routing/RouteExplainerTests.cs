using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Ledger;

namespace Weir.Gateway.Tests.Routing;

/// <summary>What is explained is what the router and the translation would do: each tier, each fate, each refusal.</summary>
public sealed class RouteExplainerTests
{
    private static readonly PriceBook Prices = new();

    private static readonly ProviderConfig Anthropic = new()
    {
        Name = "anthropic",
        Kind = ProviderKind.Anthropic,
        ApiKey = "sk-ant-of-weir",
    };

    private static readonly ProviderConfig OpenAI = new()
    {
        Name = "openai",
        Kind = ProviderKind.OpenAI,
        ApiKey = "sk-of-weir",
    };

    private static readonly ProviderConfig Compatible = new()
    {
        Name = "local",
        Kind = ProviderKind.OpenAICompatible,
        BaseUrl = new Uri("http://127.0.0.1:9/v1"),
        Models = ["house-*"],
    };

    private static readonly ProviderConfig Simulator = new() { Name = "simulator", Kind = ProviderKind.Simulator };

    private static RouteAnswer Ask(
        RouteQuery query,
        ImmutableArray<ProviderConfig> providers,
        params ImmutableArray<RouteConfig> routes
    ) =>
        ModelGateway.Explain(
            new GatewayConfig
            {
                Providers = providers,
                Routes = routes,
                MaxBodyBytes = 4096,
            },
            [],
            Prices,
            WorkspaceId.Default,
            query
        );

    private static RouteExplanation Explain(
        RouteQuery query,
        ImmutableArray<ProviderConfig> providers,
        params ImmutableArray<RouteConfig> routes
    )
    {
        var answer = Ask(query, providers, routes);
        Assert.Empty(answer.Faults);
        return answer.Explanation!;
    }

    private static RouteQuery Body(string path, string json) =>
        new() { Path = path, Body = Encoding.UTF8.GetBytes(json) };

    private static RouteQuery Named(Dialect dialect, string model) => new() { Dialect = dialect, Model = model };

    private static RouteConfig Route(string name, params TargetConfig[] targets) =>
        new() { Name = name, Targets = [.. targets] };

    [Theory]
    [InlineData(Dialect.OpenAIChat, "house-7b", "local", RouteFinding.Listed, TargetHandling.Relayed)]
    [InlineData(Dialect.AnthropicMessages, "house-7b", "local", RouteFinding.Listed, TargetHandling.Translated)]
    [InlineData(Dialect.Gemini, "sim-small", "simulator", RouteFinding.Listed, TargetHandling.Relayed)]
    [InlineData(Dialect.OpenAIChat, "local/any", "local", RouteFinding.Named, TargetHandling.Relayed)]
    [InlineData(Dialect.AnthropicMessages, "openai/gpt-5", "openai", RouteFinding.Named, TargetHandling.Translated)]
    [InlineData(
        Dialect.OpenAIChat,
        "claude-sonnet-4-5",
        "anthropic",
        RouteFinding.Catalogue,
        TargetHandling.Translated
    )]
    [InlineData(Dialect.OpenAIResponses, "gpt-5", "openai", RouteFinding.Catalogue, TargetHandling.Relayed)]
    [InlineData(Dialect.OpenAIEmbeddings, "embed-nobody-knows", "openai", RouteFinding.Vendor, TargetHandling.Relayed)]
    [InlineData(Dialect.AnthropicMessages, "nobody-knows", "anthropic", RouteFinding.Vendor, TargetHandling.Relayed)]
    public void Each_tier_of_the_router_is_named(
        Dialect dialect,
        string model,
        string provider,
        RouteFinding by,
        TargetHandling handling
    )
    {
        ImmutableArray<ProviderConfig> providers = [Simulator, Compatible, Anthropic, OpenAI];

        var explanation = Explain(Named(dialect, model), providers);

        var target = Assert.Single(explanation.Targets);
        Assert.Equal((provider, by, handling), (target.Provider, explanation.By, target.Handling));
        Assert.Equal(model, explanation.Model);
        Assert.Null(explanation.Route);
        Assert.Null(explanation.Refusal);
        // The router itself, asked as the pipeline asks it.
        var decision = Router.Decide(
            GatewaySnapshot
                .Build(new GatewayConfig { Providers = providers }, [], previous: null, TimeProvider.System)
                .Server,
            Prices.Current,
            new RouteState(TimeProvider.System),
            new RouteQuestion(
                dialect,
                dialect != Dialect.OpenAIEmbeddings,
                model,
                Client: null,
                Key: null,
                new HeaderDictionary()
            )
        );
        Assert.Equal(decision.Targets.Select(t => t.Provider.Name), explanation.Targets.Select(t => t.Provider));
        Assert.Equal(decision.Model, target.Model);
    }

    [Fact]
    public void A_provider_of_the_dialect_is_the_last_resort()
    {
        var explanation = Explain(Named(Dialect.OpenAIChat, "nobody-knows"), [Compatible]);

        Assert.Equal(RouteFinding.Dialect, explanation.By);
        Assert.Equal(TargetCredential.Caller, Assert.Single(explanation.Targets).Credential);
    }

    [Fact]
    public void A_routes_targets_stand_in_their_order_with_what_becomes_of_each()
    {
        ImmutableArray<ProviderConfig> providers =
        [
            Anthropic,
            OpenAI with
            {
                Name = "keyless",
                ApiKey = null,
            },
            Compatible,
            new()
            {
                Name = "gemini",
                Kind = ProviderKind.Gemini,
                ApiKey = null,
            },
        ];
        var route = Route(
            "team",
            new TargetConfig("keyless", "gpt-5"),
            new TargetConfig("anthropic", null),
            new TargetConfig("gemini", "gemini-9"),
            new TargetConfig("local", "house-7b"),
            new TargetConfig("anthropic", "claude-opus-4-5")
        ) with
        {
            Model = "claude-*",
            Client = "claude-code",
            Key = "ci-*",
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("x-tier", "gold"),
        };
        var query = Body(
            "/v1/messages?beta=true",
            """{"model":"claude-x","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"secret words"}]}"""
        ) with
        {
            Headers = [new("User-Agent", "claude-cli/2.1"), new("X-Tier", "gold")],
            Key = "ci-7",
        };

        var explanation = Explain(query, providers, route, Route("rest", new TargetConfig("anthropic", null)));

        Assert.Equal(("team", RouteFinding.Route), (explanation.Route, explanation.By));
        Assert.Equal(("/v1/messages", "claude-code"), (explanation.Path, explanation.Client));
        Assert.True(explanation.Streams);
        Assert.Equal(
            [
                ("keyless", "gpt-5", TargetHandling.PassedOver, Dialect.None, TargetCredential.Missing),
                ("anthropic", "claude-x", TargetHandling.Relayed, Dialect.AnthropicMessages, TargetCredential.Weir),
                ("gemini", "gemini-9", TargetHandling.PassedOver, Dialect.None, TargetCredential.Missing),
                ("local", "house-7b", TargetHandling.Translated, Dialect.OpenAIChat, TargetCredential.None),
                (
                    "anthropic",
                    "claude-opus-4-5",
                    TargetHandling.Relayed,
                    Dialect.AnthropicMessages,
                    TargetCredential.Weir
                ),
            ],
            explanation.Targets.Select(t => (t.Provider, t.Model, t.Handling, t.Dialect, t.Credential))
        );
        Assert.Contains("give keyless an apiKey", explanation.Targets[0].Reason, StringComparison.Ordinal);
        Assert.Empty(explanation.Targets[1].Edits);
        Assert.Equal(["model"], explanation.Targets[4].Edits);
        Assert.DoesNotContain("secret", $"{explanation}", StringComparison.Ordinal);

        var other = Explain(
            query with
            {
                Key = "web",
            },
            providers,
            route,
            Route("rest", new TargetConfig("anthropic", null))
        );
        Assert.Equal("rest", other.Route);
    }

    [Fact]
    public void What_is_dropped_is_named_with_the_tables_sentence()
    {
        var explanation = Explain(
            Body(
                "/v1/messages",
                """
                {"model":"house-7b","max_tokens":9,"top_k":4,"metadata":{"user_id":"u"},
                 "system":[{"type":"text","text":"be short","cache_control":{"type":"ephemeral"}}],
                 "messages":[{"role":"user","content":"hello"}]}
                """
            ),
            [Compatible]
        );

        var target = Assert.Single(explanation.Targets);
        Assert.Equal(Dialect.OpenAIChat, target.Dialect);
        Assert.Contains(new FeatureNote("cache_control", "others cache equal prefixes by themselves"), target.Dropped);
        Assert.Contains(new FeatureNote("top_k", null), target.Dropped);
        Assert.Empty(target.Refused);
        Assert.Null(explanation.Refusal);
    }

    [Fact]
    public void A_target_that_lacks_what_is_needed_is_passed_over_and_the_last_one_refuses()
    {
        const string json = """
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
              {"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}]}]}
            """;
        var route = Route("r", new TargetConfig("local", null), new TargetConfig("anthropic", null));

        var served = Explain(Body("/v1/messages", json), [Compatible, Anthropic], route);

        Assert.Equal(
            [TargetHandling.PassedOver, TargetHandling.Relayed],
            served.Targets.Select(target => target.Handling)
        );
        Assert.Equal("document_url", Assert.Single(served.Targets[0].Refused).Name);
        Assert.Contains("document_url", served.Targets[0].Reason, StringComparison.Ordinal);
        Assert.Null(served.Refusal);

        var refused = Explain(Body("/v1/messages", json), [Compatible], Route("r", new TargetConfig("local", null)));
        Assert.Equal(new RouteRefusal(400, refused.Targets[0].Reason!), refused.Refusal);
        Assert.Equal("r", refused.Route);
    }

    [Fact]
    public void A_stream_of_chat_is_made_to_report_its_usage_unless_it_does()
    {
        const string plain = """{"model":"gpt-5","stream":true,"messages":[]}""";
        const string asks = """{"model":"gpt-5","stream":true,"stream_options":{"include_usage":true},"messages":[]}""";

        Assert.Equal(["stream_options"], Explain(Body("/v1/chat/completions", plain), [OpenAI]).Targets[0].Edits);
        Assert.Empty(Explain(Body("/v1/chat/completions", asks), [OpenAI]).Targets[0].Edits);
        Assert.Equal(
            ["model"],
            Explain(
                new RouteQuery { Path = "/v1beta/models/mine:generateContent" },
                [Simulator],
                Route("r", new TargetConfig("simulator", "sim-small"))
            )
                .Targets[0]
                .Edits
        );
    }

    [Theory]
    [InlineData("""{"messages":[]}""", 400, "names no model")]
    [InlineData("""[1]""", 400, "must be a JSON object")]
    [InlineData("""{"model":"m","model":"n"}""", 400, "stands twice")]
    [InlineData("""{"model":""", 400, "not valid JSON")]
    [InlineData("""{"model":"gemini-2.5-pro"}""", 404, "No provider is configured for the model gemini-2.5-pro")]
    public void A_refusal_is_the_one_that_the_caller_would_read(string json, int status, string words)
    {
        var explanation = Explain(Body("/v1/messages", json), [OpenAI with { Models = ["x"] }]);

        Assert.Equal(status, explanation.Refusal!.Status);
        Assert.Contains(words, explanation.Refusal.Reason, StringComparison.Ordinal);
        Assert.Empty(explanation.Targets);
        Assert.Null(explanation.By);
    }

    [Fact]
    public void A_body_over_the_gateways_bound_and_a_workspace_that_is_not_served_are_refused()
    {
        var large = Explain(Body("/v1/messages", $$"""{"model":"m","x":"{{new string('x', 5000)}}"}"""), [Anthropic]);
        Assert.Equal(413, large.Refusal!.Status);

        var stranger = ModelGateway.Explain(
            new GatewayConfig { Providers = [Anthropic] },
            [],
            Prices,
            new WorkspaceId(7),
            Named(Dialect.AnthropicMessages, "claude-x")
        );
        Assert.Equal(403, stranger.Explanation!.Refusal!.Status);
        Assert.Empty(stranger.Explanation.Targets);
    }

    [Fact]
    public void A_workspace_sees_its_own_view()
    {
        var server = new GatewayConfig
        {
            Providers = [Anthropic],
            Routes = [Route("all", new TargetConfig("anthropic", null))],
        };
        ImmutableArray<WorkspaceConfig> workspaces =
        [
            new WorkspaceConfig(new WorkspaceId(2), "acme") { Providers = [Compatible with { Name = "theirs" }] },
        ];

        var theirs = ModelGateway
            .Explain(server, workspaces, Prices, new WorkspaceId(2), Named(Dialect.AnthropicMessages, "house-1"))
            .Explanation!;

        Assert.Equal("theirs", Assert.Single(theirs.Targets).Provider);
        Assert.Null(theirs.Route);
    }

    [Fact]
    public void A_secret_that_was_not_opened_counts_as_a_key()
    {
        var explanation = Explain(
            Named(Dialect.AnthropicMessages, "openai/gpt-5"),
            [OpenAI with { ApiKey = null, Secret = "vendor" }]
        );

        Assert.Equal(TargetCredential.Weir, Assert.Single(explanation.Targets).Credential);
        Assert.Equal(TargetHandling.Translated, explanation.Targets[0].Handling);
    }

    [Fact]
    public void A_callers_credential_goes_to_the_vendor_that_it_is_meant_for_alone()
    {
        var route = Route(
            "r",
            new TargetConfig("one", null),
            new TargetConfig("local", null),
            new TargetConfig("two", null)
        );
        var explanation = Explain(
            Named(Dialect.OpenAIChat, "m"),
            [OpenAI with { Name = "one", ApiKey = null }, OpenAI with { Name = "two", ApiKey = null }, Compatible],
            route
        );

        Assert.Equal(
            [TargetCredential.Caller, TargetCredential.None, TargetCredential.Caller],
            explanation.Targets.Select(target => target.Credential)
        );
    }

    [Fact]
    public void All_faults_of_a_question_are_told_at_once()
    {
        var answer = Ask(
            new RouteQuery
            {
                Path = "no-path",
                Headers = [new("a b", "x"), new("x-fine", "line\nbreak")],
                Client = "",
                Key = new string('k', 300),
            },
            [Anthropic]
        );

        Assert.Null(answer.Explanation);
        Assert.Equal(["/client", "/headers", "/headers/x-fine", "/key", "/path"], answer.Faults.Keys);
    }

    [Theory]
    [InlineData("/p/anthropic/v1/files", "/path")]
    [InlineData("/v1/models", "/path")]
    [InlineData("/v1/messages/count_tokens", "/path")]
    [InlineData("/", "/path")]
    [InlineData("/v1beta/models/:generateContent", "/path")]
    [InlineData("/v1/messages", "/model")]
    public void What_no_model_answers_is_no_question(string path, string at) =>
        Assert.Equal(at, Assert.Single(Ask(new RouteQuery { Path = path }, [Anthropic]).Faults).Key);

    [Fact]
    public void A_question_names_its_model_once_and_its_dialect_once()
    {
        Assert.Equal(["/path"], Ask(new RouteQuery { Model = "m" }, [Anthropic]).Faults.Keys);
        Assert.Equal(
            ["/dialect"],
            Ask(
                new RouteQuery
                {
                    Path = "/v1/messages",
                    Dialect = Dialect.OpenAIChat,
                    Model = "m",
                },
                [Anthropic]
            ).Faults.Keys
        );
        Assert.Equal(["/model"], Ask(new RouteQuery { Dialect = Dialect.Gemini }, [Anthropic]).Faults.Keys);
        Assert.Equal(["/dialect"], Ask(Named(Dialect.PassThrough, "m"), [Anthropic]).Faults.Keys);
        Assert.Equal(
            ["/model"],
            Ask(Body("/v1/messages", """{"model":"m"}""") with { Model = "n" }, [Anthropic]).Faults.Keys
        );
    }

    [Fact]
    public void Hostile_texts_are_refused_or_explained_and_never_thrown_at()
    {
        string[] texts = ["\ud800", "\0", "%", "%zz", new string('é', 200), "a\u202eb", "{\"", "*", "/"];
        foreach (var text in texts)
        {
            foreach (var dialect in new[] { Dialect.AnthropicMessages, Dialect.Gemini, Dialect.OpenAIEmbeddings })
            {
                Ask(Named(dialect, text), [Anthropic, OpenAI]);
            }

            Ask(new RouteQuery { Path = "/v1beta/models/" + text + ":generateContent" }, [Anthropic]);
            Ask(new RouteQuery { Path = "/v1/models/" + text, Headers = [new(text, text)] }, [Anthropic]);
            Ask(Named(Dialect.OpenAIChat, "m") with { Client = text, Key = text }, [Anthropic]);
        }

        var deep = Encoding.UTF8.GetBytes(
            $$"""{"model":"claude-x","x":{{new string('[', 1500)}}{{new string(']', 1500)}}}"""
        );
        var explanation = Explain(new RouteQuery { Path = "/v1/messages", Body = deep }, [Anthropic]);
        Assert.Equal(400, explanation.Refusal!.Status);
        Assert.Contains("deeper", explanation.Refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_host_needs_changed_and_cut_is_told()
    {
        var bedrock = new ProviderConfig
        {
            Name = "bedrock",
            Kind = ProviderKind.Bedrock,
            Region = "eu-west-1",
            ApiKey = "key",
        };
        var query = Body(
            "/v1/messages",
            """{"model":"anthropic.claude-haiku-4-5-20251001-v1:0","stream":true,"max_tokens":9,"mcp_servers":[],"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"weir1.abc"}]}]}"""
        ) with
        {
            Headers = [new("anthropic-beta", "mcp-client-2025-11-20")],
        };

        var target = Assert.Single(Explain(query, [bedrock]).Targets);

        Assert.Equal(TargetHandling.Relayed, target.Handling);
        Assert.Equal(["thinking", "anthropic_version", "mcp_servers", "model", "stream"], target.Edits);
        Assert.Equal(["hosted_tool", "thinking_signature"], target.Dropped.Select(note => note.Name));
    }

    [Fact]
    public void Routes_that_do_not_match_say_which_condition_does_not_hold()
    {
        ImmutableArray<RouteConfig> routes =
        [
            Route("helpers", new TargetConfig("openai", "gpt-5-mini")) with
            {
                Background = true,
            },
            Route("large", new TargetConfig("openai", "gpt-5")) with
            {
                Model = "claude-*",
                TokensAbove = 1000,
            },
            Route("night", new TargetConfig("openai", "gpt-5")) with
            {
                Schedule = new ScheduleConfig(
                    [DayOfWeek.Monday],
                    new TimeOnly(22, 0),
                    new TimeOnly(6, 0),
                    TimeZoneInfo.Utc
                ),
            },
            Route("rest", new TargetConfig("anthropic", null)),
            Route("never", new TargetConfig("anthropic", null)),
        ];
        var query = Named(Dialect.AnthropicMessages, "claude-sonnet-4-5") with
        {
            At = new DateTimeOffset(2026, 7, 2, 23, 30, 0, TimeSpan.Zero),
        };

        var explanation = Explain(query, [Anthropic, OpenAI], routes);

        Assert.Equal("rest", explanation.Route);
        Assert.Equal(
            [
                new MissedRoute("helpers", "background is to be true, and is false"),
                new MissedRoute("large", "tokensAbove is to be 1000, and is about 7"),
                new MissedRoute("night", "schedule is to be Mon 22:00-06:00 UTC, and is Thu 23:30"),
            ],
            explanation.Missed
        );
        Assert.Null(Assert.Single(explanation.Targets).Standing);
        // Monday's night lasts into Tuesday.
        query = query with
        {
            At = new DateTimeOffset(2026, 7, 7, 5, 0, 0, TimeSpan.Zero),
        };
        Assert.Equal("night", Explain(query, [Anthropic, OpenAI], routes).Route);
    }

    [Fact]
    public void What_kind_of_request_it_is_stands_there()
    {
        var query = Body(
            "/v1/messages",
            """
            {"model":"claude-sonnet-4-5","max_tokens":9,"thinking":{"type":"enabled","budget_tokens":1024},
             "tools":[{"type":"web_search_20250305","name":"web_search"}],
             "messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":""}}]}]}
            """
        ) with
        {
            Headers = [KeyValuePair.Create("x-claude-code-agent-id", "a1")],
        };

        Assert.Equal(["thinking", "webSearch", "image", "subagent"], Explain(query, [Anthropic]).Kinds);
        Assert.Equal(
            ["background"],
            Explain(
                Body("/v1/messages", """{"model":"claude-haiku-4-5","max_tokens":9,"messages":[]}""") with
                {
                    Client = "claude-code",
                },
                [Anthropic]
            ).Kinds
        );
    }

    [Fact]
    public void Each_target_says_why_it_stands_where_it_stands()
    {
        var targets = new[] { new TargetConfig("openai", "gpt-5", 20), new TargetConfig("anthropic", null, 80) };
        var query = Named(Dialect.AnthropicMessages, "claude-sonnet-4-5");

        var weighted = Explain(
            query,
            [Anthropic, OpenAI],
            Route("r", targets) with
            {
                Strategy = RouteStrategy.Weighted,
            }
        );
        Assert.Equal("weighted", weighted.Strategy);
        Assert.Equal("weighted", weighted.OrderedBy);
        Assert.Equal(["anthropic", "openai"], weighted.Targets.Select(t => t.Provider));
        Assert.Equal("weight 80 of 100: each request draws by its id", weighted.Targets[0].Standing);

        var latency = Explain(
            query,
            [Anthropic, OpenAI],
            Route("r", targets) with
            {
                Strategy = RouteStrategy.Latency,
            }
        );
        Assert.All(latency.Targets, target => Assert.Equal("not measured yet", target.Standing));

        var cost = Explain(
            query,
            [Anthropic, OpenAI, Simulator],
            Route("r", new("openai", "nobody-knows"), new("anthropic", null), new("simulator", "sim-small")) with
            {
                Strategy = RouteStrategy.Cost,
            }
        );
        Assert.Equal(["simulator", "anthropic", "openai"], cost.Targets.Select(t => t.Provider));
        Assert.Equal("is not paid by the token", cost.Targets[0].Standing);
        Assert.StartsWith("about 0.", cost.Targets[1].Standing, StringComparison.Ordinal);
        Assert.Equal("its price is not known", cost.Targets[2].Standing);

        var plain = Explain(query, [Anthropic, OpenAI], Route("r", targets));
        Assert.Equal("fallback", plain.Strategy);
        Assert.Null(plain.OrderedBy);
        Assert.All(plain.Targets, target => Assert.Null(target.Standing));
    }

    [Fact]
    public void An_alias_is_told_with_what_it_stands_for()
    {
        var config = new GatewayConfig
        {
            Providers = [Anthropic, OpenAI],
            Aliases =
            [
                new AliasConfig
                {
                    Name = "fast",
                    Model = "claude-haiku-4-5",
                    Keys = [KeyValuePair.Create("ci-*", "gpt-5-mini")],
                    Teams = [KeyValuePair.Create("research", "claude-opus-4-5")],
                },
                new AliasConfig { Name = "big", Targets = [new TargetConfig("openai", "gpt-5")] },
            ],
        };

        Assert.Equal(("claude-haiku-4-5", null, "anthropic"), Told(Named(Dialect.AnthropicMessages, "fast")));
        Assert.Equal(("claude-haiku-4-5", null, "anthropic"), Told(Named(Dialect.AnthropicMessages, "FAST")));
        Assert.Equal(
            ("gpt-5-mini", null, "openai"),
            Told(Named(Dialect.AnthropicMessages, "fast") with { Key = "ci-7", Team = "research" })
        );
        Assert.Equal(
            ("claude-opus-4-5", null, "anthropic"),
            Told(Named(Dialect.AnthropicMessages, "fast") with { Key = "mine", Team = "research" })
        );
        Assert.Equal((null, "big", "openai"), Told(Named(Dialect.AnthropicMessages, "big")));

        (string? Alias, string? Route, string Provider) Told(RouteQuery query)
        {
            var told = ModelGateway.Explain(config, [], Prices, WorkspaceId.Default, query).Explanation!;
            var target = Assert.Single(told.Targets);
            Assert.Equal(told.Alias is null ? "gpt-5" : told.Alias, target.Model);
            return (told.Alias, told.Route, target.Provider);
        }
    }
}
