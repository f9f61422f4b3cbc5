using System.Collections.Immutable;
using Dapper;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>People who work together.</summary>
/// <param name="Id"><c>tem_…</c>.</param>
/// <param name="Name">Unique in the workspace.</param>
/// <param name="Description">What it is for; null when nobody said.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Members">The names of the people in it.</param>
public sealed record Team(
    string Id,
    string Name,
    string? Description,
    DateTimeOffset CreatedAt,
    ImmutableArray<string> Members
);

/// <summary>The teams of workspaces. Thread-safe.</summary>
public sealed class TeamBook
{
    private const int MostTeams = 1000;

    private readonly ControlDb database;

    internal TeamBook(ControlDb database) => this.database = database;

    /// <summary>The workspace's teams, by name.</summary>
    public ImmutableArray<Team> List(WorkspaceId workspace)
    {
        using var reader = database.File.OpenReader();
        var members = reader
            .Query<(string Team, string Name)>(
                """
                SELECT m.team, u.name FROM team_member m JOIN user u ON u.id = m.user
                WHERE m.workspace = @Id AND u.workspace = @Id ORDER BY u.name
                """,
                new { Id = workspace.Value }
            )
            .ToLookup(row => row.Team, row => row.Name, StringComparer.Ordinal);
        return
        [
            .. reader
                .Query<TeamRow>(
                    $"SELECT {TeamRow.Columns} FROM team WHERE workspace = @Id ORDER BY name",
                    new { Id = workspace.Value }
                )
                .Select(row => row.ToTeam([.. members[row.Id]])),
        ];
    }

    /// <summary>Makes a team in the actor's workspace.</summary>
    public Task<Change<Team>> CreateAsync(
        Actor actor,
        string name,
        string? description,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Fault(name, description) is { } fault)
                {
                    return Change.Failed<Team>(ChangeOutcome.Invalid, fault);
                }

                var teams = Rows(transaction);
                if (teams.Exists(team => team.Name == name))
                {
                    return Taken(name);
                }

                if (teams.Count >= MostTeams)
                {
                    return Change.Failed<Team>(ChangeOutcome.Refused, $"a workspace has at most {MostTeams} teams");
                }

