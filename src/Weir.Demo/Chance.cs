namespace Weir.Demo;

/// <summary>
/// Random figures that are the same for the same seed on every machine (xoshiro is not promised by the runtime; splitmix64
/// is written down: https://prng.di.unimi.it/splitmix64.c). Not thread-safe.
/// </summary>
internal sealed class Chance(ulong seed)
{
    private ulong state = seed;

    /// <summary>A chance of its own for one thing of many, whatever has been drawn here so far.</summary>
    public static Chance For(ulong seed, params ReadOnlySpan<int> things)
    {
        var mixed = new Chance(seed);
        foreach (var thing in things)
        {
            mixed = new Chance(mixed.Next() ^ (ulong)(uint)thing * 0x9E3779B97F4A7C15);
        }

        return mixed;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to but not 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Whether something happens that does so with this probability.</summary>
    public bool Happens(double probability) => Unit() < probability;

    /// <summary>From <paramref name="from"/> up to but not <paramref name="to"/>.</summary>
    public double Between(double from, double to) => from + ((to - from) * Unit());

    /// <summary>A whole number, both ends included.</summary>
    public int Whole(int from, int to) => from + (int)(Unit() * (to - from + 1));

    /// <summary>One of several.</summary>
    public T OneOf<T>(IReadOnlyList<T> things) => things[Whole(0, things.Count - 1)];

    /// <summary>From the bell curve around 0 with deviation 1 (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>Log-normal: most near the median, a few far above.</summary>
    /// <param name="median">Half of them lie below.</param>
    /// <param name="spread">The deviation of the logarithm.</param>
    public double Skewed(double median, double spread) => median * Math.Exp(spread * Normal());

    /// <summary>How many tries until one succeeds, at least 1.</summary>
    public int Tries(double mean) => 1 + (int)(Math.Log(1 - Unit()) / Math.Log(1 - (1 / mean)));
}
