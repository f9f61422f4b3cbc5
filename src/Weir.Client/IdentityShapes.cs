using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>The workspaces of the instance, by number.</summary>
public sealed record WorkspaceList(IReadOnlyList<WorkspaceItem> Items);

/// <summary>A workspace: a tenant, who sees nothing of any other.</summary>
public record WorkspaceItem
{
    /// <summary>What it is called, unique on the server and for ever.</summary>
    public required string Name { get; init; }

    /// <summary>What people call it; null for its name.</summary>
    public required string? Title { get; init; }

    /// <summary>The organisation whose budgets it shares; null for none.</summary>
    public required string? Organisation { get; init; }

    /// <summary><c>active</c>, <c>suspended</c> or <c>archived</c>.</summary>
    public required string State { get; init; }

    /// <summary>When it was made; null for the first one of an old data folder.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Whether its people sign in with a second factor, or set one up before anything else.</summary>
    public required bool RequiresSecondFactor { get; init; }
}

/// <summary>A workspace that was just made, with its first key, which is shown this once.</summary>
public sealed record WorkspaceWithKey : WorkspaceItem
{
    /// <summary>The key, with every scope in the workspace.</summary>
    public required KeyWithText AdminKey { get; init; }
}

/// <summary>A workspace to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewWorkspaceItem
{
    /// <summary>1 to 40 lower-case letters, digits and <c>-</c>, beginning with a letter.</summary>
    public string? Name { get; init; }

    /// <summary>What people call it.</summary>
    public string? Title { get; init; }

    /// <summary>An organisation that there is.</summary>
    public string? Organisation { get; init; }
}

/// <summary>A change to a workspace; what is null stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WorkspacePatch
{
    /// <summary>What people call it; empty for its name.</summary>
    public string? Title { get; init; }

    /// <summary>The organisation above it; empty for none.</summary>
    public string? Organisation { get; init; }

    /// <summary><c>active</c> or <c>suspended</c>.</summary>
    public string? State { get; init; }

    /// <summary>Whether its people must sign in with a second factor; keys are not affected.</summary>
    public bool? RequiresSecondFactor { get; init; }
}

/// <summary>The organisations, by name.</summary>
public sealed record OrganisationList(IReadOnlyList<OrganisationItem> Items);

/// <summary>Something above workspaces, for budgets that they share.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Workspaces">The names of the workspaces in it.</param>
public sealed record OrganisationItem(string Name, DateTimeOffset CreatedAt, IReadOnlyList<string> Workspaces);

/// <summary>An organisation to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewOrganisation(string? Name);

/// <summary>The workspace's teams, by name.</summary>
public sealed record TeamList(IReadOnlyList<TeamItem> Items);

/// <summary>People who work together, for figures and budgets.</summary>
public sealed record TeamItem
{
    /// <summary><c>tem_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called, unique in the workspace.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for; null when nobody said.</summary>
    public required string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The names of the people in it.</summary>
    public required IReadOnlyList<string> Members { get; init; }
}

/// <summary>A team to be made or changed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TeamText
{
    /// <summary>1 to 128 characters; null in a change for the one it has.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for; empty for nothing, null in a change for what it has.</summary>
    public string? Description { get; init; }
}

/// <summary>Every permission that there is.</summary>
public sealed record PermissionList(IReadOnlyList<PermissionItem> Items);

/// <summary>A permission.</summary>
/// <param name="Name">As <c>config:read</c>.</param>
/// <param name="Meaning">What it lets somebody do, as the end of "may …".</param>
/// <param name="Includes">The permissions that come with it.</param>
/// <param name="Instance">True for what concerns the whole instance, which only the workspace <c>default</c> can give.</param>
public sealed record PermissionItem(string Name, string Meaning, IReadOnlyList<string> Includes, bool Instance);

/// <summary>The workspace's roles, the built-in ones first.</summary>
public sealed record RoleList(IReadOnlyList<RoleItem> Items);

/// <summary>A named set of permissions.</summary>
public sealed record RoleItem
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required string Description { get; init; }

    /// <summary>True for the roles that every workspace has and nobody can change.</summary>
    public required bool BuiltIn { get; init; }

    /// <summary>Roles whose permissions it has too.</summary>
    public required IReadOnlyList<string> Parents { get; init; }

    /// <summary>All that it permits, its parents' permissions included.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }
}

/// <summary>A role to be made or changed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RoleText
{
    /// <summary>1 to 40 lower-case letters, digits and <c>-</c>, beginning with a letter; in a change the one in the path.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Roles whose permissions it has too.</summary>
    public IReadOnlyList<string>? Parents { get; init; }

    /// <summary>Its own permissions.</summary>
    public IReadOnlyList<string>? Permissions { get; init; }
}

/// <summary>A page of the audit trail, newest first.</summary>
/// <param name="Items">The entries.</param>
/// <param name="Next">What <c>cursor</c> must be for the next page; null on the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditItem> Items, string? Next);

/// <summary>One line of the audit trail: who did what to what, when and from where.</summary>
public sealed record AuditItem
{
    /// <summary>From 1, without gaps, within the workspace.</summary>
    public required long Seq { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>key</c>, <c>user</c>, <c>system</c> or <c>local</c> (a command on the data folder).</summary>
    public required string ActorKind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a local command.</summary>
    public required string? ActorId { get; init; }

    /// <summary>What he was called.</summary>
    public required string Actor { get; init; }

    /// <summary>The network address that he spoke from; null where there was none.</summary>
    public required string? Address { get; init; }

    /// <summary>What was done, as <c>key.create</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what, as <c>key:key_…</c>.</summary>
    public required string Target { get; init; }

    /// <summary>What it was like before, secrets masked; null when there was none.</summary>
    public required JsonElement? Before { get; init; }

    /// <summary>What it is like after; null when there is none any more.</summary>
    public required JsonElement? After { get; init; }

    /// <summary>SHA-256 over the entry before it and this one (docs/formats/audit.md), in hexadecimal digits.</summary>
    public required string Hash { get; init; }
}

/// <summary>What looking at the whole trail came to.</summary>
/// <param name="Sound">Whether nothing is wrong.</param>
/// <param name="Entries">How many entries were looked at.</param>
/// <param name="Faults">What is wrong, for a person; at most 100 are told.</param>
/// <param name="PublicKey">What the ends of trails are signed with, as PEM.</param>
public sealed record AuditVerification(bool Sound, long Entries, IReadOnlyList<string> Faults, string PublicKey);
