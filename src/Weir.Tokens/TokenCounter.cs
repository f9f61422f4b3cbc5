namespace Weir.Tokens;

/// <summary>
/// Counts the tokens of a text as one model would. A model whose encoding is published is counted exactly; any other is
/// estimated, and <see cref="IsExact"/> tells. Immutable and thread-safe. The first count reads a vocabulary of some megabytes
/// from the program's own file; until then it costs nothing.
/// </summary>
public sealed class TokenCounter
{
    private readonly BytePairEncoding? encoding;
    private readonly int percent;

    private TokenCounter(BytePairEncoding? encoding, in ModelFamily family)
    {
        this.encoding = encoding;
        percent = family.Percent;
        IsExact = encoding is not null && family.IsPublished;
        Name = encoding?.Name ?? "bytes";
        Basis =
            encoding is null ? "a token for every four bytes: this build carries no vocabulary"
            : IsExact ? $"{encoding.Name}, the model's own"
            : percent == 100 ? $"{encoding.Name}, another model's"
            : $"{encoding.Name}, another model's, times {percent / 100}.{percent % 100:00}";
    }

    /// <summary>Whether this build carries the vocabularies; without them every count is an estimate.</summary>
    public static bool HasVocabulary => BytePairEncoding.O200k is not null;

    /// <summary>What it counts by: <c>o200k_base</c>, <c>cl100k_base</c>, or <c>bytes</c> in a build without vocabulary.</summary>
    public string Name { get; }

    /// <summary>The same for people, with the factor of an estimate.</summary>
    public string Basis { get; }

    /// <summary>Whether texts are counted by the model's own encoding; false for an estimate.</summary>
    public bool IsExact { get; }

    /// <summary>The counter for a model, by the name that its vendor or a reseller gives it; any name has one.</summary>
    public static TokenCounter For(string model)
    {
        var family = ModelFamily.Of(model);
        return new TokenCounter(family.IsOlder ? BytePairEncoding.Cl100k : BytePairEncoding.O200k, family);
    }

    /// <summary>The tokens of a text; 0 of an empty one. What is no UTF-8 counts as the replacement character.</summary>
    public long Count(ReadOnlySpan<byte> utf8) => FromUnits(CountUnits(utf8));

    /// <summary>
    /// What <see cref="FromUnits"/> makes tokens of: for a sum over many texts, so that what an estimate rounds is rounded once.
    /// </summary>
    public long CountUnits(ReadOnlySpan<byte> utf8) => encoding?.Encode(utf8) ?? utf8.Length;

    /// <summary>The tokens of a sum of <see cref="CountUnits"/>, rounded up.</summary>
    public long FromUnits(long units) => encoding is null ? (units + 3) / 4 : ((units * percent) + 99) / 100;
}
