using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>The rows of sealed secrets.</summary>
internal static class SecretTable
{
    private const string Columns = """
        workspace AS Workspace, name AS Name, sealed AS Sealed, key_id AS KeyId, origin AS Origin, version AS Version,
        created_at AS CreatedAt, updated_at AS UpdatedAt, updated_by AS UpdatedBy
        """;

    public static List<SecretRow> All(ControlTransaction transaction) =>
        transaction.Query<SecretRow>($"SELECT {Columns} FROM secret ORDER BY workspace, name");

    public static SecretRow? Find(ControlTransaction transaction, WorkspaceId workspace, string name) =>
        transaction
            .Query<SecretRow>(
                $"SELECT {Columns} FROM secret WHERE workspace = @Value AND name = @name",
                new { workspace.Value, name }
            )
            .FirstOrDefault();

    public static int Count(ControlTransaction transaction, WorkspaceId workspace) =>
        transaction.Scalar<int>("SELECT count(*) FROM secret WHERE workspace = @Value", new { workspace.Value });

    public static void Upsert(ControlTransaction transaction, SecretRow row) =>
        transaction.Execute(
            """
            INSERT INTO secret (workspace, name, sealed, key_id, origin, version, created_at, updated_at, updated_by)
            VALUES (@Workspace, @Name, @Sealed, @KeyId, @Origin, @Version, @CreatedAt, @UpdatedAt, @UpdatedBy)
            ON CONFLICT (workspace, name) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id,
                origin = excluded.origin, version = excluded.version, updated_at = excluded.updated_at,
                updated_by = excluded.updated_by
            """,
            row
        );

    public static void Delete(ControlTransaction transaction, WorkspaceId workspace, string name) =>
        transaction.Execute(
            "DELETE FROM secret WHERE workspace = @Value AND name = @name",
            new { workspace.Value, name }
        );

    /// <summary>Some rows that another key sealed, of those behind a place.</summary>
    public static List<SecretRow> SealedByOthers(
        ControlTransaction transaction,
        string keyId,
        SecretRow? after,
        int most
    ) =>
        transaction.Query<SecretRow>(
            $"""
            SELECT {Columns} FROM secret
            WHERE key_id <> @keyId AND (workspace, name) > (@workspace, @name)
            ORDER BY workspace, name LIMIT @most
            """,
            new
            {
                keyId,
                workspace = after?.Workspace ?? 0,
                name = after?.Name ?? "",
                most,
            }
        );

    public static int CountSealedByOthers(ControlTransaction transaction, string keyId) =>
        transaction.Scalar<int>("SELECT count(*) FROM secret WHERE key_id <> @keyId", new { keyId });
}

/// <summary>A row of <c>secret</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record SecretRow
{
    public required long Workspace { get; init; }

    public required string Name { get; init; }

    public required byte[] Sealed { get; init; }

    public required string KeyId { get; init; }

    public string? Origin { get; init; }

    public required long Version { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    public Secrets.SecretLabel Label => new(new WorkspaceId((int)Workspace), Name, Origin, Version);

    public Secret ToSecret() =>
        new()
        {
            Name = Name,
            Origin = Origin,
            Version = Version,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
            UpdatedBy = UpdatedBy,
        };
}
