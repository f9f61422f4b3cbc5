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
}

/// <summary>What widths there are, and arithmetic with them.</summary>
internal static class RollupWidths
{
    /// <summary>The finest width of a set.</summary>
    public static RollupWidth Finest(this RollupSet set) =>
        set == RollupSet.Wide ? RollupWidth.Quarter : RollupWidth.Hour;

    /// <summary>
    /// The widest width of a set. Sessions end after hours: their days would have nearly as many cells as their hours, and be
    /// a fifth of all rollups.
    /// </summary>
    public static RollupWidth Widest(this RollupSet set) =>
        set == RollupSet.Lineage ? RollupWidth.Hour : RollupWidth.Day;

    /// <summary>The span in seconds.</summary>
    public static long Seconds(this RollupWidth width) =>
        width switch
        {
            RollupWidth.Quarter => 900,
            RollupWidth.Hour => 3600,
            _ => 86_400,
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
