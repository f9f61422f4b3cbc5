using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>
/// When a limit ends, by a message's words: <c>resets 2am</c>, <c>resets Nov 23 at 5pm (Europe/Berlin)</c>,
/// <c>try again in 5 days 20 hours</c>, <c>|1760004000</c>. A clock without a date is its next such moment; a date without a
/// year is its next; a moment that the zone skips is as much later; of one that it has twice, the first that is still to come.
/// </summary>
internal static class ResetMoment
{
    // Linear in the text whatever it holds. Digits are written out: \d is those of every script, which no number is read from.
    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex EpochPattern = new(@"\|(?<epoch>[12][0-9]{9})\b", Options);

    private static readonly Regex InPattern = new(
        @"\b(?:again in|please wait|retry(?:ing)? (?:after|in)|retry-after:?|resets? (?:after|in)) +",
        Options
    );

    private static readonly Regex ClockPattern = new(
        @"\b(?:resets?|again|access|automatically) (?:at |on )?(?:(?<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?(?:(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? (?<day>[0-9]{1,2})(?:st|nd|rd|th)?\b(?:,? (?<year>[0-9]{4})\b)?|(?<year>[0-9]{4})-(?<monthNumber>[0-9][0-9])-(?<day>[0-9][0-9]))?(?:,? ?(?:at )?(?<hour>[0-9]{1,2})(?::(?<minute>[0-9][0-9])(?::[0-9][0-9])?)?(?: ?(?<half>[ap]m\b))?)?(?: ?\((?<zone>[A-Za-z_]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2})\)| (?<utc>UTC|GMT)\b)?",
        Options
    );

    private static readonly TimeSpan Furthest = TimeSpan.FromDays(400);

    // Beyond these a message's time is no time, and reckoning with it may leave what a calendar holds.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Months =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>The moment, UTC; null when none is told or none is to be understood.</summary>
    /// <param name="text">The message, on one line.</param>
    /// <param name="way">How it is told: <c>epoch</c>, <c>in</c>, <c>clock</c>, <c>any</c>; null for not at all.</param>
    /// <param name="at">When the message was said.</param>
    /// <param name="zone">The zone of a clock that names none.</param>
    public static DateTimeOffset? Find(string text, string? way, DateTimeOffset at, TimeZoneInfo zone) =>
        at < Earliest || at > Latest
            ? null
            : way switch
            {
                "epoch" => Epoch(text),
                "in" => In(text, at),
                "clock" => Clock(text, at, zone),
                "any" => Epoch(text) ?? In(text, at) ?? Clock(text, at, zone),
                _ => null,
            };

    private static DateTimeOffset? Epoch(string text) =>
        EpochPattern.Match(text) is { Success: true } match
            ? DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(match.Groups["epoch"].ValueSpan, CultureInfo.InvariantCulture)
            )
            : null;

    private static DateTimeOffset? In(string text, DateTimeOffset at)
    {
        foreach (Match match in InPattern.Matches(text))
        {
            if (SpokenSpan.Read(text.AsSpan(match.Index + match.Length)) is { } span)
            {
                return at.ToUniversalTime() + span;
            }
        }

        return null;
    }

    private static DateTimeOffset? Clock(string text, DateTimeOffset at, TimeZoneInfo zone)
    {
        foreach (Match match in ClockPattern.Matches(text))
        {
            if (Clock(match, at, zone) is { } moment)
            {
                return moment;
            }
        }

        return null;
    }

    private static DateTimeOffset? Clock(Match match, DateTimeOffset at, TimeZoneInfo zone)
    {
        if (
            match.Groups["zone"] is { Success: true } named
            && !TimeZoneInfo.TryFindSystemTimeZoneById(named.Value, out zone!)
        )
        {
            return null;
        }

        zone = match.Groups["utc"].Success ? TimeZoneInfo.Utc : zone;
        if (TimeOf(match) is not { } time)
        {
            return null;
        }

        var here = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        if (match.Groups["year"] is { Success: true } year)
        {
            return DateOf(Number(year), MonthOf(match), Number(match.Groups["day"])) is { } date
                ? Moment(date + time, at, zone)
                : null;
        }

        if (match.Groups["day"] is { Success: true } day)
        {
            // New Year may lie between the message and the day that it names, and the day may be a leap year's.
            return
                Enumerable
                    .Range(here.Year, 9)
                    .Select(candidate => DateOf(candidate, MonthOf(match), Number(day)))
                    .OfType<DateTime>()
                    .Select(date => Moment(date + time, at, zone))
                    .FirstOrDefault(moment => moment > at)
                    is { Ticks: > 0 } next
                && next - at <= Furthest
                ? next
                : null;
        }

        if (!match.Groups["hour"].Success)
        {
            return null;
        }

        var weekday = match.Groups["weekday"] is { Success: true } name ? Index(Days, name.Value) : -1;
        return Enumerable
            .Range(0, 9)
            .Select(ahead => here.Date.AddDays(ahead))
            .Where(date => weekday < 0 || (int)date.DayOfWeek == weekday)
            .Select(date => Moment(date + time, at, zone))
            .First(moment => moment > at);
    }

    /// <summary>The time of day; midnight where only a date stands; null when it is none.</summary>
    private static TimeSpan? TimeOf(Match match)
    {
        if (match.Groups["hour"] is not { Success: true } group)
        {
            return TimeSpan.Zero;
        }

        var hour = Number(group);
        var minute = match.Groups["minute"] is { Success: true } minutes ? Number(minutes) : 0;
        if (match.Groups["half"] is { Success: true } half)
        {
            if (hour is < 1 or > 12)
            {
                return null;
            }

            hour = (hour % 12) + (half.ValueSpan[0] is 'p' or 'P' ? 12 : 0);
        }
        else if (!match.Groups["minute"].Success)
        {
            return null;
        }

        return hour < 24 && minute < 60 ? new TimeSpan(hour, minute, 0) : null;
    }

    private static DateTimeOffset Moment(DateTime local, DateTimeOffset at, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
        {
            // The clock was put forward over it: with the offset from before the change it comes out after.
            return new DateTimeOffset(local, zone.GetUtcOffset(local.AddHours(-3))).ToUniversalTime();
        }

        if (zone.IsAmbiguousTime(local))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(local);
            var first = new DateTimeOffset(local, offsets.Max()).ToUniversalTime();
            return first > at ? first : new DateTimeOffset(local, offsets.Min()).ToUniversalTime();
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    private static DateTime? DateOf(int year, int month, int day) =>
        year is > 2000 and < 2200 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified)
            : null;

    private static int MonthOf(Match match) =>
        match.Groups["month"] is { Success: true } name
            ? Index(Months, name.Value) + 1
            : Number(match.Groups["monthNumber"]);

    private static int Index(string[] names, string name) => Array.IndexOf(names, name[..3].ToLowerInvariant());

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
}
