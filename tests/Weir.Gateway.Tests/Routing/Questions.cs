using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Wire;
using Weir.Identity;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.Gateway.Tests.Routing;

/// <summary>Requests and routes as the router gets them.</summary>
internal static class Questions
{
    public static PriceSnapshot Prices { get; } = new PriceBook().Current;

    /// <summary>A body of a real program, from tests/fixtures/requests.</summary>
    public static byte[] Fixture(string name) =>
        File.ReadAllBytes(Path.Combine(RealPrograms.Repository, "tests", "fixtures", "requests", name + ".json"));

    /// <summary>A body as Claude Code sends it.</summary>
    public static RouteQuestion ClaudeCode(string fixture, string? agent = null)
    {
        var headers = new HeaderDictionary
        {
            ["User-Agent"] = "claude-cli/2.1.197 (external, sdk-cli)",
            ["X-Claude-Code-Session-Id"] = "9fcd504f-695c-45a9-83cf-862c879870df",
        };
        if (agent is not null)
        {
            headers["x-claude-code-agent-id"] = agent;
        }

        return Of(Fixture(fixture), Dialect.AnthropicMessages, headers);
    }

    public static RouteQuestion Of(string body, Dialect dialect, IHeaderDictionary? headers = null) =>
        Of(Encoding.UTF8.GetBytes(body), dialect, headers);

    public static RouteQuestion Of(byte[] body, Dialect dialect, IHeaderDictionary? headers = null)
    {
        headers ??= new HeaderDictionary();
        var head = RequestHeadReader.Read(body, dialect);
        Assert.Null(head.Fault);
        var attribution = Attribution.Read(headers, Principal.Local);
        return new RouteQuestion(
            dialect,
            MayTranslate: true,
            head.Model ?? "gemini-3-pro",
            attribution.Client,
            Key: null,
            headers
        )
        {
            Session = attribution.Session ?? head.Session,
            Agent = attribution.Agent,
            BodyLength = body.Length,
            OutputBound = head.MaxTokens,
            HasThinking = head.HasThinking,
            Traits = new RequestTraits(body, dialect, head),
        };
    }

    /// <summary>Whether a route with that match takes the request.</summary>
    public static bool Takes(RouteConfig match, in RouteQuestion question)
    {
        var route = RouteOf(match);
        Assert.Equal(route.Matches(question), route.WhyNot(question) is null);
        return route.Matches(question);
    }

    /// <summary>A match to be filled in.</summary>
    public static RouteConfig Match { get; } = new() { Name = "r", Targets = [new TargetConfig("a", null)] };

    /// <summary>The model of a route over providers that are called as its targets call them.</summary>
    public static RouteModel RouteOf(RouteConfig config) => GatewayOf(config).Routes[0];

    /// <summary>A gateway with that route over Anthropic's own kind.</summary>
    public static GatewayModel GatewayOf(RouteConfig config, HealthBook? health = null) =>
        GatewaySnapshot
            .Build(
                new GatewayConfig
                {
                    Providers =
                    [
                        .. config
                            .Targets.Select(t => t.Provider)
                            .Distinct()
                            .Select(name => new ProviderConfig
                            {
                                Name = name,
                                Kind = ProviderKind.Anthropic,
                                ApiKey = "sk-ant-of-weir",
                            }),
                    ],
                    Routes = [config],
                },
                [],
                previous: null,
                TimeProvider.System,
                health
            )
            .Server;

    /// <summary>A route of that strategy over targets <c>a</c>, <c>b</c>, <c>c</c> … of these weights.</summary>
    public static GatewayModel Over(RouteStrategy strategy, bool? stays, params int[] weights) =>
        Over(HealthBook.Unheard(), strategy, stays, weights);

    /// <summary>The same, over what is known of their health.</summary>
    public static GatewayModel Over(HealthBook health, RouteStrategy strategy, bool? stays, params int[] weights) =>
        GatewayOf(
            new RouteConfig
            {
                Name = "r",
                Strategy = strategy,
                StaysWithSession = stays,
                Targets = [.. weights.Select((w, i) => new TargetConfig($"{(char)('a' + i)}", null, w))],
            },
            health
        );

    /// <summary>An attempt at a target of <see cref="Over(RouteStrategy, bool?, int[])"/> ended.</summary>
    public static void Ended(GatewayModel gateway, string provider, AttemptOutcome outcome)
    {
        using var attempt = gateway.Provider(provider)!.Health.Of("claude-sonnet-4-5").Begin();
        attempt.Tell(outcome);
    }

    /// <summary>The names of the targets in the order that is decided.</summary>
    public static ImmutableArray<string> Order(GatewayModel gateway, RouteState state, in RouteQuestion question) =>
        [.. Router.Decide(gateway, Prices, state, question).Targets.Select(t => t.Provider.Name)];

    /// <summary>A small request with an id, and with a session where it has one.</summary>
    public static RouteQuestion Small(long id, string? session = null) =>
        new(Dialect.AnthropicMessages, true, "claude-sonnet-4-5", null, null, new HeaderDictionary())
        {
            Id = new RecordId(id),
            Session = session,
            Streams = true,
            At = new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero),
        };

    /// <summary>Where a target of <see cref="Over(RouteStrategy, bool?, int[])"/> is measured.</summary>
    public static Gateway.Routing.TargetKey Key(string provider) =>
        new(WorkspaceId.Default, provider, "claude-sonnet-4-5");
}
