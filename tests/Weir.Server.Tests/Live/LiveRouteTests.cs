using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server.Api;
using Weir.Server.Live;

namespace Weir.Server.Tests.Live;

/// <summary>The route on a server with small bounds and a clock that a test moves, over real sockets.</summary>
public sealed class LiveRouteTests : IAsyncDisposable
{
    private readonly LiveLedger live = new(new LiveOptions { Listeners = 3, WorkspaceListeners = 2 });
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly WebApplication app;
    private readonly Uri address;
    private readonly Uri http2Address;
    private bool isStopped;

    public LiveRouteTests()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<TimeProvider>(live.Clock);
        builder.Services.AddSingleton(live.Options);
        builder.Services.AddSingleton(live.Ledger);
        builder.Services.AddSingleton(live.Feed);
        builder.Services.AddSingleton(new SessionNews(() => null));
        builder.Services.AddSingleton(live.Limits);
        builder.Services.AddSingleton(new DashboardNews());
        builder.Services.AddSingleton(live.Activity);
        app = builder.Build();
        app.UseWebSockets();
        app.UseRouting();
        app.Use(
            (context, next) =>
            {
                var workspace = new WorkspaceId(context.Request.Headers["x-workspace"] == "2" ? 2 : 1);
                context.Features.Set(
                    new ApiCaller(
                        new Principal { Workspace = workspace, Permissions = KeyScopes.Of(KeyScopes.Read)!.Value },
                        () => true
                    )
                    {
                        MayNow = () => KeyScopes.Of(KeyScopes.Read)!.Value,
                    }
                );
                return next(context);
            }
        );
        LiveRoute.Map(app);
        app.StartAsync().GetAwaiter().GetResult();
        address = new Uri(new Uri(app.Urls.First()), "/live");
        http2Address = new UriBuilder(app.Urls.Last()) { Scheme = "ws", Path = "/live" }.Uri;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (!isStopped)
        {
            await app.StopAsync(Cancel);
        }

        await app.DisposeAsync();
        await live.DisposeAsync();
    }

    [Fact]
    public async Task Places_are_bounded_in_all_and_for_each_workspace_and_come_back()
    {
        using var first = await GetAsync();
        using var second = await GetAsync();
        using var third = await GetAsync();
        using var other = await GetAsync("2");
        using var fourth = await GetAsync("2");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable],
            new[] { first, second, third }.Select(answer => answer.StatusCode)
        );
        Assert.Equal("10", third.Headers.RetryAfter?.ToString());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, fourth.StatusCode);

        first.Dispose();
        await UntilAsync(() => live.Feed.Listeners == 2);
        using var next = await GetAsync();
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Who_does_not_read_is_cut_off_and_harms_nobody()
    {
        // A small window, so that what does not leave is soon seen.
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await slow.ConnectAsync(IPAddress.Loopback, address.Port, Cancel);
        var head = $"GET /live HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/event-stream\r\n\r\n";
        await slow.SendAsync(Encoding.ASCII.GetBytes(head), Cancel);
        await UntilAsync(() => live.Feed.Listeners == 1);
        using var healthy = new ClientWebSocket();
        await healthy.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, Cancel);
        Assert.Equal("snapshot", (await ReceiveAsync(healthy)).Type);

        var text = new string('x', 500);
        var isCut = false;
        for (var round = 0; round < 400 && !isCut; round++)
        {
            const int Some = 100;
            var next = await live.AddAsync(Some, text: text);
            for (var heard = 0; heard < Some; )
            {
                var message = await ReceiveAsync(healthy);
                if (message.Type == "changes")
                {
                    Assert.Equal(LiveLedger.Id(next + heard), message.Ids.First());
                    heard += message.Ids.Count();
                }
            }

            // The healthy one has everything: time passes for the slow one alone.
            live.Clock.Advance(TimeSpan.FromSeconds(10));
            isCut = live.Feed.Listeners == 1;
        }

        Assert.True(isCut);
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            var buffer = new byte[1 << 16];
            while (await slow.ReceiveAsync(buffer, Cancel) > 0) { }
        });
        Assert.Equal(WebSocketState.Open, healthy.State);
    }

    [Fact]
    public async Task Http_2_has_web_sockets_too()
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(http2Address, invoker, Cancel);

        Assert.Equal("snapshot", (await ReceiveAsync(socket)).Type);
        await live.AddAsync();
        Assert.Equal("changes", (await ReceiveAsync(socket)).Type);
    }

    [Fact]
    public async Task A_server_that_stops_says_good_bye()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, Cancel);
        Assert.Equal("snapshot", (await ReceiveAsync(socket)).Type);
        using var events = await GetAsync();
        var rest = events.Content.ReadAsStringAsync(Cancel);

        var stopping = app.StopAsync(Cancel);
        var end = await socket.ReceiveAsync(new byte[4096], Cancel);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
        await stopping;
        isStopped = true;

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, end.CloseStatus);
        Assert.Contains("event: snapshot\nid: 0\ndata: {", await rest, StringComparison.Ordinal);
    }

    private static async Task<Heard> ReceiveAsync(ClientWebSocket socket)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), Cancel);
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            bytes.Write(buffer, 0, part.Count);
        } while (!part.EndOfMessage);
        return Heard.Read(bytes.ToArray());
    }

    private async Task<HttpResponseMessage> GetAsync(string workspace = "1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("x-workspace", workspace);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(2, patience.Token);
        }
    }
}
