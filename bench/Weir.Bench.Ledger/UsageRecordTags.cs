using System.Collections.Immutable;

namespace Weir.Bench.Ledger;

/// <summary>Tags, made once each.</summary>
internal static class UsageRecordTags
{
    private static readonly Dictionary<(string, string), ImmutableSortedDictionary<string, string>> Made = [];

    /// <summary>None at all.</summary>
    public static ImmutableSortedDictionary<string, string> None { get; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>One.</summary>
    public static ImmutableSortedDictionary<string, string> One(string name, string value) =>
        Made.TryGetValue((name, value), out var tags) ? tags : Made[(name, value)] = None.Add(name, value);
}
