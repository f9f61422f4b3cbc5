namespace Weir.Insights.Limits;

/// <summary>
/// How an account is used, in steps of equal length: a step is busy or silent, with a chance to go over from one to the
/// other. A busy step uses a lognormal amount; half of its variance belongs to the spell of work, for one is intense and
/// another is not. All figures are uncertain, the more so the less was seen: each walk into the future draws them anew.
/// </summary>
internal sealed class UsageRhythm
{
    private const int MostSteps = 2000;

    /// <summary>Beforehand, a spell of work lasts some steps and a silence some more, with little conviction.</summary>
    private const double StaysBusy = 1.6;
    private const double FallsSilent = 0.4;
    private const double StaysSilent = 1.2;
    private const double TurnsBusy = 0.6;

    /// <summary>Beforehand, busy steps differ by a factor of 3.3 or so, worth three steps of evidence.</summary>
    private const double PriorSpread = 1.2;
    private const double PriorWeight = 3;

    private readonly double busyBusy;
    private readonly double busySilent;
    private readonly double silentBusy;
    private readonly double silentSilent;
    private readonly double mean;
    private readonly double weight;
    private readonly double squares;
    private readonly int spellSteps;
    private readonly double spellMean;

    private UsageRhythm(TimeSpan step, double[] amounts, bool[] stopped)
    {
        Step = step;
        BusyNow = amounts[^1] > 0;
        var logs = new List<double>();
        for (var i = 0; i < amounts.Length; i++)
        {
            if (amounts[i] > 0)
            {
                logs.Add(Math.Log(amounts[i]));
            }

            if (i > 0 && !stopped[i] && !stopped[i - 1])
            {
                _ = (amounts[i - 1] > 0, amounts[i] > 0) switch
                {
                    (true, true) => busyBusy++,
                    (true, false) => busySilent++,
                    (false, true) => silentBusy++,
                    _ => silentSilent++,
                };
            }
        }

        mean = logs.Average();
        weight = logs.Count;
        squares = logs.Sum(log => (log - mean) * (log - mean));
        spellSteps = amounts.Reverse().TakeWhile(amount => amount > 0).Count();
        spellMean = spellSteps > 0 ? logs.TakeLast(spellSteps).Average() : 0;
    }

    /// <summary>The length of a step.</summary>
    public TimeSpan Step { get; }

    /// <summary>Whether the step that ends now was busy.</summary>
    public bool BusyNow { get; }

    /// <summary>The rhythm of what was used until now; null when nothing was. Steps in which a limit stopped the work tell nothing of it.</summary>
    public static UsageRhythm? Of(
        IReadOnlyList<UsagePoint> recent,
        IReadOnlyList<StoppedSpan> stops,
        TimeSpan step,
        DateTimeOffset now
    )
    {
        var used = recent
            .Where(point => point.Amount > 0 && point.At <= now && point.At > now - (MostSteps * step))
            .ToList();
        if (used.Count == 0)
        {
            return null;
        }

        var steps = (int)((now - used.Min(point => point.At)) / step) + 1;
        var amounts = new double[steps];
        foreach (var point in used)
        {
            amounts[steps - 1 - (int)((now - point.At) / step)] += point.Amount;
        }

        var stopped = new bool[steps];
        foreach (var stop in stops)
        {
            // Backwards in time the steps are numbered from the end.
            var until = Math.Clamp((int)Math.Floor((now - stop.To) / step), -1, steps);
            var from = Math.Clamp((int)Math.Floor((now - stop.From) / step), -1, steps - 1);
            for (var back = Math.Max(0, until); back <= from; back++)
            {
                stopped[steps - 1 - back] = true;
            }
        }

        return new UsageRhythm(step, amounts, stopped);
    }

    /// <summary>A walk into the future: how much is used in each of the steps to come.</summary>
    public void Walk(Draws draws, Span<double> amounts)
    {
        var stay = draws.Beta(StaysBusy + busyBusy, FallsSilent + busySilent);
        var turn = draws.Beta(TurnsBusy + silentBusy, StaysSilent + silentSilent);
        var variance =
            ((PriorWeight * PriorSpread * PriorSpread) + squares) / 2 / draws.Gamma((PriorWeight + weight) / 2);
        var centre = mean + (Math.Sqrt(variance / weight) * draws.Normal());
        var spread = Math.Sqrt(variance / 2);
        var level =
            (spellSteps * (spellMean - centre) / (spellSteps + 1))
            + (spread / Math.Sqrt(spellSteps + 1) * draws.Normal());
        var busy = BusyNow;
        for (var i = 0; i < amounts.Length; i++)
        {
            var goesOn = draws.Uniform() < (busy ? stay : turn);
            level = goesOn && !busy ? spread * draws.Normal() : level;
            busy = goesOn;
            amounts[i] = busy ? Math.Exp(centre + level + (spread * draws.Normal())) : 0;
        }
    }
}
