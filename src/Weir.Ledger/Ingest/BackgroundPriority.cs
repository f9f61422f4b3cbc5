using System.Runtime.InteropServices;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Puts the calling thread behind those that somebody waits for. On Linux the runtime's own thread priorities do nothing:
/// there a thread has a nice value of its own. At 10 a request that wakes up goes first, and on a machine with nothing to
/// spare the thread still gets a tenth of a core.
/// </summary>
internal static partial class BackgroundPriority
{
    private const int WhichThread = 0; // PRIO_PROCESS, which for Linux is a thread
    private const int Nice = 10;

    /// <summary>Takes the priority; where that is not allowed, everything goes on as it was.</summary>
    public static void Take()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            return;
        }

        try
        {
            _ = SetPriority(WhichThread, 0, Nice); // 0: the caller
        }
        catch (EntryPointNotFoundException)
        {
            // A C library of another kind.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}
