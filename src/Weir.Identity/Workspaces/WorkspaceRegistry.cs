using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// The workspaces of an instance and the organisations above them. All that changes them is the business of who holds
/// <see cref="Permission.InstanceManage"/>. Thread-safe.
/// </summary>
public sealed class WorkspaceRegistry
{
    private readonly ControlDb database;

    internal WorkspaceRegistry(ControlDb database) => this.database = database;

    /// <summary>The workspaces as they are now, by number.</summary>
    public ImmutableArray<Workspace> All => database.Snapshot.Workspaces;

    /// <summary>
    /// Has somebody told of each change that may concern workspaces, before the change is answered. He must not throw, nor
    /// wait for another change.
    /// </summary>
    public void Tell(Action changed) => database.Swapped += changed;

    /// <summary>The workspace of a number; null when there is none.</summary>
    public Workspace? Find(WorkspaceId id) => database.Snapshot.Workspace(id);

    /// <summary>The workspace of a name; null when there is none.</summary>
    public Workspace? Find(string name) => All.FirstOrDefault(workspace => workspace.Name == name);

    /// <summary>Makes a workspace and its first key, called <c>admin</c>, with every scope there.</summary>
    public Task<Change<MadeWorkspace>> CreateAsync(
        Actor actor,
        NewWorkspace request,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (!Names.IsName(request.Name))
                {
                    return Change.Failed<MadeWorkspace>(ChangeOutcome.Invalid, $"name: {Names.NameRule}");
                }

                if (request.Title is { } title && !Names.IsText(title))
                {
                    return Change.Failed<MadeWorkspace>(ChangeOutcome.Invalid, $"title: {Names.TextRule}");
                }

                long? organisation = null;
                if (request.Organisation is { } above)
                {
                    organisation = WorkspaceTable.Organisation(transaction, above);
                    if (organisation is null)
                    {
                        return Change.Failed<MadeWorkspace>(
                            ChangeOutcome.Invalid,
                            "organisation: there is none of that name"
                        );
                    }
                }

                if (WorkspaceTable.Find(transaction, request.Name) is not null)
                {
                    return Change.Failed<MadeWorkspace>(
                        ChangeOutcome.Taken,
                        $"name: a workspace is called '{request.Name}' already"
                    );
                }

                var id = WorkspaceTable.Insert(transaction, request.Name, request.Title, organisation);
                var (key, text) = KeyTable.Make(
                    transaction,
                    id,
                    new NewApiKey
                    {
                        Name = "admin",
                        Scopes = [KeyScopes.Gateway, KeyScopes.Read, KeyScopes.Admin, KeyScopes.Ingest],
                    }
                );
                var after = Describe(request.Title, request.Organisation, WorkspaceState.Active);
                var target = $"workspace:{request.Name}";
                transaction.Audit("workspace.create", target, after: after);
                if (id != actor.Workspace)
                {
                    transaction.Audit("workspace.create", target, after: after, concerned: id);
                }

                transaction.Audit("key.create", $"key:{key.Id}", after: KeyTable.Describe(key), concerned: id);
                return Change.Done(
                    new MadeWorkspace(WorkspaceTable.Find(transaction, request.Name)!.ToWorkspace(), key.ToKey(), text)
                );
            },
            cancellationToken
        );

    /// <summary>Changes a workspace. The workspace <c>default</c> can be neither suspended nor archived.</summary>
    public Task<Change<Workspace>> ChangeAsync(
        Actor actor,
        string name,
        WorkspaceChange change,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (WorkspaceTable.Find(transaction, name) is not { } row)
                {
                    return Change.Failed<Workspace>(ChangeOutcome.NotFound, "there is no workspace of that name");
                }

                if (Apply(transaction, row, change, out var changed, out var organisation) is { } failure)
                {
                    return failure;
                }

                var before = Describe(row.Title, row.Organisation, row.State, row.SecondFactor != 0);
                var after = Describe(changed.Title, changed.Organisation, changed.State, changed.SecondFactor != 0);
                if (before == after)
                {
                    return Change.Done(row.ToWorkspace());
                }

                WorkspaceTable.Update(transaction, changed, organisation);
                var action = changed.State == row.State ? "workspace.change" : $"workspace.{Verb(changed.State)}";
                transaction.Audit(action, $"workspace:{name}", before, after);
                if (row.Id != actor.Workspace.Value)
                {
                    transaction.Audit(action, $"workspace:{name}", before, after, new WorkspaceId((int)row.Id));
                }

                return Change.Done(changed.ToWorkspace());
            },
            cancellationToken
        );

    /// <summary>The organisations, by name.</summary>
    public ImmutableArray<Organisation> Organisations => database.Snapshot.Organisations;

    /// <summary>Makes an organisation.</summary>
    public Task<Change<Organisation>> CreateOrganisationAsync(
        Actor actor,
        string name,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (!Names.IsName(name))
                {
                    return Change.Failed<Organisation>(ChangeOutcome.Invalid, $"name: {Names.NameRule}");
                }

                if (WorkspaceTable.Organisation(transaction, name) is not null)
                {
                    return Change.Failed<Organisation>(
                        ChangeOutcome.Taken,
                        $"name: an organisation is called '{name}' already"
                    );
                }

                WorkspaceTable.InsertOrganisation(transaction, name);
                transaction.Audit("organisation.create", $"organisation:{name}");
                return Change.Done(
                    new Organisation(name, DateTimeOffset.FromUnixTimeMilliseconds(transaction.Now), [])
                );
            },
            cancellationToken
        );

    /// <summary>Removes an organisation that no workspace is in.</summary>
    public Task<Change<Organisation>> RemoveOrganisationAsync(
        Actor actor,
        string name,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var rows = WorkspaceTable.Organisations(transaction);
                if (rows.FirstOrDefault(row => row.Name == name) is not { } found)
                {
                    return Change.Failed<Organisation>(ChangeOutcome.NotFound, "there is no organisation of that name");
                }

                var inside = WorkspaceTable
                    .All(transaction)
                    .Where(row => row.Organisation == name)
                    .Select(row => row.Name)
                    .ToImmutableArray();
                if (!inside.IsEmpty)
                {
                    return Change.Failed<Organisation>(
                        ChangeOutcome.Refused,
                        $"workspaces are in it: {string.Join(", ", inside)}"
                    );
                }

                WorkspaceTable.DeleteOrganisation(transaction, found.Id);
                transaction.Audit("organisation.remove", $"organisation:{name}");
                return Change.Done(
                    new Organisation(name, DateTimeOffset.FromUnixTimeMilliseconds(found.CreatedAt), [])
                );
            },
            cancellationToken
        );

    private static Change<Workspace>? Apply(
        ControlTransaction transaction,
        WorkspaceRow row,
        WorkspaceChange change,
        out WorkspaceRow changed,
        out long? organisation
    )
    {
        changed = row;
        organisation = row.Organisation is { } above ? WorkspaceTable.Organisation(transaction, above) : null;
        if (row.State == WorkspaceState.Archived)
        {
            return Change.Failed<Workspace>(ChangeOutcome.Refused, "the workspace is archived");
        }

        if (change.Title is { Length: > 0 } title && !Names.IsText(title))
        {
            return Change.Failed<Workspace>(ChangeOutcome.Invalid, $"title: {Names.TextRule}");
        }

        if (change.Title is not null)
        {
            changed = changed with { Title = change.Title.Length == 0 ? null : change.Title };
        }

        if (change.Organisation is { } named)
        {
            organisation = named.Length == 0 ? null : WorkspaceTable.Organisation(transaction, named);
            if (named.Length > 0 && organisation is null)
            {
                return Change.Failed<Workspace>(ChangeOutcome.Invalid, "organisation: there is none of that name");
            }

            changed = changed with { Organisation = named.Length == 0 ? null : named };
        }

        if (change.RequiresSecondFactor is { } required)
        {
            changed = changed with { SecondFactor = required ? 1 : 0 };
        }

        if (change.State is { } state && state != row.State)
        {
            if (row.Id == WorkspaceId.Default.Value)
            {
                return Change.Failed<Workspace>(
                    ChangeOutcome.Refused,
                    "the workspace default runs the instance: it can be neither suspended nor archived"
                );
            }

            changed = changed with
            {
                SuspendedAt = state == WorkspaceState.Active ? null : row.SuspendedAt ?? transaction.Now,
                ArchivedAt = state == WorkspaceState.Archived ? transaction.Now : null,
            };
        }

        return null;
    }

    private static string Verb(WorkspaceState state) =>
        state switch
        {
            WorkspaceState.Suspended => "suspend",
            WorkspaceState.Archived => "archive",
            _ => "resume",
        };

    private static string Describe(
        string? title,
        string? organisation,
        WorkspaceState state,
        bool requiresSecondFactor = false
    ) =>
        AuditValue.Of(
            ("title", title),
            ("organisation", organisation),
            ("state", state.ToString().ToLowerInvariant()),
            ("requiresSecondFactor", requiresSecondFactor)
        );
}
