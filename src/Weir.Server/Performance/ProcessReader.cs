using System.Diagnostics;
using Weir.Ledger;

namespace Weir.Server.Performance;

/// <summary>
/// Reads the process, its memory and its disk. What grows (time used, bytes allocated) is told as what came since the reading before. One
/// reader at a time.
/// </summary>
/// <param name="dataFolder">Whose disk and databases.</param>
/// <param name="inFlight">How many requests are being answered.</param>
/// <param name="ledger">How journal and ledger are.</param>
/// <param name="clock">The time.</param>
internal sealed class ProcessReader(
    string dataFolder,
    Func<int> inFlight,
    Func<LedgerStatus> ledger,
    TimeProvider clock
)
{
    private Totals? before;

    /// <summary>What the last full collection left, when there was one since the reading before; else null.</summary>
    public double? LeftByCollection { get; private set; }

    /// <summary>A sample, by <see cref="Measure"/>; NaN for what is not known, which of the first is all that grows.</summary>
    public double[] Read()
    {
        var values = Measures.All.Select(_ => double.NaN).ToArray();
        var now = Totals.Read(clock);
        values[(int)Measure.WorkingSet] = Environment.WorkingSet;
        values[(int)Measure.Heap] = GC.GetTotalMemory(forceFullCollection: false);
        values[(int)Measure.LiveHeap] = LiveHeap();
        values[(int)Measure.Threads] = ThreadPool.ThreadCount;
        values[(int)Measure.ThreadQueue] = ThreadPool.PendingWorkItemCount;
        values[(int)Measure.Handles] = Handles();
        values[(int)Measure.InFlight] = inFlight();
        var status = ledger();
        values[(int)Measure.JournalBytes] = status.JournalBytes;
        values[(int)Measure.Pending] = status.Pending;
        ReadDisk(values);
        LeftByCollection = null;
        if (before is { } old)
        {
            Compare(values, old, now);
            if (now.Gen2 > old.Gen2 && !double.IsNaN(values[(int)Measure.LiveHeap]))
            {
                LeftByCollection = values[(int)Measure.LiveHeap];
            }
        }

        before = now;
        return values;
    }

    private void Compare(double[] values, Totals old, Totals now)
    {
        var passed = clock.GetElapsedTime(old.Timestamp, now.Timestamp);
        if (passed <= TimeSpan.Zero)
        {
            return;
        }

        values[(int)Measure.Cpu] = Math.Clamp((now.Cpu - old.Cpu) / passed / Environment.ProcessorCount, 0, 1);
        values[(int)Measure.Allocated] = (now.Allocated - old.Allocated) / passed.TotalSeconds;
        values[(int)Measure.Paused] = Math.Clamp((now.Paused - old.Paused) / passed, 0, 1);
        values[(int)Measure.Gen0] = (now.Gen0 - old.Gen0) / passed.TotalMinutes;
        values[(int)Measure.Gen1] = (now.Gen1 - old.Gen1) / passed.TotalMinutes;
        values[(int)Measure.Gen2] = (now.Gen2 - old.Gen2) / passed.TotalMinutes;
    }

    private static double LiveHeap()
    {
        var blocking = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        var background = GC.GetGCMemoryInfo(GCKind.Background);
        var last = blocking.Index > background.Index ? blocking : background;
        return last.Index == 0 ? double.NaN : last.HeapSizeBytes - last.FragmentedBytes;
    }

    private static double Handles()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return double.NaN;
            }
        }

        if (OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            return process.HandleCount;
        }

        return double.NaN;
    }

    private void ReadDisk(double[] values)
    {
        try
        {
            var drive = new DriveInfo(dataFolder);
            values[(int)Measure.DiskFree] = drive.AvailableFreeSpace;
            values[(int)Measure.DiskUsed] = drive.TotalSize - drive.TotalFreeSpace;
            var (databases, logs) = (0L, 0L);
            foreach (var file in new DirectoryInfo(dataFolder).EnumerateFiles())
            {
                if (file.Name.EndsWith(".db", StringComparison.Ordinal))
                {
                    databases += file.Length;
                }
                else if (file.Name.EndsWith(".db-wal", StringComparison.Ordinal))
                {
                    logs += file.Length;
                }
            }

            values[(int)Measure.Databases] = databases;
            values[(int)Measure.WriteAheadLogs] = logs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file that has just gone, or a disk that does not tell: what is read by then stands, the rest is not known.
        }
    }

    private sealed record Totals(
        long Timestamp,
        TimeSpan Cpu,
        double Allocated,
        TimeSpan Paused,
        int Gen0,
        int Gen1,
        int Gen2
    )
    {
        public static Totals Read(TimeProvider clock)
        {
            // Collections of a generation are those of the older ones too.
            var (gen1, gen2) = (GC.CollectionCount(1), GC.CollectionCount(2));
            return new(
                clock.GetTimestamp(),
                Environment.CpuUsage.TotalTime,
                GC.GetTotalAllocatedBytes(),
                GC.GetTotalPauseDuration(),
                GC.CollectionCount(0) - gen1,
                gen1 - gen2,
                gen2
            );
        }
    }
}
