namespace Weir.Insights.Limits;

/// <summary>
/// The belief about an account's limit: a probability for each pair of the centre of its logarithm and the spread from
/// window to window, carried from one window to the next. Between two windows the centre may jump (another plan, another
/// policy), so that old windows lose their weight by themselves as soon as newer ones contradict them.
/// </summary>
internal sealed class LimitGrid
{
    /// <summary>Spreads of the limit's logarithm from window to window, and how likely each is beforehand. Zero: the same limit each time.</summary>
    private static readonly (double Spread, double Prior)[] Spreads =
    [
        (0, 0.22),
        (0.02, 0.11),
        (0.05, 0.15),
        (0.1, 0.17),
        (0.2, 0.18),
        (0.35, 0.12),
        (0.6, 0.05),
    ];

    /// <summary>A change of the limit every so often, by the time between two windows.</summary>
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromDays(45);

    /// <summary>How far a change jumps: mean of the absolute logarithm (a factor of 2.2), either way.</summary>
    private const double JumpScale = 0.8;

    /// <summary>The range of a reading or message that came from nowhere, in logarithms: it is spread over this much.</summary>
    private const double ErrorRange = 3;

    private const double FinestCell = 0.005;
    private const int MostCells = 2400;

    private readonly double first;
    private readonly double width;
    private readonly int cells;
    private readonly double[][] belief;
    private readonly int[][] since;
    private readonly double[] jumped;

    private LimitGrid(double low, double high)
    {
        width = Math.Max(FinestCell, (high - low) / MostCells);
        cells = Math.Max(8, (int)Math.Ceiling((high - low) / width));
        first = low;
        belief = [.. Spreads.Select(spread => Enumerable.Repeat(spread.Prior / cells, cells).ToArray())];
        since = [.. Spreads.Select(_ => new int[cells])];
        jumped = new double[cells];
    }

