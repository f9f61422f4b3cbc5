using System.Net.Sockets;
using System.Text;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>HTTP by hand, for what no client library would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends text as it stands and reads until the server closes.</summary>
    public static async Task<string> AskAsync(Uri url, string text)
    {
        using var socket = await ConnectAsync(url);
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        return await ReadToEndAsync(socket);
    }

    public static async Task<Socket> ConnectAsync(Uri url)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", url.Port);
        return socket;
    }

    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // Reset: what came is what there is.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Reads until the text has come.</summary>
    public static async Task ReadUntilAsync(Socket socket, string text)
    {
        var seen = new StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.NotEqual(0, count);
            seen.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }
}
