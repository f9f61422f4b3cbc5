using System.Diagnostics;

namespace Weir.Fuzz.Engine;

/// <summary>
/// How long a target is fuzzed: by the clock, or by the processor time of the whole process, which says the same on a machine that
/// others use too.
/// </summary>
internal sealed record Budget(TimeSpan Time, bool IsProcessorTime)
{
    /// <summary>The processor time of this process until now.</summary>
    public static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    /// <summary>Whether it is used up.</summary>
    /// <param name="clock">Since the start.</param>
    /// <param name="processor">What the process had used at the start.</param>
    public bool IsUsedUp(Stopwatch clock, TimeSpan processor) =>
        (IsProcessorTime ? Processor - processor : clock.Elapsed) >= Time;
}
