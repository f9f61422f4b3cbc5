using Weir.Wire;
using static Weir.Capture.Otlp.JsonValues;

namespace Weir.Capture.Otlp;

/// <summary>
/// OTLP as JSON: protobuf's JSON with ids in hexadecimal, field names in lowerCamelCase or as the messages have them, and whole
/// numbers of 64 bits as text or as numbers. What it takes and rejects is as in <see cref="ProtoDecoder"/>; nothing here recurses.
/// </summary>
internal static class JsonDecoder
{
    private static readonly string[] Temporalities =
    [
        "AGGREGATION_TEMPORALITY_UNSPECIFIED",
        "AGGREGATION_TEMPORALITY_DELTA",
        "AGGREGATION_TEMPORALITY_CUMULATIVE",
    ];

    private static readonly string[] StatusCodes = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    /// <summary>As <see cref="ProtoDecoder.TryDecode"/>.</summary>
    public static bool TryDecode(
        OtlpSignal signal,
        ReadOnlySpan<byte> body,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var request = new JsonCursor(body);
        if (!request.EnterObject())
        {
            return false;
        }

        while (request.NextProperty(out var name, out var escaped))
        {
            var isOurs = signal switch
            {
                OtlpSignal.Logs => Is(name, escaped, "resourceLogs"u8, "resource_logs"u8),
                OtlpSignal.Traces => Is(name, escaped, "resourceSpans"u8, "resource_spans"u8),
                _ => Is(name, escaped, "resourceMetrics"u8, "resource_metrics"u8),
            };
            var value = request.Skip();
            if (isOurs && !Each(value, signal, items, visitor, ref tally, Resource))
            {
                return false;
            }
        }

        return request.AtEnd();
    }

    private delegate bool Reading(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    );

    // Null is an empty list, as protobuf's JSON has it.
    private static bool Each(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally,
        Reading reading
    )
    {
        var list = new JsonCursor(json);
        if (list.Peek() is JsonKind.Null or JsonKind.None)
        {
            return true;
        }

        if (!list.EnterArray())
        {
            return false;
        }

        while (list.NextElement())
        {
            var element = list.Skip();
            if (list.Failed || !reading(element, signal, items, visitor, ref tally))
            {
                return false;
            }
        }

        return !list.Failed;
    }

    private static bool Resource(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        items.Origin.Resource.Clear();
        items.Origin.Series = 0;
        ReadOnlySpan<byte> resource = default;
        ReadOnlySpan<byte> scopes = default;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var isResource = JsonText.Is(name, escaped, "resource"u8);
            var isScopes = signal switch
            {
                OtlpSignal.Logs => Is(name, escaped, "scopeLogs"u8, "scope_logs"u8),
                OtlpSignal.Traces => Is(name, escaped, "scopeSpans"u8, "scope_spans"u8),
                _ => Is(name, escaped, "scopeMetrics"u8, "scope_metrics"u8),
            };
            var value = cursor.Skip();
            resource = isResource ? value : resource;
            scopes = isScopes ? value : scopes;
        }

        var series = 0UL;
        if (
            cursor.Failed
            || !Attributes(Inner(resource, "attributes"u8, "attributes"u8), items.Origin.Resource, ref series)
        )
        {
            return false;
        }

