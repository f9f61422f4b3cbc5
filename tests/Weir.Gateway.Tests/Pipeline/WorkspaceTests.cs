using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>What one workspace sees of the gateway, and what it does not see of another.</summary>
public sealed class WorkspaceTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";

    private static readonly WorkspaceId Acme = new(7);
    private static readonly WorkspaceId Beta = new(8);
    private static readonly string Long = string.Concat(Enumerable.Repeat("the river runs high ", 400));

    private static FakeUpstream Answering(string id) =>
        new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(new VendorCompletion { Id = id, Model = "claude-sonnet-4-5" })
        );

    private static GatewayConfig Server(params ProviderConfig[] providers) => new() { Providers = [.. providers] };

    private static WorkspaceConfig Named(WorkspaceId id, params ProviderConfig[] providers) =>
        new(id, id == Acme ? "acme" : "beta") { Providers = [.. providers] };

    private static ProviderConfig Shared(FakeUpstream upstream, params string[] with) =>
        GatewayHost.Anthropic(upstream) with
        {
            Share = with.Length == 0 ? ProviderShare.Everybody : new ProviderShare(false, [.. with]),
        };

    private static Task<(HttpResponseMessage Answer, string Body)> AskAsync(
        GatewayHost host,
        string key,
        string path = "/v1/messages",
        string body = Ask
    ) => host.AskAsync(host.Post(path, body).With("x-api-key", key));

    [Fact]
    public async Task Two_workspaces_whose_providers_have_one_name_reach_each_their_own_with_their_own_key()
    {
        await using var servers = Answering("msg_server");
        await using var acmes = Answering("msg_acme");
        var own = GatewayHost.Anthropic(acmes) with { ApiKey = "sk-of-acme" };
        await using var host = await GatewayHost.StartAsync(
            Server(GatewayHost.Anthropic(servers)),
            workspaces: Named(Acme, own)
        );
        var acme = await host.NewKeyOfAsync(Acme);

        Assert.Contains("msg_acme", (await AskAsync(host, acme)).Body, StringComparison.Ordinal);
        Assert.Contains("msg_server", (await AskAsync(host, host.Key)).Body, StringComparison.Ordinal);

        Assert.Equal("sk-of-acme", acmes.Request.Header("x-api-key"));
        Assert.Equal(GatewayHost.UpstreamKey, servers.Request.Header("x-api-key"));
        Assert.Equal([Acme, WorkspaceId.Default], (await host.RecordsAsync()).Select(r => r.Workspace));
    }

    [Fact]
    public async Task Routes_are_the_workspaces_own()
    {
        await using var servers = Answering("msg_server");
        await using var acmes = Answering("msg_acme");
        var routed = Named(Acme, GatewayHost.Anthropic(acmes, "away")) with
        {
            Routes = [new RouteConfig { Name = "all", Targets = [new TargetConfig("away", "claude-other")] }],
        };
        await using var host = await GatewayHost.StartAsync(Server(Shared(servers)), workspaces: routed);
        var acme = await host.NewKeyOfAsync(Acme);

        var (answer, _) = await AskAsync(host, acme);
        await AskAsync(host, host.Key);

        Assert.Equal("away", answer.Header("x-weir-provider"));
        var records = await host.RecordsAsync();
        Assert.Equal(["all", null], records.Select(r => r.Route));
        Assert.Single(servers.Requests);
    }

    [Fact]
    public async Task A_provider_is_shared_with_nobody_unless_its_document_says_with_whom()
    {
        await using var upstream = Answering("msg_1");
        await using var host = await GatewayHost.StartAsync(
            Server(GatewayHost.Anthropic(upstream)),
            workspaces: [Named(Acme), Named(Beta)]
        );
        var (acme, beta) = (await host.NewKeyOfAsync(Acme), await host.NewKeyOfAsync(Beta));

        Assert.Equal((404, 404), (await StatusAsync(acme), await StatusAsync(beta)));
        host.Gateway.Apply(Server(Shared(upstream, "acme")), Named(Acme), Named(Beta));
        Assert.Equal((200, 404), (await StatusAsync(acme), await StatusAsync(beta)));
        host.Gateway.Apply(Server(Shared(upstream)), Named(Acme), Named(Beta));
        Assert.Equal((200, 200), (await StatusAsync(acme), await StatusAsync(beta)));

        Assert.All(upstream.Requests, r => Assert.Equal(GatewayHost.UpstreamKey, r.Header("x-api-key")));
        Assert.All(await host.RecordsAsync(), r => Assert.Equal("anthropic", r.Provider));

        async Task<int> StatusAsync(string key) => (int)(await AskAsync(host, key)).Answer.StatusCode;
    }

    [Fact]
    public async Task A_workspaces_own_provider_stands_in_the_place_of_a_shared_one()
    {
        await using var servers = Answering("msg_server");
        await using var acmes = Answering("msg_acme");
        await using var host = await GatewayHost.StartAsync(
            Server(Shared(servers)),
            workspaces: Named(Acme, GatewayHost.Anthropic(acmes, "Anthropic"))
        );

        var (answer, body) = await AskAsync(host, await host.NewKeyOfAsync(Acme));

        Assert.Contains("msg_acme", body, StringComparison.Ordinal);
        Assert.Equal("Anthropic", answer.Header("x-weir-provider"));
        Assert.Empty(servers.Requests);
    }

    [Fact]
    public async Task Models_are_listed_of_what_the_workspace_has_alone()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            Server(
                GatewayHost.OpenAI(upstream, "secretive") with
                {
                    Models = ["servers-own"],
                },
                GatewayHost.OpenAI(upstream, "generous") with
                {
                    Models = ["for-all"],
                    Share = ProviderShare.Everybody,
                },
                GatewayHost.Simulator
            ),
            workspaces: [Named(Acme, GatewayHost.OpenAI(upstream, "own") with { Models = ["acmes-own"] }), Named(Beta)]
        );
        string[] simulated = ["sim-large", "sim-small", "sim-thinking"];

        Assert.Equal<string[]>(
            ["acmes-own", "for-all", .. simulated],
            await ModelsAsync(await host.NewKeyOfAsync(Acme))
        );
        Assert.Equal<string[]>(["for-all", .. simulated], await ModelsAsync(await host.NewKeyOfAsync(Beta)));
        Assert.Equal<string[]>(["for-all", "servers-own", .. simulated], await ModelsAsync(host.Key));

        async Task<string[]> ModelsAsync(string key)
        {
            var (_, body) = await host.AskAsync(host.Request(HttpMethod.Get, "/v1/models").With("x-api-key", key));
            var list = JsonDocument.Parse(body).RootElement.GetProperty("data");
            return [.. list.EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];
        }
    }

    [Fact]
    public async Task What_passes_through_with_a_shared_key_is_listed_for_the_others_apart()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("{}"));
        await using var host = await GatewayHost.StartAsync(
            Server(
                GatewayHost.OpenAI(upstream) with
                {
                    PassThrough = [new PassThroughRule("GET", "/v1/files*")],
                    SharedPassThrough = [new PassThroughRule("GET", "/v1/fine-tunes")],
                    Share = ProviderShare.Everybody,
                },
                GatewayHost.OpenAI(upstream, "secretive")
            ),
            workspaces: Named(Acme)
        );
        var acme = await host.NewKeyOfAsync(Acme);

        Assert.Equal((200, 403), await StatusesAsync("/p/openai/v1/files"));
        Assert.Equal((403, 200), await StatusesAsync("/p/openai/v1/fine-tunes"));
        Assert.Equal((403, 404), await StatusesAsync("/p/secretive/v1/files"));

        async Task<(int Server, int Acme)> StatusesAsync(string path) =>
            (await StatusAsync(host.Key, path), await StatusAsync(acme, path));

        async Task<int> StatusAsync(string key, string path) =>
            (int)(await host.AskAsync(host.Request(HttpMethod.Get, path).With("x-api-key", key))).Answer.StatusCode;
    }

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/models")]
    [InlineData("/p/anthropic/v1/files")]
    public async Task A_workspace_that_is_not_known_is_refused_whatever_it_asks(string path)
    {
        await using var upstream = Answering("msg_1");
        await using var host = await GatewayHost.StartAsync(
            Server(Shared(upstream), GatewayHost.Simulator),
            workspaces: Named(Acme)
        );

        var key = await host.NewKeyOfAsync(Beta);
        var request = path.StartsWith("/v1/messages", StringComparison.Ordinal)
            ? host.Post(path, Ask)
            : host.Request(HttpMethod.Get, path);
        var (answer, body) = await host.AskAsync(request.With("x-api-key", key));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("does not serve the workspace", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_route_goes_on_without_a_provider_that_is_shared_no_more_and_says_so_when_none_is_left()
    {
        await using var servers = Answering("msg_server");
        await using var acmes = Answering("msg_acme");
        var routed = Named(Acme, GatewayHost.Anthropic(acmes, "own")) with
        {
            Routes =
            [
                new RouteConfig
                {
                    Name = "one",
                    Model = "claude-one",
                    Targets = [new TargetConfig("anthropic", null)],
                },
                new RouteConfig
                {
                    Name = "two",
                    Targets = [new TargetConfig("anthropic", null), new TargetConfig("own", null)],
                },
            ],
        };
        await using var host = await GatewayHost.StartAsync(Server(Shared(servers)), workspaces: routed);
        var acme = await host.NewKeyOfAsync(Acme);
        Assert.Contains("msg_server", (await AskAsync(host, acme)).Body, StringComparison.Ordinal);

        host.Gateway.Apply(Server(GatewayHost.Anthropic(servers)), routed);

        Assert.Contains("msg_acme", (await AskAsync(host, acme)).Body, StringComparison.Ordinal);
        var (answer, body) = await AskAsync(
            host,
            acme,
            body: Ask.Replace("claude-sonnet-4-5", "claude-one", StringComparison.Ordinal)
        );
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("no longer has", body, StringComparison.Ordinal);
        Assert.Single(servers.Requests);
    }

    [Fact]
    public async Task The_simulators_cache_of_one_workspace_reads_nothing_of_anothers_prompts()
    {
        await using var host = await GatewayHost.StartAsync(
            Server(GatewayHost.Simulator),
            workspaces: [Named(Acme), Named(Beta)]
        );
        var (acme, beta) = (await host.NewKeyOfAsync(Acme), await host.NewKeyOfAsync(Beta));
        var prompt = $$"""{"model":"sim-small","messages":[{"role":"system","content":"{{Long}}"}]}""";

        foreach (var key in new[] { host.Key, acme, beta, acme })
        {
            await AskAsync(host, key, "/v1/chat/completions", prompt);
        }

        var read = (await host.RecordsAsync()).Select(r => r.Usage.CacheRead).ToArray();
        Assert.Equal([0, 0, 0], read[..3]);
        Assert.True(read[3] > 1_000);
    }

    [Fact]
    public async Task Connections_outlive_a_change_and_belong_to_one_workspace()
    {
        await using var upstream = Answering("msg_1");
        ImmutableArray<WorkspaceConfig> others = [Named(Acme, GatewayHost.Anthropic(upstream)), Named(Beta)];
        await using var host = await GatewayHost.StartAsync(Server(Shared(upstream)), workspaces: others);
        var (acme, beta) = (await host.NewKeyOfAsync(Acme), await host.NewKeyOfAsync(Beta));

        foreach (var key in new[] { host.Key, beta, acme })
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, key)).Answer.StatusCode);
        }

        // What is shared is used with the sharer's connections; what is a workspace's own is not.
        Assert.Equal(2, upstream.Accepted);

        host.Gateway.Apply(Server(Shared(upstream)), others);
        foreach (var key in new[] { host.Key, beta, acme })
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, key)).Answer.StatusCode);
        }

        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task A_request_under_way_ends_as_it_began_though_its_workspace_is_gone_meanwhile()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers
                .Message(new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" })
                .PauseBeforeHead(gate)
        );
        await using var host = await GatewayHost.StartAsync(
            Server(),
            workspaces: Named(Acme, GatewayHost.Anthropic(upstream))
        );
        var acme = await host.NewKeyOfAsync(Acme);
        var asked = AskAsync(host, acme);
        await upstream.WaitForRequestAsync(cancel: TestContext.Current.CancellationToken);

        host.Gateway.Apply(Server());
        var (refused, _) = await AskAsync(host, acme);
        gate.Open();

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("msg_1", (await asked).Body, StringComparison.Ordinal);
        Assert.Equal(Acme, (await host.RecordAsync()).Workspace);
    }

    [Fact]
    public async Task A_workspace_that_does_not_hold_together_changes_nothing()
    {
        await using var upstream = Answering("msg_1");
        await using var host = await GatewayHost.StartAsync(Server(Shared(upstream)), workspaces: Named(Acme));
        var acme = await host.NewKeyOfAsync(Acme);
        var twice = Named(Beta, GatewayHost.Anthropic(upstream), GatewayHost.Anthropic(upstream));

        Assert.Throws<ArgumentException>(() => host.Gateway.Apply(Server(), Named(Acme), twice));

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, acme)).Answer.StatusCode);
    }

    [Fact]
    public async Task What_a_shared_provider_tells_of_quotas_is_told_to_the_workspace_that_asked()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers
                .Message(new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" })
                .Header("anthropic-ratelimit-unified-5h-utilization", "0.41")
                .Header("anthropic-ratelimit-unified-5h-reset", "1900000000")
        );
        await using var host = await GatewayHost.StartAsync(Server(Shared(upstream)), workspaces: Named(Acme));

        await AskAsync(host, await host.NewKeyOfAsync(Acme));
        await Until.TrueAsync(() => !host.Quotas.IsEmpty);

        Assert.All(host.Quotas, told => Assert.Equal(Acme, told.Workspace));
    }

    [Fact]
    public void The_text_of_a_configuration_does_not_hold_its_keys()
    {
        var config = new ProviderConfig
        {
            Name = "p",
            Kind = ProviderKind.Anthropic,
            ApiKey = "sk-canary",
        };

        Assert.DoesNotContain(
            "canary",
            $"{config} {new GatewayConfig { Providers = [config] }}",
            StringComparison.Ordinal
        );
    }
}
