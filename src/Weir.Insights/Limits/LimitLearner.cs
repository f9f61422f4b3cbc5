namespace Weir.Insights.Limits;

/// <summary>
/// Learns the limit of an account's quota window from windows that met it, windows that did not, and percentages that the
/// provider told. The method, its assumptions and how well its intervals hold: <c>docs/decisions/0013-learned-limits.md</c>.
/// Pure; safe from any thread; some milliseconds for sixty windows.
/// </summary>
public static class LimitLearner
{
    /// <summary>Older windows than this many are not looked at: they say nothing of today.</summary>
    public const int MostWindows = 200;

    /// <summary>What is known of the running window's limit.</summary>
    /// <param name="past">The windows that are over, of one account, one kind of window and one class of models, in any order.</param>
    /// <param name="running">The window that runs.</param>
    public static LearnedLimit Learn(IEnumerable<LimitWindow> past, RunningWindow running)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentNullException.ThrowIfNull(running);
        var windows = past.Where(window => window.End <= running.Now).OrderBy(window => window.End).ToList();
        windows = windows.Count > MostWindows ? windows[^MostWindows..] : windows;
        var facts = windows.ConvertAll(WindowFacts.Of);
        var own = WindowFacts.Of(running);
        if (!own.Tells && !facts.Exists(window => window.Tells))
        {
            return Bounded(windows, running);
        }

        var grid = LimitGrid.Over([.. facts, own]);
        for (var i = 0; i < windows.Count; i++)
        {
            if (i > 0)
            {
                grid.Pass(windows[i].End - windows[i - 1].End, i);
            }

            grid.See(facts[i]);
        }

        if (windows.Count > 0)
        {
            grid.Pass(running.Now - windows[^1].End, windows.Count);
        }

        var belief = grid.Predict(own);
        var since = Math.Min(grid.Since(), Math.Max(0, windows.Count - 1));
        return new LearnedLimit(
            LearnedLimitKind.Estimate,
            belief.Quantile(0.5),
            belief.Quantile(0.05),
            belief.Quantile(0.95),
            AtLeast(windows.Skip(since), running),
            Evidence(windows, facts, own, since),
            belief
        );
    }

    private static LearnedLimit Bounded(List<LimitWindow> windows, RunningWindow running)
    {
        var atLeast = AtLeast(windows, running);
        var kind = atLeast is null ? LearnedLimitKind.Nothing : LearnedLimitKind.LowerBound;
        var evidence = new LimitEvidence(
            0,
            windows.Count(window => window.Used > 0),
            0,
            windows.Count > 0 ? windows[0].End : null,
            null
        );
        return new LearnedLimit(kind, null, null, null, atLeast, evidence, null);
    }

    private static double? AtLeast(IEnumerable<LimitWindow> windows, RunningWindow running)
    {
        var most = windows.Select(window => window.Met?.LastAdmitted ?? window.Used).Append(running.Used).Max();
        return most > 0 ? most : null;
    }

    private static LimitEvidence Evidence(
        List<LimitWindow> windows,
        List<WindowFacts> facts,
        WindowFacts own,
        int since
    )
    {
        var (met, censored, readings) = (0, 0, own.Readings);
        for (var i = since; i < windows.Count; i++)
        {
            met += windows[i].Met is null ? 0 : 1;
            censored += windows[i].Met is null && windows[i].Used > 0 ? 1 : 0;
            readings += facts[i].Readings;
        }

        return new LimitEvidence(
            met,
            censored,
            readings,
            windows.Count > 0 ? windows[since].End : null,
            since > 0 ? windows[since].End : null
        );
    }
}
