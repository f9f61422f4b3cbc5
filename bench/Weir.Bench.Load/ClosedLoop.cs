using System.Diagnostics;

namespace Weir.Bench.Load;

/// <summary>Every connection sends its next request as soon as the last is answered.</summary>
internal static class ClosedLoop
{
    public static async Task<int> RunAsync(LoadOptions options)
    {
        var wires = options.Wires();
        var next = 0;
        var errors = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, options.Connections).Select(_ => Task.Run(WorkAsync)));
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(
            FormattableString.Invariant(
                $$"""{"requests":{{options.Requests}},"errors":{{errors}},"seconds":{{seconds:f3}},"perSecond":{{options.Requests / seconds:f0}}}"""
            )
        );
        return errors == 0 ? 0 : 1;

        async Task WorkAsync()
        {
            LoadConnection? connection = null;
            while (Interlocked.Increment(ref next) is var number && number <= options.Requests)
            {
                try
                {
                    if (connection is null)
                    {
                        connection = new LoadConnection(options.Url);
                        await connection.ConnectAsync();
                    }

                    await connection.SendAsync(wires[number % wires.Length]);
                    if (!await connection.ReceiveAsync())
                    {
                        Interlocked.Increment(ref errors);
                    }
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                {
                    Interlocked.Increment(ref errors);
                    connection?.Dispose();
                    connection = null;
                }
            }

            connection?.Dispose();
        }
    }
}
