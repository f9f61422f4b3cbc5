using System.Diagnostics;
using Weir.Ledger;

namespace Weir.Bench.Ledger;

/// <summary>Fills a ledger through its journal, as the gateway does, as fast as it takes records.</summary>
internal static class Fill
{
    private const long Last = 1_000_000;

    /// <summary>Fills and tells what it came to.</summary>
    public static async Task<object> RunAsync(string folder, long count)
    {
        var clock = new RecordClock();
        var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = folder, MaxSegments = 16 }, clock)
            is { Ledger: { } opened }
            ? opened
            : throw new InvalidOperationException("The folder is taken.");
        var process = Process.GetCurrentProcess();
        var watch = Stopwatch.StartNew();
        var lastFrom = TimeSpan.Zero;
        var done = 0L;
        var cpuBefore = process.TotalProcessorTime;
        foreach (var record in new Year(count).Records())
        {
            if (done == Math.Max(0, count - Last))
            {
                await ledger.FlushAsync(CancellationToken.None);
                lastFrom = watch.Elapsed;
                process.Refresh();
                cpuBefore = process.TotalProcessorTime;
            }

            while (!ledger.Journal.TryReserve())
            {
                await Task.Delay(5);
            }

            ledger.Journal.Append(record);
            ledger.Journal.Release();
            if ((done++ & 255) == 0)
            {
                clock.Reach(record.StartedAt);
                if ((done & 0xfffff) == 1)
                {
                    Console.Error.WriteLine(
                        $"{done / 1_000_000} million, {watch.Elapsed.TotalSeconds:0} s, {process.WorkingSet64 >> 20} MB"
                    );
                    process.Refresh();
                }
            }
        }

        await ledger.FlushAsync(CancellationToken.None);
        var end = watch.Elapsed;
        process.Refresh();
        var cpu = process.TotalProcessorTime - cpuBefore;
        await ledger.DisposeAsync();
        var bytes = new DirectoryInfo(folder)
            .EnumerateFiles("ledger.db*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
        var last = Math.Min(count, Last);
        return new
        {
            records = count,
            seconds = Math.Round(end.TotalSeconds, 1),
            perSecond = (long)(count / end.TotalSeconds),
            perSecondLast = (long)(last / (end - lastFrom).TotalSeconds),
            cpuMicrosecondsLast = Math.Round(cpu.TotalMicroseconds / last, 2),
            bytesPerRecord = Math.Round((double)bytes / count, 1),
            peakMegabytes = PeakMegabytes(),
        };
    }

    /// <summary>The kernel's high-water mark of this process.</summary>
    public static long PeakMegabytes() =>
        long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture
        ) / 1000;
}
