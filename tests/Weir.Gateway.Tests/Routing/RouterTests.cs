using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Ledger;

namespace Weir.Gateway.Tests.Routing;

public sealed class RouterTests
{
    private static readonly PriceSnapshot Prices = new PriceBook().Current;

    private static readonly ProviderConfig Anthropic = new() { Name = "anthropic", Kind = ProviderKind.Anthropic };
    private static readonly ProviderConfig OpenAI = new() { Name = "openai", Kind = ProviderKind.OpenAI };

    private static readonly ProviderConfig Compatible = new()
    {
        Name = "openrouter",
        Kind = ProviderKind.OpenAICompatible,
        BaseUrl = new Uri("https://openrouter.example/api/v1"),
        Models = ["meta/*"],
    };

    private static readonly ProviderConfig Simulator = new()
    {
        Name = "simulator",
        Kind = ProviderKind.Simulator,
        Models = ["sim-*"],
    };

    private static RouteDecision Decide(
        Dialect dialect,
        string model,
        ImmutableArray<ProviderConfig> providers,
        ImmutableArray<RouteConfig> routes = default,
        string? client = null,
        string? key = null,
        IHeaderDictionary? headers = null
    )
    {
        var config = new GatewayConfig { Providers = providers, Routes = routes.IsDefault ? [] : routes };
        return Router.Decide(
            GatewaySnapshot.Build(config, [], previous: null, TimeProvider.System).Server,
            Prices,
            new RouteState(TimeProvider.System),
            new RouteQuestion(dialect, MayTranslate: true, model, client, key, headers ?? new HeaderDictionary())
        );
    }

    private static RouteConfig Route(string name, params TargetConfig[] targets) =>
        new() { Name = name, Targets = [.. targets] };

    [Theory]
    [InlineData(Dialect.OpenAIChat, "meta/llama", "openrouter")]
    [InlineData(Dialect.OpenAIChat, "sim-small", "simulator")]
    [InlineData(Dialect.AnthropicMessages, "sim-small", "simulator")]
    [InlineData(Dialect.Gemini, "sim-large", "simulator")]
    [InlineData(Dialect.AnthropicMessages, "claude-brand-new", "anthropic")]
    [InlineData(Dialect.OpenAIChat, "a-model-nobody-knows", "openai")]
    [InlineData(Dialect.OpenAIResponses, "a-model-nobody-knows", "openai")]
    [InlineData(Dialect.OpenAIEmbeddings, "a-model-nobody-knows", "openai")]
    public void With_no_route_the_model_finds_its_provider(Dialect dialect, string model, string provider)
    {
        var decision = Decide(dialect, model, [Simulator, Compatible, Anthropic, OpenAI]);

        Assert.Equal(provider, Assert.Single(decision.Targets).Provider.Name);
        Assert.Null(decision.Route);
        Assert.Equal(model, decision.Model);
    }

    [Fact]
    public void A_configured_providers_name_before_the_slash_chooses_it()
    {
        var decision = Decide(Dialect.OpenAIChat, "openrouter/vendor/model", [OpenAI, Compatible]);
        Assert.Equal("openrouter", Assert.Single(decision.Targets).Provider.Name);
        Assert.Equal("vendor/model", decision.Model);

        decision = Decide(Dialect.OpenAIChat, "nobody/model", [OpenAI, Compatible]);
        Assert.Equal("openai", Assert.Single(decision.Targets).Provider.Name);
        Assert.Equal("nobody/model", decision.Model);
    }

    [Fact]
    public void A_model_of_another_dialect_says_where_it_is_spoken()
    {
        var decision = Decide(Dialect.OpenAIChat, "anthropic/claude", [OpenAI, Anthropic]);
        Assert.Equal(400, decision.Status);
        Assert.Contains("POST /v1/messages", decision.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_nobody_can_serve_says_what_to_do()
    {
        var decision = Decide(Dialect.Gemini, "gemini-9", [OpenAI, Simulator]);
        Assert.Equal(404, decision.Status);
        Assert.Empty(decision.Targets);
        Assert.Contains("gemini-9", decision.Refusal, StringComparison.Ordinal);
        Assert.Contains("Add a provider", decision.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_route_that_matches_decides()
    {
        ImmutableArray<RouteConfig> routes =
        [
            Route("by-client", new TargetConfig("openrouter", "m/one")) with
            {
                Client = "codex*",
                Model = "gpt-*",
            },
            Route("by-key", new TargetConfig("openrouter", "m/two")) with
            {
                Key = "ci-*",
            },
            Route("by-header", new TargetConfig("openrouter", "m/three")) with
            {
                Headers = ImmutableSortedDictionary<string, string>.Empty.Add("x-tier", "go*"),
            },
            Route("rest", new TargetConfig("openai", null), new TargetConfig("openrouter", "m/four")),
        ];
        ImmutableArray<ProviderConfig> providers = [OpenAI, Compatible];

        Assert.Equal("by-client", Decide(Dialect.OpenAIChat, "gpt-5", providers, routes, client: "codex").Route);
        Assert.Equal("rest", Decide(Dialect.OpenAIChat, "o9", providers, routes, client: "codex").Route);
        Assert.Equal("by-key", Decide(Dialect.OpenAIChat, "o9", providers, routes, key: "ci-7").Route);
        var gold = new HeaderDictionary { ["X-Tier"] = "gold" };
        Assert.Equal("by-header", Decide(Dialect.OpenAIChat, "o9", providers, routes, headers: gold).Route);
        var rest = Decide(Dialect.OpenAIChat, "gpt-5", providers, routes);
        Assert.Equal(["openai", "openrouter"], rest.Targets.Select(t => t.Provider.Name));
        Assert.Equal([null, "m/four"], rest.Targets.Select(t => t.Model));
    }

    [Fact]
    public void Targets_of_another_dialect_are_passed_over()
    {
        ImmutableArray<RouteConfig> routes =
        [
            Route("all", new TargetConfig("anthropic", null), new TargetConfig("openai", null)),
        ];

        var decision = Decide(Dialect.OpenAIChat, "any", [Anthropic, OpenAI], routes);
        Assert.Equal("openai", Assert.Single(decision.Targets).Provider.Name);

        decision = Decide(Dialect.Gemini, "any", [Anthropic, OpenAI], routes);
        Assert.Equal(400, decision.Status);
        Assert.Contains("all", decision.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_to_a_provider_that_is_not_configured_is_no_configuration() =>
        Assert.Throws<ArgumentException>(() =>
            Decide(Dialect.OpenAIChat, "x", [OpenAI], [Route("r", new TargetConfig("nobody", null))])
        );
}
