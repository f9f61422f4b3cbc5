using System.Text;
using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>The workspace's people and service accounts, by name.</summary>
public sealed record UserList(IReadOnlyList<UserItem> Items);

/// <summary>A person or a service account.</summary>
public record UserItem
{
    /// <summary><c>usr_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What he signs in with.</summary>
    public required string Name { get; init; }

    /// <summary>What people call him; null for his name.</summary>
    public required string? DisplayName { get; init; }

    /// <summary>His address of mail.</summary>
    public required string? Email { get; init; }

    /// <summary><c>person</c> or <c>service</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>invited</c>, <c>active</c> or <c>suspended</c>.</summary>
    public required string State { get; init; }

    /// <summary>His roles by name.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>His roles for single things.</summary>
    public required IReadOnlyList<GrantItem> Grants { get; init; }

    /// <summary>Whether he signs in with more than a password: one-time codes or a passkey.</summary>
    public required bool HasSecondFactor { get; init; }

    /// <summary>When he was invited or made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When he last signed in; null for never.</summary>
    public required DateTimeOffset? LastSignInAt { get; init; }
}

/// <summary>A role for one thing instead of the whole workspace.</summary>
/// <param name="Role">The role by name.</param>
/// <param name="On"><c>team</c>, <c>project</c> or <c>key</c>.</param>
/// <param name="Name">Which, as requests name it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GrantItem(string Role, string On, string Name);

/// <summary>A user, and the link by which he sets a password, told this once.</summary>
public sealed record InvitedUserItem : UserItem
{
    /// <summary>The link's path on this server, its secret part after the <c>#</c>; null for a service account.</summary>
    public required string? Invitation { get; init; }

    /// <summary>Until when it is good.</summary>
    public required DateTimeOffset? InvitationExpiresAt { get; init; }

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(", InvitationExpiresAt = ").Append(InvitationExpiresAt);
        return true;
    }
}

/// <summary>Somebody to be invited, or a service account to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewUserItem
{
    /// <summary>1 to 64 ASCII letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, <c>+</c>, <c>@</c>; case does not count.</summary>
    public string? Name { get; init; }

    /// <summary>What people call him; null for his name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>His address of mail; null for none.</summary>
    public string? Email { get; init; }

    /// <summary><c>person</c> (as null is) or <c>service</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Roles that permit no more than who asks may; null for none.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
}

/// <summary>A change to a user: what is null stays, what is empty goes.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UserPatch
{
    /// <summary>What people call him.</summary>
    public string? DisplayName { get; init; }

    /// <summary>His address of mail.</summary>
    public string? Email { get; init; }

    /// <summary>All his roles, in the place of those he has.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>All his roles for single things, in the place of those he has: at most 50, all on things of one kind.</summary>
    public IReadOnlyList<GrantItem>? Grants { get; init; }
}

/// <summary>How a user's password is reset.</summary>
/// <param name="DropSecondFactor">Whether one-time codes and passkeys go too; null or false leaves them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UserReset(bool? DropSecondFactor = null);

/// <summary>Who is signed in, the newest first.</summary>
public sealed record AuthSessionList(IReadOnlyList<AuthSessionItem> Items);

/// <summary>Somebody who is signed in, in one browser.</summary>
public sealed record AuthSessionItem
{
    /// <summary><c>ses_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whose.</summary>
    public required string User { get; init; }

    /// <summary><c>password</c>, <c>code</c>, <c>recovery</c> or <c>passkey</c>.</summary>
    public required string Method { get; init; }

    /// <summary>From which network address; null where it is not known.</summary>
    public required string? Address { get; init; }

    /// <summary>What the browser calls itself.</summary>
    public required string? Agent { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When it ends, whatever happens.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Whether it is the one that asks.</summary>
    public required bool IsThis { get; init; }
}
