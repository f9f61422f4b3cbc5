using System.Collections.Immutable;
using System.Text;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// <see cref="UsageRecord.Dropped"/> as the one text that is stored: the names with commas between them, sorted, each once. What a
/// program drops is nearly always the same, so that a whole list is one text that recurs.
/// </summary>
internal static class DroppedNames
{
    private const char Comma = ',';

    /// <summary>The text; null for none.</summary>
    /// <param name="names">The names.</param>
    /// <param name="limit">Bytes of UTF-8; of more the first names are kept that fit whole.</param>
    public static string? Join(ImmutableArray<string> names, int limit)
    {
        if (names.IsDefaultOrEmpty)
        {
            return null;
        }

        var text = Clean(string.Join(Comma, names));
        // A character takes at least one byte: what lies beyond the limit goes at once.
        text = text.Length <= limit ? text : UpToComma(text, limit);
        while (Encoding.UTF8.GetByteCount(text) > limit)
        {
            text = UpToComma(text, text.Length - 1);
        }

        return text.Length > 0 ? text : null;
    }

    /// <summary>Reads <see cref="Join"/>; of any other text, what there is between its commas.</summary>
    public static ImmutableArray<string> Split(string? text) =>
        text is null
            ? []
            :
            [
                .. Clean(text)
                    .Split(Comma, StringSplitOptions.RemoveEmptyEntries)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ];

    // As every text that is stored. Done after sorting it would leave the names out of their order.
    private static string Clean(string text) => text.Replace('\0', '\uFFFD');

    private static string UpToComma(string text, int from) => text[..Math.Max(0, text.LastIndexOf(Comma, from))];
}
