using System.Text;
using Weir.Capture.Storage;
using Weir.Foundation;

namespace Weir.Capture.Joining;

/// <summary>A request that was met before.</summary>
/// <param name="Record">Its record in the ledger.</param>
/// <param name="Output">Output tokens of the word that stands; those beyond 32 bits count as the most.</param>
/// <param name="Request">32 bits of the hash of its request id; 0 when it has none.</param>
/// <param name="Traits">What the word that stands is.</param>
internal readonly record struct KnownRequest(RecordId Record, uint Output, uint Request, WordTraits Traits);

/// <summary>What a word on a request is. Stored: a bit is never changed and never used again.</summary>
[Flags]
internal enum WordTraits : byte
{
    /// <summary>Nothing of these.</summary>
    None = 0,

    /// <summary>A subagent's copy.</summary>
    Sidechain = 1,

    /// <summary>It shows who pays.</summary>
    ShowsBilling = 2,

    /// <summary>It is telemetry that names the subagent: of a request's event and span only one may.</summary>
    NamesAgent = 4,
}

/// <summary>
/// Which requests one kind of witness has told already: agents write the same request into many lines and files. A request is its
/// message id and its request id; its message id alone where either has no request id, or stands in a subagent's copy.
/// New ones are kept in memory until <see cref="Flush"/>, sorted then, for in the order they come each would touch a page of its own.
/// Not thread-safe.
/// </summary>
internal sealed class RequestKeys(CaptureStore store)
{
    private const ulong Prime = 1_099_511_628_211;

    private readonly Dictionary<long, KnownRequest> changed = [];
    private bool stored = store.HasKeys;

    /// <summary>How many are not stored yet.</summary>
    public int Unstored => changed.Count;

    /// <summary>The place of a request, and what is known of it.</summary>
    public (long Place, KnownRequest? Known) Find(
        WorkspaceId workspace,
        UsageSource source,
        string client,
        string id,
        string? requestId,
        bool isSidechain
    )
    {
        var place = Hash(workspace, source, client, id, null);
        var request = Short(requestId);
        var known = At(place);
        if (known is not { } first || isSidechain || request == 0 || first.Request == 0 || first.Request == request)
        {
            return (place, known);
        }

        // Another request with the same message id: it has a place of its own.
        place = Hash(workspace, source, client, id, requestId);
        return (place, At(place));
    }

    /// <summary>Sets what is known of a request.</summary>
    public void Set(long place, in KnownRequest known) => changed[place] = known;

    /// <summary>32 bits of a request id's hash; 0 for none.</summary>
    public static uint Short(string? requestId) =>
        requestId is null ? 0 : (uint)(Add(14_695_981_039_346_656_037, requestId) >> 32) | 1;

    /// <summary>Writes what is not stored; inside the store's transaction. When that is committed comes <see cref="Stored"/>.</summary>
    public void Flush()
    {
        foreach (var place in changed.Keys.Order())
        {
            store.Put(place, changed[place]);
        }
    }

    /// <summary>What was written stays.</summary>
    public void Stored()
    {
        stored |= changed.Count > 0;
        changed.Clear();
    }

    private KnownRequest? At(long place) =>
        changed.TryGetValue(place, out var known) ? known
        : stored ? store.Find(place)
        : null;

    private static long Hash(WorkspaceId workspace, UsageSource source, string client, string id, string? requestId)
    {
        var hash = 14_695_981_039_346_656_037;
        for (var shift = 0; shift < 32; shift += 8)
        {
            hash = (hash ^ (byte)(workspace.Value >> shift)) * Prime;
        }

        hash = (hash ^ (byte)source) * Prime;
        hash = Add(Add(hash, client) * Prime, id);
        return (long)(requestId is null ? hash : Add(hash * Prime, requestId));
    }

    private static ulong Add(ulong hash, string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (!Encoding.UTF8.TryGetBytes(text, bytes, out var length))
        {
            bytes = Encoding.UTF8.GetBytes(text);
            length = bytes.Length;
        }

        foreach (var b in bytes[..length])
        {
            hash = (hash ^ b) * Prime;
        }

        return hash;
    }
}
