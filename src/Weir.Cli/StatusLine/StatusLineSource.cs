using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Server;
using Weir.Server.StatusLine;

namespace Weir.Cli.StatusLine;

/// <summary>
/// Where a status line has its figures from: the server, in one request of at most 50 ms that also takes the quotas along, else
/// <c>statusline.json</c>. Plain HTTP to an address in figures or <c>localhost</c>; over TLS or through a name's look-up the
/// answer would come too late.
/// </summary>
internal static class StatusLineSource
{
    private const int MostAnswer = 64 * 1024;
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(50);

    /// <summary>What is known, and who told it: <c>server</c>, <c>file</c>, <c>none</c>.</summary>
    public static (KnownStatus? Known, string From) Find(
        StatusLineOptions options,
        string dataFolder,
        StatusLineInput input,
        DateTimeOffset now,
        TimeProvider clock
    )
    {
        var named =
            options.Server is { Length: > 0 } given ? given
            : options.Data is { Length: > 0 } ? null
            : CommonOptions.Variable("WEIR_SERVER");
        var (address, key) = named is not null
            ? (named, options.Key ?? CommonOptions.Variable("WEIR_KEY"))
            : (AddressIn(dataFolder), options.Key ?? FirstKey.Read(dataFolder));
        if (address is not null && Ask(address, key, input, clock) is { } told)
        {
            return (told.AsOf(now), "server");
        }

        return named is null && ReadFile(Path.Combine(dataFolder, StatusFile.Name)) is { } file
            ? (file.AsOf(now), "file")
            : (null, "none");
    }

    private static KnownStatus? Ask(string address, string? key, StatusLineInput input, TimeProvider clock)
    {
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var server)
            || server.Scheme != "http"
            || (key is not null && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        )
        {
            return null;
        }

        var host =
            server.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(server.Host.Trim('[', ']'), out var literal) ? literal
            : null;
        if (host is null)
        {
            return null;
        }

        try
        {
            return Exchange(new IPEndPoint(host, server.Port), Request(server, key, input), clock) is { } body
                ? KnownStatus.Read(body)
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static byte[] Request(Uri server, string? key, StatusLineInput input)
    {
        // 1.0: the answer comes in one piece and ends with the connection.
        var head = new StringBuilder();
        head.Append(input.Quotas is null ? "GET" : "POST").Append(" /api/v1/statusline");
        if (input.Session is { } session)
        {
            head.Append("?session=").Append(Uri.EscapeDataString(session));
        }

        head.Append(" HTTP/1.0\r\nHost: ").Append(server.Authority).Append("\r\n");
        if (key is not null)
        {
            head.Append("Authorization: Bearer ").Append(key).Append("\r\n");
        }

        if (input.Quotas is not null)
        {
            head.Append("Content-Type: application/json\r\nContent-Length: ")
                .Append(input.Quotas.Length)
                .Append("\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. input.Quotas ?? []];
    }

    /// <summary>The body of an answer with status 200; null for any other, and when the budget is used up.</summary>
    private static ReadOnlyMemory<byte>? Exchange(IPEndPoint to, byte[] request, TimeProvider clock)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var began = clock.GetTimestamp();
        if (!Connect(socket, to, Budget))
        {
            return null;
        }

        socket.Blocking = false;
        for (var sent = 0; sent < request.Length; )
        {
            if (!socket.Poll(Left(), SelectMode.SelectWrite))
            {
                return null;
            }

            sent += socket.Send(request.AsSpan(sent), SocketFlags.None);
        }

        var answer = new byte[MostAnswer];
        var length = 0;
        while (length < answer.Length)
        {
            if (!socket.Poll(Left(), SelectMode.SelectRead))
            {
                return null;
            }

            var read = socket.Receive(answer.AsSpan(length), SocketFlags.None);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        var end = answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        return end > 0 && answer.AsSpan(0, end).StartsWith("HTTP/1."u8) && answer.AsSpan(8, 4).SequenceEqual(" 200"u8)
            ? answer.AsMemory(end + 4, length - end - 4)
            : null;

        TimeSpan Left() => Budget - clock.GetElapsedTime(began) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }

    // On this machine a connection is there or refused at once. An attempt that does not block ends in an exception, and the first
    // exception of a process takes 40 ms.
    private static bool Connect(Socket socket, IPEndPoint to, TimeSpan budget)
    {
        if (IPAddress.IsLoopback(to.Address))
        {
            socket.Connect(to);
            return true;
        }

        using var done = new ManualResetEventSlim();
        using var attempt = new SocketAsyncEventArgs { RemoteEndPoint = to };
        attempt.Completed += (_, _) => done.Set();
        return (!socket.ConnectAsync(attempt) || done.Wait(budget)) && attempt.SocketError == SocketError.Success;
    }

    private static string? AddressIn(string dataFolder)
    {
        if (Bytes(Path.Combine(dataFolder, "server.json")) is not { } json)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("address", out var address)
                && address.ValueKind == JsonValueKind.String
                ? address.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static KnownStatus? ReadFile(string path) => Bytes(path) is { } json ? KnownStatus.Read(json) : null;

    private static byte[]? Bytes(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= MostAnswer ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
