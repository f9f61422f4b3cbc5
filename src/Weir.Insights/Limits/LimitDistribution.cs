namespace Weir.Insights.Limits;

/// <summary>A belief about a limit: probabilities on cells of equal width in its logarithm. Immutable; safe from any thread.</summary>
public sealed class LimitDistribution
{
    private readonly double first;
    private readonly double width;
    private readonly double[] upTo;

    /// <param name="first">The logarithm at the lower edge of the first cell.</param>
    /// <param name="width">A cell's width.</param>
    /// <param name="weights">A weight for each cell, none negative, not all zero.</param>
    internal LimitDistribution(double first, double width, ReadOnlySpan<double> weights)
    {
        this.first = first;
        this.width = width;
        upTo = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            upTo[i] = sum;
        }

        for (var i = 0; i < upTo.Length; i++)
        {
            upTo[i] /= sum;
        }
    }

    /// <summary>The limit that lies below with the given probability.</summary>
    /// <param name="probability">From 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public double Quantile(double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        var cell = Array.BinarySearch(upTo, probability);
        cell = Math.Min(cell < 0 ? ~cell : cell, upTo.Length - 1);
        var before = cell == 0 ? 0 : upTo[cell - 1];
        var inside = upTo[cell] > before ? (probability - before) / (upTo[cell] - before) : 0;
        return Math.Exp(first + (width * (cell + Math.Clamp(inside, 0, 1))));
    }

    /// <summary>How probable it is that the limit is not above an amount.</summary>
    public double Below(double amount)
    {
        if (!(amount > 0))
        {
            return 0;
        }

        var at = (Math.Log(amount) - first) / width;
        if (at <= 0)
        {
            return 0;
        }

        if (at >= upTo.Length)
        {
            return 1;
        }

        var cell = (int)at;
        var before = cell == 0 ? 0 : upTo[cell - 1];
        return before + ((upTo[cell] - before) * (at - cell));
    }
}
