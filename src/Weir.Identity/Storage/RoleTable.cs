namespace Weir.Identity.Storage;

/// <summary>The rows of workspaces' own roles.</summary>
internal static class RoleTable
{
    private const string Columns =
        "workspace AS Workspace, name AS Name, description AS Description, parents AS Parents, permissions AS Permissions";

    public static List<RoleRow> All(ControlTransaction transaction) =>
        transaction.Query<RoleRow>($"SELECT {Columns} FROM role");

    public static void Upsert(ControlTransaction transaction, RoleRow row) =>
        transaction.Execute(
            """
            INSERT INTO role (workspace, name, description, parents, permissions, created_at, updated_at)
            VALUES (@Workspace, @Name, @Description, @Parents, @Permissions, @Now, @Now)
            ON CONFLICT (workspace, name) DO UPDATE SET description = excluded.description, parents = excluded.parents,
                permissions = excluded.permissions, updated_at = excluded.updated_at
            """,
            new
            {
                row.Workspace,
                row.Name,
                row.Description,
                row.Parents,
                row.Permissions,
                transaction.Now,
            }
        );

    public static void Delete(ControlTransaction transaction, string name) =>
        transaction.Execute(
            "DELETE FROM role WHERE workspace = @Id AND name = @name",
            new { Id = transaction.Actor.Workspace.Value, name }
        );

    /// <summary>The names of the people of the actor's workspace who have a role, if only for one thing.</summary>
    public static List<string> Holders(ControlTransaction transaction, string role) =>
        transaction.Query<string>(
            """
            SELECT name FROM user WHERE id IN (
                SELECT user FROM user_role WHERE workspace = @Id AND role = @role
                UNION SELECT user FROM user_grant WHERE workspace = @Id AND role = @role
            ) ORDER BY name
            """,
            new { Id = transaction.Actor.Workspace.Value, role }
        );
}

/// <summary>A row of <c>role</c>.</summary>
internal sealed record RoleRow
{
    public required long Workspace { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string Parents { get; init; }

    public required string Permissions { get; init; }

    public Role ToRole() =>
        new()
        {
            Name = Name,
            Description = Description,
            Parents = NameList.Read(Parents),
            // A permission that this version does not know permits nothing.
            Own = PermissionSet.Of([
                .. NameList
                    .Read(Permissions)
                    .Select(PermissionTable.Find)
                    .Where(permission => permission is not null)
                    .Select(permission => permission!.Value),
            ]),
        };
}
