using Dapper;
using Weir.Foundation;
using Weir.Identity.Storage;
using Weir.Identity.Users;

namespace Weir.Identity.SignOn;

/// <summary>
/// Checks names and passwords: throttled, in the hashing queue, with the same work and the same words whether there is such a
/// person or not. Thread-safe.
/// </summary>
internal sealed class PasswordDesk : IDisposable
{
    // Rows for names that fail twice would let a flood fill the file.
    private const int StoredFrom = 5;

    private readonly ControlDb database;
    private readonly PasswordHasher hasher;
    private readonly SignInThrottle throttle;
    private readonly HashingQueue queue = new();

    public PasswordDesk(ControlDb database, PasswordHasher hasher, IEnumerable<FailureRow> failures)
    {
        this.database = database;
        this.hasher = hasher;
        throttle = new SignInThrottle(database.Clock);
        foreach (var row in failures)
        {
            throttle.Restore(row.Name, new FailureCount((int)row.Failures, row.LastAt));
        }
    }

    /// <summary>Whether a name and a password belong together.</summary>
    public async Task<PasswordCheck> CheckAsync(
        string workspace,
        string name,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        var (attempt, wait) = throttle.Begin(workspace, name, from.Address);
        if (attempt is null)
        {
            return new PasswordCheck(SignInOutcome.Wait, null, null, null, null, wait);
        }

        var tenant = database.Snapshot.Workspaces.FirstOrDefault(w => w.Name == workspace);
        var (user, hash) = tenant is null ? default : Read(tenant.Id, name);
        HashingTurn<(bool Fits, string? Upgrade)> turn;
        try
        {
            turn = await queue.RunAsync(
                () =>
                    hasher.Verify(hash, password)
                        ? (true, hasher.NeedsUpgrade(hash!) ? hasher.Hash(password) : null)
                        : (false, (string?)null),
                cancellationToken
            );
        }
        catch
        {
            attempt.Withdraw();
            throw;
        }

        if (!turn.Done)
        {
            attempt.Withdraw();
            return new PasswordCheck(SignInOutcome.Busy, null, null, null, null, default);
        }

        var mayEnter = user is { State: UserRow.Active, Kind: "person" } && tenant!.State == WorkspaceState.Active;
        if (!turn.Value.Fits || !mayEnter)
        {
            await FailAsync(attempt, tenant?.Id, user?.Id, "password", from, cancellationToken);
            return new PasswordCheck(SignInOutcome.Refused, null, null, null, null, default);
        }

        return new PasswordCheck(SignInOutcome.SignedIn, attempt, user, hash, turn.Value.Upgrade, default);
    }

    /// <summary>Asks for an attempt at a second step, as for a password.</summary>
    public (SignInThrottle.SignInAttempt? Attempt, TimeSpan Wait) Begin(Ticket ticket, SignInFrom from) =>
        throttle.Begin(ticket.Workspace, ticket.Name, from.Address);

    /// <summary>Asks for an attempt that names nobody.</summary>
    public (SignInThrottle.SignInAttempt? Attempt, TimeSpan Wait) Begin(SignInFrom from) =>
        throttle.Begin(from.Address);

    /// <summary>The hash of a new password; null when too many are hashed at once.</summary>
    public async Task<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        (await queue.RunAsync(() => hasher.Hash(password), cancellationToken)).Value;

    /// <summary>Notes a failure: in the trail of the workspace, and for the name to wait after a restart too.</summary>
    public Task FailAsync(
        SignInThrottle.SignInAttempt attempt,
        WorkspaceId? workspace,
        string? user,
        string step,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        void Count(ControlTransaction transaction)
        {
            if (attempt.NameHash is { } name && attempt.NameCount.Failures >= StoredFrom)
            {
                CredentialTable.StoreFailures(transaction, name, attempt.NameCount.Failures, attempt.NameCount.LastAt);
            }
        }

        return workspace is not { } tenant
            ? database.StoreAsync(Count, cancellationToken)
            : database.ChangeAsync(
                Actor.System(tenant) with
                {
                    Address = from.Address?.ToString(),
                },
                transaction =>
                {
                    transaction.LeavesSnapshot = true;
                    Count(transaction);
                    // A name that nobody has is not kept: it may be a password in the wrong field.
                    transaction.Audit("sign-in.fail", $"user:{user ?? "?"}", after: AuditValue.Of(("step", step)));
                    return true;
                },
                cancellationToken
            );
    }

    public void Dispose() => queue.Dispose();

    private (UserRow? User, string? Hash) Read(WorkspaceId workspace, string name)
    {
        using var reader = database.File.OpenReader();
        var user = reader.QueryFirstOrDefault<UserRow>(
            """
            SELECT id AS Id, workspace AS Workspace, name AS Name, folded AS Folded, display AS Display, email AS Email,
                kind AS Kind, state AS State, created_at AS CreatedAt, updated_at AS UpdatedAt
            FROM user WHERE workspace = @Id AND folded = @folded
            """,
            new { Id = workspace.Value, folded = UserRules.Folded(name) }
        );
        // Asked also for nobody, so that it takes as long.
        var hash = reader.ExecuteScalar<string?>(
            "SELECT password FROM credential WHERE user = @id",
            new { id = user?.Id ?? "" }
        );
        return (user, hash);
    }
}

/// <summary>What came of checking a name and a password.</summary>
/// <param name="Outcome"><see cref="SignInOutcome.SignedIn"/> when they belong together and the person may enter.</param>
/// <param name="Attempt">The attempt, to be ended one way or the other.</param>
/// <param name="User">Who.</param>
/// <param name="Hash">The hash that fitted.</param>
/// <param name="Upgrade">A better hash of the same password; null for none.</param>
/// <param name="Wait">How long to wait.</param>
internal readonly record struct PasswordCheck(
    SignInOutcome Outcome,
    SignInThrottle.SignInAttempt? Attempt,
    UserRow? User,
    string? Hash,
    string? Upgrade,
    TimeSpan Wait
);
