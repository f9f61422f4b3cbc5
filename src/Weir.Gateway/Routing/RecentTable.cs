namespace Weir.Gateway.Routing;

/// <summary>
/// A table of bounded size, which forgets what was written longest ago: a quarter at a time, so that the work spreads over
/// many writes. Not thread-safe.
/// </summary>
/// <param name="most">The most entries, at least 4.</param>
internal sealed class RecentTable<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Dictionary<TKey, (TValue Value, long Turn)> entries = [];
    private long turns;

    /// <summary>How many entries there are.</summary>
    public int Count => entries.Count;

    /// <summary>The value; the default where there is none.</summary>
    public TValue? Find(in TKey key) => entries.TryGetValue(key, out var entry) ? entry.Value : default;

    /// <summary>Sets a value, which is then the newest.</summary>
    public void Set(in TKey key, TValue value)
    {
        if (entries.Count >= most && !entries.ContainsKey(key))
        {
            ForgetOldest();
        }

        entries[key] = (value, ++turns);
    }

    /// <summary>Forgets a value.</summary>
    public void Remove(in TKey key) => entries.Remove(key);

    private void ForgetOldest()
    {
        foreach (var (key, _) in entries.OrderBy(entry => entry.Value.Turn).Take(most / 4).ToArray())
        {
            entries.Remove(key);
        }
    }
}
