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
            HasSecondFactor = HasSecondFactor(invited.User),
            CreatedAt = invited.User.CreatedAt,
            LastSignInAt = invited.User.LastSignInAt,
            // After the number sign: a browser sends that part to nobody, so it stands in no log.
            Invitation = invited.Token is null ? null : $"/invitation#{invited.Token}",
            InvitationExpiresAt = invited.ExpiresAt,
        };

    private static bool HasSecondFactor(User user) => user.HasCodes || user.Passkeys > 0;

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
