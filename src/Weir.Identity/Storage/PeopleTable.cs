using System.Text;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>Changes to the rows of people, and what hangs on them.</summary>
internal static class PeopleTable
{
    private const string Columns = """
        id AS Id, workspace AS Workspace, name AS Name, folded AS Folded, display AS Display, email AS Email, kind AS Kind,
        state AS State, created_at AS CreatedAt, updated_at AS UpdatedAt
        """;

    /// <summary>A workspace's user by id or folded name; null when there is none. Those that are gone are not found.</summary>
    public static UserRow? Find(ControlTransaction transaction, WorkspaceId workspace, string idOrFolded) =>
        transaction
            .Query<UserRow>(
                $"""
                SELECT {Columns} FROM user
                WHERE workspace = @Id AND (id = @idOrFolded OR folded = @idOrFolded) AND state <> 'erased'
                """,
                new { Id = workspace.Value, idOrFolded }
            )
            .FirstOrDefault();

    /// <summary>A user by id alone, of whatever workspace.</summary>
    public static UserRow? Get(ControlTransaction transaction, string id) =>
        transaction.Query<UserRow>($"SELECT {Columns} FROM user WHERE id = @id", new { id }).FirstOrDefault();

    public static void Insert(ControlTransaction transaction, UserRow row)
    {
        transaction.Execute(
            """
            INSERT INTO user (id, workspace, name, folded, display, email, kind, state, created_at, updated_at)
            VALUES (@Id, @Workspace, @Name, @Folded, @Display, @Email, @Kind, @State, @CreatedAt, @UpdatedAt)
            """,
            row
        );
        transaction.Execute("INSERT INTO credential (user, workspace) VALUES (@Id, @Workspace)", row);
    }

