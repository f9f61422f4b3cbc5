namespace Weir.Gateway.Routing;

/// <summary>
/// Hashes by which what has the same names gets the same place, in every process: rendezvous hashing rests on them. No
/// secret and no defence: who chooses his names chooses his place.
/// </summary>
internal static class SpreadHash
{
    private const ulong Start = 14695981039346656037UL;
    private const ulong Prime = 1099511628211UL;

    /// <summary>The hash of both texts: FNV-1a, then a mixing that spreads the last letters over all bits.</summary>
    public static ulong Of(ReadOnlySpan<char> first, ReadOnlySpan<char> second) => Mix(Add(Add(Start, first), second));

    /// <summary>The hash of a number and a text.</summary>
    public static ulong Of(long number, ReadOnlySpan<char> text) => Mix(Add(Mix((ulong)number ^ Start), text));

    /// <summary>The hash as a fraction above 0 and below 1, by its upper 52 bits.</summary>
    public static double Fraction(ulong hash) => ((hash >> 12) + 0.5) / (1UL << 52);

    private static ulong Add(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}
