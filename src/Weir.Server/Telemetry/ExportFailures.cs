using System.Diagnostics.Tracing;
using System.Globalization;

namespace Weir.Server.Telemetry;

/// <summary>
/// Hears why the OTLP exporter could not send, which it tells nobody else: at most once a minute, without the stack that it
/// puts behind.
/// </summary>
internal sealed class ExportFailures(Action<string> tell) : EventListener
{
    private const string Source = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private long lastTold = long.MinValue;

    /// <inheritdoc />
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    /// <inheritdoc />
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var last = Interlocked.Read(ref lastTold);
        var now = Environment.TickCount64;
        if (
            (last != long.MinValue && now - last < Pause.TotalMilliseconds)
            || Interlocked.CompareExchange(ref lastTold, now, last) != last
        )
        {
            return;
        }

        var text = eventData.Message is { } message
            ? string.Format(CultureInfo.InvariantCulture, message, [.. eventData.Payload ?? []])
            : eventData.EventName ?? "";
        tell(text.Split('\n', 2)[0].Trim());
    }
}
