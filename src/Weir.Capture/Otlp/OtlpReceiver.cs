using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>What became of an export.</summary>
internal enum OtlpOutcome
{
    /// <summary>It was taken, but for the records that were rejected.</summary>
    Taken,

    /// <summary>It is not what it should be; sending it again would not help.</summary>
    NotUnderstood,

    /// <summary>There is no room; the sender is to come again.</summary>
    Full,
}

/// <summary>
/// Takes exports in: reads them and hands them on. Thread-safe. Metrics are read one export at a time: what a cumulative series
/// adds hangs on the export before, and stands only once it has been handed on.
/// </summary>
internal sealed class OtlpReceiver(ICaptureIntake intake, TimeProvider clock)
{
    private readonly Lock metrics = new();
    private readonly MetricSeries series = new(clock.GetUtcNow());

    /// <summary>Takes one export in.</summary>
    /// <param name="workspace">The tenant, from the sender's key.</param>
    /// <param name="signal">What it tells.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="body">The export request.</param>
    /// <param name="rejected">How many records could not be read.</param>
    public OtlpOutcome Receive(
        WorkspaceId workspace,
        OtlpSignal signal,
        OtlpFormat format,
        ReadOnlySpan<byte> body,
        out long rejected
    )
    {
        if (signal != OtlpSignal.Metrics)
        {
            return Read(workspace, signal, format, body, out rejected);
        }

        lock (metrics)
        {
            var outcome = Read(workspace, signal, format, body, out rejected);
            if (outcome == OtlpOutcome.Taken)
            {
                series.Commit();
            }
            else
            {
                series.Rollback();
            }

            return outcome;
        }
    }

    private OtlpOutcome Read(
        WorkspaceId workspace,
        OtlpSignal signal,
        OtlpFormat format,
        ReadOnlySpan<byte> body,
        out long rejected
    )
    {
        var caught = new Catch();
        var reader = new TelemetryReader(workspace, caught, clock.GetUtcNow(), series);
        var understood = reader.TryRead(signal, format, body, out var tally);
        rejected = tally.Rejected;
        return !understood ? OtlpOutcome.NotUnderstood
            : intake.TryTake(workspace, caught) ? OtlpOutcome.Taken
            : OtlpOutcome.Full;
    }
}
