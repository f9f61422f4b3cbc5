using System.Diagnostics;
using System.Globalization;
using Weir.Capture;
using Weir.Ledger;

namespace Weir.Bench.Capture;

/// <summary>Reads the agents' logs below a home into a data folder, as the server and the commands do.</summary>
internal static class Scan
{
    /// <summary>Reads once, and says how long it took and what it cost.</summary>
    /// <param name="home">Holds <c>.claude</c>, <c>.codex</c> …</param>
    /// <param name="data">The data folder; made when it is not there.</param>
    public static async Task<object> RunAsync(string home, string data)
    {
        // The agents' folders are found by the home and by nothing else.
        Environment.SetEnvironmentVariable("HOME", Path.GetFullPath(home));
        foreach (
            var name in (string[])
                ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
        )
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Directory.CreateDirectory(data);
        var clock = TimeProvider.System;
        var opening = Stopwatch.GetTimestamp();
        var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = data }, clock);
        await using var open = ledger.Ledger ?? throw new InvalidOperationException(ledger.Refusal);
        var started = Stopwatch.GetTimestamp();
        var result = await UsageCapture.OpenAsync(
            new CaptureOptions { DataFolder = data },
            open,
            new PriceBook(),
            clock,
            CancellationToken.None
        );
        var capture = result.Capture ?? throw new InvalidOperationException(result.Refusal);
        var read = await capture.CatchUpAsync(null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await capture.DisposeAsync();
        return new
        {
            openLedgerMs = Math.Round(Stopwatch.GetElapsedTime(opening, started).TotalMilliseconds),
            seconds = Math.Round(seconds, 3),
            files = read.Files,
            megabytes = read.Bytes / 1_000_000,
            requests = read.Requests,
            cpuSeconds = Math.Round(Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, 2),
            peakMegabytes = PeakMegabytes(),
            gen0 = GC.CollectionCount(0),
            gen2 = GC.CollectionCount(2),
            gcPauseMs = Math.Round(GC.GetTotalPauseDuration().TotalMilliseconds),
            allocatedMegabytes = GC.GetTotalAllocatedBytes() / 1_000_000,
        };
    }

    private static long? PeakMegabytes() =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
            is { } line
            ? long.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) / 1000
            : null;
}
