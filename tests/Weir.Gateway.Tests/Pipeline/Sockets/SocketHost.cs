using System.Net.WebSockets;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>Connects to a gateway as a caller's realtime client does.</summary>
internal static class SocketHost
{
    public static ProviderConfig OpenAI(SocketStandIn provider) =>
        new()
        {
            Name = "openai",
            Kind = ProviderKind.OpenAI,
            BaseUrl = new Uri(provider.BaseUrl, "/v1"),
            ApiKey = GatewayHost.UpstreamKey,
            PassThrough = [new PassThroughRule("GET", "/v1/*")],
        };

    public static ProviderConfig Gemini(SocketStandIn provider) =>
        new()
        {
            Name = "gemini",
            Kind = ProviderKind.Gemini,
            BaseUrl = provider.BaseUrl,
            ApiKey = GatewayHost.UpstreamKey,
            PassThrough = [new PassThroughRule("GET", "/ws/*")],
        };

    public static async Task<ClientWebSocket> ConnectAsync(
        this GatewayHost host,
        string path,
        Action<ClientWebSocketOptions>? options = null
    )
    {
        var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.Proxy = null;
        if (options is null)
        {
            client.Options.SetRequestHeader("Authorization", "Bearer " + host.Key);
        }
        else
        {
            options(client.Options);
        }

        await client.ConnectAsync(
            new UriBuilder(new Uri(host.Url, path)) { Scheme = "ws" }.Uri,
            TestContext.Current.CancellationToken
        );
        return client;
    }

    /// <summary>Says good-bye and hears the answer out.</summary>
    public static async Task LeaveAsync(this WebSocket socket)
    {
        var cancel = TestContext.Current.CancellationToken;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "done", cancel);
        while (await socket.ReadMessageAsync(cancel) is not null)
        {
            // What was still under way.
        }
    }
}
