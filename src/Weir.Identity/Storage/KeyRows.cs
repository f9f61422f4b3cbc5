using System.Text;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>A row of <c>api_key</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record KeyRow
{
    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public required string Name { get; init; }

    public required string Prefix { get; init; }

    public required long Scopes { get; init; }

    public string? User { get; init; }

    public string? Team { get; init; }

    public string? Project { get; init; }

    public required long CreatedAt { get; init; }

    public long? RotatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    public long? RevokedAt { get; init; }

    public bool IsAdmin => ((KeyScopes)Scopes).HasFlag(KeyScopes.Admin);

    public bool IsLiving(long now) => RevokedAt is null && (ExpiresAt ?? long.MaxValue) > now;

    public ApiKey ToKey() =>
        new()
        {
            Id = Id,
            Name = Name,
            Prefix = Prefix,
            Scopes = (KeyScopes)Scopes,
            User = User,
            Team = Team,
            Project = Project,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            RotatedAt = Time(RotatedAt),
            ExpiresAt = Time(ExpiresAt),
            RevokedAt = Time(RevokedAt),
        };

    public Principal ToPrincipal() =>
        new()
        {
            Workspace = new WorkspaceId((int)Workspace),
            KeyId = Id,
            KeyName = Name,
            Scopes = (KeyScopes)Scopes,
            User = User,
            Team = Team,
            Project = Project,
        };

    private static DateTimeOffset? Time(long? ms) =>
        ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}

/// <summary>A row of <c>api_key_text</c>.</summary>
internal sealed record TextRow
{
    public required byte[] Hash { get; init; }

    public required string Key { get; init; }

    public long? EndsAt { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Key = ").Append(Key).Append(", EndsAt = ").Append(EndsAt);
        return true;
    }
}

/// <summary>A text that opens a door until it ends or its key does.</summary>
internal readonly record struct LivingText(KeyRow Key, byte[] Hash, long? EndsAt)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Key = ").Append(Key).Append(", EndsAt = ").Append(EndsAt);
        return true;
    }
}
