using Weir.Wire;

namespace Weir.Capture.Otlp;

/// <summary>
/// OTLP as protobuf: the messages of opentelemetry-proto 1.x, by their field numbers. The three signals have one shape: a resource
/// with scopes with records. A record that cannot be read is rejected and the next one is read; a fault above the records is one of
/// the whole. Lists and maps inside attributes are passed over unread, so nothing here recurses.
/// </summary>
internal static class ProtoDecoder
{
    /// <summary>Reads an export request.</summary>
    /// <param name="signal">What it tells.</param>
    /// <param name="body">The message.</param>
    /// <param name="items">What is filled.</param>
    /// <param name="visitor">What takes the items.</param>
    /// <param name="tally">How many there were.</param>
    /// <returns>Whether the whole could be read; if not, what was visited is not to be used.</returns>
    public static bool TryDecode(
        OtlpSignal signal,
        ReadOnlySpan<byte> body,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var request = new ProtoReader(body);
        while (request.Next())
        {
            if (request.Is(1, ProtoWire.Bytes) && !Resource(signal, request.Bytes, items, visitor, ref tally))
            {
                return false;
            }
        }

        return !request.Failed;
    }

    private static bool Resource(
        OtlpSignal signal,
        ReadOnlySpan<byte> message,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        // The resource may stand behind its scopes.
        items.Origin.Resource.Clear();
        items.Origin.Series = 0;
        var first = new ProtoReader(message);
        while (first.Next())
        {
            if (first.Is(1, ProtoWire.Bytes))
            {
                var series = items.Origin.Series;
                if (!Attributes(first.Bytes, 1, items.Origin.Resource, ref series))
                {
                    return false;
                }

                items.Origin.Series = series;
            }
        }

        var second = new ProtoReader(message);
        while (second.Next())
        {
            if (second.Is(2, ProtoWire.Bytes) && !Scope(signal, second.Bytes, items, visitor, ref tally))
            {
                return false;
            }
        }

        return !first.Failed;
    }

    private static bool Scope(
        OtlpSignal signal,
        ReadOnlySpan<byte> message,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        items.Origin.Scope = "";
        var first = new ProtoReader(message);
        while (first.Next())
        {
            if (first.Is(1, ProtoWire.Bytes))
            {
                var scope = new ProtoReader(first.Bytes);
                while (scope.Next())
                {
                    if (scope.Is(1, ProtoWire.Bytes))
                    {
                        items.Origin.Scope = Name(scope.Bytes) ?? "";
                    }
                }

                if (scope.Failed)
                {
                    return false;
                }
            }
        }

        var second = new ProtoReader(message);
        while (second.Next())
        {
            if (second.Is(2, ProtoWire.Bytes))
            {
                switch (signal)
                {
                    case OtlpSignal.Logs:
                        Log(second.Bytes, items, visitor, ref tally);
                        break;
                    case OtlpSignal.Traces:
                        Span(second.Bytes, items, visitor, ref tally);
                        break;
                    default:
                        Metric(second.Bytes, items, visitor, ref tally);
                        break;
                }
            }
        }

        return !first.Failed;
    }

    private static void Log(ReadOnlySpan<byte> message, TelemetryItems items, TelemetryVisitor visitor, ref Tally tally)
    {
        var log = items.Log;
        log.Clear();
        string? trace = null;
        string? span = null;
        var ok = true;
        var series = 0UL;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            switch (field.Field, field.Wire)
            {
                case (1, ProtoWire.Fixed64):
                    log.Time = field.Number;
                    break;
                case (11, ProtoWire.Fixed64):
                    log.ObservedTime = field.Number;
                    break;
                case (5, ProtoWire.Bytes):
                    ok &= Value(field.Bytes, out var body);
                    log.Body = body.Text();
                    break;
                case (6, ProtoWire.Bytes):
                    ok &= Attribute(field.Bytes, log.Attributes, ref series);
                    break;
                case (9, ProtoWire.Bytes):
                    trace = Id(field.Bytes, 16);
                    break;
                case (10, ProtoWire.Bytes):
                    span = Id(field.Bytes, 8);
                    break;
                case (12, ProtoWire.Bytes):
                    log.EventName = Name(field.Bytes);
                    break;
            }
        }

        if (field.Failed || !ok)
        {
            tally.Rejected++;
            return;
        }

