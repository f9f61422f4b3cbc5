using System.Collections.Immutable;

namespace Weir.Server.Live;

/// <summary>
/// The newest changes of the ledger: all above <see cref="Floor"/> up to <see cref="Newest"/>. Immutable; replaced as a whole.
/// </summary>
/// <param name="Floor">What was before it, and itself, is not held.</param>
/// <param name="Entries">In order.</param>
internal sealed record LiveWindow(long Floor, ImmutableArray<LiveEntry> Entries)
{
    /// <summary>The number of the last change held, the floor while there is none.</summary>
    public long Newest => Entries.IsEmpty ? Floor : Entries[^1].Sequence;

    /// <summary>Nothing yet, after a number.</summary>
    public static LiveWindow After(long sequence) => new(sequence, []);

    /// <summary>
    /// Changes after a number, at most <paramref name="limit"/>: empty when there are none yet, null when some are not held
    /// any more.
    /// </summary>
    public ImmutableArray<LiveEntry>? Read(long after, int limit)
    {
        if (after < Floor)
        {
            return null;
        }

        var (first, end) = (0, Entries.Length);
        while (first < end)
        {
            var middle = (first + end) / 2;
            (first, end) = Entries[middle].Sequence <= after ? (middle + 1, end) : (first, middle);
        }

        return Entries.Slice(first, Math.Min(limit, Entries.Length - first));
    }

    /// <summary>With later changes, the oldest let go beyond <paramref name="most"/>.</summary>
    public LiveWindow With(ImmutableArray<LiveEntry> later, int most)
    {
        var all = Entries.AddRange(later);
        var over = all.Length - most;
        return over <= 0 ? this with { Entries = all } : new LiveWindow(all[over - 1].Sequence, all[over..]);
    }
}