    /// <summary>A grid that holds what the windows say, with room above and below.</summary>
    public static LimitGrid Over(IEnumerable<WindowFacts> windows)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var piece in windows.SelectMany(window => window.Pieces))
        {
            // A small use that met nothing is no reason to look down there.
            if (!double.IsPositiveInfinity(piece.High))
            {
                low = Math.Min(low, double.IsNegativeInfinity(piece.Low) ? piece.High : piece.Low);
                high = Math.Max(high, piece.High);
            }

            high = Math.Max(high, piece.Low);
        }

        return new LimitGrid(Math.Min(low, high) - 2, high + 3);
    }

    /// <summary>Time passes: the limit may have changed before the window with this number.</summary>
    public void Pass(TimeSpan time, int window)
    {
        var chance = Math.Clamp(1 - Math.Exp(-Math.Max(0, time / BetweenChanges)), 0.002, 0.2);
        for (var s = 0; s < belief.Length; s++)
        {
            Jump(belief[s]);
            for (var i = 0; i < cells; i++)
            {
                var stays = belief[s][i] * (1 - chance);
                var comes = jumped[i] * chance;
                since[s][i] = comes > stays ? window : since[s][i];
                belief[s][i] = stays + comes;
            }
        }
    }

    /// <summary>Learns from a window.</summary>
    public void See(WindowFacts window)
    {
        foreach (var piece in window.Pieces)
        {
            for (var s = 0; s < belief.Length; s++)
            {
                Weigh(belief[s], Spreads[s].Spread, piece);
            }
        }

        Normalise();
    }

    /// <summary>The belief about the running window's own limit, given what that window says itself.</summary>
    public LimitDistribution Predict(WindowFacts running)
    {
        var next = new double[cells];
        for (var s = 0; s < belief.Length; s++)
        {
            Blur(belief[s], Spreads[s].Spread, next);
        }

        foreach (var piece in running.Pieces)
        {
            Weigh(next, 0, piece);
        }

        return next.Sum() is var sum && sum > 0
            ? new LimitDistribution(first, width, next)
            // The window contradicts all that was believed: nothing is left but what it says itself.
            : Predict(running, Enumerable.Repeat(1.0, cells).ToArray());
    }

    /// <summary>The window from which on the present limit most probably holds: 0 when no change is seen.</summary>
    public int Since()
    {
        var weights = new Dictionary<int, double>();
        for (var s = 0; s < belief.Length; s++)
        {
            for (var i = 0; i < cells; i++)
            {
                weights[since[s][i]] = weights.GetValueOrDefault(since[s][i]) + belief[s][i];
            }
        }

        var best = weights.MaxBy(pair => pair.Value);
        // A change is plain when it is likelier than not.
        return best.Value > 0.5 ? best.Key : 0;
    }

    private LimitDistribution Predict(WindowFacts running, double[] next)
    {
        foreach (var piece in running.Pieces.Take(1))
        {
            Weigh(next, 0, piece);
        }

        return new LimitDistribution(first, width, next.Sum() > 0 ? next : Enumerable.Repeat(1.0, cells).ToArray());
    }

    /// <summary>Multiplies by the probability of a piece, for each centre.</summary>
    private void Weigh(double[] weights, double spread, WindowFacts.Piece piece)
    {
        var erred = piece.Error > 0 ? piece.Error * Math.Min(1, (piece.High - piece.Low) / ErrorRange) : 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0)
            {
                continue;
            }

            var left = first + (i * width);
            var inside = Below(left, spread, piece.High) - Below(left, spread, piece.Low);
            weights[i] *= ((1 - piece.Error) * Math.Max(0, inside)) + (erred * (1 - Below(left, spread, piece.Floor)));
        }
    }

    /// <summary>How probable a limit below <paramref name="end"/> is, for a centre in the cell that begins at <paramref name="left"/>.</summary>
    private double Below(double left, double spread, double end) =>
        double.IsPositiveInfinity(end) ? 1
        : double.IsNegativeInfinity(end) ? 0
        : spread > 0 ? Normal.Below((end - left - (width / 2)) / spread)
        : Math.Clamp((end - left) / width, 0, 1);

    /// <summary>Adds the belief, spread by a window's own deviation, to <paramref name="into"/>.</summary>
    private void Blur(double[] from, double spread, double[] into)
    {
        if (spread == 0)
        {
            for (var i = 0; i < cells; i++)
            {
                into[i] += from[i];
            }

            return;
        }

        var reach = (int)Math.Ceiling(4.5 * spread / width);
        var kernel = new double[reach + 1];
        for (var d = 0; d <= reach; d++)
        {
            kernel[d] = Normal.Below((d + 0.5) * width / spread) - Normal.Below((d - 0.5) * width / spread);
        }

        var least = from.Max() * 1e-9;
        for (var i = 0; i < cells; i++)
        {
            if (from[i] <= least)
            {
                continue;
            }

            var to = Math.Min(cells - 1, i + reach);
            for (var j = Math.Max(0, i - reach); j <= to; j++)
            {
                into[j] += from[i] * kernel[Math.Abs(i - j)];
            }
        }
    }

    /// <summary>Where a jump leads: a two-sided exponential around each centre, in two passes.</summary>
    private void Jump(double[] from)
    {
        var decay = Math.Exp(-width / JumpScale);
        var scale = (1 - decay) / (1 + decay);
        var carried = 0.0;
        for (var i = 0; i < cells; i++)
        {
            carried = (carried * decay) + from[i];
            jumped[i] = carried * scale;
        }

        carried = 0;
        for (var i = cells - 1; i >= 0; i--)
        {
            jumped[i] += carried * scale;
            carried = (carried + from[i]) * decay;
        }
    }

    private void Normalise()
    {
        var sum = belief.Sum(weights => weights.Sum());
        if (!(sum > 0))
        {
            // What cannot be, by this model, is met by beginning anew.
            for (var s = 0; s < belief.Length; s++)
            {
                Array.Fill(belief[s], Spreads[s].Prior / cells);
            }

            return;
        }

        foreach (var weights in belief)
        {
            for (var i = 0; i < cells; i++)
            {
                weights[i] /= sum;
            }
        }
    }
}
