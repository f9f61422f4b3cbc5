using Dapper;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Identity.Storage;

/// <summary>The rows of keys and their texts.</summary>
internal static class KeyTable
{
    private const string Columns = """
        id AS Id, workspace AS Workspace, name AS Name, prefix AS Prefix, scopes AS Scopes, owner AS Owner, user AS User,
        team AS Team, project AS Project, models AS Models, networks AS Networks, origins AS Origins,
        created_at AS CreatedAt, created_by AS CreatedBy, rotated_at AS RotatedAt, expires_at AS ExpiresAt,
        revoked_at AS RevokedAt, last_used_at AS LastUsedAt
        """;

    public static IReadOnlyList<KeyRow> Read(SqliteDatabase database, WorkspaceId workspace, bool includeRevoked)
    {
        using var reader = database.OpenReader();
        return reader
            .Query<KeyRow>(
                $"""
                SELECT {Columns} FROM api_key
                WHERE workspace = @Workspace AND (@IncludeRevoked OR revoked_at IS NULL)
                ORDER BY name, created_at, id
                """,
                new { Workspace = workspace.Value, IncludeRevoked = includeRevoked }
            )
            .AsList();
    }

    /// <summary>Whether there ever was a key that may do everything, in any workspace.</summary>
    public static bool HadAdmin(ControlTransaction transaction) =>
        transaction
            .Query<string>("SELECT scopes FROM api_key")
            .Any(scopes => NameList.Read(scopes).Contains(KeyScopes.Admin));

    /// <summary>The workspace's keys that were not revoked, expired ones among them.</summary>
    public static List<KeyRow> Unrevoked(ControlTransaction transaction, WorkspaceId workspace) =>
        transaction.Query<KeyRow>(
            $"SELECT {Columns} FROM api_key WHERE workspace = @Id AND revoked_at IS NULL ORDER BY created_at, id",
            new { Id = workspace.Value }
        );

    /// <summary>Every workspace's keys that were not revoked.</summary>
    public static List<KeyRow> Unrevoked(ControlTransaction transaction) =>
        transaction.Query<KeyRow>($"SELECT {Columns} FROM api_key WHERE revoked_at IS NULL");

    /// <summary>Every text of every workspace that is not over.</summary>
    public static List<TextRow> LivingTexts(ControlTransaction transaction) =>
        transaction.Query<TextRow>(
            "SELECT hash AS Hash, key AS Key, ends_at AS EndsAt FROM api_key_text WHERE ends_at IS NULL OR ends_at > @Now",
            new { transaction.Now }
        );

    /// <summary>Stores a key that was found fit, with a new text.</summary>
    public static (KeyRow Key, string Text) Make(
        ControlTransaction transaction,
        WorkspaceId workspace,
        NewApiKey request
    )
    {
        var text = KeyText.New();
        return (Insert(transaction, workspace, request, text), text);
    }

    /// <summary>As <see cref="Make"/>, with a text that was made before.</summary>
    public static KeyRow Insert(ControlTransaction transaction, WorkspaceId workspace, NewApiKey request, string text)
    {
        var row = new KeyRow
        {
            Id = KeyText.NewId(),
            Workspace = workspace.Value,
            Name = request.Name,
            Prefix = KeyText.Shown(text),
            Scopes = NameList.Write(request.Scopes),
            Owner = request.Owner,
            User = request.User,
            Team = request.Team,
            Project = request.Project,
            Models = NameList.WriteOrNull(request.Models),
            Networks = NameList.WriteOrNull(request.Networks),
            Origins = NameList.WriteOrNull(request.Origins),
            CreatedAt = transaction.Now,
            CreatedBy = transaction.Actor.Id,
            ExpiresAt = request.ExpiresAt?.ToUnixTimeMilliseconds(),
        };
        transaction.Execute(
            """
            INSERT INTO api_key (id, workspace, name, prefix, scopes, owner, user, team, project, models, networks, origins,
                created_at, created_by, expires_at)
            VALUES (@Id, @Workspace, @Name, @Prefix, @Scopes, @Owner, @User, @Team, @Project, @Models, @Networks, @Origins,
                @CreatedAt, @CreatedBy, @ExpiresAt)
            """,
            row
        );
        InsertText(transaction, row, text);
        return row;
    }

    public static void InsertText(ControlTransaction transaction, KeyRow key, string text)
    {
        var hash = new byte[KeyText.HashLength];
        if (!KeyText.TryHash(text, hash))
        {
            throw new InvalidOperationException("A key that was just made is malformed.");
        }

        transaction.Execute(
            "INSERT INTO api_key_text (hash, workspace, key) VALUES (@hash, @Workspace, @Id)",
            new
            {
                hash,
                key.Workspace,
                key.Id,
            }
        );
    }

    /// <summary>Lets every text of a key end at a time, if it does not end sooner; those that are over go.</summary>
    public static void EndTexts(ControlTransaction transaction, KeyRow key, long endsAt) =>
        transaction.Execute(
            """
            UPDATE api_key_text SET ends_at = min(coalesce(ends_at, @endsAt), @endsAt) WHERE key = @Id;
            DELETE FROM api_key_text WHERE key = @Id AND ends_at <= @Now;
            """,
            new
            {
                key.Id,
                endsAt,
                transaction.Now,
            }
        );

    /// <summary>Stores what can change in a key.</summary>
    public static void Update(ControlTransaction transaction, KeyRow key) =>
        transaction.Execute(
            """
            UPDATE api_key SET prefix = @Prefix, scopes = @Scopes, user = @User, team = @Team, project = @Project,
                models = @Models, networks = @Networks, origins = @Origins, rotated_at = @RotatedAt,
                expires_at = @ExpiresAt, revoked_at = @RevokedAt
            WHERE id = @Id
            """,
            key
        );

    /// <summary>What a key is like, for the audit trail.</summary>
    public static string Describe(KeyRow key) =>
        AuditValue.Of(
            ("name", key.Name),
            ("scopes", NameList.Read(key.Scopes)),
            ("owner", key.Owner),
            ("user", key.User),
            ("team", key.Team),
            ("project", key.Project),
            ("models", key.Models is null ? null : NameList.Read(key.Models)),
            ("networks", key.Networks is null ? null : NameList.Read(key.Networks)),
            ("origins", key.Origins is null ? null : NameList.Read(key.Origins)),
            ("prefix", key.Prefix),
            ("expiresAt", key.ExpiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null),
            ("revokedAt", key.RevokedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null)
        );
}
