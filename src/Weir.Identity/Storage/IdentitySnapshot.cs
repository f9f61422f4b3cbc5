using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>
/// Workspaces, roles, people and the texts of keys at one moment. A text is found by the first half of its hash, then compared
/// whole in fixed time. Immutable, thread-safe; verification allocates nothing.
/// </summary>
internal sealed class IdentitySnapshot
{
    public required FrozenDictionary<UInt128, KeyEntry> Keys { get; init; }

    public required FrozenDictionary<string, Member> Members { get; init; }

    public required FrozenDictionary<int, RoleSet> Roles { get; init; }

    /// <summary>By number.</summary>
    public required ImmutableArray<Workspace> Workspaces { get; init; }

    /// <summary>By name.</summary>
    public required ImmutableArray<Organisation> Organisations { get; init; }

    /// <summary>The workspace of a number; null when there is none.</summary>
    public Workspace? Workspace(WorkspaceId id)
    {
        foreach (var workspace in Workspaces)
        {
            if (workspace.Id == id)
            {
                return workspace;
            }
        }

        return null;
    }

    /// <summary>The roles of a workspace.</summary>
    public RoleSet RolesOf(WorkspaceId workspace) => Roles.GetValueOrDefault(workspace.Value, RoleSet.BuiltIn);

    public bool TryVerify(ReadOnlySpan<byte> hash, long nowMs, [NotNullWhen(true)] out Principal? principal)
    {
        principal = null;
        if (
            !Keys.TryGetValue(Half(hash), out var entry)
            || !CryptographicOperations.FixedTimeEquals(hash, entry.Hash)
            || nowMs >= entry.EndsAtMs
        )
        {
            return false;
        }

        entry.Use.Note(nowMs);
        principal = entry.Principal;
        return true;
    }

    public static UInt128 Half(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);
}

/// <summary>A text of a key that opens a door.</summary>
internal sealed record KeyEntry(byte[] Hash, long EndsAtMs, Principal Principal, KeyUse Use)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Principal = ").Append(Principal);
        return true;
    }
}

/// <summary>When a key was last let in; the same object through all snapshots. Thread-safe.</summary>
internal sealed class KeyUse
{
    private const long Coarse = 1000;
    private long last;

    /// <summary>Milliseconds since 1970; 0 for not since the start.</summary>
    public long Last => Volatile.Read(ref last);

    /// <summary>What was stored of it.</summary>
    public long Stored { get; set; }

    // Once a second at most: a line of the cache that every request writes would go from core to core.
    public void Note(long nowMs)
    {
        if (nowMs - Volatile.Read(ref last) >= Coarse)
        {
            Volatile.Write(ref last, nowMs);
        }
    }
}

/// <summary>A person or a service account of a workspace.</summary>
/// <param name="Id">His id.</param>
/// <param name="Workspace">His workspace.</param>
/// <param name="Name">What he signs in with.</param>
/// <param name="IsActive">Whether he may do anything at all.</param>
/// <param name="Roles">His roles by name.</param>
/// <param name="Permissions">What they permit, as far as the workspace can.</param>
/// <param name="Grants">What he may do with single things beside.</param>
/// <param name="NeedsSecondFactor">Whether his workspace takes no password alone.</param>
internal sealed record Member(
    string Id,
    WorkspaceId Workspace,
    string Name,
    bool IsActive,
    ImmutableArray<string> Roles,
    PermissionSet Permissions,
    ImmutableArray<GrantedResource> Grants,
    bool NeedsSecondFactor
);
