using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class WorkspaceReaderTests
{
    private const string Head = "version: 1\n";

    private static WorkspaceTerms Terms(params string[] shared) => new(shared, AddressPolicy.PublicOnly);

    [Theory]
    [InlineData("http://127.0.0.1:11434/v1")]
    [InlineData("http://192.168.1.5/v1")]
    [InlineData("http://169.254.169.254/v1")]
    [InlineData("http://[::ffff:10.0.0.1]/v1")]
    [InlineData("http://localhost:8080/v1")]
    public void A_provider_of_a_workspaces_own_stands_on_the_open_internet_unless_the_server_allows_more(string url)
    {
        var text = Head + $"providers: [{{ name: own, kind: openai-compatible, baseUrl: \"{url}\" }}]\n";
        Assert.Contains("server.network.allow", Assert.Single(WorkspaceReader.Read(text, Terms()).Faults).Hint);

        var allowing = AddressPolicy.PublicOnly.Allowing([new Uri(url).Host.Trim('[', ']')]);
        Assert.Empty(WorkspaceReader.Read(text, new WorkspaceTerms([], allowing)).Faults);
        var server = ConfigReader
            .Read(Head + $"server: {{ network: {{ allow: [\"{new Uri(url).Host.Trim('[', ']')}\"] }} }}\n", _ => null)
            .Config!;
        Assert.Equal(allowing, WorkspaceTerms.Of(server, "acme").Network);
    }

    [Fact]
    public void A_document_has_providers_of_its_own_and_routes_to_them_and_to_what_is_shared()
    {
        var result = WorkspaceReader.Read(
            """
            version: 1
            providers:
              - { name: own, kind: anthropic, baseUrl: "https://LLM.example:443/x", apiKey: secret:own-key }
              - { name: second, kind: openai, apiKey: "secret:other" }
              - { name: callers, kind: gemini }
            routes:
              - { match: { model: "claude-*" }, targets: [own, servers] }
            """,
            Terms(["servers"])
        );

        Assert.Empty(result.Faults);
        var config = result.Config!;
        Assert.Equal(["own-key", "other", null], config.Gateway.Providers.Select(p => p.Secret));
        Assert.All(config.Gateway.Providers, p => Assert.Null(p.ApiKey));
        Assert.Equal(["own", "servers"], config.Gateway.Routes[0].Targets.Select(t => t.Provider));
        Assert.Equal(
            [
                new SecretUse("own-key", "https://llm.example", "own", 3, 81, "providers[0].apiKey"),
                new SecretUse("other", "https://api.openai.com", "second", 4, 43, "providers[1].apiKey"),
            ],
            config.Secrets
        );
    }

    [Theory]
    [InlineData(
        "providers: [{ name: a, kind: anthropic, baseUrl: \"http://127.0.0.1:8082\" }]",
        "\"http://127.0.0.1:8082\" may not be connected to: it is the server's own machine"
    )]
    [InlineData("server: { urls: [] }", "server belongs to the whole server, not to a workspace")]
    [InlineData("capture: { files: true }", "capture belongs to the whole server, not to a workspace")]
    [InlineData("telemetry: {}", "telemetry belongs to the whole server, not to a workspace")]
    [InlineData("logging: {}", "logging belongs to the whole server, not to a workspace")]
    [InlineData("prices: []", "prices hold for the whole server, not for a workspace")]
    [InlineData("guardrails: []", "guardrails are not enforced by this version")]
    [InlineData(
        "providers: [{ name: a, kind: anthropic, share: true }]",
        "only the server's document shares providers"
    )]
    [InlineData(
        "providers: [{ name: a, kind: anthropic, sharedPassThrough: [\"GET /v1/files\"] }]",
        "only the server's document shares providers"
    )]
    [InlineData(
        "providers: [{ name: a, kind: anthropic, apiKey: sk-canary }]",
        "a workspace's document holds no key itself"
    )]
    [InlineData("routes: [{ targets: [elsewhere] }]", "there is no provider \"elsewhere\"")]
    public void What_is_not_a_workspaces_is_refused(string line, string message)
    {
        var fault = Assert.Single(WorkspaceReader.Read(Head + line, Terms(["servers"])).Faults);

        Assert.Equal(message, fault.Message);
        Assert.DoesNotContain("canary", fault.ToText("f"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("providers: [{ name: a, kind: openai, baseUrl: \"https://${PATH}.example/v1\" }]")]
    [InlineData("providers: [{ name: a, kind: openai, apiKey: \"${OPENAI_API_KEY}\" }]")]
    [InlineData("providers: [{ name: a, kind: openai, models: [\"${PATH}\"] }]")]
    [InlineData("providers: [{ name: a, kind: openai, catalogue: \"x${PATH}\" }]")]
    [InlineData("routes: [{ match: { header: { x: \"${PATH}\" } }, targets: [servers] }]")]
    [InlineData("version: \"${PATH}\"")]
    public void Nothing_is_taken_from_the_servers_environment(string line)
    {
        var text = line.StartsWith("version", StringComparison.Ordinal) ? line : Head + line;
        var result = WorkspaceReader.Read(text, Terms(["servers"]));

        Assert.Null(result.Config);
        Assert.Contains(
            result.Faults,
            f =>
                f.Message
                    is "a workspace's document takes nothing from the environment"
                        or "a workspace's document holds no key itself"
        );
        Assert.DoesNotContain(
            Environment.GetEnvironmentVariable("PATH")!,
            string.Concat(result.Faults.Select(f => f.ToText("f"))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_document_is_bounded()
    {
        string Providers(int count) =>
            Head
            + "providers:\n"
            + string.Concat(Enumerable.Range(0, count).Select(i => $"  - {{ name: p{i}, kind: gemini }}\n"));
        string Routes(int count) =>
            Head + "routes:\n" + string.Concat(Enumerable.Range(0, count).Select(_ => "  - { targets: [servers] }\n"));

        Assert.Empty(WorkspaceReader.Read(Providers(100), Terms([])).Faults);
        Assert.Empty(WorkspaceReader.Read(Routes(500), Terms(["servers"])).Faults);
        Assert.Equal(
            "a workspace has at most 100 providers, not 101",
            Assert.Single(WorkspaceReader.Read(Providers(101), Terms([])).Faults).Message
        );
        Assert.Equal(
            "a workspace has at most 500 routes, not 501",
            Assert.Single(WorkspaceReader.Read(Routes(501), Terms(["servers"])).Faults).Message
        );
    }

    [Fact]
    public void The_servers_document_says_with_whom_it_shares()
    {
        var config = ConfigReader
            .Read(
                """
                version: 1
                providers:
                  - { name: a, kind: anthropic }
                  - { name: b, kind: anthropic, share: true, sharedPassThrough: ["GET /v1/models"] }
                  - { name: c, kind: anthropic, share: [acme, beta-2] }
                  - { name: d, kind: simulator }
                  - { name: e, kind: simulator, share: false }
                """,
                _ => null
            )
            .Config!;

        var shares = config.Gateway.Providers.Select(p => p.Share).ToArray();
        Assert.Equal([false, true, true, true, false], shares.Select(s => s.Includes("acme")));
        Assert.Equal([false, true, false, true, false], shares.Select(s => s.Includes("gamma")));
        Assert.Equal([new PassThroughRule("GET", "/v1/models")], config.Gateway.Providers[1].SharedPassThrough);
        Assert.Empty(config.Gateway.Providers[1].PassThrough);
    }
}
