using System.Text;
using System.Text.Json;
using Weir.Capture.Storage;
using Weir.Foundation;

namespace Weir.Capture.Archive;

/// <summary>
/// The fields of one line that may come from anybody. What cannot be reads as absent and is remembered: the line is then refused.
/// </summary>
/// <param name="line">An object.</param>
/// <param name="now">Times are held against it.</param>
internal sealed class ReducedFields(JsonElement line, DateTimeOffset now)
{
    /// <summary>The first thing that was wrong, in fixed words; null when nothing was.</summary>
    public string? Fault { get; private set; }

    /// <summary>Notes something that is wrong.</summary>
    public void Refuse(string fault) => Fault ??= fault;

    /// <summary>A text within a limit in bytes; null when it is absent or empty.</summary>
    public string? Text(string name, int most = ReducedLimits.Text)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Refuse("not a text");
            return null;
        }

        try
        {
            var text = value.GetString()!;
            if (Encoding.UTF8.GetByteCount(text) > most)
            {
                Refuse("text too long");
                return null;
            }

            return text.Length == 0 ? null : text;
        }
        catch (InvalidOperationException)
        {
            // Bytes or escapes that are no characters.
            Refuse("not a text");
            return null;
        }
    }

    /// <summary>A text that has to be there.</summary>
    public string Needed(string name)
    {
        if (Text(name) is { } text)
        {
            return text;
        }

        Refuse("missing field");
        return "";
    }

    /// <summary>A whole number within bounds.</summary>
    public long? Number(string name, long least, long most)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out var number)
            && number >= least
            && number <= most
        )
        {
            return number;
        }

        Refuse(value.ValueKind == JsonValueKind.Number ? "impossible number" : "not a number");
        return null;
    }

    /// <summary>A number from 0 up to a bound.</summary>
    public double? Fraction(string name, double most)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var number)
            && number >= 0
            && number <= most
        )
        {
            return number;
        }

        Refuse(value.ValueKind == JsonValueKind.Number ? "impossible number" : "not a number");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string name)
    {
        switch (Value(name)?.ValueKind)
        {
            case null:
                return null;
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                Refuse("not a flag");
                return null;
        }
    }

    /// <summary>A length of time in microseconds.</summary>
    public TimeSpan? Span(string name) =>
        Number(name, 0, ReducedLimits.Duration.Ticks / TimeSpan.TicksPerMicrosecond) is { } microseconds
            ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : null;

    /// <summary>A time in microseconds since 1970, not before the first agent nor too far ahead.</summary>
    public DateTimeOffset? Time(string name, TimeSpan ahead)
    {
        if (Number(name, long.MinValue, long.MaxValue) is not { } microseconds)
        {
            return null;
        }

        if (
            microseconds >= Times.ToMicroseconds(ReducedLimits.Earliest)
            && microseconds <= Times.ToMicroseconds(now + ahead)
        )
        {
            return Times.FromMicroseconds(microseconds);
        }

        Refuse("impossible time");
        return null;
    }

    /// <summary>A time that has to be there.</summary>
    public DateTimeOffset NeededTime(string name)
    {
        if (Time(name, ReducedLimits.Ahead) is { } time)
        {
            return time;
        }

        Refuse("missing field");
        return now;
    }

    /// <summary>A number of an enum.</summary>
    public T? Enum<T>(string name)
        where T : struct, Enum
    {
        if (Number(name, 0, byte.MaxValue) is not { } number)
        {
            return null;
        }

        var value = (T)System.Enum.ToObject(typeof(T), number);
        if (System.Enum.IsDefined(value))
        {
            return value;
        }

        Refuse("unknown number");
        return null;
    }

    /// <summary>As <see cref="Enum{T}"/>, and has to be there.</summary>
    public T NeededEnum<T>(string name)
        where T : struct, Enum
    {
        if (Enum<T>(name) is { } value)
        {
            return value;
        }

        Refuse("missing field");
        return default;
    }

    /// <summary>Whose word it is. That the gateway saw a request is nothing that anybody else can say.</summary>
    public UsageSource Source()
    {
        var source = NeededEnum<UsageSource>("source");
        if (source is UsageSource.None or UsageSource.Gateway)
        {
            Refuse("source not allowed");
        }

        return source;
    }

    private JsonElement? Value(string name)
    {
        try
        {
            return line.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Another field's name is half a character: the framework reads it on the way, and throws.
            Refuse("not text");
            return null;
        }
    }
}