        items.Origin.Series = series;
        return Each(scopes, signal, items, visitor, ref tally, Scope);
    }

    private static bool Scope(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        ReadOnlySpan<byte> scope = default;
        ReadOnlySpan<byte> records = default;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var isScope = JsonText.Is(name, escaped, "scope"u8);
            var isRecords = signal switch
            {
                OtlpSignal.Logs => Is(name, escaped, "logRecords"u8, "log_records"u8),
                OtlpSignal.Traces => JsonText.Is(name, escaped, "spans"u8),
                _ => JsonText.Is(name, escaped, "metrics"u8),
            };
            var value = cursor.Skip();
            scope = isScope ? value : scope;
            records = isRecords ? value : records;
        }

        items.Origin.Scope = Name(Inner(scope, "name"u8, "name"u8)) ?? "";
        return !cursor.Failed
            && Each(
                records,
                signal,
                items,
                visitor,
                ref tally,
                signal switch
                {
                    OtlpSignal.Logs => Log,
                    OtlpSignal.Traces => Span,
                    _ => Metric,
                }
            );
    }

    private static bool Log(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var log = items.Log;
        log.Clear();
        string? trace = null;
        string? span = null;
        var series = 0UL;
        var cursor = new JsonCursor(json);
        var ok = cursor.EnterObject();
        while (ok && cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            if (Is(name, escaped, "timeUnixNano"u8, "time_unix_nano"u8))
            {
                log.Time = Nanoseconds(value);
            }
            else if (Is(name, escaped, "observedTimeUnixNano"u8, "observed_time_unix_nano"u8))
            {
                log.ObservedTime = Nanoseconds(value);
            }
            else if (JsonText.Is(name, escaped, "body"u8))
            {
                ok &= Value(value, out var body);
                log.Body = body.Text();
            }
            else if (JsonText.Is(name, escaped, "attributes"u8))
            {
                ok &= Attributes(value, log.Attributes, ref series);
            }
            else if (Is(name, escaped, "traceId"u8, "trace_id"u8))
            {
                trace = Id(value, 16);
            }
            else if (Is(name, escaped, "spanId"u8, "span_id"u8))
            {
                span = Id(value, 8);
            }
            else if (Is(name, escaped, "eventName"u8, "event_name"u8))
            {
                log.EventName = Name(value);
            }
        }

        if (!ok || cursor.Failed)
        {
            tally.Rejected++;
            return true;
        }

        log.SpanId = SpanId(trace, span);
        tally.Accepted++;
        visitor.Log(items.Origin, log);
        return true;
    }

    private static bool Span(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var span = items.Span;
        span.Clear();
        string? trace = null;
        string? id = null;
        string? parent = null;
        var series = 0UL;
        var cursor = new JsonCursor(json);
        var ok = cursor.EnterObject();
        while (ok && cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            if (Is(name, escaped, "traceId"u8, "trace_id"u8))
            {
                trace = Id(value, 16);
            }
            else if (Is(name, escaped, "spanId"u8, "span_id"u8))
            {
                id = Id(value, 8);
            }
            else if (Is(name, escaped, "parentSpanId"u8, "parent_span_id"u8))
            {
                parent = Id(value, 8);
            }
            else if (JsonText.Is(name, escaped, "name"u8))
            {
                span.Name = Name(value);
            }
            else if (Is(name, escaped, "startTimeUnixNano"u8, "start_time_unix_nano"u8))
            {
                span.Start = Nanoseconds(value);
            }
            else if (Is(name, escaped, "endTimeUnixNano"u8, "end_time_unix_nano"u8))
            {
                span.End = Nanoseconds(value);
            }
            else if (JsonText.Is(name, escaped, "attributes"u8))
            {
                ok &= Attributes(value, span.Attributes, ref series);
            }
            else if (JsonText.Is(name, escaped, "status"u8))
            {
                span.IsError = Enumeration(Inner(value, "code"u8, "code"u8), StatusCodes) == 2;
            }
        }

        if (!ok || cursor.Failed)
        {
            tally.Rejected++;
            return true;
        }

        span.Id = SpanId(trace, id);
        span.Parent = SpanId(trace, parent);
        tally.Accepted++;
        visitor.Span(items.Origin, span);
        return true;
    }

    private static bool Metric(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var point = items.Point;
        point.Metric = "";
        point.Temporality = Temporality.None;
        ReadOnlySpan<byte> data = default;
        var addsUp = false;
        var cursor = new JsonCursor(json);
        var ok = cursor.EnterObject();
        while (ok && cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            if (JsonText.Is(name, escaped, "name"u8))
            {
                point.Metric = Name(value) ?? "";
            }
            else if (
                JsonText.Is(name, escaped, "sum"u8)
                || JsonText.Is(name, escaped, "histogram"u8)
                || Is(name, escaped, "exponentialHistogram"u8, "exponential_histogram"u8)
            )
            {
                data = value;
                addsUp = true;
            }
            else if (JsonText.Is(name, escaped, "gauge"u8) || JsonText.Is(name, escaped, "summary"u8))
            {
                data = value;
                addsUp = false;
            }
        }

        if (!ok || cursor.Failed)
        {
            tally.Rejected++;
            return true;
        }

        if (addsUp)
        {
            var told = Inner(data, "aggregationTemporality"u8, "aggregation_temporality"u8);
            point.Temporality = Enumeration(told, Temporalities) switch
            {
                1 => Temporality.Delta,
                2 => Temporality.Cumulative,
                _ => Temporality.None,
            };
        }

        if (!Each(Inner(data, "dataPoints"u8, "data_points"u8), signal, items, visitor, ref tally, Point))
        {
            tally.Rejected++;
        }

        return true;
    }

    private static bool Point(
        ReadOnlySpan<byte> json,
        OtlpSignal signal,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var point = items.Point;
        point.Clear();
        var series = 0UL;
        var cursor = new JsonCursor(json);
        var ok = cursor.EnterObject();
        while (ok && cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            if (Is(name, escaped, "startTimeUnixNano"u8, "start_time_unix_nano"u8))
            {
                point.Start = Nanoseconds(value);
            }
            else if (Is(name, escaped, "timeUnixNano"u8, "time_unix_nano"u8))
            {
                point.Time = Nanoseconds(value);
            }
            else if (
                Is(name, escaped, "asDouble"u8, "as_double"u8)
                || Is(name, escaped, "asInt"u8, "as_int"u8)
                || JsonText.Is(name, escaped, "sum"u8)
            )
            {
                point.Value = Number(value);
            }
            else if (JsonText.Is(name, escaped, "attributes"u8))
            {
                ok &= Attributes(value, point.Attributes, ref series);
            }
        }

        if (!ok || cursor.Failed)
        {
            tally.Rejected++;
            return true;
        }

        point.Series = series;
        tally.Accepted++;
        visitor.Point(items.Origin, point);
        return true;
    }
}