                var row = new TeamRow
                {
                    Id = Ids.New("tem"),
                    Name = name,
                    Description = Given(description),
                    CreatedAt = transaction.Now,
                };
                transaction.Execute(
                    """
                    INSERT INTO team (id, workspace, name, description, created_at)
                    VALUES (@Id, @Workspace, @Name, @Description, @CreatedAt)
                    """,
                    new
                    {
                        row.Id,
                        Workspace = actor.Workspace.Value,
                        row.Name,
                        row.Description,
                        row.CreatedAt,
                    }
                );
                transaction.LeavesSnapshot = true;
                transaction.Audit("team.create", $"team:{row.Id}", after: row.Describe());
                return Change.Done(row.ToTeam([]));
            },
            cancellationToken
        );

    /// <summary>Gives a team another name or description; what is null stays.</summary>
    public Task<Change<Team>> ChangeAsync(
        Actor actor,
        string idOrName,
        string? name,
        string? description,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Find(transaction, idOrName) is not { } row)
                {
                    return NotFound;
                }

                if (Fault(name ?? row.Name, description) is { } fault)
                {
                    return Change.Failed<Team>(ChangeOutcome.Invalid, fault);
                }

                if (name is not null && name != row.Name && Rows(transaction).Exists(team => team.Name == name))
                {
                    return Taken(name);
                }

                var changed = row with
                {
                    Name = name ?? row.Name,
                    Description = description is null ? row.Description : Given(description),
                };
                if (changed != row)
                {
                    transaction.Execute(
                        "UPDATE team SET name = @Name, description = @Description WHERE id = @Id",
                        changed
                    );
                    transaction.LeavesSnapshot = true;
                    transaction.Audit("team.change", $"team:{row.Id}", row.Describe(), changed.Describe());
                }

                return Change.Done(changed.ToTeam(Members(transaction, row.Id)));
            },
            cancellationToken
        );

    /// <summary>Removes a team. Figures that carry its name stay as they are.</summary>
    public Task<Change<Team>> RemoveAsync(Actor actor, string idOrName, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Find(transaction, idOrName) is not { } row)
                {
                    return NotFound;
                }

                var members = Members(transaction, row.Id);
                transaction.Execute(
                    "DELETE FROM team_member WHERE team = @Id; DELETE FROM team WHERE id = @Id",
                    new { row.Id }
                );
                transaction.LeavesSnapshot = true;
                transaction.Audit("team.remove", $"team:{row.Id}", row.Describe());
                return Change.Done(row.ToTeam(members));
            },
            cancellationToken
        );

    /// <summary>Takes a person into a team, or out of it. Who is in, or out, already stays so.</summary>
    public Task<Change<Team>> SetMemberAsync(
        Actor actor,
        string idOrName,
        string user,
        bool isMember,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Find(transaction, idOrName) is not { } row)
                {
                    return NotFound;
                }

                var member = database.Snapshot.Members.Values.FirstOrDefault(m =>
                    m.Workspace == actor.Workspace && (m.Id == user || m.Name == user)
                );
                if (member is null)
                {
                    return Change.Failed<Team>(ChangeOutcome.NotFound, "there is nobody of that name or id");
                }

                var written = transaction.Execute(
                    isMember
                        ? "INSERT OR IGNORE INTO team_member (workspace, team, user) VALUES (@Workspace, @Team, @User)"
                        : "DELETE FROM team_member WHERE workspace = @Workspace AND team = @Team AND user = @User",
                    new
                    {
                        Workspace = actor.Workspace.Value,
                        Team = row.Id,
                        User = member.Id,
                    }
                );
                if (written > 0)
                {
                    transaction.LeavesSnapshot = true;
                    transaction.Audit(
                        isMember ? "team.join" : "team.leave",
                        $"team:{row.Id}",
                        after: AuditValue.Of(("team", row.Name), ("user", member.Id))
                    );
                }

                return Change.Done(row.ToTeam(Members(transaction, row.Id)));
            },
            cancellationToken
        );

    private static Change<Team> NotFound { get; } =
        Change.Failed<Team>(ChangeOutcome.NotFound, "there is no team of that name or id");

    private static Change<Team> Taken(string name) =>
        Change.Failed<Team>(ChangeOutcome.Taken, $"name: a team is called '{name}' already");

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? Fault(string name, string? description) =>
        !Names.IsText(name) ? $"name: {Names.TextRule}"
        : description is { Length: > 0 } && !Names.IsText(description) ? $"description: {Names.TextRule}"
        : null;

    private static TeamRow? Find(ControlTransaction transaction, string idOrName)
    {
        var teams = Rows(transaction);
        return teams.Find(team => team.Id == idOrName) ?? teams.Find(team => team.Name == idOrName);
    }

    private static List<TeamRow> Rows(ControlTransaction transaction) =>
        transaction.Query<TeamRow>(
            $"SELECT {TeamRow.Columns} FROM team WHERE workspace = @Id",
            new { Id = transaction.Actor.Workspace.Value }
        );

    private static ImmutableArray<string> Members(ControlTransaction transaction, string team) =>
        [
            .. transaction.Query<string>(
                "SELECT u.name FROM team_member m JOIN user u ON u.id = m.user WHERE m.team = @team ORDER BY u.name",
                new { team }
            ),
        ];

    private sealed record TeamRow
    {
        public const string Columns = "id AS Id, name AS Name, description AS Description, created_at AS CreatedAt";

        public required string Id { get; init; }

        public required string Name { get; init; }

        public string? Description { get; init; }

        public required long CreatedAt { get; init; }

        public Team ToTeam(ImmutableArray<string> members) =>
            new(Id, Name, Description, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), members);

        public string Describe() => AuditValue.Of(("name", Name), ("description", Description));
    }
}
