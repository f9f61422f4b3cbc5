using System.Globalization;
using Weir.Wire;

namespace Weir.Capture.Agents;

/// <summary>
/// Reads single properties of the objects that agents' files are made of, from their bytes. What is absent or of another shape
/// is null. Pure; never throws.
/// </summary>
internal static class Fields
{
    /// <summary>No id or name that a program makes is longer; what is longer is something else.</summary>
    public const int LongestName = 128;

    /// <summary>No path is longer where agents run.</summary>
    public const int LongestPath = 4096;

    private const long LatestUnixMilliseconds = 253_402_300_799_999;

    /// <summary>
    /// The bytes of a property's value, quotes and all; empty when there is no such property or <paramref name="json"/> is no
    /// object. Of two properties of one name the first.
    /// </summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(json);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var key, out var escaped))
            {
                var value = cursor.Skip();
                if (JsonText.Is(key, escaped, name))
                {
                    return value;
                }
            }
        }

        return default;
    }

    /// <summary>Whether a value is this text, which is ASCII.</summary>
    public static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> text)
    {
        var cursor = new JsonCursor(value);
        return cursor.Peek() == JsonKind.String
            && cursor.ReadString(out var raw, out var escaped)
            && JsonText.Is(raw, escaped, text);
    }

    /// <summary>A name or an id; null for an empty one and for one above <see cref="LongestName"/> bytes.</summary>
    public static string? Name(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) => Text(json, name, LongestName);

    /// <summary>A text of at most <paramref name="maxBytes"/>; null for an empty one.</summary>
    public static string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, int maxBytes) =>
        Text(Find(json, name), maxBytes);

    /// <summary>As the other, of the value itself.</summary>
    public static string? Text(ReadOnlySpan<byte> value, int maxBytes)
    {
        var cursor = new JsonCursor(value);
        return cursor.Peek() == JsonKind.String && cursor.ReadString(out var raw, out var escaped) && raw.Length > 0
            ? NameCache.Shared.GetJson(raw, escaped, maxBytes) is { Length: > 0 } text
                ? text
                : null
            : null;
    }

    /// <summary>
    /// A word out of a program's own vocabulary: letters, digits, underscores and hyphens, at most 64. Anything else could be
    /// somebody's text.
    /// </summary>
    public static string? Word(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) => Word(Name(json, name));

    /// <summary>As the other, of the text itself.</summary>
    public static string? Word(string? text) =>
        text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? text
            : null;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool? Bool(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) =>
        new JsonCursor(Find(json, name)).Peek() switch
        {
            JsonKind.True => true,
            JsonKind.False => false,
            _ => null,
        };

    /// <summary>A count of something.</summary>
    public static long? Count(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) =>
        new JsonCursor(Find(json, name)).ReadCount();

    /// <summary>A number, also one with a sign or a fraction.</summary>
    public static double? Number(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var value = Find(json, name);
        return
            new JsonCursor(value).Peek() == JsonKind.Number
            && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? number
            : null;
    }

    /// <summary>A moment written as ISO 8601, without a zone as UTC.</summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) => Time(Find(json, name));

    /// <summary>As the other, of the value itself.</summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> value)
    {
        var cursor = new JsonCursor(value);
        if (cursor.Peek() != JsonKind.String || !cursor.ReadString(out var raw, out _) || raw.Length is < 19 or > 40)
        {
            return null;
        }

        Span<char> text = stackalloc char[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            text[i] = (char)raw[i];
        }

        return DateTimeOffset.TryParseExact(
            text,
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;
    }

    /// <summary>A moment in milliseconds since 1970.</summary>
    public static DateTimeOffset? UnixMilliseconds(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) =>
        UnixMilliseconds(Number(json, name));

    /// <summary>As the other, of the number itself.</summary>
    public static DateTimeOffset? UnixMilliseconds(double? milliseconds) =>
        milliseconds is >= 0 and <= LatestUnixMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds.Value)
            : null;

    /// <summary>A span of time in milliseconds; null for one that is negative or above a year.</summary>
    public static TimeSpan? Milliseconds(double? milliseconds) =>
        milliseconds is >= 0 and <= 366d * 24 * 60 * 60 * 1000 ? TimeSpan.FromMilliseconds(milliseconds.Value) : null;

    /// <summary>The address of a repository without the credentials that some people keep in it.</summary>
    public static string? Repository(string? address)
    {
        if (address is null)
        {
            return null;
        }

        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var host = scheme < 0 ? 0 : scheme + 3;
        var slash = address.IndexOf('/', host);
        var at = address.LastIndexOf('@', slash < 0 ? address.Length - 1 : slash);
        return at < host ? address : string.Concat(address.AsSpan(0, host), address.AsSpan(at + 1));
    }
}
