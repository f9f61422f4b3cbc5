using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Weir.Identity.Storage;

/// <summary>A row of <c>api_key</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record KeyRow
{
    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public required string Name { get; init; }

    public required string Prefix { get; init; }

    public required string Scopes { get; init; }

    public string? Owner { get; init; }

    public string? User { get; init; }

    public string? Team { get; init; }

    public string? Project { get; init; }

    public string? Models { get; init; }

    public string? Networks { get; init; }

    public string? Origins { get; init; }

    public required long CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public long? RotatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    public long? RevokedAt { get; init; }

    public long? LastUsedAt { get; init; }

    public bool IsAdmin => NameList.Read(Scopes).Contains(KeyScopes.Admin, StringComparer.Ordinal);

    public bool IsLiving(long now) => RevokedAt is null && (ExpiresAt ?? long.MaxValue) > now;

    public ApiKey ToKey() =>
        new()
        {
            Id = Id,
            Name = Name,
            Prefix = Prefix,
            Scopes = NameList.Read(Scopes),
            Owner = Owner,
            User = User,
            Team = Team,
            Project = Project,
            Models = NameList.Read(Models),
            Networks = NameList.Read(Networks),
            Origins = NameList.Read(Origins),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            CreatedBy = CreatedBy,
            RotatedAt = Time(RotatedAt),
            ExpiresAt = Time(ExpiresAt),
            RevokedAt = Time(RevokedAt),
            LastUsedAt = Time(LastUsedAt),
        };

    private static DateTimeOffset? Time(long? ms) =>
        ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}

/// <summary>A list of names in one column: JSON; NULL for none.</summary>
internal static class NameList
{
    public static string Write(IEnumerable<string> names)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var name in names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    public static string? WriteOrNull(ImmutableArray<string> names) => names.IsDefaultOrEmpty ? null : Write(names);

    public static ImmutableArray<string> Read(string? column)
    {
        if (column is null)
        {
            return [];
        }

        using var json = JsonDocument.Parse(column);
        return [.. json.RootElement.EnumerateArray().Select(name => name.GetString()!)];
    }
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