    public static void Update(ControlTransaction transaction, UserRow row) =>
        transaction.Execute(
            """
            UPDATE user SET name = @Name, folded = @Folded, display = @Display, email = @Email, state = @State,
                updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            row
        );

    public static List<string> RolesOf(ControlTransaction transaction, string user) =>
        transaction.Query<string>("SELECT role FROM user_role WHERE user = @user ORDER BY role", new { user });

    public static void SetRoles(ControlTransaction transaction, UserRow user, IEnumerable<string> roles)
    {
        transaction.Execute("DELETE FROM user_role WHERE user = @Id", user);
        foreach (var role in roles.Distinct(StringComparer.Ordinal))
        {
            transaction.Execute(
                "INSERT INTO user_role (workspace, user, role) VALUES (@Workspace, @Id, @role)",
                new
                {
                    user.Workspace,
                    user.Id,
                    role,
                }
            );
        }
    }

    /// <summary>Ends the keys that belong to somebody.</summary>
    public static void RevokeKeys(ControlTransaction transaction, string user) =>
        transaction.Execute(
            """
            DELETE FROM api_key_text WHERE key IN (SELECT id FROM api_key WHERE owner = @user);
            UPDATE api_key SET revoked_at = @Now WHERE owner = @user AND revoked_at IS NULL;
            """,
            new { user, transaction.Now }
        );

    /// <summary>Calls a person's keys, and whom keys stand for, otherwise; with an entry in the trail that names nobody.</summary>
    public static void RenameKeys(ControlTransaction transaction, PersonErasure erasure)
    {
        var workspace = transaction.Actor.Workspace.Value;
        foreach (var (id, name) in erasure.Keys)
        {
            transaction.Execute(
                """
                DELETE FROM budget_grant WHERE workspace = @workspace
                    AND json_extract(scope, '$.key') = (SELECT name FROM api_key WHERE id = @id);
                UPDATE api_key SET name = @name WHERE id = @id AND workspace = @workspace;
                UPDATE config_version SET actor_name = @name WHERE workspace = @workspace AND actor_id = @id;
                """,
                new
                {
                    id,
                    name,
                    workspace,
                }
            );
        }

        foreach (var (name, instead) in erasure.Names)
        {
            transaction.Execute(
                """
                DELETE FROM budget_grant WHERE workspace = @workspace AND json_extract(scope, '$.user') = @name;
                UPDATE api_key SET user = @instead WHERE user = @name AND workspace = @workspace;
                UPDATE config_version SET actor_name = @instead
                    WHERE workspace = @workspace AND actor_kind = @person AND actor_name = @name;
                """,
                new
                {
                    name,
                    instead,
                    workspace,
                    person = "user",
                }
            );
        }

        transaction.Audit(
            "privacy.erase",
            $"person:{erasure.Pseudonym}",
            after: AuditValue.Of(("keys", erasure.Keys.Count))
        );
    }

    /// <summary>Everything by which somebody could show who he is.</summary>
    public static void DropCredentials(ControlTransaction transaction, string user) =>
        transaction.Execute(
            """
            DELETE FROM auth_session WHERE user = @user;
            DELETE FROM invitation WHERE user = @user;
            DELETE FROM passkey WHERE user = @user;
            DELETE FROM recovery_code WHERE user = @user;
            UPDATE credential SET password = NULL, password_at = NULL, totp_secret = NULL, totp_at = NULL, totp_step = NULL,
                recovery_salt = NULL
            WHERE user = @user;
            """,
            new { user }
        );

    /// <summary>Lets a person set a password by a token, in the place of an earlier one.</summary>
    public static void Invite(ControlTransaction transaction, UserRow user, byte[] token, long expiresAt) =>
        transaction.Execute(
            """
            INSERT INTO invitation (user, workspace, token, created_at, expires_at)
            VALUES (@Id, @Workspace, @token, @Now, @expiresAt)
            ON CONFLICT (user) DO UPDATE SET token = excluded.token, created_at = excluded.created_at,
                expires_at = excluded.expires_at
            """,
            new
            {
                user.Id,
                user.Workspace,
                token,
                transaction.Now,
                expiresAt,
            }
        );

    public static InvitationRow? Invitation(ControlTransaction transaction, byte[] token) =>
        transaction
            .Query<InvitationRow>(
                "SELECT user AS User, expires_at AS ExpiresAt FROM invitation WHERE token = @token AND expires_at > @Now",
                new { token, transaction.Now }
            )
            .FirstOrDefault();

    public static void DropInvitation(ControlTransaction transaction, string user) =>
        transaction.Execute("DELETE FROM invitation WHERE user = @user", new { user });
}

/// <summary>A row of <c>invitation</c>.</summary>
internal sealed record InvitationRow
{
    public required string User { get; init; }

    public required long ExpiresAt { get; init; }
}

/// <summary>What a list of users is made of.</summary>
internal sealed record ListedUserRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Display { get; init; }

    public string? Email { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public required long CreatedAt { get; init; }

    public string? Roles { get; init; }

    public string? Grants { get; init; }

    public long? TotpAt { get; init; }

    public required long Passkeys { get; init; }

    public long? LastSignInAt { get; init; }

    public const string Select = """
        SELECT u.id AS Id, u.name AS Name, u.display AS Display, u.email AS Email, u.kind AS Kind, u.state AS State,
            u.created_at AS CreatedAt,
            (SELECT group_concat(role, ',') FROM (SELECT role FROM user_role r WHERE r.user = u.id ORDER BY role)) AS Roles,
            (SELECT json_group_array(json_array(g.role, g.kind, g.name))
                FROM (SELECT * FROM user_grant g WHERE g.user = u.id ORDER BY kind, name, role) g) AS Grants,
            c.totp_at AS TotpAt, (SELECT count(*) FROM passkey p WHERE p.user = u.id) AS Passkeys,
            c.last_sign_in_at AS LastSignInAt
        FROM user u LEFT JOIN credential c ON c.user = u.id
        WHERE u.workspace = @Id AND u.state <> 'erased'
        """;

    public User ToUser() =>
        new()
        {
            Id = Id,
            Name = Name,
            DisplayName = Display,
            Email = Email,
            Kind = Enum.Parse<UserKind>(Kind, ignoreCase: true),
            State = Enum.Parse<UserState>(State, ignoreCase: true),
            Roles = [.. (Roles ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)],
            Grants = GrantRow.Read(Grants),
            HasCodes = TotpAt is not null,
            Passkeys = (int)Passkeys,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            LastSignInAt = LastSignInAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        };

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id);
        return true;
    }
}
