namespace Weir.Capture.Otlp;

/// <summary>The attributes of one thing, as far as they are known. Used again and again by one thread.</summary>
internal sealed class AttributeSet
{
    /// <summary>The longest text that is kept, in bytes.</summary>
    public const int LongestText = 512;

    private readonly OtlpValue[] values = new OtlpValue[Known.Count];

    /// <summary>The value of one of <see cref="Known"/>; unset when it was not given.</summary>
    public OtlpValue this[int known]
    {
        get => values[known];
        set => values[known] = value;
    }

    /// <summary>Empties it.</summary>
    public void Clear() => Array.Clear(values);

    /// <summary>The first of two that is set.</summary>
    public OtlpValue Either(int known, int other) => values[known].IsSet ? values[known] : values[other];
}

/// <summary>Whose telemetry it is: the resource and the scope above a record.</summary>
internal sealed class Origin
{
    /// <summary>The resource's attributes.</summary>
    public AttributeSet Resource { get; } = new();

    /// <summary>A fingerprint of all the resource's attributes, those that are not known included, whatever their order.</summary>
    public ulong Series { get; set; }

    /// <summary>The instrumentation scope's name; empty when not told.</summary>
    public string Scope { get; set; } = "";
}

/// <summary>A log record.</summary>
internal sealed class LogItem
{
    /// <summary>Its attributes.</summary>
    public AttributeSet Attributes { get; } = new();

    /// <summary>Nanoseconds since 1970; 0 when not told.</summary>
    public ulong Time { get; set; }

    /// <summary>When it was noticed, likewise.</summary>
    public ulong ObservedTime { get; set; }

    /// <summary>The event's name, where the record has the field.</summary>
    public string? EventName { get; set; }

    /// <summary>The body, when it is a text of at most 128 bytes: some senders put the event's name there.</summary>
    public string? Body { get; set; }

    /// <summary>The trace and the span that it belongs to, in hexadecimal; null when it belongs to none.</summary>
    public string? SpanId { get; set; }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Attributes.Clear();
        (Time, ObservedTime, EventName, Body, SpanId) = (0, 0, null, null, null);
    }
}

/// <summary>A span.</summary>
internal sealed class SpanItem
{
    /// <summary>Its attributes.</summary>
    public AttributeSet Attributes { get; } = new();

    /// <summary>Nanoseconds since 1970; 0 when not told.</summary>
    public ulong Start { get; set; }

    /// <summary>Likewise.</summary>
    public ulong End { get; set; }

    /// <summary>Its name; null when it is longer than 128 bytes.</summary>
    public string? Name { get; set; }

    /// <summary>Its trace and itself, in hexadecimal; null when either is missing.</summary>
    public string? Id { get; set; }

    /// <summary>The span above it, likewise; null at the top.</summary>
    public string? Parent { get; set; }

    /// <summary>Whether its status is an error.</summary>
    public bool IsError { get; set; }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Attributes.Clear();
        (Start, End, Name, Id, Parent, IsError) = (0, 0, null, null, null, false);
    }
}

/// <summary>What a decoder fills, again and again.</summary>
internal sealed class TelemetryItems
{
    /// <summary>Whose it is.</summary>
    public Origin Origin { get; } = new();

    /// <summary>The log record.</summary>
    public LogItem Log { get; } = new();

    /// <summary>The span.</summary>
    public SpanItem Span { get; } = new();

    /// <summary>The point.</summary>
    public PointItem Point { get; } = new();
}

/// <summary>How many records, spans or points an export held.</summary>
/// <param name="Accepted">Those that were read.</param>
/// <param name="Rejected">Those that could not be.</param>
internal record struct Tally(long Accepted, long Rejected);

/// <summary>How a metric adds up.</summary>
internal enum Temporality
{
    /// <summary>Not told, or not one that adds up.</summary>
    None = 0,

    /// <summary>Each point counts from the point before.</summary>
    Delta = 1,

    /// <summary>Each point counts from the beginning.</summary>
    Cumulative = 2,
}

/// <summary>One point of a sum or a histogram.</summary>
internal sealed class PointItem
{
    /// <summary>Its attributes.</summary>
    public AttributeSet Attributes { get; } = new();

    /// <summary>The metric's name; empty when it is longer than 128 bytes.</summary>
    public string Metric { get; set; } = "";

    /// <summary>How the metric adds up.</summary>
    public Temporality Temporality { get; set; }

    /// <summary>Where it counts from, in nanoseconds since 1970; 0 when not told.</summary>
    public ulong Start { get; set; }

    /// <summary>Its time, likewise.</summary>
    public ulong Time { get; set; }

    /// <summary>The sum; not a number when it was not given.</summary>
    public double Value { get; set; } = double.NaN;

    /// <summary>
    /// A fingerprint of all its attributes, those that are not known included, whatever their order: points of different series
    /// of one metric differ in it.
    /// </summary>
    public ulong Series { get; set; }

    /// <summary>Empties it, but for what the metric says.</summary>
    public void Clear()
    {
        Attributes.Clear();
        (Start, Time, Value, Series) = (0, 0, double.NaN, 0);
    }
}

/// <summary>Takes what a decoder finds, one after the other; the items are used again after the call.</summary>
internal abstract class TelemetryVisitor
{
    /// <summary>A log record.</summary>
    public abstract void Log(Origin origin, LogItem log);

    /// <summary>A span.</summary>
    public abstract void Span(Origin origin, SpanItem span);

    /// <summary>A point of a sum or a histogram.</summary>
    public abstract void Point(Origin origin, PointItem point);
}
