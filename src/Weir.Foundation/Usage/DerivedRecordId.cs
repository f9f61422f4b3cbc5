using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weir.Foundation;

/// <summary>
/// Ids that are made out of what a record is about, so that whoever comes upon it again makes the same one: of records with
/// such an id the ledger keeps the first word and passes over all others. 56 bits of SHA-256 stand in them: among ten million
/// of them two are alike with a chance below one in a thousand.
/// </summary>
/// <remarks>
/// They have the form of a <see cref="RecordId"/> whose node is between <see cref="FirstNode"/> and <see cref="LastNode"/> and whose
/// time lies in the past, before 2026-03-06, so that no <see cref="RecordIdSource"/> is put ahead of its clock by one.
/// </remarks>
public static class DerivedRecordId
{
    /// <summary>The first of the nodes that are set aside for them.</summary>
    public const int FirstNode = 256;

    /// <summary>The last of them.</summary>
    public const int LastNode = 511;

    private const int TimeBits = 36;
    private const int NodeBits = 8;
    private const int TimeShift = RecordId.NodeShift + 10;

    /// <summary>Whether an id was derived.</summary>
    public static bool IsDerived(RecordId id) =>
        id.Node is >= FirstNode and <= LastNode && id.Value >> TimeShift < 1L << TimeBits;

    /// <summary>The id of what these bytes name.</summary>
    public static RecordId Of(ReadOnlySpan<byte> identity)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(identity, hash);
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        var sequence = (long)(bits & ((1UL << RecordId.NodeShift) - 1));
        var node = FirstNode + (long)((bits >> RecordId.NodeShift) & ((1UL << NodeBits) - 1));
        var time = (long)((bits >> (RecordId.NodeShift + NodeBits)) & ((1UL << TimeBits) - 1));
        return new RecordId((time << TimeShift) | (node << RecordId.NodeShift) | sequence);
    }
}
