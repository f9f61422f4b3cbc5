using System.Globalization;
using Weir.Ledger;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Usage;

/// <summary>Points in time as callers write them.</summary>
internal static class TimeText
{
    /// <summary>For people: what a time must look like.</summary>
    public const string Expected =
        "must be RFC 3339 (2026-07-02T12:00:00Z), a day (2026-07-02) or relative (7d, 24h, 30m), from 1970 to 8999";

    /// <summary>A time as RFC 3339 in UTC, to the second.</summary>
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Far enough from the ends of time that periods can be counted on both sides.
    private static readonly DateTimeOffset Last = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd",
    ];

    /// <summary>
    /// Reads RFC 3339, a day (its start in UTC), <c>now</c>, or a span that reaches back from now (<c>7d</c>). A time
    /// without an offset is UTC. False for anything else, and for a time before 1970 or after 8999.
    /// </summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset time) =>
        TryParse(text, now, UsageCalendar.Utc, out time);

    /// <summary>The same by a zone's clock: days and weeks back are days of its calendar, at the same time of day.</summary>
    public static bool TryParse(string text, DateTimeOffset now, UsageCalendar calendar, out DateTimeOffset time)
    {
        if (!TryParseUtc(text, now, out time))
        {
            return false;
        }

        if (calendar.Zone.Equals(TimeZoneInfo.Utc) || text == "now")
        {
            return true;
        }

        if (Durations.TryParse(text, out var span))
        {
            time = text[^1] is 'd' or 'w' ? calendar.At(calendar.Local(now).DateTime - span) : time;
            return time >= DateTimeOffset.UnixEpoch;
        }

        // Without an offset of its own it is by the zone's clock.
        if (!HasOffset(text))
        {
            time = calendar.At(time.UtcDateTime);
        }

        return time >= DateTimeOffset.UnixEpoch && time < Last;
    }

    private static bool HasOffset(string text) =>
        text.IndexOf('T', StringComparison.Ordinal) is var clock and >= 0 && text.AsSpan(clock).IndexOfAny("Z+- ") >= 0;

    private static bool TryParseUtc(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        if (text == "now")
        {
            time = now;
            return true;
        }

        if (Durations.TryParse(text, out var span) && span < now - DateTimeOffset.UnixEpoch)
        {
            time = now - span;
            return true;
        }

        // A plus sign in a query string arrives as a space.
        return DateTimeOffset.TryParseExact(
                text.Replace(' ', '+'),
                Formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out time
            )
            && time >= DateTimeOffset.UnixEpoch
            && time < Last;
    }
}
