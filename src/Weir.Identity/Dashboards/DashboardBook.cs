using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>The dashboards of workspaces: shared ones, and each person's own. Thread-safe.</summary>
public sealed class DashboardBook
{
    /// <summary>How many a workspace has at most, private ones among them.</summary>
    public const int Most = 200;

    private readonly ControlDb database;

    internal DashboardBook(ControlDb database) => this.database = database;

    /// <summary>What a person sees of a workspace, by title.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="person">The person's id; null for a key of nobody's, which sees what is shared.</param>
    public ImmutableArray<Dashboard> List(WorkspaceId workspace, string? person)
    {
        using var transaction = ControlTransaction.Look(database);
        return [.. DashboardTable.List(transaction, workspace, person).Select(row => row.ToDashboard())];
    }

    /// <summary>One that a person sees; null when there is none.</summary>
    public Dashboard? Find(WorkspaceId workspace, string? person, string id)
    {
        using var transaction = ControlTransaction.Look(database);
        return DashboardTable.Find(transaction, workspace, person, id)?.ToDashboard();
    }

    /// <summary>Makes one in the actor's workspace.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="person">The person whose it will be; null for nobody's.</param>
    /// <param name="draft">What it is to be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Change<Dashboard>> CreateAsync(
        Actor actor,
        string? person,
        DashboardDraft draft,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Fault(draft, person) is { } fault)
                {
                    return Change.Failed<Dashboard>(ChangeOutcome.Invalid, fault);
                }

                if (DashboardTable.Count(transaction, actor.Workspace) >= Most)
                {
                    return Change.Failed<Dashboard>(
                        ChangeOutcome.Refused,
                        $"a workspace has at most {Most} dashboards"
                    );
                }

                var row = new DashboardRow
                {
                    Id = Ids.New("dsh"),
                    Workspace = actor.Workspace.Value,
                    Owner = person,
                    Shared = draft.IsShared,
                    Title = draft.Title,
                    Body = draft.Body,
                    Version = 1,
                    CreatedAt = transaction.Now,
                    UpdatedAt = transaction.Now,
                };
                DashboardTable.Insert(transaction, row);
                return Noted(transaction, actor, person, "dashboard.create", before: null, row);
            },
            cancellationToken
        );

    /// <summary>Changes one that the person sees.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="person">As which person; null for nobody.</param>
    /// <param name="id">Which.</param>
    /// <param name="version">The version that was changed: another one by now is a refusal.</param>
    /// <param name="draft">What it is to be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Change<Dashboard>> ChangeAsync(
        Actor actor,
        string? person,
        string id,
        long version,
        DashboardDraft draft,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (DashboardTable.Find(transaction, actor.Workspace, person, id) is not { } known)
                {
                    return NotFound();
                }

                if (known.Version != version)
                {
                    return Change.Failed<Dashboard>(
                        ChangeOutcome.Stale,
                        $"the dashboard has version {known.Version} by now; read it again"
                    );
                }

                if (known.Shared && !draft.IsShared && known.Owner != person)
                {
                    return Change.Failed<Dashboard>(
                        ChangeOutcome.Refused,
                        "visibility: who shared a dashboard is the only one who makes it private again"
                    );
                }

                if (Fault(draft, person) is { } fault)
                {
                    return Change.Failed<Dashboard>(ChangeOutcome.Invalid, fault);
                }

                var row = known with
                {
                    Shared = draft.IsShared,
                    Title = draft.Title,
                    Body = draft.Body,
                    Version = known.Version + 1,
                    UpdatedAt = transaction.Now,
                };
                DashboardTable.Update(transaction, row);
                return Noted(transaction, actor, person, "dashboard.change", known, row);
            },
            cancellationToken
        );

    /// <summary>Removes one that the person sees.</summary>
    public Task<Change<Dashboard>> RemoveAsync(
        Actor actor,
        string? person,
        string id,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (DashboardTable.Find(transaction, actor.Workspace, person, id) is not { } known)
                {
                    return NotFound();
                }

                transaction.LeavesSnapshot = true;
                DashboardTable.Delete(transaction, known.Id);
                transaction.Audit("dashboard.remove", $"dashboard:{known.Id}", known.Describe());
                return Change.Done(known.ToDashboard());
            },
            cancellationToken
        );

    private static Change<Dashboard> Noted(
        ControlTransaction transaction,
        Actor actor,
        string? person,
        string action,
        DashboardRow? before,
        DashboardRow after
    )
    {
        transaction.LeavesSnapshot = true;
        transaction.Audit(action, $"dashboard:{after.Id}", before?.Describe(), after.Describe());
        return Change.Done(DashboardTable.Find(transaction, actor.Workspace, person, after.Id)!.ToDashboard());
    }

    private static Change<Dashboard> NotFound() =>
        Change.Failed<Dashboard>(ChangeOutcome.NotFound, "there is no dashboard of that id");

    private static string? Fault(DashboardDraft draft, string? person) =>
        !Names.IsText(draft.Title) ? $"title: {Names.TextRule}"
        : !draft.IsShared && person is null ? "visibility: a key that is nobody's makes shared dashboards alone"
        : null;
}
