namespace Weir.Identity.Storage;

/// <summary>The rows of people and service accounts.</summary>
internal static class UserTable
{
    private const string Columns = """
        id AS Id, workspace AS Workspace, name AS Name, folded AS Folded, display AS Display, email AS Email, kind AS Kind,
        state AS State, created_at AS CreatedAt, updated_at AS UpdatedAt
        """;

    public static List<UserRow> All(ControlTransaction transaction) =>
        transaction.Query<UserRow>($"SELECT {Columns} FROM user");

    public static List<UserRoleRow> Roles(ControlTransaction transaction) =>
        transaction.Query<UserRoleRow>("SELECT user AS User, role AS Role FROM user_role ORDER BY role");
}

/// <summary>A row of <c>user</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record UserRow
{
    public const string Active = "active";

    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public required string Name { get; init; }

    public required string Folded { get; init; }

    public string? Display { get; init; }

    public string? Email { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }
}

/// <summary>A row of <c>user_role</c>.</summary>
internal sealed record UserRoleRow
{
    public required string User { get; init; }

    public required string Role { get; init; }
}
