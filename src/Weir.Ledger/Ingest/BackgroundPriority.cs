using System.Runtime.InteropServices;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Puts the calling thread behind those that somebody waits for. On Linux the runtime's own thread priorities do nothing:
/// there a thread has a nice value of its own. At 10 a request that wakes up goes first, and on a machine with nothing to
/// spare the thread still gets a tenth of a core. Since Linux 6.12 it also asks for the longest slice: the scheduler lets a
/// thread finish its slice unless one with a shorter slice wakes up, and that would hold a request for milliseconds.
/// </summary>
internal static partial class BackgroundPriority
{
    private const int Nice = 10;
    private const ulong LongestSlice = 100_000_000; // ns

    /// <summary>Takes the priority; where that is not allowed, everything goes on as it was.</summary>
    public static void Take()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            return;
        }

        // It has no function in older C libraries, and its number differs between processors.
        var call = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 314,
            Architecture.Arm64 => 274,
            _ => -1,
        };
        var wish = new SchedulerAttributes
        {
            Size = 48,
            Nice = Nice,
            Runtime = LongestSlice,
        };
        try
        {
            _ = SystemCall(call, 0, ref wish, 0); // 0: the calling thread
        }
        catch (EntryPointNotFoundException)
        {
            // A C library of another kind.
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(long number, int thread, ref SchedulerAttributes wish, uint flags);

    // sched_setattr(2), in its first size.
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulerAttributes
    {
        public uint Size;
        public uint Policy; // 0: SCHED_OTHER
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
