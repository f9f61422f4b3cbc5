using System.Runtime.InteropServices;

namespace Weir.Cli.Top;

/// <summary>The signals that ask a program to end: the first time it may tidy up, the second time the system ends it.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;
    private int asked;

    /// <summary>Tells of the first of them.</summary>
    public StopSignals(Action stop) =>
        registrations = [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(
                signal =>
                    PosixSignalRegistration.Create(
                        signal,
                        context =>
                        {
                            context.Cancel = Interlocked.Increment(ref asked) == 1;
                            stop();
                        }
                    )
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
