using Weir.Foundation;

namespace Weir.Identity;

/// <summary>A tenant.</summary>
public sealed record Workspace
{
    /// <summary>Its number.</summary>
    public required WorkspaceId Id { get; init; }

    /// <summary>Its name, for ever: 1 to 40 lower-case letters, digits and <c>-</c>, beginning with a letter.</summary>
    public required string Name { get; init; }

    /// <summary>What people call it; null for its name.</summary>
    public string? Title { get; init; }

    /// <summary>The organisation whose budgets it shares; null for none.</summary>
    public string? Organisation { get; init; }

    /// <summary>Whether it can be used.</summary>
    public required WorkspaceState State { get; init; }

    /// <summary>Whether a person who signed in by a password alone may do nothing but set up a second factor.</summary>
    public bool RequiresSecondFactor { get; init; }

    /// <summary>When it was made; null for the first one of a folder that is older than this.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>Whether a workspace can be used.</summary>
public enum WorkspaceState
{
    /// <summary>It can.</summary>
    Active,

    /// <summary>Its keys and people are turned away until it is resumed.</summary>
    Suspended,

    /// <summary>As suspended, for good: its name stays taken, its records stay.</summary>
    Archived,
}

/// <summary>A workspace to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Organisation">An organisation that there is.</param>
public sealed record NewWorkspace(string Name, string? Title = null, string? Organisation = null);

/// <summary>A change to a workspace; what is null stays.</summary>
/// <param name="Title">Empty for none.</param>
/// <param name="Organisation">Empty for none.</param>
/// <param name="State">From archived there is no way back.</param>
/// <param name="RequiresSecondFactor">Holds for those who are signed in, too.</param>
public sealed record WorkspaceChange(
    string? Title = null,
    string? Organisation = null,
    WorkspaceState? State = null,
    bool? RequiresSecondFactor = null
);

/// <summary>A workspace that was just made.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="AdminKey">Its first key, with every scope.</param>
/// <param name="KeyText">The key's text, told this once.</param>
public sealed record MadeWorkspace(Workspace Workspace, ApiKey AdminKey, string KeyText)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Workspace = ").Append(Workspace).Append(", AdminKey = ").Append(AdminKey);
        return true;
    }
}

/// <summary>Something above workspaces, for budgets that they share.</summary>
/// <param name="Name">Its name: as a workspace's.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Workspaces">The names of the workspaces in it.</param>
public sealed record Organisation(
    string Name,
    DateTimeOffset CreatedAt,
    System.Collections.Immutable.ImmutableArray<string> Workspaces
);
