using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>What became of an export.</summary>
internal enum OtlpOutcome
{
    /// <summary>It is stored, but for the records that were rejected.</summary>
    Stored,

    /// <summary>It is not what it should be; sending it again would not help.</summary>
    NotUnderstood,

    /// <summary>There is no room; the sender is to come again.</summary>
    Full,

    /// <summary>It cannot be stored just now; the sender is to come again.</summary>
    NotStored,
}

/// <summary>What is answered to an export.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Rejected">How many of its records could not be read.</param>
internal readonly record struct OtlpReceipt(OtlpOutcome Outcome, long Rejected);

/// <summary>
/// Takes exports in: reads them and hands them on. Thread-safe. Metrics are read one export at a time: what a cumulative series
/// adds hangs on the export before, and stands only once it has been handed on.
/// </summary>
internal sealed class OtlpReceiver(ICaptureIntake intake, TimeProvider clock)
{
    private readonly Lock metrics = new();
    private readonly MetricSeries series = new(clock.GetUtcNow());
    private readonly RecentExports recent = new();

    /// <summary>Takes one export in, and completes when it is stored: what was answered for is not lost when this process dies.</summary>
    /// <param name="workspace">The tenant, from the sender's key.</param>
    /// <param name="signal">What it tells.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="body">The export request; read before this returns.</param>
    /// <param name="cancellationToken">Ends the waiting; it may be stored nevertheless.</param>
    public async Task<OtlpReceipt> ReceiveAsync(
        WorkspaceId workspace,
        OtlpSignal signal,
        OtlpFormat format,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        var failing = intake.NextFailure;
        var name = new ExportName(workspace, signal, body.Span);
        if (recent.Find(name) is not { } taken)
        {
            (var outcome, taken) = Take(workspace, signal, format, body.Span);
            if (outcome != OtlpOutcome.Stored)
            {
                return new OtlpReceipt(outcome, taken.Rejected);
            }

            recent.Add(name, taken);
        }

        await Task.WhenAny(taken.Stored, failing).WaitAsync(cancellationToken);
        return new OtlpReceipt(taken.Stored.IsCompleted ? OtlpOutcome.Stored : OtlpOutcome.NotStored, taken.Rejected);
    }

    private (OtlpOutcome Outcome, TakenExport Taken) Take(
        WorkspaceId workspace,
        OtlpSignal signal,
        OtlpFormat format,
        ReadOnlySpan<byte> body
    )
    {
        if (signal != OtlpSignal.Metrics)
        {
            return Read(workspace, signal, format, body);
        }

        lock (metrics)
        {
            var read = Read(workspace, signal, format, body);
            if (read.Outcome == OtlpOutcome.Stored)
            {
                series.Commit();
            }
            else
            {
                series.Rollback();
            }

            return read;
        }
    }

    private (OtlpOutcome Outcome, TakenExport Taken) Read(
        WorkspaceId workspace,
        OtlpSignal signal,
        OtlpFormat format,
        ReadOnlySpan<byte> body
    )
    {
        var caught = new Catch();
        var reader = new TelemetryReader(workspace, caught, clock.GetUtcNow(), series);
        if (!reader.TryRead(signal, format, body, out var tally))
        {
            return (OtlpOutcome.NotUnderstood, new TakenExport(Task.CompletedTask, tally.Rejected));
        }

        return intake.TryTake(workspace, caught, out var stored)
            ? (OtlpOutcome.Stored, new TakenExport(stored, tally.Rejected))
            : (OtlpOutcome.Full, new TakenExport(Task.CompletedTask, tally.Rejected));
    }
}
