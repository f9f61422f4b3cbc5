namespace Weir.Fuzz.Engine;

/// <summary>The ways in which an input is cut into chunks: whole, byte by byte, and at random places.</summary>
internal static class Cuts
{
    /// <summary>Takes the next chunk.</summary>
    public delegate void Feed(ReadOnlySpan<byte> chunk);

    private static readonly int[] LongestChunks = [3, 17, 4096];

    /// <summary>How many ways there are beside the whole.</summary>
    public static int Count => LongestChunks.Length + 1;

    /// <summary>A randomness that depends on the input alone, so that a fault comes again with its input.</summary>
    public static Random RandomOf(ReadOnlySpan<byte> input)
    {
        var hash = 2166136261u;
        foreach (var b in input)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return new Random((int)(hash ^ (uint)input.Length));
    }

    /// <summary>Feeds the input cut in one of the <see cref="Count"/> ways.</summary>
    public static void Apply(ReadOnlySpan<byte> input, int way, Feed feed)
    {
        var random = RandomOf(input);
        while (!input.IsEmpty)
        {
            var length = way == 0 ? 1 : random.Next(0, Math.Min(LongestChunks[way - 1], input.Length) + 1);
            feed(input[..length]);
            input = input[length..];
        }
    }
}
