using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Users;

/// <summary>Makes the API's shapes of users.</summary>
internal static class UserShapes
{
    /// <summary>A user.</summary>
    public static UserItem Item(User user) =>
        new()
        {
            Id = user.Id,
            Name = user.Name,
            DisplayName = user.DisplayName,
            Email = user.Email,
            Kind = Word(user.Kind),
            State = Word(user.State),
            Roles = user.Roles,
            Grants = Items(user),
            HasSecondFactor = HasSecondFactor(user),
            CreatedAt = user.CreatedAt,
            LastSignInAt = user.LastSignInAt,
        };

    /// <summary>A user with his link.</summary>
    public static InvitedUserItem WithLink(InvitedUser invited) =>
        new()
        {
            Id = invited.User.Id,
            Name = invited.User.Name,
            DisplayName = invited.User.DisplayName,
            Email = invited.User.Email,
            Kind = Word(invited.User.Kind),
            State = Word(invited.User.State),
            Roles = invited.User.Roles,
            Grants = Items(invited.User),
            HasSecondFactor = HasSecondFactor(invited.User),
            CreatedAt = invited.User.CreatedAt,
            LastSignInAt = invited.User.LastSignInAt,
            // After the number sign: a browser sends that part to nobody, so it stands in no log.
            Invitation = invited.Token is null ? null : $"/invitation#{invited.Token}",
            InvitationExpiresAt = invited.ExpiresAt,
        };

    /// <summary>Grants as they were sent; null, and a fault, when one cannot be one.</summary>
    public static ImmutableArray<ResourceGrant>? Grants(
        IReadOnlyList<GrantItem>? items,
        Dictionary<string, string> errors
    )
    {
        if (items is null)
        {
            return null;
        }

        var grants = ImmutableArray.CreateBuilder<ResourceGrant>();
        foreach (var item in items)
        {
            if (item is { Role: not null, Name: not null } && Kinds.TryGetValue(item.On ?? "", out var kind))
            {
                grants.Add(new ResourceGrant(item.Role, kind, item.Name));
            }
            else
            {
                errors["grants"] = "each has a role, on: team, project or key, and a name";
            }
        }

        return grants.ToImmutable();
    }

    private static readonly FrozenDictionary<string, ResourceKind> Kinds = Enum.GetValues<ResourceKind>()
        .ToFrozenDictionary(Word, StringComparer.Ordinal);

    private static IReadOnlyList<GrantItem> Items(User user) =>
        [.. user.Grants.Select(grant => new GrantItem(grant.Role, Word(grant.Kind), grant.Name))];

    private static bool HasSecondFactor(User user) => user.HasCodes || user.Passkeys > 0;

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
