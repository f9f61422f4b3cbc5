using System.Security.Cryptography;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// The exports that were taken last. A sender that did not get its answer sends the same bytes again, and a delta of a metric has
/// nothing else to be known by: it waits for the first one instead of counting twice. Thread-safe.
/// </summary>
internal sealed class RecentExports
{
    private const int Most = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<ExportName, TakenExport> known = [];
    private readonly Queue<ExportName> order = [];

    /// <summary>The one that was taken; null when it is not known.</summary>
    public TakenExport? Find(ExportName name)
    {
        lock (gate)
        {
            return known.TryGetValue(name, out var taken) ? taken : null;
        }
    }

    /// <summary>Notes one that was taken.</summary>
    public void Add(ExportName name, TakenExport taken)
    {
        lock (gate)
        {
            if (known.TryAdd(name, taken))
            {
                order.Enqueue(name);
                if (order.Count > Most)
                {
                    known.Remove(order.Dequeue());
                }
            }
        }
    }
}

/// <summary>What an export is known by: its tenant, what it tells and the hash of its bytes.</summary>
internal readonly record struct ExportName(WorkspaceId Workspace, OtlpSignal Signal, UInt128 Hash)
{
    public ExportName(WorkspaceId workspace, OtlpSignal signal, ReadOnlySpan<byte> body)
        : this(workspace, signal, HashOf(body)) { }

    private static UInt128 HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}

/// <summary>An export that was handed on.</summary>
/// <param name="Stored">Completes when it is stored; never fails.</param>
/// <param name="Rejected">How many of its records could not be read.</param>
internal readonly record struct TakenExport(Task Stored, long Rejected);
