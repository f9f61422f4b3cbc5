using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Keys;

/// <summary>From the key ring's own types to the public API's.</summary>
internal static class KeyShapes
{
    /// <summary>A key without its text.</summary>
    public static KeyItem Item(ApiKey key, User? owner) =>
        new()
        {
            Id = key.Id,
            Name = key.Name,
            Prefix = key.Prefix,
            Scopes = key.Scopes,
            Owner = key.Owner,
            OwnerName = owner?.Name,
            OwnerState = owner?.State.ToString().ToLowerInvariant(),
            User = key.User,
            Team = key.Team,
            Project = key.Project,
            CreatedAt = key.CreatedAt,
            RotatedAt = key.RotatedAt,
            ExpiresAt = key.ExpiresAt,
            RevokedAt = key.RevokedAt,
            LastUsedAt = key.LastUsedAt,
            Models = key.Models,
            Networks = key.Networks,
            Origins = key.Origins,
        };

    /// <summary>A key with its text.</summary>
    public static KeyWithText WithText(ApiKey key, User? owner, string text) =>
        new()
        {
            Id = key.Id,
            Name = key.Name,
            Prefix = key.Prefix,
            Scopes = key.Scopes,
            Owner = key.Owner,
            OwnerName = owner?.Name,
            OwnerState = owner?.State.ToString().ToLowerInvariant(),
            User = key.User,
            Team = key.Team,
            Project = key.Project,
            CreatedAt = key.CreatedAt,
            RotatedAt = key.RotatedAt,
            ExpiresAt = key.ExpiresAt,
            RevokedAt = key.RevokedAt,
            LastUsedAt = key.LastUsedAt,
            Models = key.Models,
            Networks = key.Networks,
            Origins = key.Origins,
            Text = text,
        };
}
