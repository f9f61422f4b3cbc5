using System.Globalization;
using Weir.Capture.Otlp;

namespace Weir.Capture.Tests.Otlp;

/// <summary>Writes down what a decoder finds: as many items, of as many kinds.</summary>
internal sealed class LineVisitor : TelemetryVisitor
{
    public List<string> Lines { get; } = [];

    public override void Log(Origin origin, LogItem log) =>
        Lines.Add(
            string.Join(
                '|',
                origin.Scope,
                Text(origin.Resource),
                log.Time,
                log.ObservedTime,
                log.EventName,
                log.Body,
                log.SpanId,
                Text(log.Attributes)
            )
        );

    public override void Span(Origin origin, SpanItem span) =>
        Lines.Add(
            string.Join(
                '|',
                origin.Scope,
                Text(origin.Resource),
                span.Start,
                span.End,
                span.Name,
                span.Id,
                span.Parent,
                span.IsError,
                Text(span.Attributes)
            )
        );

    public override void Point(Origin origin, PointItem point) =>
        Lines.Add(
            string.Join(
                '|',
                origin.Scope,
                Text(origin.Resource),
                point.Metric,
                (int)point.Temporality,
                point.Start,
                point.Time,
                point.Value.ToString("R", CultureInfo.InvariantCulture),
                Text(point.Attributes)
            )
        );

    public static IReadOnlyList<string> Read(OtlpSignal signal, OtlpFormat format, ReadOnlySpan<byte> body)
    {
        var visitor = new LineVisitor();
        var tally = default(Tally);
        var understood =
            format == OtlpFormat.Json
                ? JsonDecoder.TryDecode(signal, body, new TelemetryItems(), visitor, ref tally)
                : ProtoDecoder.TryDecode(signal, body, new TelemetryItems(), visitor, ref tally);
        Assert.True(understood);
        Assert.Equal((visitor.Lines.Count, 0), (tally.Accepted, tally.Rejected));
        return visitor.Lines;
    }

    private static string Text(AttributeSet set) =>
        string.Join(';', Enumerable.Range(0, Known.Count).Where(i => set[i].IsSet).Select(i => $"{i}={set[i]}"));
}
