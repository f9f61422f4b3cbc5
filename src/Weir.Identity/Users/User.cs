using System.Collections.Immutable;
using System.Text;

namespace Weir.Identity;

/// <summary>A person or a service account of a workspace.</summary>
public sealed record User
{
    /// <summary><c>usr_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What he signs in with: unique in the workspace, case not counting.</summary>
    public required string Name { get; init; }

    /// <summary>What people call him; null for his name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where to write to; null when it is not known.</summary>
    public string? Email { get; init; }

    /// <summary>A person, or a program.</summary>
    public required UserKind Kind { get; init; }

    /// <summary>Whether he may do anything.</summary>
    public required UserState State { get; init; }

    /// <summary>His roles by name.</summary>
    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>His roles for single things.</summary>
    public ImmutableArray<ResourceGrant> Grants { get; init; } = [];

    /// <summary>Whether a one-time code is asked of him beside the password.</summary>
    public bool HasCodes { get; init; }

    /// <summary>How many passkeys he has.</summary>
    public int Passkeys { get; init; }

    /// <summary>When he was made or invited.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When he last signed in; null for never.</summary>
    public DateTimeOffset? LastSignInAt { get; init; }
}

/// <summary>What a <see cref="User"/> is. Stored by name.</summary>
public enum UserKind
{
    /// <summary>Signs in.</summary>
    Person,

    /// <summary>A program: has keys and cannot sign in.</summary>
    Service,
}

/// <summary>Whether a <see cref="User"/> may do anything. Stored by name.</summary>
public enum UserState
{
    /// <summary>Has not taken the invitation yet.</summary>
    Invited,

    /// <summary>He may.</summary>
    Active,

    /// <summary>He may not, nor may his keys, until he is resumed.</summary>
    Suspended,
}

/// <summary>Somebody to be invited or made.</summary>
public sealed record NewUser
{
    /// <summary>1 to 64 ASCII letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, <c>+</c>, <c>@</c>; not beginning with <c>usr_</c>.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 128 characters without control characters; null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>An address of mail; null for none.</summary>
    public string? Email { get; init; }

    /// <summary>A person is invited, a service account is active at once.</summary>
    public UserKind Kind { get; init; }

    /// <summary>Roles of the workspace that the actor may give.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];
}

/// <summary>A change to a user; what is null stays, what is empty goes.</summary>
/// <param name="DisplayName">As <see cref="NewUser.DisplayName"/>.</param>
/// <param name="Email">As <see cref="NewUser.Email"/>.</param>
/// <param name="Roles">All of them, in the place of those he has.</param>
/// <param name="Grants">All his roles for single things, in the place of those he has: at most 50, all for things of one kind.</param>
public sealed record UserChange(
    string? DisplayName = null,
    string? Email = null,
    ImmutableArray<string>? Roles = null,
    ImmutableArray<ResourceGrant>? Grants = null
);

/// <summary>A user, and the link by which he sets a password. Its <see cref="ToString"/> leaves the token out.</summary>
/// <param name="User">The user.</param>
/// <param name="Token">The link's secret part, told this once; null for a service account.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record InvitedUser(User User, string? Token, DateTimeOffset? ExpiresAt)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("User = ").Append(User).Append(", ExpiresAt = ").Append(ExpiresAt);
        return true;
    }
}
