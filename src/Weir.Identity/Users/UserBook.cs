using System.Collections.Immutable;
using Dapper;
using Weir.Foundation;
using Weir.Identity.Sessions;
using Weir.Identity.Storage;
using Weir.Identity.Users;

namespace Weir.Identity;

/// <summary>
/// The people and service accounts of workspaces. Who changes one may do no less than he: a moderator can neither reset nor
/// suspend an admin, nor give a role beyond his own. A workspace keeps somebody who may everything. Thread-safe.
/// </summary>
public sealed class UserBook
{
    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);

    private const int MostUsers = 10_000;

    private readonly ControlDb database;
    private readonly AuthSessions sessions;

    internal UserBook(ControlDb database, AuthSessions sessions)
    {
        this.database = database;
        this.sessions = sessions;
    }

    /// <summary>The workspace's users, by name.</summary>
    public ImmutableArray<User> List(WorkspaceId workspace)
    {
        using var reader = database.File.OpenReader();
        return
        [
            .. reader
                .Query<ListedUserRow>($"{ListedUserRow.Select} ORDER BY u.folded", new { Id = workspace.Value })
                .Select(row => row.ToUser()),
        ];
    }

    /// <summary>A user by id or name; null when the workspace has none.</summary>
    public User? Find(WorkspaceId workspace, string idOrName)
    {
        using var reader = database.File.OpenReader();
        return reader
            .Query<ListedUserRow>(
                $"{ListedUserRow.Select} AND (u.id = @idOrName OR u.folded = @folded)",
                new
                {
                    Id = workspace.Value,
                    idOrName,
                    folded = UserRules.Folded(idOrName),
                }
            )
            .FirstOrDefault()
            ?.ToUser();
    }

    /// <summary>Invites a person, or makes a service account.</summary>
    public Task<Change<InvitedUser>> AddAsync(Actor actor, NewUser request, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor,
            transaction =>
            {
                var known = database.Snapshot.RolesOf(actor.Workspace);
                if (UserRules.Fault(request) is { } fault)
                {
                    return Failed(ChangeOutcome.Invalid, fault);
                }

                if (UserRules.RolesFault(actor, request.Roles, known) is { } refusal)
                {
                    return Failed(refusal.Outcome, refusal.Reason);
                }

                if (PeopleTable.Find(transaction, actor.Workspace, UserRules.Folded(request.Name)) is not null)
                {
                    return Failed(ChangeOutcome.Taken, $"name: somebody is called '{request.Name}' already");
                }

                if (database.Snapshot.Members.Values.Count(m => m.Workspace == actor.Workspace) >= MostUsers)
                {
                    return Failed(ChangeOutcome.Refused, $"a workspace has at most {MostUsers} users");
                }

                var isPerson = request.Kind == UserKind.Person;
                var row = new UserRow
                {
                    Id = OpaqueToken.NewId("usr_"),
                    Workspace = actor.Workspace.Value,
                    Name = request.Name,
                    Folded = UserRules.Folded(request.Name),
                    Display = request.DisplayName,
                    Email = request.Email,
                    Kind = isPerson ? "person" : "service",
                    State = isPerson ? "invited" : "active",
                    CreatedAt = transaction.Now,
                    UpdatedAt = transaction.Now,
                };
                PeopleTable.Insert(transaction, row);
                PeopleTable.SetRoles(transaction, row, request.Roles);
                transaction.Audit(
                    isPerson ? "user.invite" : "user.create",
                    $"user:{row.Id}",
                    after: Describe(row, request.Roles)
                );
                return isPerson ? Link(transaction, row) : Done(transaction, row);
            },
            cancellationToken
        );

    /// <summary>Changes what a user is called or may do. New roles, and new grants, end his sessions.</summary>
    public Task<Change<InvitedUser>> ChangeAsync(
        Actor actor,
        string idOrName,
        UserChange change,
        CancellationToken cancellationToken
    ) =>
        OneAsync(
            actor,
            idOrName,
            (transaction, row, roles) =>
            {
                if (UserRules.Fault(change) is { } fault)
                {
                    return Failed(ChangeOutcome.Invalid, fault);
                }

                var changed = row with
                {
                    Display = change.DisplayName is null ? row.Display : NullIfEmpty(change.DisplayName),
                    Email = change.Email is null ? row.Email : NullIfEmpty(change.Email),
                    UpdatedAt = transaction.Now,
                };
                var next = roles;
                if (change.Roles is { } given && !given.Order(StringComparer.Ordinal).SequenceEqual(roles))
                {
                    var refusal = UserRules.RolesFault(actor, given, database.Snapshot.RolesOf(actor.Workspace));
                    if (refusal is not null)
                    {
                        return Failed(refusal.Value.Outcome, refusal.Value.Reason);
                    }

                    if (!given.Contains(BuiltInRoles.Admin) && LastAdmin(transaction, row, roles) is { } last)
                    {
                        return last;
                    }

                    next = [.. given.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                    PeopleTable.SetRoles(transaction, row, next);
                    SessionTable.DeleteOf(transaction, row.Id);
                }

                var had = GrantTable.Of(transaction, row.Id).Select(grant => grant.ToGrant()).ToImmutableArray();
                var grants = had;
                if (change.Grants is { } granted && !granted.ToHashSet().SetEquals(had))
                {
                    var refusal = UserRules.GrantsFault(actor, granted, database.Snapshot.RolesOf(actor.Workspace));
                    if (refusal is not null)
                    {
                        return Failed(refusal.Value.Outcome, refusal.Value.Reason);
                    }

                    grants = granted;
                    GrantTable.Set(transaction, row, granted);
                    SessionTable.DeleteOf(transaction, row.Id);
                }

                PeopleTable.Update(transaction, changed);
                transaction.Audit(
                    "user.change",
                    $"user:{row.Id}",
                    Describe(row, roles, had),
                    Describe(changed, next, grants)
                );
                return Done(transaction, changed);
            },
            endsSessions: change.Roles is not null || change.Grants is not null,
            cancellationToken
        );

    /// <summary>Shuts a user out, with his sessions and keys, at once.</summary>
    public Task<Change<InvitedUser>> SuspendAsync(Actor actor, string idOrName, CancellationToken cancellationToken) =>
        OneAsync(
            actor,
            idOrName,
            (transaction, row, roles) =>
                row.State == "suspended" ? Failed(ChangeOutcome.Invalid, "the user is suspended already")
                : LastAdmin(transaction, row, roles) is { } last ? last
                : Become(
                    transaction,
                    row,
                    "suspended",
                    "user.suspend",
                    () => SessionTable.DeleteOf(transaction, row.Id)
                ),
            endsSessions: true,
            cancellationToken
        );

    /// <summary>
    /// Lets a suspended user in again, his keys with him; a person who never took an invitation is invited again.
    /// </summary>
    public Task<Change<InvitedUser>> ResumeAsync(Actor actor, string idOrName, CancellationToken cancellationToken) =>
        OneAsync(
            actor,
            idOrName,
            (transaction, row, _) =>
            {
                if (row.State != "suspended")
                {
                    return Failed(ChangeOutcome.Invalid, "the user is not suspended");
                }

                var hadPassword = CredentialTable.Of(transaction, row.Id) is { Password: not null };
                return Become(
                    transaction,
                    row,
                    row.Kind == "service" || hadPassword ? "active" : "invited",
                    "user.resume",
                    () => { }
                );
            },
            endsSessions: false,
            cancellationToken
        );

    /// <summary>
    /// Takes a person's password and sessions away and makes a link by which he sets another: for who forgot it, or whose password
    /// somebody else knows. A person who was invited gets a new link, and the old one ends.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="idOrName">Whom.</param>
    /// <param name="dropsSecondFactor">Whether one-time codes and passkeys go too: for who lost them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Change<InvitedUser>> ResetAsync(
        Actor actor,
        string idOrName,
        bool dropsSecondFactor,
        CancellationToken cancellationToken
    ) =>
        OneAsync(
            actor,
            idOrName,
            (transaction, row, _) =>
            {
                if (row.Kind == "service" || row.State == "suspended")
                {
                    return Failed(
                        ChangeOutcome.Invalid,
                        row.Kind == "service"
                            ? "a service account has no password"
                            : "the user is suspended: resume him first"
                    );
                }

                if (dropsSecondFactor)
                {
                    PeopleTable.DropCredentials(transaction, row.Id);
                }
                else
                {
                    CredentialTable.SetPassword(transaction, row.Id, null);
                    SessionTable.DeleteOf(transaction, row.Id);
                }

                transaction.Audit(
                    "user.reset",
                    $"user:{row.Id}",
                    after: AuditValue.Of(("name", row.Name), ("dropsSecondFactor", dropsSecondFactor))
                );
                return Link(transaction, row);
            },
            endsSessions: true,
            cancellationToken
        );

    /// <summary>
    /// Removes a user: his keys, sessions and credentials end, his name is free again; what he did stays in the ledger and the
    /// audit trail.
    /// </summary>
    public Task<Change<InvitedUser>> RemoveAsync(Actor actor, string idOrName, CancellationToken cancellationToken) =>
        OneAsync(
            actor,
            idOrName,
            (transaction, row, roles) =>
                Remove(
                    transaction,
                    row,
                    roles,
                    () => transaction.Audit("user.remove", $"user:{row.Id}", Describe(row, roles))
                ),
            endsSessions: true,
            cancellationToken
        );

    /// <summary>
    /// Removes a user as <see cref="RemoveAsync"/> does, and calls his keys and what they stand for otherwise. Of what he was called
    /// nothing new is written to the audit trail; what stands there stays until the trail's retention.
    /// </summary>
    public Task<Change<InvitedUser>> EraseAsync(
        Actor actor,
        string id,
        PersonErasure erasure,
        CancellationToken cancellationToken
    ) =>
        OneAsync(
            actor,
            id,
            (transaction, row, roles) =>
                Remove(transaction, row, roles, () => PeopleTable.RenameKeys(transaction, erasure)),
            endsSessions: true,
            cancellationToken
        );

    /// <summary>Calls otherwise whom keys stand for: of somebody who is no user (any more).</summary>
    public Task EraseAsync(Actor actor, PersonErasure erasure, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                PeopleTable.RenameKeys(transaction, erasure);
                return true;
            },
            cancellationToken
        );

    private Change<InvitedUser> Remove(
        ControlTransaction transaction,
        UserRow row,
        ImmutableArray<string> roles,
        Action note
    )
    {
        if (LastAdmin(transaction, row, roles) is { } last)
        {
            return last;
        }

        var user = Shown(transaction, row);
        PeopleTable.DropCredentials(transaction, row.Id);
        PeopleTable.RevokeKeys(transaction, row.Id);
        PeopleTable.SetRoles(transaction, row, []);
        GrantTable.Set(transaction, row, []);
        DashboardTable.Leave(transaction, row.Id);
        transaction.Execute("DELETE FROM team_member WHERE user = @Id", row);
        PeopleTable.Update(
            transaction,
            row with
            {
                Name = row.Id,
                Folded = row.Id,
                Display = null,
                Email = null,
                State = "erased",
                UpdatedAt = transaction.Now,
            }
        );
        note();
        return Change.Done(new InvitedUser(user, null, null));
    }

    private static Change<InvitedUser> Failed(ChangeOutcome outcome, string reason) =>
        Change.Failed<InvitedUser>(outcome, reason);

    private static Change<InvitedUser> Done(ControlTransaction transaction, UserRow row) =>
        Change.Done(new InvitedUser(Shown(transaction, row), null, null));

    private static Change<InvitedUser> Link(ControlTransaction transaction, UserRow row)
    {
        var token = OpaqueToken.New(OpaqueToken.Invitation);
        var expiresAt = transaction.Now + (long)InvitationLife.TotalMilliseconds;
        PeopleTable.Invite(transaction, row, OpaqueToken.Hash(token), expiresAt);
        return Change.Done(
            new InvitedUser(Shown(transaction, row), token, DateTimeOffset.FromUnixTimeMilliseconds(expiresAt))
        );
    }

    private static User Shown(ControlTransaction transaction, UserRow row) =>
        transaction
            .Query<ListedUserRow>($"{ListedUserRow.Select} AND u.id = @user", new { Id = row.Workspace, user = row.Id })
            .Single()
            .ToUser();

    private static Change<InvitedUser> Become(
        ControlTransaction transaction,
        UserRow row,
        string state,
        string action,
        Action also
    )
    {
        var changed = row with { State = state, UpdatedAt = transaction.Now };
        PeopleTable.Update(transaction, changed);
        also();
        transaction.Audit(
            action,
            $"user:{row.Id}",
            AuditValue.Of(("name", row.Name), ("state", row.State)),
            AuditValue.Of(("name", row.Name), ("state", state))
        );
        return Done(transaction, changed);
    }

    private async Task<Change<InvitedUser>> OneAsync(
        Actor actor,
        string idOrName,
        Func<ControlTransaction, UserRow, ImmutableArray<string>, Change<InvitedUser>> change,
        bool endsSessions,
        CancellationToken cancellationToken
    )
    {
        string? id = null;
        var result = await ChangeAsync(
            actor,
            transaction =>
            {
                var row =
                    PeopleTable.Find(transaction, actor.Workspace, idOrName)
                    ?? PeopleTable.Find(transaction, actor.Workspace, UserRules.Folded(idOrName));
                if (row is null)
                {
                    return Failed(ChangeOutcome.NotFound, "there is no user of that name or id");
                }

                id = row.Id;
                var roles = PeopleTable.RolesOf(transaction, row.Id).ToImmutableArray();
                var his = database.Snapshot.RolesOf(actor.Workspace).Permissions(roles);
                return actor.MayGive(actor.Workspace == WorkspaceId.Default ? his : his.OfOneWorkspace())
                    ? change(transaction, row, roles)
                    : Failed(
                        ChangeOutcome.Refused,
                        "the user may do more than you: somebody who may as much must do this"
                    );
            },
            cancellationToken
        );
        // Those that stand in the database alone are known again by nobody before a restart: they are taken from what is stored.
        if (result.IsDone && endsSessions && id is not null)
        {
            sessions.Forget(id);
        }

        return result;
    }

    private Task<Change<InvitedUser>> ChangeAsync(
        Actor actor,
        Func<ControlTransaction, Change<InvitedUser>> change,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
                database.Snapshot.Workspace(actor.Workspace) is { State: WorkspaceState.Active }
                    ? change(transaction)
                    : Failed(ChangeOutcome.Invalid, "workspace: there is none of that number that is active"),
            cancellationToken
        );

    private Change<InvitedUser>? LastAdmin(ControlTransaction transaction, UserRow row, ImmutableArray<string> roles) =>
        row.State == "active"
        && roles.Contains(BuiltInRoles.Admin)
        && !Administrators.WouldRemain(
            transaction,
            database.Snapshot,
            new WorkspaceId((int)row.Workspace),
            withoutUser: row.Id
        )
            ? Failed(
                ChangeOutcome.Refused,
                "nobody would be left who may everything here: make another admin, or a key with the scope admin that never expires"
            )
            : null;

    private static string Describe(
        UserRow row,
        IEnumerable<string> roles,
        ImmutableArray<ResourceGrant> grants = default
    ) =>
        AuditValue.Of(
            ("name", row.Name),
            ("displayName", row.Display),
            ("email", row.Email),
            ("kind", row.Kind),
            ("state", row.State),
            ("roles", roles),
            (
                "grants",
                grants is { IsDefaultOrEmpty: false }
                    ? grants.Select(grant => $"{grant.Role} for {GrantRow.Word(grant.Kind)} {grant.Name}")
                    : null
            )
        );

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
