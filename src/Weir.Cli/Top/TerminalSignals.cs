using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Weir.Cli.Top;

/// <summary>The signals of a terminal: another size, Ctrl-Z, and that the shell lets the program go on.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class TerminalSignals : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Tells of them.</summary>
    /// <param name="measure">The terminal may have another size, or show something else.</param>
    /// <param name="leave">The terminal is the shell's until then.</param>
    public TerminalSignals(Action measure, Action leave) =>
        registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => measure()),
            // The runtime sets the terminal up again after this one, unless it is told not to.
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => measure()),
            PosixSignalRegistration.Create(
                PosixSignal.SIGTSTP,
                context =>
                {
                    context.Cancel = true;
                    leave();
                    ProcessStop.Now();
                }
            ),
        ];

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }
}
