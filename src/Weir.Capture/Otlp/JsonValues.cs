using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Weir.Wire;

namespace Weir.Capture.Otlp;

/// <summary>The single values of OTLP's JSON, out of the bytes that hold one. Pure; safe from any thread.</summary>
internal static class JsonValues
{
    /// <summary>
    /// The attributes whose names are known, of a list of them; false when it is none. What tells the series apart is added to
    /// <paramref name="series"/>.
    /// </summary>
    public static bool Attributes(ReadOnlySpan<byte> json, AttributeSet set, ref ulong series)
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
            ReadOnlySpan<byte> key = default;
            var keyEscaped = false;
            ReadOnlySpan<byte> value = default;
            if (!list.EnterObject())
            {
                return false;
            }

            while (list.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, "key"u8) && list.Peek() == JsonKind.String)
                {
                    list.ReadString(out key, out keyEscaped);
                }
                else if (JsonText.Is(name, escaped, "value"u8))
                {
                    value = list.Skip();
                }
                else
                {
                    list.Skip();
                }
            }

            if (list.Failed)
            {
                return false;
            }

            series += SeriesPrint.Of(key, value);
            // The names that are known have nothing to escape; whoever escapes them all the same is not understood here.
            var known = keyEscaped ? -1 : Known.Find(key);
            if (known >= 0)
            {
                if (!Value(value, out var read))
                {
                    return false;
                }

                set[known] = read;
            }
        }

        return !list.Failed;
    }

    /// <summary>The value of an attribute or a body; nothing where it is null or of a kind that nobody needs. False when it is none.</summary>
    public static bool Value(ReadOnlySpan<byte> json, out OtlpValue value)
    {
        value = default;
        var cursor = new JsonCursor(json);
        if (cursor.Peek() is JsonKind.Null or JsonKind.None)
        {
            return true;
        }

        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var inner = cursor.Skip();
            if (Is(name, escaped, "stringValue"u8, "string_value"u8))
            {
                value = OtlpValue.Of(String(inner, AttributeSet.LongestText));
            }
            else if (Is(name, escaped, "boolValue"u8, "bool_value"u8))
            {
                value = inner is [(byte)'t', ..] or [(byte)'f', ..] ? OtlpValue.Of(inner[0] == (byte)'t') : default;
            }
            else if (Is(name, escaped, "intValue"u8, "int_value"u8))
            {
                value = long.TryParse(
                    Digits(inner),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var whole
                )
                    ? OtlpValue.Of(whole)
                    : OtlpValue.Of(Number(inner));
            }
            else if (Is(name, escaped, "doubleValue"u8, "double_value"u8))
            {
                value = OtlpValue.Of(Number(inner));
            }
            else
            {
                value = default;
            }
        }

        return !cursor.Failed;
    }

    /// <summary>A member of an object; empty when there is none, or no object.</summary>
    public static ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> other)
    {
        ReadOnlySpan<byte> found = default;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return found;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            found = Is(name, escaped, wanted, other) ? value : found;
        }

        return cursor.Failed ? default : found;
    }

    /// <summary>An enumeration's value, written as its number or as its name; 0 when it is neither.</summary>
    public static int Enumeration(ReadOnlySpan<byte> json, string[] names) =>
        json is [>= (byte)'0' and <= (byte)'9'] ? json[0] - '0' : Math.Max(0, Array.IndexOf(names, String(json, 64)));

    /// <summary>Nanoseconds since 1970; 0 when it is no such number.</summary>
    public static ulong Nanoseconds(ReadOnlySpan<byte> json)
    {
        var digits = Digits(json);
        return Utf8Parser.TryParse(digits, out ulong whole, out var used) && used == digits.Length ? whole : 0;
    }

    /// <summary>A number; NaN when it is none.</summary>
    public static double Number(ReadOnlySpan<byte> json)
    {
        var digits = Digits(json);
        return Utf8Parser.TryParse(digits, out double number, out var used) && used == digits.Length
            ? number
            : double.NaN;
    }

    /// <summary>A number's characters, also of one that stands in quotes.</summary>
    private static ReadOnlySpan<byte> Digits(ReadOnlySpan<byte> json) =>
        json is [(byte)'"', .., (byte)'"'] ? json[1..^1] : json;

    /// <summary>A text of at most 128 bytes; null when it is none, or longer.</summary>
    public static string? Name(ReadOnlySpan<byte> json) => String(json, 128);

    private static string? String(ReadOnlySpan<byte> json, int most)
    {
        var cursor = new JsonCursor(json);
        return cursor.Peek() == JsonKind.String && cursor.ReadString(out var raw, out var escaped)
            ? NameCache.Shared.GetJson(raw, escaped, most)
            : null;
    }

    /// <summary>An id in hexadecimal, in small letters; null when it is none of so many bytes, or all zeros.</summary>
    public static string? Id(ReadOnlySpan<byte> json, int length)
    {
        var hex = Digits(json);
        if (hex.Length != 2 * length || !hex.ContainsAnyExcept((byte)'0'))
        {
            return null;
        }

        foreach (var digit in hex)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return null;
            }
        }

        return Encoding.ASCII.GetString(hex).ToLowerInvariant();
    }

    /// <summary>What a span is known by beyond its trace; null when either is missing.</summary>
    public static string? SpanId(string? trace, string? span) =>
        trace is null || span is null ? null : $"{trace}/{span}";

    /// <summary>Whether a member has a name, in either of its spellings.</summary>
    public static bool Is(ReadOnlySpan<byte> name, bool escaped, ReadOnlySpan<byte> camel, ReadOnlySpan<byte> snake) =>
        JsonText.Is(name, escaped, camel) || JsonText.Is(name, escaped, snake);
}
