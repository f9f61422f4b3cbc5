using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;

namespace Weir.Identity;

/// <summary>One line of the audit trail: who did what to what, when and from where.</summary>
public sealed record AuditEntry
{
    /// <summary>The trail that it belongs to.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From 1, without gaps, within the workspace.</summary>
    public required long Seq { get; init; }

    /// <summary>When, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What he was: <c>key</c>, <c>user</c>, <c>system</c> or <c>local</c>.</summary>
    public required string ActorKind { get; init; }

    /// <summary>His key's or his own id; null for the system and for a command on the data folder.</summary>
    public string? ActorId { get; init; }

    /// <summary>What he was called.</summary>
    public required string ActorName { get; init; }

    /// <summary>The network address that he spoke from; null where there was none.</summary>
    public string? Address { get; init; }

    /// <summary>What was done, as <c>key.create</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what, as <c>key:key_…</c>.</summary>
    public required string Target { get; init; }

    /// <summary>What it was like before, a JSON object with secrets masked; null when there was none.</summary>
    public string? Before { get; init; }

    /// <summary>What it is like after; null when there is none any more.</summary>
    public string? After { get; init; }

    /// <summary>SHA-256 over the hash of the entry before it and all fields above, 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>
    /// The hash that the entry ought to have: SHA-256 of the previous hash (32 bytes; zeros before the first), then each field
    /// as its UTF-8 bytes behind their number (4 bytes, big-endian; FFFFFFFF for null), in the order <c>weir-audit-1</c>,
    /// workspace, seq, at (milliseconds since 1970), actor kind, id, name, address, action, target, before, after; numbers in
    /// decimal.
    /// </summary>
    internal byte[] ComputeHash(ReadOnlySpan<byte> previous)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(previous);
        Append(sha, "weir-audit-1");
        Append(sha, Workspace.ToString());
        Append(sha, Seq.ToString(CultureInfo.InvariantCulture));
        Append(sha, At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Append(sha, ActorKind);
        Append(sha, ActorId);
        Append(sha, ActorName);
        Append(sha, Address);
        Append(sha, Action);
        Append(sha, Target);
        Append(sha, Before);
        Append(sha, After);
        return sha.GetHashAndReset();
    }

    private static void Append(IncrementalHash sha, string? field)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = field is null ? [] : Encoding.UTF8.GetBytes(field);
        BinaryPrimitives.WriteUInt32BigEndian(length, field is null ? uint.MaxValue : (uint)bytes.Length);
        sha.AppendData(length);
        sha.AppendData(bytes);
    }
}
