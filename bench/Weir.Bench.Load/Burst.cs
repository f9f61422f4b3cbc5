using System.Diagnostics;

namespace Weir.Bench.Load;

/// <summary>Opens all connections, then sends one request on each at once; the upstream's delay keeps them all in flight.</summary>
internal static class Burst
{
    public static async Task<int> RunAsync(LoadOptions options)
    {
        var wires = options.Wires();
        var connections = Enumerable
            .Range(0, options.Connections)
            .Select(_ => new LoadConnection(options.Url))
            .ToList();
        var errors = 0;
        foreach (var connection in connections)
        {
            await connection.ConnectAsync();
        }

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            connections.Select(
                async (connection, i) =>
                {
                    try
                    {
                        await connection.SendAsync(wires[i % wires.Length]);
                        if (!await connection.ReceiveAsync())
                        {
                            Interlocked.Increment(ref errors);
                        }
                    }
                    catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                    {
                        Interlocked.Increment(ref errors);
                    }
                }
            )
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $$"""{"requests":{{options.Connections}},"errors":{{errors}},"seconds":{{watch.Elapsed.TotalSeconds:f3}}}"""
            )
        );
        return errors == 0 ? 0 : 1;
    }
}
