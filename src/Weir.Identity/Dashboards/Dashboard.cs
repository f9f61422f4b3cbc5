using Weir.Foundation;

namespace Weir.Identity;

/// <summary>What somebody laid out to look at. Immutable.</summary>
public sealed record Dashboard
{
    /// <summary><c>dsh_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whose people may see it, when it is shared.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The id of the person whose it is; null for nobody's, which is always shared.</summary>
    public required string? Owner { get; init; }

    /// <summary>What the owner is called; null with <see cref="Owner"/>.</summary>
    public required string? OwnerName { get; init; }

    /// <summary>What it shows.</summary>
    public required DashboardDraft Draft { get; init; }

    /// <summary>Rises by one with each change, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A dashboard as it is to be.</summary>
/// <param name="Title">A text for people.</param>
/// <param name="IsShared">Whether everybody who sees the workspace's figures sees it.</param>
/// <param name="Body">Its parts, as JSON that the caller has checked.</param>
public sealed record DashboardDraft(string Title, bool IsShared, string Body);
