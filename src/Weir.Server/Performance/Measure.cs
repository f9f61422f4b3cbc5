using System.Collections.Immutable;

namespace Weir.Server.Performance;

/// <summary>What is looked at every ten seconds.</summary>
internal enum Measure
{
    /// <summary>The process's share of all cores.</summary>
    Cpu,

    /// <summary>Resident memory.</summary>
    WorkingSet,

    /// <summary>Bytes on the managed heap, garbage included.</summary>
    Heap,

    /// <summary>What the last full collection left on it.</summary>
    LiveHeap,

    /// <summary>Bytes allocated a second.</summary>
    Allocated,

    /// <summary>The share of time in which the collector held everything.</summary>
    Paused,

    /// <summary>Collections of the youngest generation a minute.</summary>
    Gen0,

    /// <summary>Those of the middle one.</summary>
    Gen1,

    /// <summary>Full ones.</summary>
    Gen2,

    /// <summary>Threads of the pool.</summary>
    Threads,

    /// <summary>Work that waits for one.</summary>
    ThreadQueue,

    /// <summary>Open files and sockets.</summary>
    Handles,

    /// <summary>Requests to models being answered.</summary>
    InFlight,

    /// <summary>Bytes of the journal in use.</summary>
    JournalBytes,

    /// <summary>Records that wait for the writer.</summary>
    Pending,

    /// <summary>Bytes free on the data folder's disk.</summary>
    DiskFree,

    /// <summary>Bytes of it in use.</summary>
    DiskUsed,

    /// <summary>Bytes of the databases in the data folder.</summary>
    Databases,

    /// <summary>Bytes of their write-ahead logs.</summary>
    WriteAheadLogs,
}

/// <summary>The names and units of measures.</summary>
internal static class Measures
{
    /// <summary>All of them, in order.</summary>
    public static ImmutableArray<Measure> All { get; } = [.. Enum.GetValues<Measure>()];

    /// <summary>How it is called in answers.</summary>
    public static string Name(Measure measure)
    {
        var name = measure.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>What it is measured in.</summary>
    public static string Unit(Measure measure) =>
        measure switch
        {
            Measure.Cpu or Measure.Paused => "share",
            Measure.Allocated => "bytesPerSecond",
            Measure.Gen0 or Measure.Gen1 or Measure.Gen2 => "perMinute",
            Measure.Threads or Measure.ThreadQueue or Measure.Handles or Measure.InFlight or Measure.Pending => "count",
            _ => "bytes",
        };
}
