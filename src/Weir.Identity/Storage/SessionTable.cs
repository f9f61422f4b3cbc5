using System.Text;

namespace Weir.Identity.Storage;

/// <summary>The rows of sessions.</summary>
internal static class SessionTable
{
    private const string Columns = """
        id AS Id, workspace AS Workspace, user AS User, token AS Token, method AS Method, address AS Address,
        agent AS Agent, created_at AS CreatedAt, seen_at AS SeenAt
        """;

    public static List<SessionRow> All(ControlTransaction transaction) =>
        transaction.Query<SessionRow>($"SELECT {Columns} FROM auth_session");

    public static List<SessionRow> Of(ControlTransaction transaction, string user) =>
        transaction.Query<SessionRow>(
            $"SELECT {Columns} FROM auth_session WHERE user = @user ORDER BY created_at, id",
            new { user }
        );

    public static void Insert(ControlTransaction transaction, SessionRow row) =>
        transaction.Execute(
            """
            INSERT INTO auth_session (id, workspace, user, token, method, address, agent, created_at, seen_at)
            VALUES (@Id, @Workspace, @User, @Token, @Method, @Address, @Agent, @CreatedAt, @SeenAt)
            """,
            row
        );

    public static int Rotate(ControlTransaction transaction, SessionRow row) =>
        transaction.Execute("UPDATE auth_session SET token = @Token, method = @Method WHERE id = @Id", row);

    public static void Saw(ControlTransaction transaction, string id, long seenAt) =>
        transaction.Execute(
            "UPDATE auth_session SET seen_at = max(seen_at, @seenAt) WHERE id = @id",
            new { id, seenAt }
        );

    public static int Delete(ControlTransaction transaction, string id) =>
        transaction.Execute("DELETE FROM auth_session WHERE id = @id", new { id });

    /// <summary>Ends a person's sessions but one; how many.</summary>
    public static int DeleteOf(ControlTransaction transaction, string user, string? but = null) =>
        transaction.Execute(
            "DELETE FROM auth_session WHERE user = @user AND (@but IS NULL OR id <> @but)",
            new { user, but }
        );
}

/// <summary>A row of <c>auth_session</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record SessionRow
{
    /// <summary>The method of who showed a password and nothing else.</summary>
    public const string ByPassword = "password";

    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public required string User { get; init; }

    public required byte[] Token { get; init; }

    public required string Method { get; init; }

    public string? Address { get; init; }

    public string? Agent { get; init; }

    public required long CreatedAt { get; init; }

    public required long SeenAt { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id).Append(", User = ").Append(User);
        return true;
    }
}
