using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>The rows of workspaces and of the organisations above them.</summary>
internal static class WorkspaceTable
{
    private const string Columns = """
        w.id AS Id, w.name AS Name, w.title AS Title, o.name AS Organisation, w.created_at AS CreatedAt,
        w.suspended_at AS SuspendedAt, w.archived_at AS ArchivedAt, w.second_factor AS SecondFactor
        """;

    private const string Source = "workspace w LEFT JOIN organisation o ON o.id = w.organisation";

    public static IEnumerable<WorkspaceId> Ids(ControlTransaction transaction) =>
        transaction.Query<long>("SELECT id FROM workspace ORDER BY id").Select(id => new WorkspaceId((int)id));

    public static List<WorkspaceRow> All(ControlTransaction transaction) =>
        transaction.Query<WorkspaceRow>($"SELECT {Columns} FROM {Source} ORDER BY w.id");

    public static WorkspaceRow? Find(ControlTransaction transaction, string name) =>
        transaction
            .Query<WorkspaceRow>($"SELECT {Columns} FROM {Source} WHERE w.name = @name", new { name })
            .FirstOrDefault();

    public static WorkspaceId Insert(ControlTransaction transaction, string name, string? title, long? organisation)
    {
        transaction.Execute(
            """
            INSERT INTO workspace (id, name, title, organisation, created_at)
            VALUES ((SELECT max(id) + 1 FROM workspace), @name, @title, @organisation, @Now)
            """,
            new
            {
                name,
                title,
                organisation,
                transaction.Now,
            }
        );
        return new WorkspaceId(transaction.Scalar<int>("SELECT id FROM workspace WHERE name = @name", new { name }));
    }

    public static void Update(ControlTransaction transaction, WorkspaceRow row, long? organisation) =>
        transaction.Execute(
            """
            UPDATE workspace SET title = @Title, organisation = @organisation, suspended_at = @SuspendedAt,
                archived_at = @ArchivedAt, second_factor = @SecondFactor
            WHERE id = @Id
            """,
            new
            {
                row.Id,
                row.Title,
                organisation,
                row.SuspendedAt,
                row.ArchivedAt,
                row.SecondFactor,
            }
        );

    public static long? Organisation(ControlTransaction transaction, string name) =>
        transaction.Scalar<long?>("SELECT id FROM organisation WHERE name = @name", new { name });

    public static List<OrganisationRow> Organisations(ControlTransaction transaction) =>
        transaction.Query<OrganisationRow>(
            "SELECT id AS Id, name AS Name, created_at AS CreatedAt FROM organisation ORDER BY name"
        );

    public static void InsertOrganisation(ControlTransaction transaction, string name) =>
        transaction.Execute(
            "INSERT INTO organisation (name, created_at) VALUES (@name, @Now)",
            new { name, transaction.Now }
        );

    public static void DeleteOrganisation(ControlTransaction transaction, long id) =>
        transaction.Execute("DELETE FROM organisation WHERE id = @id", new { id });
}

/// <summary>A row of <c>workspace</c> with its organisation's name; times in milliseconds since 1970 UTC.</summary>
internal sealed record WorkspaceRow
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public string? Title { get; init; }

    public string? Organisation { get; init; }

    public long? CreatedAt { get; init; }

    public long? SuspendedAt { get; init; }

    public long? ArchivedAt { get; init; }

    public long SecondFactor { get; init; }

    public WorkspaceState State =>
        ArchivedAt is not null ? WorkspaceState.Archived
        : SuspendedAt is not null ? WorkspaceState.Suspended
        : WorkspaceState.Active;

    public Workspace ToWorkspace() =>
        new()
        {
            Id = new WorkspaceId((int)Id),
            Name = Name,
            Title = Title,
            Organisation = Organisation,
            State = State,
            RequiresSecondFactor = SecondFactor != 0,
            CreatedAt = CreatedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        };
}

/// <summary>A row of <c>organisation</c>.</summary>
internal sealed record OrganisationRow
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required long CreatedAt { get; init; }
}
