using System.Collections.Immutable;

namespace Weir.Ledger.Rollups;

/// <summary>The sets of dimensions that rollups sum by. Stored: numbers never change.</summary>
internal enum RollupSet
{
    /// <summary>Every dimension but session, agent and tags; every record stands in it once.</summary>
    Wide = 0,

    /// <summary>The wide set's with session and agent, for records that have one of them.</summary>
    Lineage = 1,

    /// <summary>The wide set's with one tag; a record stands in it once for each of its tags.</summary>
    Tags = 2,

    /// <summary>One dimension by itself, in pages alone: see <see cref="Pages.SingleSums.Holds"/>.</summary>
    Single = 3,
}

/// <summary>The spans of time that rollups have, all UTC. Stored: numbers never change.</summary>
internal enum RollupWidth
{
    /// <summary>15 minutes: some time zones are that far apart.</summary>
    Quarter = 0,

    /// <summary>An hour.</summary>
    Hour = 1,

    /// <summary>A day.</summary>
    Day = 2,

    /// <summary>A month of the calendar: of pages alone.</summary>
    Month = 3,

    /// <summary>A week from Monday: of pages of the wide set alone.</summary>
    Week = 4,
}

/// <summary>What widths there are, and arithmetic with them.</summary>
internal static class RollupWidths
{
    private const long FirstMonday = 4 * 86_400; // 1970-01-05

    /// <summary>The sets that changes come into.</summary>
    public static readonly ImmutableArray<RollupSet> Sets = [RollupSet.Wide, RollupSet.Lineage, RollupSet.Tags];

    /// <summary>The start of the month that a moment lies in, both in seconds since 1970.</summary>
    public static long MonthOf(long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(
            Math.Clamp(
                seconds,
                DateTimeOffset.MinValue.ToUnixTimeSeconds(),
                DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            )
        );
        return new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>The start of the week that a moment lies in, both in seconds since 1970.</summary>
    public static long WeekOf(long seconds) => Floor(seconds - FirstMonday, RollupWidth.Week.Seconds()) + FirstMonday;

    /// <summary>The start of the month after, in seconds since 1970; that of the last month of the calendar is its end.</summary>
    public static long NextMonth(long month)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(month);
        return time is { Year: 9999, Month: 12 }
            ? DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            : time.AddMonths(1).ToUnixTimeSeconds();
    }

    /// <summary>The finest width of a set that changes come into.</summary>
    public static RollupWidth Finest(this RollupSet set) =>
        set == RollupSet.Wide ? RollupWidth.Quarter : RollupWidth.Hour;

    /// <summary>
    /// The widest width of a set. Sessions end after hours: their days would have nearly as many cells as their hours, and be
    /// a fifth of all rollups.
    /// </summary>
    public static RollupWidth Widest(this RollupSet set) =>
        set == RollupSet.Lineage ? RollupWidth.Hour : RollupWidth.Day;

    /// <summary>The span in seconds; months have none.</summary>
    public static long Seconds(this RollupWidth width) =>
        width switch
        {
            RollupWidth.Quarter => 900,
            RollupWidth.Hour => 3600,
            RollupWidth.Day => 86_400,
            RollupWidth.Week => 604_800,
            _ => throw new ArgumentOutOfRangeException(nameof(width)),
        };

    /// <summary>The largest multiple of <paramref name="step"/> that is not above, also below zero.</summary>
    public static long Floor(long value, long step)
    {
        var rest = value % step;
        return rest < 0 ? value - rest - step : value - rest;
    }

    /// <summary>The smallest multiple of <paramref name="step"/> that is not below.</summary>
    public static long Ceiling(long value, long step) => -Floor(-value, step);
}