        log.SpanId = SpanId(trace, span);
        tally.Accepted++;
        visitor.Log(items.Origin, log);
    }

    private static void Span(
        ReadOnlySpan<byte> message,
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
        var ok = true;
        var series = 0UL;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            switch (field.Field, field.Wire)
            {
                case (1, ProtoWire.Bytes):
                    trace = Id(field.Bytes, 16);
                    break;
                case (2, ProtoWire.Bytes):
                    id = Id(field.Bytes, 8);
                    break;
                case (4, ProtoWire.Bytes):
                    parent = Id(field.Bytes, 8);
                    break;
                case (5, ProtoWire.Bytes):
                    span.Name = Name(field.Bytes);
                    break;
                case (7, ProtoWire.Fixed64):
                    span.Start = field.Number;
                    break;
                case (8, ProtoWire.Fixed64):
                    span.End = field.Number;
                    break;
                case (9, ProtoWire.Bytes):
                    ok &= Attribute(field.Bytes, span.Attributes, ref series);
                    break;
                case (15, ProtoWire.Bytes):
                    var status = new ProtoReader(field.Bytes);
                    while (status.Next())
                    {
                        span.IsError = status.Is(3, ProtoWire.Varint) ? status.Number == 2 : span.IsError;
                    }

                    ok &= !status.Failed;
                    break;
            }
        }

        if (field.Failed || !ok)
        {
            tally.Rejected++;
            return;
        }

        span.Id = SpanId(trace, id);
        span.Parent = SpanId(trace, parent);
        tally.Accepted++;
        visitor.Span(items.Origin, span);
    }

    private static void Metric(
        ReadOnlySpan<byte> message,
        TelemetryItems items,
        TelemetryVisitor visitor,
        ref Tally tally
    )
    {
        var point = items.Point;
        point.Metric = "";
        var form = 0;
        ReadOnlySpan<byte> data = default;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            if (field.Is(1, ProtoWire.Bytes))
            {
                point.Metric = Name(field.Bytes) ?? "";
            }
            else if (field.Wire == ProtoWire.Bytes && field.Field is 5 or 7 or 9 or 10 or 11)
            {
                form = field.Field;
                data = field.Bytes;
            }
        }

        if (field.Failed)
        {
            tally.Rejected++;
            return;
        }

        point.Temporality = Temporality.None;
        var head = new ProtoReader(data);
        while (head.Next())
        {
            if (head.Is(2, ProtoWire.Varint) && form is 7 or 9 or 10)
            {
                point.Temporality = head.Number is 1 or 2 ? (Temporality)head.Number : Temporality.None;
            }
        }

        if (head.Failed)
        {
            tally.Rejected++;
            return;
        }

        var points = new ProtoReader(data);
        while (points.Next())
        {
            if (points.Is(1, ProtoWire.Bytes))
            {
                if (Point(points.Bytes, form, point))
                {
                    tally.Accepted++;
                    visitor.Point(items.Origin, point);
                }
                else
                {
                    tally.Rejected++;
                }
            }
        }
    }

    private static bool Point(ReadOnlySpan<byte> message, int form, PointItem point)
    {
        point.Clear();
        var isHistogram = form is 9 or 10;
        var attributes = form switch
        {
            9 => 9,
            10 => 1,
            _ => 7,
        };
        var ok = true;
        var series = 0UL;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            if (field.Is(2, ProtoWire.Fixed64))
            {
                point.Start = field.Number;
            }
            else if (field.Is(3, ProtoWire.Fixed64))
            {
                point.Time = field.Number;
            }
            else if (field.Is(isHistogram ? 5 : 4, ProtoWire.Fixed64))
            {
                point.Value = field.Double;
            }
            else if (!isHistogram && field.Is(6, ProtoWire.Fixed64))
            {
                point.Value = (long)field.Number;
            }
            else if (field.Is(attributes, ProtoWire.Bytes))
            {
                ok &= Attribute(field.Bytes, point.Attributes, ref series);
            }
        }

        point.Series = series;
        return ok && !field.Failed;
    }

    private static bool Attributes(ReadOnlySpan<byte> message, int number, AttributeSet set, ref ulong series)
    {
        var field = new ProtoReader(message);
        var ok = true;
        while (field.Next())
        {
            if (field.Is(number, ProtoWire.Bytes))
            {
                ok &= Attribute(field.Bytes, set, ref series);
            }
        }

        return ok && !field.Failed;
    }

    private static bool Attribute(ReadOnlySpan<byte> message, AttributeSet set, ref ulong series)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            if (field.Is(1, ProtoWire.Bytes))
            {
                name = field.Bytes;
            }
            else if (field.Is(2, ProtoWire.Bytes))
            {
                value = field.Bytes;
            }
        }

        if (field.Failed)
        {
            return false;
        }

        series += SeriesPrint.Of(name, value);
        var known = Known.Find(name);
        if (known < 0)
        {
            return true;
        }

        var ok = Value(value, out var read);
        set[known] = read;
        return ok;
    }

    private static bool Value(ReadOnlySpan<byte> message, out OtlpValue value)
    {
        value = default;
        var field = new ProtoReader(message);
        while (field.Next())
        {
            value = (field.Field, field.Wire) switch
            {
                (1, ProtoWire.Bytes) => OtlpValue.Of(Text(field.Bytes)),
                (2, ProtoWire.Varint) => OtlpValue.Of(field.Number != 0),
                (3, ProtoWire.Varint) => OtlpValue.Of((long)field.Number),
                (4, ProtoWire.Fixed64) => OtlpValue.Of(field.Double),
                (5 or 6 or 7, ProtoWire.Bytes) => default,
                _ => value,
            };
        }

        return !field.Failed;
    }

    private static string? Text(ReadOnlySpan<byte> utf8) =>
        utf8.Length > AttributeSet.LongestText ? null : NameCache.Shared.Get(utf8);

    private static string? Name(ReadOnlySpan<byte> utf8) => utf8.Length > 128 ? null : NameCache.Shared.Get(utf8);

    private static string? Id(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length == length && bytes.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(bytes) : null;

    private static string? SpanId(string? trace, string? span) =>
        trace is null || span is null ? null : $"{trace}/{span}";
}
