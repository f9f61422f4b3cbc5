using System.Net;
using System.Net.WebSockets;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>What passes through a relayed socket, and how it ends; nothing here is a conversation.</summary>
public sealed class SocketRelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_pass_both_ways_whole_in_order_and_of_their_kind()
    {
        await using var provider = await SocketStandIn.StartAsync(EchoAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime?model=gpt-realtime");

        // A message in three fragments, an empty one, a binary one, and one larger than any buffer.
        await client.SendAsync("one "u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, Token);
        await client.SendAsync("two "u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, Token);
        await client.SendAsync("three"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
        await client.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Text, endOfMessage: true, Token);
        await client.SendAsync(new byte[] { 0, 255, 1 }, WebSocketMessageType.Binary, endOfMessage: true, Token);
        var large = new byte[3_000_000];
        new Random(7).NextBytes(large);
        await client.SendAsync(large, WebSocketMessageType.Binary, endOfMessage: true, Token);

        Assert.Equal("one two three", await client.ReadTextAsync(Token));
        Assert.Equal("", await client.ReadTextAsync(Token));
        var bytes = await client.ReadMessageAsync(Token);
        Assert.Equal(WebSocketMessageType.Binary, bytes!.Value.Kind);
        Assert.Equal([0, 255, 1], bytes.Value.Bytes);
        Assert.Equal(large, (await client.ReadMessageAsync(Token))!.Value.Bytes);
        await client.LeaveAsync();
        Assert.Empty(await host.RecordsAsync());
    }

    [Theory]
    [InlineData(WebSocketCloseStatus.NormalClosure, "bye")]
    [InlineData(WebSocketCloseStatus.InternalServerError, "session expired")]
    [InlineData((WebSocketCloseStatus)4008, "of the vendor's own")]
    [InlineData((WebSocketCloseStatus)1013, "")]
    public async Task Good_byes_pass_in_their_own_words(WebSocketCloseStatus status, string reason)
    {
        var heard = new TaskCompletionSource<(WebSocketCloseStatus?, string?)>();
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            if (await socket.ReadAsync() == "you close")
            {
                await socket.CloseAsync(status, reason);
                await socket.ReadAsync();
            }
            else
            {
                await socket.ReadAsync();
                heard.SetResult((socket.Socket.CloseStatus, socket.Socket.CloseStatusDescription));
                await socket.SayAsync("a last word");
                await socket.CloseAsync(status, reason);
            }
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));

        using (var client = await host.ConnectAsync("/p/openai/v1/realtime"))
        {
            await client.SayAsync("you close", Token);
            Assert.Null(await client.ReadTextAsync(Token));
            Assert.Equal(status, client.CloseStatus);
            Assert.Equal(reason, client.CloseStatusDescription ?? "");
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        }

        using (var client = await host.ConnectAsync("/p/openai/v1/realtime"))
        {
            await client.SayAsync("I close", Token);
            await client.CloseOutputAsync(status, reason, Token);
            // What the provider says before it answers still arrives.
            Assert.Equal("a last word", await client.ReadTextAsync(Token));
            Assert.Null(await client.ReadTextAsync(Token));
        }

        var (told, why) = await heard.Task.WaitAsync(Token);
        Assert.Equal(status, told);
        Assert.Equal(reason, why ?? "");
    }

    [Fact]
    public async Task A_provider_whose_connection_breaks_breaks_the_callers()
    {
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            await socket.ReadAsync();
            socket.Socket.Abort();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");

        await client.SayAsync("hello", Token);

        await Assert.ThrowsAsync<WebSocketException>(() => client.ReadTextAsync(Token));
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
    }

    [Fact]
    public async Task A_caller_whose_connection_breaks_leaves_nothing_open_at_the_provider()
    {
        var gone = new TaskCompletionSource();
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            try
            {
                await socket.ReadAsync();
                await socket.ReadAsync();
            }
            finally
            {
                gone.SetResult();
            }
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using (var client = await host.ConnectAsync("/p/openai/v1/realtime"))
        {
            await client.SayAsync("hello", Token);
            client.Abort();
        }

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_above_the_bound_ends_both_sides(bool fromCaller)
    {
        var heard = new TaskCompletionSource<WebSocketCloseStatus?>();
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            if (!fromCaller)
            {
                await socket.SayAsync(new string('x', 20_000));
            }

            await socket.ReadAsync();
            heard.SetResult(socket.Socket.CloseStatus);
        });
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [SocketHost.OpenAI(provider)], MaxBodyBytes = 10_000 }
        );
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");

        if (fromCaller)
        {
            await client.SayAsync(new string('x', 20_000), Token);
        }

        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.CloseStatus);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await heard.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task A_slow_reader_slows_the_provider_and_fills_no_memory()
    {
        const int Messages = 2_000;
        var sent = 0;
        var piece = new string('x', 64 * 1024);
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            for (var i = 0; i < Messages; i++)
            {
                await socket.SayAsync(piece);
                Interlocked.Increment(ref sent);
            }

            await socket.ReadAsync();
            await socket.CloseAsync();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");
        Assert.Equal(piece, await client.ReadTextAsync(Token));

        // Nobody reads: what is under way comes to rest in the buffers of the sockets, far from its end.
        var before = -1;
        while (before != Volatile.Read(ref sent))
        {
            before = Volatile.Read(ref sent);
            await Task.Delay(250, Token);
        }

        Assert.InRange(before, 1, Messages / 2);
        for (var i = 1; i < Messages; i++)
        {
            Assert.Equal(piece.Length, (await client.ReadMessageAsync(Token))!.Value.Bytes.Length);
        }

        await client.LeaveAsync();
    }

    [Fact]
    public async Task A_provider_that_answers_no_pings_is_given_up()
    {
        var release = new TaskCompletionSource();
        // Who does not read, answers no ping.
        await using var provider = await SocketStandIn.StartAsync(_ => release.Task);
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [SocketHost.OpenAI(provider)],
                PingInterval = TimeSpan.FromMilliseconds(100),
            }
        );
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");

        await Assert.ThrowsAsync<WebSocketException>(() => client.ReadTextAsync(Token));
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        release.SetResult();
    }

    [Fact]
    public async Task A_caller_that_answers_no_pings_is_given_up()
    {
        await using var provider = await SocketStandIn.StartAsync(EchoAsync);
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [SocketHost.OpenAI(provider)],
                PingInterval = TimeSpan.FromMilliseconds(100),
            }
        );
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");

        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
    }

    [Fact]
    public async Task A_silent_connection_whose_sides_answer_pings_stays()
    {
        await using var provider = await SocketStandIn.StartAsync(EchoAsync);
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [SocketHost.OpenAI(provider)],
                PingInterval = TimeSpan.FromMilliseconds(100),
            }
        );
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");
        var reading = client.ReadTextAsync(Token);

        await Task.Delay(1_500, Token);

        Assert.False(reading.IsCompleted);
        await client.SayAsync("still here", Token);
        Assert.Equal("still here", await reading);
        await client.LeaveAsync();
    }

    [Fact]
    public async Task Shutdown_says_good_bye_to_both()
    {
        var heard = new TaskCompletionSource<WebSocketCloseStatus?>();
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            await socket.SayAsync("hello");
            await socket.ReadAsync();
            heard.SetResult(socket.Socket.CloseStatus);
            await socket.CloseAsync();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime");
        Assert.Equal("hello", await client.ReadTextAsync(Token));

        var stopping = host.StopServerAsync();

        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await heard.Task.WaitAsync(Token));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await stopping;
    }

    [Fact]
    public async Task A_full_journal_opens_none()
    {
        await using var provider = await SocketStandIn.StartAsync(EchoAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        while (host.Ledger.Journal.TryReserve())
        {
            // Until nothing is left.
        }

        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.SetRequestHeader("x-api-key", host.Key);
        await Assert.ThrowsAsync<WebSocketException>(() =>
            client.ConnectAsync(new UriBuilder(new Uri(host.Url, "/p/openai/v1/realtime")) { Scheme = "ws" }.Uri, Token)
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.HttpStatusCode);
        Assert.Empty(provider.Handshakes);
    }

    private static async Task EchoAsync(StandInSocket socket)
    {
        while (await socket.Socket.ReadMessageAsync() is { } message)
        {
            await socket.Socket.SendAsync(message.Bytes, message.Kind, endOfMessage: true, CancellationToken.None);
        }

        await socket.CloseAsync();
    }
}
