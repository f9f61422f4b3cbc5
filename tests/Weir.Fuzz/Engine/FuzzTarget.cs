namespace Weir.Fuzz.Engine;

/// <summary>
/// One reader of hostile bytes with what must hold for every input. Whether an input passes depends on its bytes alone:
/// what a target chooses at random (where to cut, say) it draws from <see cref="Cuts.RandomOf"/>.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>The name on the command line, as <c>head-gemini</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Targets of one group share its time.</summary>
    public abstract string Group { get; }

    /// <summary>The words that mutations put in.</summary>
    public virtual IReadOnlyList<byte[]> Words => Dictionary.Json;

    /// <summary>The longest input that is made, in bytes.</summary>
    public virtual int LongestInput => 24 * 1024;

    /// <summary>The most that reading one input may allocate, in bytes, all its repetitions together.</summary>
    public virtual long MostAllocated => 256L * 1024 * 1024;

    /// <summary>Inputs to begin with.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Reads an input and checks what must hold.</summary>
    /// <returns>The outcome's shape, coarsely: an input whose shape is new is kept and mutated further.</returns>
    /// <exception cref="OracleException">Something did not hold. Any other exception is a fault as well.</exception>
    public abstract string Run(ReadOnlySpan<byte> input);

    /// <summary>A count as a shape shows it: null, 0, or its number of digits.</summary>
    protected static string Bucket(long? count) =>
        count switch
        {
            null => "-",
            0 => "0",
            < 0 => "neg",
            var n => Math.Log10(n.Value).ToString("F0"),
        };

    /// <summary>Faults unless a condition holds.</summary>
    protected static void Must(bool holds, string rule, string detail = "")
    {
        if (!holds)
        {
            throw new OracleException(rule, detail);
        }
    }

    /// <summary>Faults unless two answers are equal.</summary>
    protected static void MustEqual<T>(T expected, T actual, string rule)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new OracleException(rule, $"expected {expected}, got {actual}");
        }
    }

    /// <summary>Faults unless two byte strings are equal.</summary>
    protected static void MustMatch(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string rule)
    {
        if (!expected.SequenceEqual(actual))
        {
            var at = expected.CommonPrefixLength(actual);
            throw new OracleException(rule, $"{expected.Length} and {actual.Length} bytes, which differ from {at} on");
        }
    }
}

/// <summary>Something that must hold did not.</summary>
/// <param name="rule">Which rule, always in the same words.</param>
/// <param name="detail">What was seen.</param>
internal sealed class OracleException(string rule, string detail) : Exception($"{rule}: {detail}")
{
    public string Rule { get; } = rule;
}
