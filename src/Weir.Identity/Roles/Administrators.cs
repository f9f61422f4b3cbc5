using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>Keeps a workspace from locking everybody out.</summary>
internal static class Administrators
{
    /// <summary>
    /// Whether somebody would be left who may everything for good: an active person with the role admin, or a key with the scope
    /// admin that never expires, of nobody's or of such a person.
    /// </summary>
    /// <param name="transaction">What is stored.</param>
    /// <param name="snapshot">Who there is, before the change.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="withoutKey">The id of a key that is to end.</param>
    /// <param name="withoutUser">The id of a person who is to lose the role, or go.</param>
    public static bool WouldRemain(
        ControlTransaction transaction,
        IdentitySnapshot snapshot,
        WorkspaceId workspace,
        string? withoutKey = null,
        string? withoutUser = null
    )
    {
        var people = snapshot
            .Members.Values.Where(member =>
                member.Workspace == workspace
                && member.IsActive
                && member.Id != withoutUser
                && member.Roles.Contains(BuiltInRoles.Admin)
            )
            .Select(member => member.Id)
            .ToHashSet(StringComparer.Ordinal);
        return people.Count > 0
            || KeyTable
                .Unrevoked(transaction, workspace)
                .Exists(key =>
                    key.Id != withoutKey
                    && key.IsAdmin
                    && key.ExpiresAt is null
                    && key.IsLiving(transaction.Now)
                    && (key.Owner is null || people.Contains(key.Owner))
                );
    }
}
