using System.Net;
using System.Net.WebSockets;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Live;

/// <summary><c>/live</c> as a WebSocket.</summary>
public sealed class WebSocketTests(LiveServer server) : IClassFixture<LiveServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_comes_first_and_then_changes()
    {
        var before = await server.AskAsync();
        await server.Weir.SettleAsync();
        using var socket = await OpenAsync();

        var snapshot = await LiveSocketReader.NextAsync(socket);
        var asked = await server.AskAsync();
        var changes = await LiveSocketReader.NextAsync(socket);

        Assert.Equal("snapshot", snapshot.Type);
        Assert.Contains(before, snapshot.Ids);
        Assert.Equal("changes", changes.Type);
        Assert.Equal([asked], changes.Ids);
        Assert.True(changes.Cursor > snapshot.Cursor);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Who_comes_back_goes_on_from_its_cursor()
    {
        long cursor;
        using (var first = await OpenAsync())
        {
            cursor = (await LiveSocketReader.NextAsync(first)).Cursor;
        }

        var asked = await server.AskAsync();
        using var again = await OpenAsync($"/live?after={cursor}");

        Assert.Equal([asked], (await LiveSocketReader.NextAsync(again)).Ids);
    }

    [Fact]
    public async Task A_browser_gives_its_key_as_a_subprotocol()
    {
        using var socket = await OpenAsync(
            key: "",
            with: options =>
            {
                options.AddSubProtocol("weir.live.v1");
                options.AddSubProtocol("weir.key." + server.Weir.AdminKey);
            }
        );

        Assert.Equal("weir.live.v1", socket.SubProtocol);
        Assert.Equal("snapshot", (await LiveSocketReader.NextAsync(socket)).Type);
    }

    [Fact]
    public async Task A_listener_may_talk_and_is_not_heeded()
    {
        using var socket = await OpenAsync();
        await LiveSocketReader.NextAsync(socket);
        await socket.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{}"), WebSocketMessageType.Text, true, Cancel);

        var asked = await server.AskAsync();

        Assert.Equal([asked], (await LiveSocketReader.NextAsync(socket)).Ids);
    }

    [Fact]
    public async Task A_revoked_key_is_told_why_it_ends()
    {
        var key = await server.CreateKeyAsync("socket", "read");
        using var socket = await OpenAsync(key: key);
        await LiveSocketReader.NextAsync(socket);

        Assert.Equal(0, (await server.Weir.CommandAsync("keys", "revoke", "socket")).ExitCode);
        await server.AskAsync();
        var end = await socket.ReceiveAsync(new byte[1024], Cancel);

        Assert.Equal(WebSocketMessageType.Close, end.MessageType);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, end.CloseStatus);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_of_another_site_gets_none(string header, string value)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("x-weir-key", server.Weir.AdminKey);
        socket.Options.SetRequestHeader(header, value);
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(server.Weir, "/live"), Cancel));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_page_of_its_own_may()
    {
        using var socket = await OpenAsync(with: options =>
            options.SetRequestHeader("Origin", server.Weir.BaseUrl.GetLeftPart(UriPartial.Authority))
        );

        Assert.Equal("snapshot", (await LiveSocketReader.NextAsync(socket)).Type);
    }

    [Fact]
    public async Task Without_a_key_there_is_none()
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(server.Weir, "/live"), Cancel));

        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
    }

    private static Uri Address(WeirProcess weir, string path) =>
        new UriBuilder(new Uri(weir.BaseUrl, path)) { Scheme = "ws" }.Uri;

    private async Task<ClientWebSocket> OpenAsync(
        string path = "/live",
        string? key = null,
        Action<ClientWebSocketOptions>? with = null
    )
    {
        var socket = new ClientWebSocket();
        if (key != "")
        {
            socket.Options.SetRequestHeader("x-weir-key", key ?? server.Weir.AdminKey);
        }

        with?.Invoke(socket.Options);
        await socket.ConnectAsync(Address(server.Weir, path), Cancel);
        return socket;
    }
}
