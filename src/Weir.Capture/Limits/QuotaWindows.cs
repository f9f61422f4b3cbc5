namespace Weir.Capture.Limits;

/// <summary>
/// Finds a quota's windows: those whose ends were told, and for five hours also those that no word was said of, which begin at
/// the full hour of the first request outside of the others, as the providers' own do. Pure.
/// </summary>
internal static class QuotaWindows
{
    /// <summary>The windows by time, apart from one another.</summary>
    /// <param name="length">A window's length.</param>
    /// <param name="told">The ends that were told, with when they were.</param>
    /// <param name="used">What was used, by time.</param>
    /// <param name="fillsIn">Whether windows are reckoned where none was told.</param>
    /// <param name="now">The moment: the last window may reach beyond it.</param>
    public static List<(DateTimeOffset Start, DateTimeOffset End, bool IsTold)> Find(
        TimeSpan length,
        IEnumerable<(DateTimeOffset SaidAt, DateTimeOffset End)> told,
        UseLine used,
        bool fillsIn,
        DateTimeOffset now
    )
    {
        var windows = new List<(DateTimeOffset Start, DateTimeOffset End, bool IsTold)>();
        var slack = Slack(length);
        foreach (
            var (said, end) in told.Where(word =>
                    word.End > word.SaidAt - slack && word.End <= word.SaidAt + length + slack
                )
                .OrderBy(word => word.End)
        )
        {
            // One end is told many times over, some seconds or a rounding apart.
            if (windows.Count > 0 && end - windows[^1].End < slack)
            {
                continue;
            }

            var start = end - length;
            if (windows.Count > 0 && start < windows[^1].End)
            {
                // A window that was begun anew before its time ends where the next one begins.
                if (said >= windows[^1].End || windows[^1].End - start < length / 2)
                {
                    start = windows[^1].End;
                }
                else
                {
                    // One that began late, because of the one before it, is not cut to end before its beginning.
                    start = start > windows[^1].Start ? start : windows[^1].Start;
                    windows[^1] = windows[^1] with { End = start };
                }
            }

            windows.Add((start, end, true));
        }

        if (fillsIn)
        {
            FillIn(windows, length, used);
        }

        windows.RemoveAll(window => window.Start >= window.End || window.Start > now);
        return windows;
    }

    // What two words on one end may differ by.
    private static TimeSpan Slack(TimeSpan length) =>
        TimeSpan.FromTicks(Math.Clamp(length.Ticks / 60, TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour));

    private static void FillIn(
        List<(DateTimeOffset Start, DateTimeOffset End, bool IsTold)> windows,
        TimeSpan length,
        UseLine used
    )
    {
        var known = windows.ToArray();
        var next = 0;
        var reckonedTo = DateTimeOffset.MinValue;
        foreach (var at in used.Times)
        {
            while (next < known.Length && known[next].End <= at)
            {
                reckonedTo = known[next].End > reckonedTo ? known[next].End : reckonedTo;
                next++;
            }

            if (at < reckonedTo || (next < known.Length && known[next].Start <= at))
            {
                continue;
            }

            var hour = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
            var start = hour > reckonedTo ? hour : reckonedTo;
            var end = hour + length;
            end = next < known.Length && known[next].Start < end ? known[next].Start : end;
            windows.Add((start, end, false));
            reckonedTo = end;
        }

        windows.Sort((a, b) => a.Start.CompareTo(b.Start));
    }
}
