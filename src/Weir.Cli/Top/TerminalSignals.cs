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
            On(PosixSignal.SIGWINCH, measure),
            On(PosixSignal.SIGCONT, measure),
            On(
                PosixSignal.SIGTSTP,
                () =>
                {
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

    private static PosixSignalRegistration On(PosixSignal signal, Action action) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                action();
            }
        );
}
