using System.Text;
using Weir.Foundation;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>How the ids that others know a request by are filed: the provider's request id, the id inside the answer.</summary>
internal static class Sightings
{
    private const int RunBits = 10;

    /// <summary>The run that an entry's ids are filed under.</summary>
    public static long Run(long sequence) => sequence >> RunBits;

    /// <summary>The entry's place in its run.</summary>
    public static long Place(long sequence) => sequence & ((1 << RunBits) - 1);

    /// <summary>The entry at a place of a run.</summary>
    public static long Sequence(long run, long place) => (run << RunBits) + place;

    /// <summary>
    /// The stored hash of an id inside a workspace: the upper 48 bits (enough among the ids of a run, and two bytes less in each
    /// row) of 64-bit FNV-1a over the workspace (four bytes, little-endian) and the id in UTF-8. Two are computed for each
    /// record, which a cryptographic hash would make dear; what is found is compared.
    /// </summary>
    public static long Hash(WorkspaceId workspace, string reference)
    {
        const ulong prime = 1_099_511_628_211;
        var hash = 14_695_981_039_346_656_037;
        for (var shift = 0; shift < 32; shift += 8)
        {
            hash = (hash ^ (byte)(workspace.Value >> shift)) * prime;
        }

        var size = Encoding.UTF8.GetMaxByteCount(reference.Length);
        Span<byte> bytes = size <= 1024 ? stackalloc byte[size] : new byte[size];
        foreach (var b in bytes[..Encoding.UTF8.GetBytes(reference, bytes)])
        {
            hash = (hash ^ b) * prime;
        }

        return (long)hash >> 16;
    }
}
