namespace Weir.Ledger.Archive;

/// <summary>Which ids archived months have. Keeps those of the months that were asked for last: eight bytes for each record. Thread-safe.</summary>
internal sealed class MonthIds(string folder)
{
    private const int MostKept = 4;
    private readonly Lock gate = new();
    private readonly List<(long Month, long[] Ids)> kept = [];

    /// <summary>Whether a month's records that have left <c>record</c> have one of an id.</summary>
    /// <exception cref="ArchiveException">The month's file cannot be read.</exception>
    public bool Has(ArchivedMonth month, long id) => month.Ids.MayHave(id) && Array.BinarySearch(Of(month), id) >= 0;

    private long[] Of(ArchivedMonth month)
    {
        lock (gate)
        {
            var at = kept.FindIndex(one => one.Month == month.Id);
            var found = at >= 0 ? kept[at] : (month.Id, Read(month));
            if (at >= 0)
            {
                kept.RemoveAt(at);
            }
            else if (kept.Count == MostKept)
            {
                kept.RemoveAt(0);
            }

            kept.Add(found);
            return found.Item2;
        }
    }

    private long[] Read(ArchivedMonth month)
    {
        using var reader = month.Open(folder);
        var ids = new List<long>();
        for (var i = 0; i < reader.Blocks.Length; i++)
        {
            var block = reader.Read(i, column => column == RecordColumns.Id);
            for (var row = 0; row < block.Count; row++)
            {
                ids.Add(block.Number(RecordColumns.Id, row)!.Value);
            }
        }

        ids.Sort();
        return [.. ids];
    }
}
