using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Foundation.Network;

namespace Weir.Foundation.Tests.Network;

public sealed class OutboundGuardTests : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public OutboundGuardTests() => listener.Start();

    private int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task The_connection_goes_to_the_address_that_was_checked()
    {
        // A resolver that changes its mind: allowed at first, this machine when it is asked again.
        var asked = 0;
        var guard = new OutboundGuard(
            AddressPolicy.PublicOnly.Allowing(["127.0.0.2"]),
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "127.0.0.2" : "127.0.0.1")])
        );
        using var second = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        second.Start();
        var port = ((IPEndPoint)second.LocalEndpoint).Port;

        await using var stream = await guard.ConnectAsync(new DnsEndPoint("rebinds.example", port), Token);
        using var accepted = await second.AcceptSocketAsync(Token);

        Assert.Equal(1, asked);
        var refused = await Assert.ThrowsAsync<AddressRefusedException>(async () =>
            await guard.ConnectAsync(new DnsEndPoint("rebinds.example", Port), Token)
        );
        Assert.Contains("127.0.0.1", refused.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    [InlineData("2130706433")]
    public async Task This_machine_is_not_reached_however_it_is_written(string host)
    {
        var guard = new OutboundGuard(AddressPolicy.PublicOnly);

        await Assert.ThrowsAsync<AddressRefusedException>(async () =>
            await guard.ConnectAsync(new DnsEndPoint(host, Port), Token)
        );
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Of_several_addresses_only_the_allowed_ones_are_tried()
    {
        var guard = new OutboundGuard(
            AddressPolicy.Server,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254"), IPAddress.Loopback])
        );

        await using var stream = await guard.ConnectAsync(new DnsEndPoint("both.example", Port), Token);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)((NetworkStream)stream).Socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task A_name_without_addresses_is_unknown_and_a_dead_port_is_refused()
    {
        var nobody = new OutboundGuard(AddressPolicy.Server, (_, _) => Task.FromResult<IPAddress[]>([]));
        var unknown = await Assert.ThrowsAsync<SocketException>(async () =>
            await nobody.ConnectAsync(new DnsEndPoint("nobody.example", Port), Token)
        );
        var port = Port;
        listener.Stop();
        var dead = await Assert.ThrowsAsync<SocketException>(async () =>
            await new OutboundGuard(AddressPolicy.Server).ConnectAsync(new DnsEndPoint("127.0.0.1", port), Token)
        );

        Assert.Equal(SocketError.HostNotFound, unknown.SocketErrorCode);
        Assert.Equal(SocketError.ConnectionRefused, dead.SocketErrorCode);
    }

    [Fact]
    public async Task An_http_client_behind_the_guard_is_told_why_it_gets_no_connection()
    {
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = new OutboundGuard(AddressPolicy.PublicOnly).ConnectAsync,
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{Port}/"));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, Token));

        Assert.IsType<AddressRefusedException>(failure.InnerException);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task An_http_client_behind_the_guard_speaks_with_whom_it_may()
    {
        var answering = AnswerAsync();
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = new OutboundGuard(AddressPolicy.Server).ConnectAsync,
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://localhost:{Port}/"));

        using var answer = await http.SendAsync(request, Token);

        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Token));
        await answering;
    }

    private async Task AnswerAsync()
    {
        using var socket = await listener.AcceptSocketAsync(Token);
        var buffer = new byte[4096];
        await socket.ReceiveAsync(buffer, Token);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
            Token
        );
    }
}
