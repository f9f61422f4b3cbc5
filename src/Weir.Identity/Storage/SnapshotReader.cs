using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>Makes the snapshot of what a transaction sees. Stateless.</summary>
internal static class SnapshotReader
{
    public static IdentitySnapshot Read(ControlTransaction transaction, IdentitySnapshot? previous)
    {
        var workspaces = WorkspaceTable.All(transaction).Select(row => row.ToWorkspace()).ToImmutableArray();
        var active = workspaces
            .Where(workspace => workspace.State == WorkspaceState.Active)
            .Select(workspace => workspace.Id)
            .ToHashSet();
        var roles = RoleTable
            .All(transaction)
            .GroupBy(row => (int)row.Workspace)
            .ToFrozenDictionary(rows => rows.Key, rows => new RoleSet(rows.Select(row => row.ToRole())));
        var strict = workspaces
            .Where(workspace => workspace.RequiresSecondFactor)
            .Select(workspace => workspace.Id)
            .ToHashSet();
        var members = Members(transaction, roles, active, strict);
        return new IdentitySnapshot
        {
            Workspaces = workspaces,
            Organisations =
            [
                .. WorkspaceTable
                    .Organisations(transaction)
                    .Select(row => new Organisation(
                        row.Name,
                        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
                        [
                            .. workspaces
                                .Where(workspace => workspace.Organisation == row.Name)
                                .Select(workspace => workspace.Name),
                        ]
                    )),
            ],
            Roles = roles,
            Members = members,
            Keys = Keys(transaction, members, active, previous),
        };
    }

    private static FrozenDictionary<string, Member> Members(
        ControlTransaction transaction,
        FrozenDictionary<int, RoleSet> roles,
        HashSet<WorkspaceId> active,
        HashSet<WorkspaceId> strict
    )
    {
        var given = UserTable
            .Roles(transaction)
            .GroupBy(row => row.User, StringComparer.Ordinal)
            .ToDictionary(
                rows => rows.Key,
                rows => rows.Select(row => row.Role).ToImmutableArray(),
                StringComparer.Ordinal
            );
        var grants = GrantTable.All(transaction).ToLookup(row => row.User, StringComparer.Ordinal);
        return UserTable
            .All(transaction)
            .Select(user =>
            {
                var workspace = new WorkspaceId((int)user.Workspace);
                var own = given.GetValueOrDefault(user.Id, []);
                var isActive = user.State == UserRow.Active && active.Contains(workspace);
                var known = roles.GetValueOrDefault(workspace.Value, RoleSet.BuiltIn);
                var permissions = known.Permissions(own);
                return new Member(
                    user.Id,
                    workspace,
                    user.Name,
                    isActive,
                    own,
                    isActive ? Within(workspace, permissions) : default,
                    isActive
                        ?
                        [
                            .. grants[user.Id]
                                .Select(row => new GrantedResource(
                                    known.Permissions([row.Role]).OfOneWorkspace(),
                                    row.ToKind(),
                                    row.Name
                                )),
                        ]
                        : [],
                    strict.Contains(workspace)
                );
            })
            .ToFrozenDictionary(member => member.Id, StringComparer.Ordinal);
    }

    private static FrozenDictionary<UInt128, KeyEntry> Keys(
        ControlTransaction transaction,
        FrozenDictionary<string, Member> members,
        HashSet<WorkspaceId> active,
        IdentitySnapshot? previous
    )
    {
        var uses = new Dictionary<string, KeyUse>(StringComparer.Ordinal);
        foreach (var entry in previous?.Keys.Values ?? [])
        {
            uses[entry.Principal.KeyId!] = entry.Use;
        }

        var keys = new Dictionary<string, (KeyRow Row, Principal Principal)>(StringComparer.Ordinal);
        foreach (var row in KeyTable.Unrevoked(transaction))
        {
            if (Principal(row, members, active) is { } principal)
            {
                keys.Add(row.Id, (row, principal));
            }
        }

        var byHash = new Dictionary<UInt128, KeyEntry>();
        foreach (var text in KeyTable.LivingTexts(transaction))
        {
            if (keys.TryGetValue(text.Key, out var key))
            {
                if (!uses.TryGetValue(text.Key, out var use))
                {
                    uses[text.Key] = use = new KeyUse();
                }

                var endsAt = Math.Min(text.EndsAt ?? long.MaxValue, key.Row.ExpiresAt ?? long.MaxValue);
                byHash.Add(IdentitySnapshot.Half(text.Hash), new KeyEntry(text.Hash, endsAt, key.Principal, use));
            }
        }

        return byHash.ToFrozenDictionary();
    }

    // Null for a key that opens nothing: its workspace or its owner is not active.
    private static Principal? Principal(
        KeyRow row,
        FrozenDictionary<string, Member> members,
        HashSet<WorkspaceId> active
    )
    {
        var workspace = new WorkspaceId((int)row.Workspace);
        var owner = row.Owner is null ? null : members.GetValueOrDefault(row.Owner);
        if (!active.Contains(workspace) || (row.Owner is not null && owner is not { IsActive: true }))
        {
            return null;
        }

        var permissions = KeyScopes.Of(NameList.Read(row.Scopes));
        return new Principal
        {
            Workspace = workspace,
            KeyId = row.Id,
            KeyName = row.Name,
            Permissions = Within(workspace, owner is null ? permissions : permissions.And(owner.Permissions)),
            Grants = owner is null or { Grants: [] }
                ? []
                :
                [
                    .. owner
                        .Grants.Select(grant => grant with { Permissions = grant.Permissions.And(permissions) })
                        .Where(grant => !grant.Permissions.IsEmpty),
                ],
            OwnerId = row.Owner,
            User = row.User ?? owner?.Name,
            Team = row.Team,
            Project = row.Project,
            Bounds = KeyBounds.Of(NameList.Read(row.Models), NameList.Read(row.Networks), NameList.Read(row.Origins)),
        };
    }

    private static PermissionSet Within(WorkspaceId workspace, PermissionSet permissions) =>
        workspace == WorkspaceId.Default ? permissions : permissions.OfOneWorkspace();
}
