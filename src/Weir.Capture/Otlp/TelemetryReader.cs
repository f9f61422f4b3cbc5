using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// Reads one export into a <see cref="Catch"/>: each record goes to who knows its sender, and what nobody knows is counted by kind.
/// Pure but for the series of cumulative metrics. Used once, by one thread.
/// </summary>
internal sealed class TelemetryReader(
    WorkspaceId workspace,
    Catch caught,
    DateTimeOffset receivedAt,
    MetricSeries series
) : TelemetryVisitor
{
    private readonly Reading reading = new(caught, new Moments(receivedAt));
    private readonly MetricSums sums = new(workspace, series);
    private readonly List<(string? Id, Sighting Sighting)> spans = [];
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);

    /// <summary>Reads an export; says no when it is not OTLP, and then what was caught is not to be used.</summary>
    public bool TryRead(OtlpSignal signal, OtlpFormat format, ReadOnlySpan<byte> body, out Tally tally)
    {
        tally = default;
        var items = new TelemetryItems();
        var understood =
            format == OtlpFormat.Json
                ? JsonDecoder.TryDecode(signal, body, items, this, ref tally)
                : ProtoDecoder.TryDecode(signal, body, items, this, ref tally);
        if (understood)
        {
            AddSpans();
            sums.WriteTo(reading);
        }

        return understood;
    }

    /// <inheritdoc />
    public override void Log(Origin origin, LogItem log)
    {
        var name = log.Attributes[Known.EventName].Text() ?? log.EventName ?? log.Body;
        if (name is not null && ClaudeCodeTelemetry.Owns(origin, name))
        {
            ClaudeCodeTelemetry.Event(reading, origin, log, name);
        }
        else if (name is not null && CodexTelemetry.Owns(origin, name))
        {
            CodexTelemetry.Event(reading, origin, log, name);
        }
        else if (
            name?.StartsWith("gen_ai.", StringComparison.Ordinal) == true
            && origin.Scope != GenAiTelemetry.WeirScope
            && GenAiTelemetry.Event(reading, origin, log) is { } sighting
        )
        {
            spans.Add((null, sighting));
        }
        else
        {
            caught.Skip("other log");
        }
    }

    /// <inheritdoc />
    public override void Span(Origin origin, SpanItem span)
    {
        if (span is { Id: { } id, Parent: { } parent })
        {
            parents[id] = parent;
        }

        if (ClaudeCodeTelemetry.Owns(origin))
        {
            ClaudeCodeTelemetry.Span(reading, span);
        }
        else if (CodexTelemetry.Owns(origin))
        {
            caught.Skip("codex span");
        }
        else if (origin.Scope == GenAiTelemetry.WeirScope)
        {
            caught.Skip("own span");
        }
        else if (GenAiTelemetry.Span(reading, origin, span) is { } sighting)
        {
            spans.Add((span.Id, sighting));
        }
        else
        {
            caught.Skip("other span");
        }
    }

    /// <inheritdoc />
    public override void Point(Origin origin, PointItem point)
    {
        if (origin.Scope == GenAiTelemetry.WeirScope)
        {
            caught.Skip("own metric");
        }
        else if (sums.Add(reading, origin, point) is { } reason)
        {
            caught.Skip(reason);
        }
    }

    // A framework and the library below it may both tell of one request, as a span in a span: the inner one is the request.
    private void AddSpans()
    {
        var above = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, sighting) in spans)
        {
            if (sighting.Usage.IsUnknown)
            {
                continue;
            }

            for (var at = id; at is not null && parents.TryGetValue(at, out var parent) && above.Add(parent); )
            {
                at = parent;
            }
        }

        foreach (var (id, sighting) in spans)
        {
            if (id is not null && above.Contains(id))
            {
                caught.Skip("span around another");
            }
            else
            {
                caught.Sightings.Add(sighting);
            }
        }
    }
}
