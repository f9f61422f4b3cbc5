using System.Globalization;

namespace Weir.Server.Live;

/// <summary>
/// How far a listener has been told: of the ledger's changes, and of the activity feed's events by a listener to those. As text <c>42</c>
/// or <c>42.17</c>; <c>.17</c> of one that knows nothing of the ledger.
/// </summary>
/// <param name="Changes">The newest change; null for none.</param>
/// <param name="Activity">The newest event; null for none.</param>
internal readonly record struct LivePlace(long? Changes, long? Activity)
{
    /// <summary>Reads a place; false for what is none.</summary>
    public static bool TryParse(string text, out LivePlace place)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var (changes, activity) = dot < 0 ? (text, null) : (text[..dot], text[(dot + 1)..]);
        var isPlace = TryNumber(changes, out var change) & TryNumber(activity, out var known);
        place = new LivePlace(change, known);
        return isPlace && (change ?? known) is not null && (dot < 0 || known is not null);
    }

    /// <inheritdoc />
    public override string ToString() =>
        Activity is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"{Changes}.{known}")
            : string.Create(CultureInfo.InvariantCulture, $"{Changes}");

    private static bool TryNumber(string? text, out long? number)
    {
        number = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read))
        {
            return false;
        }

        number = read;
        return true;
    }
}
