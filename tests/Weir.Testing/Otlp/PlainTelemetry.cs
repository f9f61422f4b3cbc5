using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace Weir.Testing;

/// <summary>An export request as protobuf's own library reads it: one line of text for each log record, span or point.</summary>
public static class PlainTelemetry
{
    /// <summary>The lines of a request; null when the library refuses it.</summary>
    public static IReadOnlyList<string>? Logs(ReadOnlySpan<byte> body) =>
        Read(ExportLogsServiceRequest.Parser, body)
            ?.ResourceLogs.SelectMany(resource =>
                resource.ScopeLogs.SelectMany(scope =>
                    scope.LogRecords.Select(log =>
                        string.Join(
                            '|',
                            scope.Scope?.Name,
                            Text(resource.Resource?.Attributes),
                            log.TimeUnixNano,
                            log.ObservedTimeUnixNano,
                            log.EventName,
                            log.Body?.ValueCase == AnyValue.ValueOneofCase.StringValue ? log.Body.StringValue : "",
                            Id(log.TraceId, log.SpanId),
                            Text(log.Attributes)
                        )
                    )
                )
            )
            .ToList();

    /// <summary>Likewise.</summary>
    public static IReadOnlyList<string>? Spans(ReadOnlySpan<byte> body) =>
        Read(ExportTraceServiceRequest.Parser, body)
            ?.ResourceSpans.SelectMany(resource =>
                resource.ScopeSpans.SelectMany(scope =>
                    scope.Spans.Select(span =>
                        string.Join(
                            '|',
                            scope.Scope?.Name,
                            Text(resource.Resource?.Attributes),
                            span.StartTimeUnixNano,
                            span.EndTimeUnixNano,
                            span.Name,
                            Id(span.TraceId, span.SpanId),
                            Id(span.TraceId, span.ParentSpanId),
                            span.Status?.Code == OpenTelemetry.Proto.Trace.V1.Status.Types.StatusCode.Error,
                            Text(span.Attributes)
                        )
                    )
                )
            )
            .ToList();

    /// <summary>Likewise; points of summaries have no value.</summary>
    public static IReadOnlyList<string>? Points(ReadOnlySpan<byte> body) =>
        Read(ExportMetricsServiceRequest.Parser, body)
            ?.ResourceMetrics.SelectMany(resource =>
                resource.ScopeMetrics.SelectMany(scope =>
                    scope.Metrics.SelectMany(metric =>
                        Points(metric)
                            .Select(point =>
                                string.Join(
                                    '|',
                                    scope.Scope?.Name,
                                    Text(resource.Resource?.Attributes),
                                    metric.Name,
                                    (int)point.Temporality is 1 or 2 ? (int)point.Temporality : 0,
                                    point.Start,
                                    point.Time,
                                    point.Value.ToString("R", CultureInfo.InvariantCulture),
                                    Text(point.Attributes)
                                )
                            )
                    )
                )
            )
            .ToList();

    /// <summary>A request as the library writes what it has read, without what it does not know; null when it refuses it.</summary>
    public static byte[]? RewrittenLogs(ReadOnlySpan<byte> body) =>
        Read(ExportLogsServiceRequest.Parser.WithDiscardUnknownFields(true), body)?.ToByteArray();

    /// <summary>Likewise.</summary>
    public static byte[]? RewrittenSpans(ReadOnlySpan<byte> body) =>
        Read(ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true), body)?.ToByteArray();

    /// <summary>Likewise.</summary>
    public static byte[]? RewrittenPoints(ReadOnlySpan<byte> body) =>
        Read(ExportMetricsServiceRequest.Parser.WithDiscardUnknownFields(true), body)?.ToByteArray();

    private static IEnumerable<Point> Points(Metric metric) =>
        metric.DataCase switch
        {
            Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Select(p =>
                Of(p, AggregationTemporality.Unspecified)
            ),
            Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Select(p => Of(p, metric.Sum.AggregationTemporality)),
            Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Select(p => new Point(
                metric.Histogram.AggregationTemporality,
                p.StartTimeUnixNano,
                p.TimeUnixNano,
                p.HasSum ? p.Sum : double.NaN,
                p.Attributes
            )),
            Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.Select(p => new Point(
                metric.ExponentialHistogram.AggregationTemporality,
                p.StartTimeUnixNano,
                p.TimeUnixNano,
                p.HasSum ? p.Sum : double.NaN,
                p.Attributes
            )),
            Metric.DataOneofCase.Summary => metric.Summary.DataPoints.Select(p => new Point(
                AggregationTemporality.Unspecified,
                p.StartTimeUnixNano,
                p.TimeUnixNano,
                double.NaN,
                p.Attributes
            )),
            _ => [],
        };

    private static Point Of(NumberDataPoint p, AggregationTemporality temporality) =>
        new(
            temporality,
            p.StartTimeUnixNano,
            p.TimeUnixNano,
            p.ValueCase switch
            {
                NumberDataPoint.ValueOneofCase.AsDouble => p.AsDouble,
                NumberDataPoint.ValueOneofCase.AsInt => p.AsInt,
                _ => double.NaN,
            },
            p.Attributes
        );

    private static string Text(RepeatedField<KeyValue>? attributes) =>
        string.Join(
            ';',
            (attributes ?? [])
                .GroupBy(pair => pair.Key, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, Value: Text(group.Last().Value)))
                .Select(pair => $"{pair.Key}={pair.Value}")
        );

    private static string Text(AnyValue? value) =>
        value?.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => "s" + value.StringValue,
            AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "b1" : "b0",
            AnyValue.ValueOneofCase.IntValue => "i" + value.IntValue.ToString(CultureInfo.InvariantCulture),
            AnyValue.ValueOneofCase.DoubleValue => "d" + value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
            _ => "",
        };

    private static string Id(ByteString trace, ByteString span) =>
        trace.Length == 16 && span.Length == 8 && trace.Any(b => b != 0) && span.Any(b => b != 0)
            ? $"{Convert.ToHexStringLower(trace.Span)}/{Convert.ToHexStringLower(span.Span)}"
            : "";

    private static T? Read<T>(MessageParser<T> parser, ReadOnlySpan<byte> body)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private sealed record Point(
        AggregationTemporality Temporality,
        ulong Start,
        ulong Time,
        double Value,
        RepeatedField<KeyValue> Attributes
    );
}
