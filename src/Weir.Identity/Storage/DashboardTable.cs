using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>The rows of dashboards.</summary>
internal static class DashboardTable
{
    private const string Select = """
        SELECT d.id AS Id, d.workspace AS Workspace, d.owner AS Owner, u.name AS OwnerName, d.shared AS Shared, d.title AS Title,
            d.body AS Body, d.version AS Version, d.created_at AS CreatedAt, d.updated_at AS UpdatedAt
        FROM dashboard d LEFT JOIN user u ON u.id = d.owner
        WHERE d.workspace = @Value AND (d.shared = 1 OR d.owner = @person)
        """;

    public static List<DashboardRow> List(ControlTransaction transaction, WorkspaceId workspace, string? person) =>
        transaction.Query<DashboardRow>($"{Select} ORDER BY d.title, d.id", new { workspace.Value, person });

    public static DashboardRow? Find(
        ControlTransaction transaction,
        WorkspaceId workspace,
        string? person,
        string id
    ) =>
        transaction
            .Query<DashboardRow>(
                $"{Select} AND d.id = @id",
                new
                {
                    workspace.Value,
                    person,
                    id,
                }
            )
            .FirstOrDefault();

    public static long Count(ControlTransaction transaction, WorkspaceId workspace) =>
        transaction.Scalar<long>("SELECT count(*) FROM dashboard WHERE workspace = @Value", workspace);

    public static void Insert(ControlTransaction transaction, DashboardRow row) =>
        transaction.Execute(
            """
            INSERT INTO dashboard (id, workspace, owner, shared, title, body, version, created_at, updated_at)
            VALUES (@Id, @Workspace, @Owner, @Shared, @Title, @Body, @Version, @CreatedAt, @UpdatedAt)
            """,
            row
        );

    public static void Update(ControlTransaction transaction, DashboardRow row) =>
        transaction.Execute(
            """
            UPDATE dashboard SET shared = @Shared, title = @Title, body = @Body, version = @Version, updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            row
        );

    public static void Delete(ControlTransaction transaction, string id) =>
        transaction.Execute("DELETE FROM dashboard WHERE id = @id", new { id });

    /// <summary>What was a person's alone goes with him; what he shared stays, and is nobody's.</summary>
    public static void Leave(ControlTransaction transaction, string person) =>
        transaction.Execute(
            """
            DELETE FROM dashboard WHERE owner = @person AND shared = 0;
            UPDATE dashboard SET owner = NULL WHERE owner = @person;
            """,
            new { person }
        );
}

/// <summary>A row of <c>dashboard</c>.</summary>
internal sealed record DashboardRow
{
    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public string? Owner { get; init; }

    public string? OwnerName { get; init; }

    public required bool Shared { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public required long Version { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public Dashboard ToDashboard() =>
        new()
        {
            Id = Id,
            Workspace = new WorkspaceId((int)Workspace),
            Owner = Owner,
            OwnerName = OwnerName,
            Draft = new DashboardDraft(Title, Shared, Body),
            Version = Version,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
        };

    public string Describe() =>
        AuditValue.Of(
            ("title", Shared ? Title : AuditValue.Masked),
            ("visibility", Shared ? "shared" : "private"),
            ("version", Version)
        );
}
