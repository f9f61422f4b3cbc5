using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// The ids that are filed under the entries of one run: eight bytes each, the hash above and the place in the ten bits below, sorted
/// when they are written. Not thread-safe.
/// </summary>
internal sealed class SightingRun
{
    private const int PlaceBits = 10;

    private readonly List<ulong> ids;
    private int sorted;

    /// <summary>Reads a run; none for one that is not there yet.</summary>
    public SightingRun(ReadOnlySpan<byte> bytes)
    {
        ids = new List<ulong>(bytes.Length / sizeof(ulong));
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            ids.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        sorted = ids.Count;
    }

    /// <summary>As it is stored.</summary>
    public byte[] Bytes
    {
        get
        {
            Sort();
            var bytes = new byte[ids.Count * sizeof(ulong)];
            for (var i = 0; i < ids.Count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), ids[i]);
            }

            return bytes;
        }
    }

    /// <summary>Whether bytes are a run as it is stored: whole ids, sorted.</summary>
    public static bool IsSound(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(ulong) != 0)
        {
            return false;
        }

        for (var last = 0UL; bytes.Length > 0; bytes = bytes[sizeof(ulong)..])
        {
            var id = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (id < last)
            {
                return false;
            }

            last = id;
        }

        return true;
    }

    /// <summary>Files an id.</summary>
    public void Add(long hash, long place) => ids.Add(Id(hash, place));

    /// <summary>The places of a hash.</summary>
    public List<long> Places(long hash)
    {
        Sort();
        var found = new List<long>();
        var first = Id(hash, 0);
        var all = CollectionsMarshal.AsSpan(ids);
        var at = all.BinarySearch(first);
        for (at = at < 0 ? ~at : at; at < all.Length && all[at] >> PlaceBits == first >> PlaceBits; at++)
        {
            found.Add((long)(all[at] & ((1 << PlaceBits) - 1)));
        }

        return found;
    }

    // 48 bits of hash and ten of place leave six.
    private static ulong Id(long hash, long place) => ((ulong)hash << 16 >> 16 << PlaceBits) | (ulong)place;

    private void Sort()
    {
        if (sorted != ids.Count)
        {
            ids.Sort();
            sorted = ids.Count;
        }
    }
}
