namespace Weir.Fuzz.Engine;

/// <summary>The inputs that were worth keeping: the first of each shape of outcome, and the seeds. Bounded. Not thread-safe.</summary>
internal sealed class Pool(Random random)
{
    private const int MostKept = 1024;
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly HashSet<string> shapes = new(StringComparer.Ordinal);
    private readonly List<byte[]> inputs = [];
    private long bytes;

    /// <summary>How many shapes of outcome there were.</summary>
    public int Shapes => shapes.Count;

    /// <summary>Keeps an input, another being let go for it when there are too many.</summary>
    public void Add(byte[] input)
    {
        inputs.Add(input);
        bytes += input.Length;
        while (inputs.Count > MostKept || bytes > MostBytes)
        {
            var at = random.Next(inputs.Count);
            bytes -= inputs[at].Length;
            inputs[at] = inputs[^1];
            inputs.RemoveAt(inputs.Count - 1);
        }
    }

    /// <summary>Keeps an input when its outcome has a new shape.</summary>
    public bool Offer(byte[] input, string shape)
    {
        if (shapes.Count >= MostKept * 16 || !shapes.Add(shape))
        {
            return false;
        }

        Add(input);
        return true;
    }

    /// <summary>One of the inputs; half of the time one of the newest.</summary>
    public byte[] Pick() =>
        inputs.Count == 0 ? []
        : random.Next(2) == 0 ? inputs[random.Next(inputs.Count)]
        : inputs[random.Next(Math.Max(0, inputs.Count - 32), inputs.Count)];
}
