using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Weir.Gateway.Tests.Upstreams;

/// <summary>
/// A provider that speaks HTTP/2 frame by frame (RFC 9113), to say what no proper server would. Headers that come are not
/// read; those that go are literals without an index (RFC 7541, 6.2.2).
/// </summary>
internal sealed class FramedUpstream : IAsyncDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte WindowUpdate = 8;
    private const byte EndStream = 1;
    private const byte Ack = 1;
    private const byte EndHeaders = 4;

    private readonly TestAuthority authority = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Connection, int, Task> answer;
    private readonly Task accepting;

    /// <param name="answer">Is called for each request that has come whole, with its connection and its stream.</param>
    public FramedUpstream(Func<Connection, int, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public ProviderConfig Provider(string name = "anthropic") =>
        new()
        {
            Name = name,
            Kind = ProviderKind.Anthropic,
            BaseUrl = new Uri($"https://{listener.LocalEndpoint}"),
            ApiKey = "sk-of-the-provider",
            Authorities = authority.Pem,
        };

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
        authority.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                connections.Add(ServeAsync(client, connections.Count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var _ = client;
        await using var stream = new SslStream(client.GetStream());
        using var connection = new Connection(stream, number);
        var answering = new List<Task>();
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = authority.Server,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                }
            );
            await stream.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length]);
            await connection.SendAsync(Settings, 0, 0, []);
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload);
                var (type, flags, id) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
                if (type is Settings or Ping && (flags & Ack) == 0)
                {
                    await connection.SendAsync(type, Ack, 0, type == Ping ? payload : []);
                }
                else if (type == WindowUpdate && id != 0)
                {
                    connection.Allow(BinaryPrimitives.ReadInt32BigEndian(payload));
                }
                else if (type is Data or Headers && (flags & EndStream) != 0)
                {
                    answering.Add(AnswerAsync(connection, id));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer has gone, or the test has closed it.
        }

        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(Connection connection, int id)
    {
        try
        {
            await answer(connection, id);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer has gone.
        }
    }

    /// <summary>Answers one request at a time, of which its peer takes so much at once as it allows.</summary>
    internal sealed class Connection(SslStream stream, int number) : IDisposable
    {
        private readonly SemaphoreSlim writing = new(1, 1);

        // RFC 9113, 6.9.2.
        private readonly SemaphoreSlim credit = new(65_535);

        /// <summary>The first is 0.</summary>
        public int Number => number;

        public Task HeadAsync(int id, params (string Name, string Value)[] headers)
        {
            // :status 200 stands in the static table.
            var block = new List<byte> { 0x88 };
            foreach (var (name, value) in headers)
            {
                block.Add(0);
                block.Add((byte)name.Length);
                block.AddRange(Encoding.Latin1.GetBytes(name));
                block.Add((byte)value.Length);
                block.AddRange(Encoding.Latin1.GetBytes(value));
            }

            return SendAsync(Headers, EndHeaders, id, [.. block]);
        }

        public async Task DataAsync(int id, string text, bool ends)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            foreach (var _ in bytes)
            {
                await credit.WaitAsync();
            }

            await SendAsync(Data, ends ? EndStream : (byte)0, id, bytes);
        }

        /// <summary>The peer takes so many bytes more.</summary>
        public void Allow(int bytes) => credit.Release(bytes);

        /// <summary>No stream after this one was looked at.</summary>
        public Task GoAwayAsync(int lastStream)
        {
            var payload = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
            return SendAsync(GoAway, 0, 0, payload);
        }

        public void Close() => stream.Dispose();

        public void Dispose()
        {
            writing.Dispose();
            credit.Dispose();
        }

        public async Task SendAsync(byte type, byte flags, int id, byte[] payload)
        {
            var frame = new byte[9 + payload.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
            frame[3] = type;
            frame[4] = flags;
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
            payload.CopyTo(frame, 9);
            await writing.WaitAsync();
            try
            {
                await stream.WriteAsync(frame);
            }
            finally
            {
                writing.Release();
            }
        }
    }
}
