namespace Weir.Insights.Limits;

/// <summary>
/// What one window says of its limit, in logarithms: the limit lies in one of <see cref="Pieces"/>' intervals, or, when that
/// witness erred, only above its floor. Pieces that contradict each other stand apart.
/// </summary>
internal sealed class WindowFacts
{
    /// <summary>The share of limit messages that are taken to be misread.</summary>
    private const double MisreadMessages = 0.03;

    /// <summary>The share of quota figures that are taken to be stale or of another account.</summary>
    private const double WrongReadings = 0.01;

    private WindowFacts(IReadOnlyList<Piece> pieces, bool tells, int readings)
    {
        Pieces = pieces;
        Tells = tells;
        Readings = readings;
    }

    /// <summary>The pieces, each of which holds by itself; none when the window says nothing.</summary>
    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>Whether there is an upper end: a limit that was met, or a figure.</summary>
    public bool Tells { get; }

    /// <summary>How many figures were usable.</summary>
    public int Readings { get; }

    /// <summary>What a window that is over says.</summary>
    public static WindowFacts Of(LimitWindow window) => Of(window.Used, window.Met, window.Readings);

    /// <summary>What the running window says.</summary>
    public static WindowFacts Of(RunningWindow window) => Of(window.Used, null, window.Readings);

    private static WindowFacts Of(long used, LimitMet? met, IReadOnlyList<QuotaReading>? readings)
    {
        var pieces = new List<Piece>(2);
        if (met is { FirstRefused: > 0 } && met.FirstRefused >= met.LastAdmitted)
        {
            // A message by another's clock can leave no room between the two: a thousandth each way is room enough.
            var low = Log(met.LastAdmitted);
            var high = Math.Max(Log(met.FirstRefused), low + 0.002);
            pieces.Add(new Piece(low, high, low, MisreadMessages));
        }
        else if (used > 0)
        {
            pieces.Add(new Piece(Log(used), double.PositiveInfinity, Log(used), 0));
        }

        var usable = 0;
        foreach (var reading in readings ?? [])
        {
            if (Piece.Of(reading) is not { } piece)
            {
                continue;
            }

            usable++;
            pieces.Add(piece with { Floor = used > 0 && met is null ? Log(used) : double.NegativeInfinity });
        }

        return new WindowFacts(Joined(pieces), met is { FirstRefused: > 0 } || usable > 0, usable);
    }

    /// <summary>Cuts the pieces into one where they agree: one limit holds for the whole window.</summary>
    private static List<Piece> Joined(List<Piece> pieces)
    {
        var joined = new List<Piece>(1);
        foreach (var piece in pieces)
        {
            var at = joined.FindIndex(known => Math.Max(known.Low, piece.Low) < Math.Min(known.High, piece.High));
            if (at < 0)
            {
                joined.Add(piece);
                continue;
            }

            var known = joined[at];
            joined[at] = new Piece(
                Math.Max(known.Low, piece.Low),
                Math.Min(known.High, piece.High),
                Math.Max(known.Floor, piece.Floor),
                // They bear each other out: only both together can err.
                Error(known, piece)
            );
        }

        return joined;
    }

    private static double Error(Piece a, Piece b) =>
        double.IsPositiveInfinity(a.High) ? b.Error
        : double.IsPositiveInfinity(b.High) ? a.Error
        : a.Error * b.Error;

    private static double Log(long amount) => amount > 0 ? Math.Log(amount) : double.NegativeInfinity;

    /// <summary>An interval of the limit's logarithm, above <paramref name="Low"/> and not above <paramref name="High"/>.</summary>
    /// <param name="Low">Minus infinity when open.</param>
    /// <param name="High">Infinity when open.</param>
    /// <param name="Floor">What holds even when the witness erred.</param>
    /// <param name="Error">How often such a witness errs.</param>
    internal readonly record struct Piece(double Low, double High, double Floor, double Error)
    {
        /// <summary>The interval that a rounded percentage leaves; null when it says nothing.</summary>
        public static Piece? Of(QuotaReading reading)
        {
            // At 100 a figure may stand for anything above.
            if (reading.Used <= 0 || !(reading.UsedPercent > 0 && reading.UsedPercent <= 100) || !(reading.Step > 0))
            {
                return null;
            }

            var (below, above) = reading.Rounding switch
            {
                QuotaRounding.Nearest => (reading.Step / 2, reading.Step / 2),
                QuotaRounding.Down => (0.0, reading.Step),
                _ => (reading.Step, reading.Step),
            };
            var least = Math.Max(0, reading.UsedPercent - below);
            var most = reading.UsedPercent + above;
            var high = least > 0 ? Math.Log(reading.Used / least * 100) : double.PositiveInfinity;
            return new Piece(
                Math.Log(reading.Used / most * 100),
                Math.Max(high, Math.Log(reading.Used / reading.UsedPercent * 100) + 0.0005),
                double.NegativeInfinity,
                WrongReadings
            );
        }
    }
}
