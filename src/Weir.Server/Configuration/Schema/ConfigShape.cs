using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Weir.Server.Configuration.Schema;

/// <summary>
/// What the readers of a document ask for, noted while they read one: every key that they know, with its type, at every place that the
/// document leads them to. The schema is made of it, so it says what the readers say. Not thread-safe.
/// </summary>
internal sealed partial class ConfigShape
{
    private readonly SortedDictionary<string, SortedDictionary<string, Key>> maps = new(StringComparer.Ordinal);
    private readonly HashSet<string> texts = new(StringComparer.Ordinal);

    /// <summary>What a key holds.</summary>
    public enum Kind
    {
        /// <summary>Whatever a more exact question says.</summary>
        Any,

        /// <summary>A text, in which variables may stand.</summary>
        Text,

        /// <summary>One of some words.</summary>
        Word,

        /// <summary>True or false.</summary>
        Flag,

        /// <summary>A whole number.</summary>
        Whole,

        /// <summary>A decimal number.</summary>
        Amount,

        /// <summary>A day.</summary>
        Day,

        /// <summary>A span of time.</summary>
        Duration,

        /// <summary>A map.</summary>
        Map,

        /// <summary>A list.</summary>
        List,

        /// <summary>A list of texts.</summary>
        Texts,
    }

    /// <summary>Whether missing keys are noted as required: true while a document is read that has none.</summary>
    public bool NotesMissing { get; set; }

    /// <summary>The places of maps that were come to, <c>[]</c> for any number, and the keys of each.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, Key>> Maps => maps;

    /// <summary>Whether the items of a list may be texts.</summary>
    public bool HasTexts(string list) => texts.Contains(list + "[]");

    /// <summary>A map was come to.</summary>
    public void Enter(string path) => _ = Of(path);

    /// <summary>A text was come to in a list.</summary>
    public void Item(string path) => texts.Add(Plain(path));

    /// <summary>A key was asked for.</summary>
    public void Ask(
        string path,
        string key,
        Kind kind,
        decimal? least = null,
        decimal? most = null,
        ImmutableArray<string> words = default
    )
    {
        var keys = Of(path);
        if (!keys.TryGetValue(key, out var known))
        {
            keys[key] = known = new Key();
        }

        if (kind != Kind.Any)
        {
            known.Kinds.Add(kind);
            (known.Least, known.Most) = (least ?? known.Least, most ?? known.Most);
            known.Words.UnionWith(words.IsDefault ? [] : words);
        }

        known.IsTaken = true;
    }

    /// <summary>A key was refused whatever it holds.</summary>
    public void Refuse(string path, string key)
    {
        var keys = Of(path);
        if (!keys.ContainsKey(key))
        {
            keys[key] = new Key();
        }
    }

    /// <summary>A key was missing.</summary>
    public void Miss(string path, string key)
    {
        if (NotesMissing)
        {
            Ask(path, key, Kind.Any);
            Of(path)[key].IsRequired = true;
        }
    }

    private SortedDictionary<string, Key> Of(string path)
    {
        var plain = Plain(path);
        if (!maps.TryGetValue(plain, out var keys))
        {
            maps[plain] = keys = new SortedDictionary<string, Key>(StringComparer.Ordinal);
        }

        return keys;
    }

    private static string Plain(string path) => Number().Replace(path, "[]");

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();

    /// <summary>What is known of a key.</summary>
    internal sealed class Key
    {
        /// <summary>What it was asked as.</summary>
        public SortedSet<Kind> Kinds { get; } = [];

        /// <summary>The least number.</summary>
        public decimal? Least { get; set; }

        /// <summary>The greatest number.</summary>
        public decimal? Most { get; set; }

        /// <summary>The words.</summary>
        public SortedSet<string> Words { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether a reader took it; one that is always refused is none of the format's.</summary>
        public bool IsTaken { get; set; }

        /// <summary>Whether it must be there.</summary>
        public bool IsRequired { get; set; }
    }
}
