using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Identity.Users;

/// <summary>What a user must satisfy. Stateless.</summary>
internal static class UserRules
{
    public const int MostRoles = 20;
    private const int MostGrants = 50;
    private const int LongestResource = 256;
    private const int LongestName = 64;
    private const int LongestEmail = 254;

    /// <summary>A name as it is compared.</summary>
    public static string Folded(string name) => name.Trim().ToLowerInvariant();

    /// <summary>The first fault, naming its field; null when there is none.</summary>
    public static string? Fault(NewUser user) =>
        NameFault(user.Name)
        ?? TextFault("displayName", user.DisplayName)
        ?? EmailFault(user.Email)
        ?? (Enum.IsDefined(user.Kind) ? null : "kind: person or service");

    /// <summary>As <see cref="Fault(NewUser)"/>; what is empty goes.</summary>
    public static string? Fault(UserChange change) =>
        (change.DisplayName is "" ? null : TextFault("displayName", change.DisplayName))
        ?? (change.Email is "" ? null : EmailFault(change.Email));

    /// <summary>Why somebody may not be given these roles; null when he may.</summary>
    public static (ChangeOutcome Outcome, string Reason)? RolesFault(
        Actor actor,
        ImmutableArray<string> roles,
        RoleSet known
    )
    {
        if (roles.Length > MostRoles)
        {
            return (ChangeOutcome.Invalid, $"roles: at most {MostRoles}");
        }

        if (roles.FirstOrDefault(role => known.Find(role) is null) is { } missing)
        {
            return (ChangeOutcome.Invalid, $"roles: there is no role '{missing}'");
        }

        var permissions = known.Permissions(roles);
        return actor.MayGive(actor.Workspace == WorkspaceId.Default ? permissions : permissions.OfOneWorkspace())
            ? null
            : (ChangeOutcome.Refused, "roles: nobody can give a role that permits more than he may himself");
    }

    /// <summary>Why somebody may not be given these roles for single things; null when he may.</summary>
    public static (ChangeOutcome Outcome, string Reason)? GrantsFault(
        Actor actor,
        ImmutableArray<ResourceGrant> grants,
        RoleSet known
    )
    {
        if (grants.Length > MostGrants)
        {
            return (ChangeOutcome.Invalid, $"grants: at most {MostGrants}");
        }

        // A question has one filter for each kind, and all must hold: what either of two kinds permits it could not ask.
        if (grants.Select(grant => grant.Kind).Distinct().Count() > 1)
        {
            return (ChangeOutcome.Invalid, "grants: all for teams, all for projects or all for keys");
        }

        foreach (var grant in grants)
        {
            if (grant.Name is not { Length: >= 1 and <= LongestResource } || grant.Name.Any(char.IsControl))
            {
                return (ChangeOutcome.Invalid, $"grants: a name has 1 to {LongestResource} characters");
            }
        }

        return
            RolesFault(actor, [.. grants.Select(grant => grant.Role).Distinct(StringComparer.Ordinal)], known)
                is { } fault
            ? (fault.Outcome, $"grants: {fault.Reason}")
            : null;
    }

    private static string? NameFault(string? name) =>
        name is not { Length: >= 1 and <= LongestName }
        || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+' or '@')
            ? "name: 1 to 64 letters, digits, '.', '_', '-', '+' or '@'"
        : KeyRing.LooksLikeKey(name) || name.StartsWith("usr_", StringComparison.Ordinal)
            ? "name: must not begin with 'wk_' or 'usr_'"
        : null;

    private static string? TextFault(string field, string? text) =>
        text is null || Names.IsText(text) ? null : $"{field}: {Names.TextRule}";

    // A likely address, no more: whether it is one shows when somebody writes to it.
    private static string? EmailFault(string? email) =>
        email is null
        || (
            email.Length <= LongestEmail
            && email.Split('@') is [{ Length: > 0 }, { Length: > 0 }]
            && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';')
        )
            ? null
            : "email: an address such as ada@example.org";
}
