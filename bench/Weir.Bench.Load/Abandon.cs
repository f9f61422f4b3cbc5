using System.Diagnostics;
using System.Net.Sockets;

namespace Weir.Bench.Load;

/// <summary>
/// Every request on a connection of its own, which the caller resets: before the answer's head, at its head, or after some of its
/// pieces, in turn.
/// </summary>
internal static class Abandon
{
    private const int MostReads = 6;

    public static async Task<int> RunAsync(LoadOptions options)
    {
        var wires = options.Wires();
        var (next, refused, whole, pieces) = (0, 0, 0, 0L);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, options.Connections).Select(_ => Task.Run(WorkAsync)));
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(
            FormattableString.Invariant(
                $$"""{"requests":{{options.Requests}},"refused":{{refused}},"whole":{{whole}},"pieces":{{pieces}},"seconds":{{seconds:f3}},"perSecond":{{options.Requests / seconds:f0}}}"""
            )
        );
        return 0;

        async Task WorkAsync()
        {
            var buffer = new byte[16 * 1024];
            while (Interlocked.Increment(ref next) is var number && number <= options.Requests)
            {
                // Without a lingering end: a hundred thousand ends that linger would use up the ports.
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                {
                    NoDelay = true,
                    LingerState = new LingerOption(true, 0),
                };
                try
                {
                    await socket.ConnectAsync(options.Url.Host, options.Url.Port);
                    await socket.SendAsync(wires[number % wires.Length]);
                    for (var read = number % MostReads; read > 0; read--)
                    {
                        var count = await socket.ReceiveAsync(buffer);
                        Interlocked.Increment(ref pieces);
                        if (read == number % MostReads && !buffer.AsSpan(0, count).StartsWith("HTTP/1.1 200"u8))
                        {
                            Interlocked.Increment(ref refused);
                        }

                        // Several pieces may come as one, and the end with them: nothing follows that.
                        if (count == 0 || buffer.AsSpan(0, count).EndsWith("\r\n0\r\n\r\n"u8))
                        {
                            Interlocked.Increment(ref whole);
                            break;
                        }
                    }
                }
                catch (SocketException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
    }
}
