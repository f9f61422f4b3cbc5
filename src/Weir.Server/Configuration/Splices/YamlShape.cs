using System.Globalization;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Splices;

/// <summary>What nodes say and where they end, whatever the way they are written.</summary>
internal static class YamlShape
{
    /// <summary>Whether two nodes say the same, in the same order.</summary>
    public static bool IsSame(YamlNode? one, YamlNode? other) =>
        (one, other) switch
        {
            (YamlScalar a, YamlScalar b) => a.Text == b.Text && a.Plain == b.Plain,
            (YamlList a, YamlList b) => a.Items.Count == b.Items.Count
                && a.Items.Zip(b.Items).All(p => IsSame(p.First, p.Second)),
            (YamlMap a, YamlMap b) => a.Entries.Count == b.Entries.Count
                && a.Entries.Zip(b.Entries)
                    .All(p => IsSame(p.First.Key, p.Second.Key) && IsSame(p.First.Value, p.Second.Value)),
            _ => false,
        };

    /// <summary>Whether a value of a rule means the same to Weir as one that is to be: quoted or not, and <c>5.00</c> is the number 5.</summary>
    public static bool MeansSame(YamlNode written, YamlNode wanted) =>
        (written, wanted) switch
        {
            (YamlScalar a, YamlScalar b) => a.IsNull == b.IsNull
                && (a.Text == b.Text || b.Plain && Number(a.Text) is { } x && Number(b.Text) is { } y && x == y),
            (YamlList a, YamlList b) => a.Items.Count == b.Items.Count
                && a.Items.Zip(b.Items).All(p => MeansSame(p.First, p.Second)),
            // The keys of a rule's maps have no order.
            (YamlMap a, YamlMap b) => a.Entries.Count == b.Entries.Count
                && a.Entries.All(entry =>
                    b.Entries.Any(o => o.Key.Text == entry.Key.Text && MeansSame(entry.Value, o.Value))
                ),
            _ => false,
        };

    /// <summary>The end of the last character of a node: the end of a block is where the next thing begins, which is no use here.</summary>
    /// <param name="text">The document.</param>
    /// <param name="node">One of its nodes.</param>
    public static int LastOf(string text, YamlNode node) =>
        node switch
        {
            YamlMap map when !IsFlow(text, node) => map.Entries.Max(e => Math.Max(e.Key.End, LastOf(text, e.Value))),
            YamlList list when !IsFlow(text, node) => list.Items.Max(item =>
                Math.Max(node.Start + 1, LastOf(text, item))
            ),
            _ => Math.Max(node.Start, node.End),
        };

    /// <summary>Whether a node is written in brackets or braces.</summary>
    public static bool IsFlow(string text, YamlNode node) =>
        node is not YamlScalar && node.Start < text.Length && text[node.Start] is '{' or '[';

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
