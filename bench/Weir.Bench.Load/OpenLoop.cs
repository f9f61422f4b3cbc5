using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Weir.Bench.Load;

/// <summary>
/// Requests go out at a fixed rate and are timed from the moment when they were due, so that a slow answer cannot hide
/// the wait of those behind it (no coordinated omission).
/// </summary>
internal static partial class OpenLoop
{
    public static async Task<int> RunAsync(LoadOptions options)
    {
        var wires = options.Wires();
        var idle = new ConcurrentQueue<LoadConnection>();
        for (var i = 0; i < options.Connections; i++)
        {
            var connection = new LoadConnection(options.Url);
            await connection.ConnectAsync();
            idle.Enqueue(connection);
        }

        var warm = options.Rate; // the first second counts as warm-up
        var count = (options.Rate * options.Seconds) + warm;
        var latencies = new long[count];
        var errors = 0;
        var left = count;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pacer = new Thread(Pace) { IsBackground = true };
        pacer.Start();
        await done.Task;

        var sorted = latencies[warm..].Order().ToArray();
        Console.WriteLine(
            FormattableString.Invariant(
                $$"""{"requests":{{count}},"errors":{{errors}},"p50us":{{At(0.5)}},"p90us":{{At(0.9)}},"p99us":{{At(0.99)}},"p999us":{{At(0.999)}},"maxus":{{sorted[^1]}}}"""
            )
        );
        return errors == 0 ? 0 : 1;

        long At(double quantile) => sorted[(int)(quantile * (sorted.Length - 1))];

        void Pace()
        {
            var start = Stopwatch.GetTimestamp();
            var interval = Stopwatch.Frequency / options.Rate;
            for (var i = 0; i < count; i++)
            {
                var due = start + (i * interval);
                SleepUntil(due);
                LoadConnection? connection;
                while (!idle.TryDequeue(out connection))
                {
                    SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20_000));
                }

                _ = SendAndTimeAsync(connection, i, due);
            }
        }

        async Task SendAndTimeAsync(LoadConnection connection, int index, long due)
        {
            try
            {
                connection.Send(wires[index % wires.Length]);
                if (!await connection.ReceiveAsync())
                {
                    Interlocked.Increment(ref errors);
                }

                latencies[index] = (Stopwatch.GetTimestamp() - due) * 1_000_000 / Stopwatch.Frequency;
                idle.Enqueue(connection);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                Interlocked.Increment(ref errors);
                latencies[index] = long.MaxValue;
                connection.Dispose();
            }

            if (Interlocked.Decrement(ref left) == 0)
            {
                done.SetResult();
            }
        }
    }

    /// <summary>Sleeps in the kernel, exact to some ten microseconds; a timer of the runtime would be exact to a millisecond.</summary>
    private static void SleepUntil(long due)
    {
        var left = due - Stopwatch.GetTimestamp();
        if (left > 0)
        {
            var time = new TimeSpec { Nanoseconds = left * 1_000_000_000 / Stopwatch.Frequency };
            time.Seconds = Math.DivRem(time.Nanoseconds, 1_000_000_000, out time.Nanoseconds);
            _ = nanosleep(ref time, 0);
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int nanosleep(ref TimeSpec time, nint remaining);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
