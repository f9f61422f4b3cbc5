using System.Collections.Frozen;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Keys;

/// <summary>From the key ring's own types to the public API's.</summary>
internal static class KeyShapes
{
    /// <summary>The scopes by name.</summary>
    public static FrozenDictionary<string, KeyScopes> Scopes { get; } =
        new Dictionary<string, KeyScopes>(StringComparer.Ordinal)
        {
            ["gateway"] = KeyScopes.Gateway,
            ["read"] = KeyScopes.Read,
            ["admin"] = KeyScopes.Admin,
            ["ingest"] = KeyScopes.Ingest,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A key without its text.</summary>
    public static KeyItem Item(ApiKey key) =>
        new()
        {
            Id = key.Id,
            Name = key.Name,
            Prefix = key.Prefix,
            Scopes = Words(key.Scopes),
            User = key.User,
            Team = key.Team,
            Project = key.Project,
            CreatedAt = key.CreatedAt,
            RotatedAt = key.RotatedAt,
            ExpiresAt = key.ExpiresAt,
            RevokedAt = key.RevokedAt,
        };

    /// <summary>A key with its text.</summary>
    public static KeyWithText WithText(ApiKey key, string text) =>
        new()
        {
            Id = key.Id,
            Name = key.Name,
            Prefix = key.Prefix,
            Scopes = Words(key.Scopes),
            User = key.User,
            Team = key.Team,
            Project = key.Project,
            CreatedAt = key.CreatedAt,
            RotatedAt = key.RotatedAt,
            ExpiresAt = key.ExpiresAt,
            RevokedAt = key.RevokedAt,
            Text = text,
        };

    private static string[] Words(KeyScopes scopes) =>
        [.. Scopes.Where(pair => scopes.HasFlag(pair.Value)).OrderBy(pair => pair.Value).Select(pair => pair.Key)];
}
