namespace Weir.Bench.AgentLogs;

/// <summary>
/// The sizes of a heavy user's transcripts: log-normal, in the proportions of a median of 105 KB and a 99th percentile
/// of 5.4 MB; the hundredth above it takes what is left of the whole.
/// </summary>
internal static class Sizes
{
    private const double Median = 105e3;
    private const double Percentile99 = 5.4e6;
    private const double NormalAt99 = 2.3263;
    private const double Whole = 1.2e9;
    private const int WholeFiles = 3100;
    private const int Least = 600;

    /// <summary>The sizes, in an order that <paramref name="random"/> chooses.</summary>
    public static long[] Make(int files, long bytes, Random random)
    {
        var scale = bytes / Whole * WholeFiles / files;
        var sigma = Math.Log(Percentile99 / Median) / NormalAt99;
        var sizes = new double[files];
        for (var i = 0; i < files; i++)
        {
            sizes[i] = Median * scale * Math.Exp(sigma * Normal((i + 0.5) / files));
        }

        var large = Math.Max(1, files / 100);
        var rest = sizes[..^large].Sum();
        var factor = Math.Max(0.2, (bytes - rest) / sizes[^large..].Sum());
        for (var i = files - large; i < files; i++)
        {
            sizes[i] *= factor;
        }

        var whole = sizes.Select(s => Math.Max(Least, (long)s)).ToArray();
        random.Shuffle(whole);
        return whole;
    }

    /// <summary>The standard normal's quantile, found by halving: used a few thousand times.</summary>
    private static double Normal(double p)
    {
        var low = -6.0;
        var high = 6.0;
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (Below(middle) < p)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low + high) / 2;
    }

    /// <summary>The standard normal's distribution function: Zelen and Severo's approximation (Abramowitz and Stegun 26.2.17).</summary>
    private static double Below(double x)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        var tail =
            Math.Exp(-x * x / 2)
            / Math.Sqrt(2 * Math.PI)
            * t
            * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x < 0 ? tail : 1 - tail;
    }
}
