using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>The roles of workspaces: the built-in ones and each workspace's own. Thread-safe.</summary>
public sealed class RoleBook
{
    private const int MostRoles = 200;

    private readonly ControlDb database;

    internal RoleBook(ControlDb database) => this.database = database;

    /// <summary>The workspace's roles, the built-in ones first.</summary>
    public ImmutableArray<Role> List(WorkspaceId workspace) => database.Snapshot.RolesOf(workspace).All;

    /// <summary>What a role permits in a workspace, its parents' permissions included; null when there is none of that name.</summary>
    public PermissionSet? Permits(WorkspaceId workspace, string role)
    {
        var roles = database.Snapshot.RolesOf(workspace);
        if (roles.Find(role) is null)
        {
            return null;
        }

        var permissions = roles.Permissions([role]);
        return workspace == WorkspaceId.Default ? permissions : permissions.OfOneWorkspace();
    }

    /// <summary>Makes a role of the actor's workspace, or changes one. The built-in ones cannot be changed.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="role">The role as it is to be.</param>
    /// <param name="mustBeNew">Whether one of that name must not be there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Change<Role>> SetAsync(Actor actor, Role role, bool mustBeNew, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var roles = database.Snapshot.RolesOf(actor.Workspace);
                var known = roles.Find(role.Name);
                if (Fault(role, roles) is { } fault)
                {
                    return Change.Failed<Role>(ChangeOutcome.Invalid, fault);
                }

                if (known is { IsBuiltIn: true })
                {
                    return Change.Failed<Role>(
                        mustBeNew ? ChangeOutcome.Taken : ChangeOutcome.Refused,
                        $"name: '{role.Name}' is built in and cannot be changed; make another that inherits from it"
                    );
                }

                if (known is not null && mustBeNew)
                {
                    return Change.Failed<Role>(ChangeOutcome.Taken, $"name: a role is called '{role.Name}' already");
                }

                if (known is null && !mustBeNew)
                {
                    return Change.Failed<Role>(ChangeOutcome.NotFound, "there is no role of that name");
                }

                if (roles.All.Length >= MostRoles && known is null)
                {
                    return Change.Failed<Role>(ChangeOutcome.Refused, $"a workspace has at most {MostRoles} roles");
                }

                if (!actor.MayGive(role.Own.Or(roles.Permissions(role.Parents))))
                {
                    return Change.Failed<Role>(ChangeOutcome.Refused, "the role would permit more than you may");
                }

                RoleTable.Upsert(
                    transaction,
                    new RoleRow
                    {
                        Workspace = actor.Workspace.Value,
                        Name = role.Name,
                        Description = role.Description,
                        Parents = NameList.Write(role.Parents),
                        Permissions = NameList.Write(role.Own.Names()),
                    }
                );
                transaction.Audit(
                    known is null ? "role.create" : "role.change",
                    $"role:{role.Name}",
                    known is null ? null : Describe(known),
                    Describe(role)
                );
                return Change.Done(role with { IsBuiltIn = false });
            },
            cancellationToken
        );

    /// <summary>Removes a role that nobody has and no other inherits from.</summary>
    public Task<Change<Role>> RemoveAsync(Actor actor, string name, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var roles = database.Snapshot.RolesOf(actor.Workspace);
                if (roles.Find(name) is not { } known)
                {
                    return Change.Failed<Role>(ChangeOutcome.NotFound, "there is no role of that name");
                }

                if (known.IsBuiltIn)
                {
                    return Change.Failed<Role>(ChangeOutcome.Refused, "the role is built in");
                }

                var holders = RoleTable.Holders(transaction, name);
                var heirs = roles.All.Where(role => role.Parents.Contains(name)).Select(role => role.Name).ToList();
                if (holders.Count + heirs.Count > 0)
                {
                    return Change.Failed<Role>(
                        ChangeOutcome.Refused,
                        $"the role is still used, by {string.Join(", ", holders.Concat(heirs).Take(10))}"
                    );
                }

                RoleTable.Delete(transaction, name);
                transaction.Audit("role.remove", $"role:{name}", Describe(known));
                return Change.Done(known);
            },
            cancellationToken
        );

    private static string? Fault(Role role, RoleSet roles) =>
        !Names.IsName(role.Name) ? $"name: {Names.NameRule}"
        : role.Description.Length > 0 && !Names.IsText(role.Description) ? $"description: {Names.TextRule}"
        : role.Parents.FirstOrDefault(parent => roles.Find(parent) is null) is { } missing
            ? $"parents: there is no role '{missing}'"
        : roles.MakesCircle(role.Name, role.Parents) ? "parents: the role would inherit from itself"
        : role.Own.IsEmpty && role.Parents.IsEmpty ? "permissions: name at least one, or a parent"
        : null;

    private static string Describe(Role role) =>
        AuditValue.Of(("description", role.Description), ("parents", role.Parents), ("permissions", role.Own.Names()));
}
