using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>
/// The names of filters: a dimension, with <c>.not</c> or <c>.prefix</c> behind it where its values say something else. A tag
/// whose own name ends so is meant with <c>.in</c> behind it.
/// </summary>
internal static class FilterName
{
    /// <summary>Reads one; false when it names no dimension.</summary>
    public static bool TryParse(string name, out UsageDimension dimension, out UsageFilterKind kind)
    {
        kind = UsageFilterKind.In;
        foreach (
            var (suffix, meant) in new[]
            {
                (".not", UsageFilterKind.NotIn),
                (".prefix", UsageFilterKind.Prefix),
                (".in", UsageFilterKind.In),
            }
        )
        {
            if (
                name.EndsWith(suffix, StringComparison.Ordinal)
                && UsageDimension.TryParse(name.AsSpan(0, name.Length - suffix.Length), out dimension)
            )
            {
                kind = meant;
                return true;
            }
        }

        return UsageDimension.TryParse(name, out dimension);
    }
}
