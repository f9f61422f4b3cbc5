using System.Globalization;

namespace Weir.Wire.Limits;

/// <summary>Reads how long something lasts, as people and providers write it: <c>5 days 20 hours 9 minutes</c>, <c>6m0s</c>, <c>9.816s</c>, <c>12ms</c>.</summary>
public static class SpokenSpan
{
    private const int MostParts = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    /// <summary>The span that a text begins with; null when it begins with none, or with one above 400 days.</summary>
    /// <param name="text">The text.</param>
    /// <param name="whole">Whether the text must be nothing else.</param>
    public static TimeSpan? Read(ReadOnlySpan<char> text, bool whole = false)
    {
        var (seconds, parts) = (0.0, 0);
        var rest = text;
        while (parts < MostParts && Part(ref rest) is { } part)
        {
            seconds += part;
            parts++;
        }

        return parts > 0 && seconds <= Longest.TotalSeconds && (!whole || rest.IsEmpty)
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }

    /// <summary>Takes a number and its unit off the text; null, and nothing taken, when it does not begin with them.</summary>
    private static double? Part(ref ReadOnlySpan<char> text)
    {
        var rest = text.TrimStart(" ,");
        rest = rest.StartsWith("and ", StringComparison.OrdinalIgnoreCase) ? rest["and ".Length..] : rest;
        var digits = Length(rest, static c => char.IsAsciiDigit(c) || c == '.');
        if (
            digits is 0 or > 20
            || !double.TryParse(
                rest[..digits],
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
        {
            return null;
        }

        rest = rest[digits..];
        rest = rest is [' ', ..] ? rest[1..] : rest;
        var letters = Length(rest, char.IsAsciiLetter);
        if (Unit(rest[..letters]) is not { } unit)
        {
            return null;
        }

        text = rest[letters..];
        return number * unit;
    }

    private static int Length(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
        {
            length++;
        }

        return length;
    }

    private static double? Unit(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[8];
        if (word.Length > lower.Length)
        {
            return null;
        }

        return lower[..word.ToLowerInvariant(lower)] switch
        {
            "ms" => 0.001,
            "s" or "sec" or "secs" or "second" or "seconds" => 1,
            "m" or "min" or "mins" or "minute" or "minutes" => 60,
            "h" or "hr" or "hrs" or "hour" or "hours" => 3600,
            "d" or "day" or "days" => 86400,
            _ => null,
        };
    }
}
