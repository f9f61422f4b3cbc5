using System.Runtime.InteropServices;

namespace Weir.Cli.Top;

/// <summary>
/// Stops this process as Ctrl-Z does, until the shell lets it go on. A handled SIGTSTP stops nothing: what cannot be handled does.
/// </summary>
internal static class ProcessStop
{
    private const int StopOnLinux = 19;
    private const int StopElsewhere = 17;

    /// <summary>Stops; returns when the process goes on.</summary>
    public static void Now() =>
        _ = Kill(Environment.ProcessId, OperatingSystem.IsLinux() ? StopOnLinux : StopElsewhere);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
