using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Tests.Pipeline;
using Weir.Gateway.Upstreams;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams;

/// <summary>Where the gateway connects to, by who wrote the address.</summary>
public sealed class NetworkTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task What_another_wrote_does_not_reach_this_machine(string name)
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" })
        );
        var own = GatewayHost.Anthropic(upstream) with
        {
            BaseUrl = new UriBuilder(upstream.BaseUrl) { Host = name }.Uri,
        };
        await using var host = await GatewayHost.StartAsync(own with { Network = AddressPolicy.PublicOnly });

        var (refused, words) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(502, (int)refused.StatusCode);
        Assert.Contains("is not one that this server may connect to", words, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", words, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
        Assert.Equal(RequestStatus.Unreachable, (await host.RecordAsync()).Status);

        // The same address by another hand: connections are not lent from one policy to the other.
        host.Gateway.Apply(new GatewayConfig { Providers = [own] });
        var (answered, _) = await host.AskAsync(host.Post("/v1/messages", Ask));
        host.Gateway.Apply(new GatewayConfig { Providers = [own with { Network = AddressPolicy.PublicOnly }] });
        var (again, _) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)answered.StatusCode);
        Assert.Equal(502, (int)again.StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public void Connections_are_shared_under_equal_policies_alone()
    {
        var config = new ProviderConfig { Name = "a", Kind = ProviderKind.Anthropic };
        var listed = AddressPolicy.PublicOnly.Allowing(["10.0.0.0/8"]);

        Assert.Equal(
            ProviderModel.KeyOf(config with { Network = listed }, WorkspaceId.Default),
            ProviderModel.KeyOf(
                config with
                {
                    Name = "b",
                    Network = AddressPolicy.PublicOnly.Allowing(["10.0.0.0/8"]),
                },
                WorkspaceId.Default
            )
        );
        Assert.NotEqual(
            ProviderModel.KeyOf(config, WorkspaceId.Default),
            ProviderModel.KeyOf(config with { Network = listed }, WorkspaceId.Default)
        );
    }
}
