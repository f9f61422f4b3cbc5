// Reads the agents' logs below a home into a data folder, as the server and the commands do, and says how long it took.
//   Weir.Bench.Capture HOME DATA      HOME holds .claude, .codex …; DATA is made when it is not there
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Weir.Capture;
using Weir.Ledger;

if (args is not [var home, var data])
{
    Console.Error.WriteLine("usage: Weir.Bench.Capture HOME DATA");
    return 2;
}

// The agents' folders are found by the home and by nothing else.
Environment.SetEnvironmentVariable("HOME", Path.GetFullPath(home));
foreach (
    var name in (string[])["CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
)
{
    Environment.SetEnvironmentVariable(name, null);
}

Directory.CreateDirectory(data);
var clock = TimeProvider.System;
var opening = Stopwatch.GetTimestamp();
var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = data }, clock);
if (ledger.Ledger is null)
{
    Console.Error.WriteLine(ledger.Refusal);
    return 1;
}

await using var open = ledger.Ledger;
var started = Stopwatch.GetTimestamp();
var result = await UsageCapture.OpenAsync(
    new CaptureOptions { DataFolder = data },
    open,
    new PriceBook(),
    clock,
    CancellationToken.None
);
if (result.Capture is not { } capture)
{
    Console.Error.WriteLine(result.Refusal);
    return 1;
}

var read = await capture.CatchUpAsync(null, CancellationToken.None);
var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
await capture.DisposeAsync();
var process = Process.GetCurrentProcess();
Console.WriteLine(
    JsonSerializer.Serialize(
        new
        {
            openLedgerMs = Math.Round(Stopwatch.GetElapsedTime(opening, started).TotalMilliseconds),
            seconds = Math.Round(seconds, 3),
            files = read.Files,
            megabytes = read.Bytes / 1_000_000,
            requests = read.Requests,
            cpuSeconds = Math.Round(process.TotalProcessorTime.TotalSeconds, 2),
            peakMegabytes = PeakMegabytes(),
            gen0 = GC.CollectionCount(0),
            gen2 = GC.CollectionCount(2),
            gcPauseMs = Math.Round(GC.GetTotalPauseDuration().TotalMilliseconds),
            allocatedMegabytes = GC.GetTotalAllocatedBytes() / 1_000_000,
        }
    )
);
return 0;

static long? PeakMegabytes() =>
    OperatingSystem.IsLinux()
    && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        is { } line
        ? long.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) / 1000
        : null;
