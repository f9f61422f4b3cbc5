using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>A named set of permissions of a workspace.</summary>
public sealed record Role
{
    /// <summary>1 to 40 lower-case letters, digits and <c>-</c>, beginning with a letter.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for; empty when nobody said.</summary>
    public string Description { get; init; } = "";

    /// <summary>Roles whose permissions it has too.</summary>
    public ImmutableArray<string> Parents { get; init; } = [];

    /// <summary>Its own permissions, without its parents'.</summary>
    public PermissionSet Own { get; init; }

    /// <summary>True for the roles that every workspace has.</summary>
    public bool IsBuiltIn { get; init; }
}
