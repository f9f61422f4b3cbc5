using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Archive;

/// <summary>
/// Where the ids of a month lie, in a few ranges: ids of requests follow the clock, so that nearly every id that comes in later is known not to be
/// among them without looking into the file. Immutable.
/// </summary>
internal sealed class IdRanges
{
    private const int Most = 64;
    private readonly (long First, long Last)[] ranges;

    private IdRanges((long First, long Last)[] ranges) => this.ranges = ranges;

    /// <summary>Of ids, rising; the widest gaps between them are left out.</summary>
    public static IdRanges Of(long[] ids)
    {
        var cuts = Enumerable
            .Range(1, Math.Max(0, ids.Length - 1))
            .OrderByDescending(i => (ulong)(ids[i] - ids[i - 1]))
            .Take(Most - 1)
            .Order()
            .Append(ids.Length);
        var found = new List<(long First, long Last)>();
        var first = 0;
        foreach (var cut in ids.Length == 0 ? [] : cuts)
        {
            found.Add((ids[first], ids[cut - 1]));
            first = cut;
        }

        return new IdRanges([.. found]);
    }

    /// <summary>From the bytes of <see cref="ToBytes"/>.</summary>
    /// <exception cref="InvalidDataException">They are none.</exception>
    public static IdRanges Read(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(long First, long Last)>();
        var (at, last) = (0, 0L);
        while (at < bytes.Length)
        {
            var first = last + Varint.Unfold(Varint.Read(bytes, ref at));
            last = first + (long)Varint.Read(bytes, ref at);
            found.Add((first, last));
        }

        return new IdRanges([.. found]);
    }

    /// <summary>Whether an id may be among them.</summary>
    public bool MayHave(long id) => ranges.Any(range => id >= range.First && id <= range.Last);

    /// <summary>As stored.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ranges.Length * 2 * Varint.MostBytes];
        var (at, last) = (0, 0L);
        foreach (var range in ranges)
        {
            at += Varint.Write(bytes.AsSpan(at), Varint.Fold(range.First - last));
            at += Varint.Write(bytes.AsSpan(at), (ulong)(range.Last - range.First));
            last = range.Last;
        }

        return bytes[..at];
    }
}
