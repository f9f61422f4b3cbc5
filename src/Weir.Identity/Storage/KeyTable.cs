using Dapper;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Identity.Storage;

/// <summary>
/// The keys in <c>control.db</c>, inside one write transaction: what it reads cannot change before it is committed, also
/// against another process. Not thread-safe.
/// </summary>
internal sealed class KeyTable : IDisposable
{
    private const string Columns = """
        id AS Id, workspace AS Workspace, name AS Name, prefix AS Prefix, scopes AS Scopes, user AS User, team AS Team,
        project AS Project, created_at AS CreatedAt, rotated_at AS RotatedAt, expires_at AS ExpiresAt,
        revoked_at AS RevokedAt
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    private KeyTable(SqliteConnection connection)
    {
        this.connection = connection;
        // A revocation that was answered must outlive a power cut.
        connection.Execute("PRAGMA synchronous=FULL");
        transaction = connection.BeginTransaction(deferred: false);
    }

    public static KeyTable Begin(SqliteDatabase database)
    {
        var opened = database.OpenWriter();
        try
        {
            return new KeyTable(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

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

    public static string? WorkspaceName(SqliteDatabase database, WorkspaceId workspace)
    {
        using var reader = database.OpenReader();
        return reader.ExecuteScalar<string?>("SELECT name FROM workspace WHERE id = @Id", new { Id = workspace.Value });
    }

    public bool HasWorkspace(WorkspaceId workspace) =>
        connection.ExecuteScalar<long>(
            "SELECT count(*) FROM workspace WHERE id = @Id",
            new { Id = workspace.Value },
            transaction
        ) > 0;

    /// <summary>Whether there ever was a key that may do everything, in any workspace.</summary>
    public bool HadAdmin() =>
        connection.ExecuteScalar<long>(
            "SELECT count(*) FROM api_key WHERE scopes & @Admin <> 0",
            new { Admin = (long)KeyScopes.Admin },
            transaction
        ) > 0;

    /// <summary>The workspace's keys that were not revoked, expired ones among them.</summary>
    public IReadOnlyList<KeyRow> Unrevoked(WorkspaceId workspace) =>
        connection
            .Query<KeyRow>(
                $"SELECT {Columns} FROM api_key WHERE workspace = @Id AND revoked_at IS NULL ORDER BY created_at, id",
                new { Id = workspace.Value },
                transaction
            )
            .AsList();

    /// <summary>Every text of every workspace that is not over by <paramref name="now"/>.</summary>
    public IEnumerable<LivingText> LivingTexts(long now)
    {
        var keys = connection
            .Query<KeyRow>($"SELECT {Columns} FROM api_key WHERE revoked_at IS NULL", null, transaction)
            .ToDictionary(k => k.Id, StringComparer.Ordinal);
        return connection
            .Query<TextRow>(
                "SELECT hash AS Hash, key AS Key, ends_at AS EndsAt FROM api_key_text WHERE ends_at IS NULL OR ends_at > @now",
                new { now },
                transaction
            )
            .Where(t => keys.ContainsKey(t.Key))
            .Select(t => new LivingText(keys[t.Key], t.Hash, t.EndsAt))
            .ToList();
    }

    public void Insert(KeyRow key) =>
        connection.Execute(
            """
            INSERT INTO api_key (id, workspace, name, prefix, scopes, user, team, project, created_at, expires_at)
            VALUES (@Id, @Workspace, @Name, @Prefix, @Scopes, @User, @Team, @Project, @CreatedAt, @ExpiresAt)
            """,
            key,
            transaction
        );

    public void InsertText(KeyRow key, byte[] hash) =>
        connection.Execute(
            "INSERT INTO api_key_text (hash, workspace, key) VALUES (@hash, @Workspace, @Id)",
            new
            {
                hash,
                key.Workspace,
                key.Id,
            },
            transaction
        );

    /// <summary>Lets every text of a key end at a time, if it does not end sooner; those that are over go.</summary>
    public void EndTexts(KeyRow key, long endsAt, long now) =>
        connection.Execute(
            """
            UPDATE api_key_text SET ends_at = min(coalesce(ends_at, @endsAt), @endsAt) WHERE key = @Id;
            DELETE FROM api_key_text WHERE key = @Id AND ends_at <= @now;
            """,
            new
            {
                key.Id,
                endsAt,
                now,
            },
            transaction
        );

    /// <summary>Stores the prefix and the times of rotation and revocation.</summary>
    public void Update(KeyRow key) =>
        connection.Execute(
            "UPDATE api_key SET prefix = @Prefix, rotated_at = @RotatedAt, revoked_at = @RevokedAt WHERE id = @Id",
            key,
            transaction
        );

    public void Commit() => transaction.Commit();

    public void Dispose()
    {
        transaction.Dispose();
        connection.Dispose();
    }
}
