using System.Collections.Immutable;
using System.Text.Json;

namespace Weir.Identity.Storage;

/// <summary>The roles that people have for single things.</summary>
internal static class GrantTable
{
    public static List<GrantRow> All(ControlTransaction transaction) =>
        transaction.Query<GrantRow>($"SELECT {GrantRow.Columns} FROM user_grant ORDER BY kind, name, role");

    public static List<GrantRow> Of(ControlTransaction transaction, string user) =>
        transaction.Query<GrantRow>(
            $"SELECT {GrantRow.Columns} FROM user_grant WHERE user = @user ORDER BY kind, name, role",
            new { user }
        );

    public static void Set(ControlTransaction transaction, UserRow user, IEnumerable<ResourceGrant> grants)
    {
        transaction.Execute("DELETE FROM user_grant WHERE user = @Id", user);
        foreach (var grant in grants.Distinct())
        {
            transaction.Execute(
                "INSERT INTO user_grant (workspace, user, role, kind, name) VALUES (@Workspace, @Id, @Role, @kind, @Name)",
                new
                {
                    user.Workspace,
                    user.Id,
                    grant.Role,
                    kind = GrantRow.Word(grant.Kind),
                    grant.Name,
                }
            );
        }
    }
}

/// <summary>A row of <c>user_grant</c>.</summary>
internal sealed record GrantRow
{
    public const string Columns = "user AS User, role AS Role, kind AS Kind, name AS Name";

    public required string User { get; init; }

    public required string Role { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Grants as a JSON list of role, kind and name each; none for null.</summary>
    public static ImmutableArray<ResourceGrant> Read(string? json)
    {
        using var list = JsonDocument.Parse(json ?? "[]");
        return
        [
            .. list
                .RootElement.EnumerateArray()
                .Select(item => new ResourceGrant(
                    item[0].GetString()!,
                    Enum.Parse<ResourceKind>(item[1].GetString()!, ignoreCase: true),
                    item[2].GetString()!
                )),
        ];
    }

    public static string Word(ResourceKind kind) => kind.ToString().ToLowerInvariant();

    public ResourceKind ToKind() => Enum.Parse<ResourceKind>(Kind, ignoreCase: true);

    public ResourceGrant ToGrant() => new(Role, ToKind(), Name);
}
