namespace Weir.Identity;

/// <summary>A role that somebody has for one thing instead of the whole workspace.</summary>
/// <param name="Role">The role by name.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">Which, as requests name it; 1 to 256 characters.</param>
public sealed record ResourceGrant(string Role, ResourceKind Kind, string Name);

/// <summary>What a role can be given for. Stored by name.</summary>
public enum ResourceKind
{
    /// <summary>What a team used.</summary>
    Team,

    /// <summary>What was used for a project.</summary>
    Project,

    /// <summary>What a key used.</summary>
    Key,
}

/// <summary>What somebody may do with one thing.</summary>
/// <param name="Permissions">What his role for it permits.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">Which.</param>
public sealed record GrantedResource(PermissionSet Permissions, ResourceKind Kind, string Name);
