using System.Diagnostics.Metrics;
using Weir.Ledger;
using Weir.Server.Live;

namespace Weir.Server.Telemetry;

/// <summary>What the server itself measures, read when it is asked for.</summary>
internal sealed class ServerMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Weir.Server";

    private readonly Meter meter = new(Name);

    public ServerMeter(UsageLedger ledger, LiveFeed live)
    {
        meter.CreateObservableCounter(
            "weir.ledger.journalled",
            () => ledger.Status.Journalled,
            "{record}",
            "Records taken into the journal."
        );
        meter.CreateObservableGauge(
            "weir.ledger.pending",
            () => ledger.Status.Pending,
            "{record}",
            "Records in the journal that wait for the writer."
        );
        meter.CreateObservableGauge(
            "weir.ledger.journal.size",
            () => ledger.Status.JournalBytes,
            "By",
            "Bytes of the journal in use."
        );
        meter.CreateObservableUpDownCounter(
            "weir.live.listeners",
            () => live.Listeners,
            "{listener}",
            "Listeners of the live feed."
        );
    }

    /// <inheritdoc />
    public void Dispose() => meter.Dispose();
}
