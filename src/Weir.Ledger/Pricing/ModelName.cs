namespace Weir.Ledger;

/// <summary>The spellings under which a model's price may stand.</summary>
internal static class ModelName
{
    /// <summary>No real name is longer; what is, is a caller's mischief and has no price.</summary>
    public const int Longest = 256;

    /// <summary>
    /// The name itself, then without what callers put around it (Gemini's <c>models/</c>, Claude Code's <c>[1m]</c>),
    /// then without its date (<c>-20250929</c>, <c>-2024-08-06</c>, <c>@20250929</c>); each once.
    /// </summary>
    public static IEnumerable<string> Spellings(string name)
    {
        yield return name;
        var bare = Bare(name);
        if (bare.Length != name.Length)
        {
            yield return bare;
        }

        var undated = WithoutDate(bare);
        if (undated.Length != bare.Length)
        {
            yield return undated;
        }
    }

    private static string Bare(string name)
    {
        const string Prefix = "models/";
        var start = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? Prefix.Length : 0;
        var bracket = name.EndsWith(']') ? name.LastIndexOf('[') : -1;
        return name[start..(bracket > start ? bracket : name.Length)];
    }

    private static string WithoutDate(string name)
    {
        if (name.Length > 11 && name[^11] == '-' && name[^6] == '-' && name[^3] == '-')
        {
            return Digits(name.AsSpan()[^10..^6]) && Digits(name.AsSpan()[^5..^3]) && Digits(name.AsSpan()[^2..])
                ? name[..^11]
                : name;
        }

        return name.Length > 9 && name[^9] is '-' or '@' && Digits(name.AsSpan()[^8..]) ? name[..^9] : name;
    }

    private static bool Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
