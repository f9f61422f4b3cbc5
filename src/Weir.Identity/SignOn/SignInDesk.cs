using System.Security.Cryptography;
using Weir.Foundation;
using Weir.Identity.Sessions;
using Weir.Identity.SignOn;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// Where people sign in: by password and, where they have them, one-time codes; by passkey; and by an invitation's link, with a
/// password of their choice. Thread-safe.
/// </summary>
public sealed class SignInDesk
{
    private readonly ControlDb database;
    private readonly AuthSessions sessions;
    private readonly PasswordDesk passwords;
    private readonly SecretStore secrets;
    private readonly TicketBox tickets = new();

    internal SignInDesk(ControlDb database, AuthSessions sessions, PasswordDesk passwords, SecretStore secrets)
    {
        this.database = database;
        this.sessions = sessions;
        this.passwords = passwords;
        this.secrets = secrets;
    }

    /// <summary>Whether this system hashes passwords by Argon2id; else it does by PBKDF2, and cannot check the others.</summary>
    public static bool HasArgon2 => PasswordHasher.HasArgon2;

    /// <summary>How many people's passwords this system cannot check, for want of the library that hashed them.</summary>
    public int CountUncheckable()
    {
        if (HasArgon2)
        {
            return 0;
        }

        using var transaction = ControlTransaction.Look(database);
        return transaction.Scalar<int>("SELECT count(*) FROM credential WHERE password LIKE '$argon2id$%'");
    }

    /// <summary>The first step: a name and a password.</summary>
    /// <param name="workspace">The workspace's name.</param>
    /// <param name="name">The person's name.</param>
    /// <param name="password">The password.</param>
    /// <param name="from">From where.</param>
    /// <param name="cancellationToken">Gives up; the attempt is not counted when it was not looked at yet.</param>
    public async Task<SignInResult> PasswordAsync(
        string workspace,
        string name,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        var check = await passwords.CheckAsync(workspace, name, password, from, cancellationToken);
        if (check.Outcome != SignInOutcome.SignedIn)
        {
            return new SignInResult(check.Outcome, Wait: check.Wait);
        }

        var ticket = new Ticket(check.User!.Id, workspace, name, check.Hash!, check.Upgrade, database.Now);
        var (opened, codeNeeded) = await database.ChangeAsync(
            As(check.User, from),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                return StillGood(transaction, ticket) is not var (user, credential) ? default
                    : credential.HasCodes ? (null, true)
                    : ((SessionRow, string)?)Open(
                        transaction,
                        user,
                        ticket,
                        check.Attempt!,
                        SignInMethod.Password,
                        from
                    )
                        is var made
                        ? (made, false)
                    : default;
            },
            cancellationToken
        );
        if (opened is { } session)
        {
            check.Attempt!.Succeeded();
            return new SignInResult(SignInOutcome.SignedIn, sessions.Opened(session));
        }

        if (codeNeeded)
        {
            // Neither for nor against him: a right password must not win new tries at the code.
            check.Attempt!.Withdraw();
            return new SignInResult(SignInOutcome.CodeNeeded, Ticket: tickets.Add(ticket));
        }

        return SignInResult.Refused;
    }

    /// <summary>The second step: a one-time code, or one of the recovery codes.</summary>
    public async Task<SignInResult> CodeAsync(
        string ticketToken,
        string code,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        if (tickets.Try(ticketToken, database.Now) is not { } ticket)
        {
            return SignInResult.Refused;
        }

        var (attempt, wait) = passwords.Begin(ticket, from);
        if (attempt is null)
        {
            return new SignInResult(SignInOutcome.Wait, Wait: wait);
        }

        if (database.Snapshot.Members.GetValueOrDefault(ticket.User) is not { } member)
        {
            return SignInResult.Refused;
        }

        var (opened, isSealed) = await database.ChangeAsync(
            As(member, from),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (StillGood(transaction, ticket) is not var (user, credential) || !credential.HasCodes)
                {
                    return default;
                }

                SignInMethod? method;
                if (RecoveryCodes.LooksLikeOne(code))
                {
                    method = TakeRecovery(transaction, credential, code);
                }
                else if (secrets.OpenCodes(credential) is { } secret)
                {
                    method = TakeCode(transaction, credential, secret, code);
                }
                else
                {
                    return (null, true);
                }

                return method is { } by
                    ? (((SessionRow, string)?)Open(transaction, user, ticket, attempt, by, from), false)
                    : default;
            },
            cancellationToken
        );
        if (isSealed)
        {
            attempt.Withdraw();
            return new SignInResult(SignInOutcome.Sealed);
        }

        if (opened is not { } session)
        {
            await passwords.FailAsync(attempt, member.Workspace, member.Id, "code", from, cancellationToken);
            return SignInResult.Refused;
        }

        tickets.Remove(ticketToken);
        attempt.Succeeded();
        return new SignInResult(SignInOutcome.SignedIn, sessions.Opened(session));
    }

    /// <summary>What a link is for; null when it is used up, replaced, too old or none.</summary>
    public OpenInvitation? Invitation(string token)
    {
        using var transaction = ControlTransaction.Look(database);
        return Invited(transaction, token) is var (user, invitation, workspace)
            ? new OpenInvitation(
                workspace.Name,
                user.Name,
                user.Display,
                DateTimeOffset.FromUnixTimeMilliseconds(invitation.ExpiresAt)
            )
            : null;
    }

    /// <summary>
    /// Takes an invitation: sets the password and signs in with it. What other sessions the person has end. Where one-time codes
    /// are asked of him, one is asked for.
    /// </summary>
    public async Task<InvitationResult> AcceptAsync(
        string token,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        if (Invitation(token) is not { } invitation)
        {
            return new InvitationResult(SignInResult.Refused, null);
        }

        if (PasswordRules.Fault(password, invitation.User, invitation.DisplayName, invitation.Workspace) is { } fault)
        {
            return new InvitationResult(null, fault);
        }

        if (await passwords.HashAsync(password, cancellationToken) is not { } hash)
        {
            return new InvitationResult(new SignInResult(SignInOutcome.Busy), null);
        }

        var workspaceId = database.Snapshot.Workspaces.First(w => w.Name == invitation.Workspace).Id;
        var accepted = await database.ChangeAsync(
            Actor.System(workspaceId) with
            {
                Address = from.Address?.ToString(),
            },
            transaction =>
            {
                if (Invited(transaction, token) is not var (user, _, workspace))
                {
                    return default;
                }

                CredentialTable.SetPassword(transaction, user.Id, hash);
                PeopleTable.DropInvitation(transaction, user.Id);
                SessionTable.DeleteOf(transaction, user.Id);
                PeopleTable.Update(transaction, user with { State = UserRow.Active, UpdatedAt = transaction.Now });
                transaction.Audit(
                    user.State == "invited" ? "user.accept" : "user.password",
                    $"user:{user.Id}",
                    after: AuditValue.Of(("name", user.Name), ("password", AuditValue.Masked))
                );
                if (CredentialTable.Of(transaction, user.Id) is { HasCodes: true })
                {
                    return (user, workspace.Name, null);
                }

                var opened = AuthSessions.Open(transaction, user, SignInMethod.Password, from);
                CredentialTable.SignedIn(transaction, user.Id);
                NoteOpened(transaction, user, opened.Row);
                return (User: user, Workspace: workspace.Name, Opened: ((SessionRow, string)?)opened);
            },
            cancellationToken
        );
        if (accepted.User is null)
        {
            return new InvitationResult(SignInResult.Refused, null);
        }

        sessions.Forget(accepted.User.Id);
        return new InvitationResult(
            accepted.Opened is { } session
                ? new SignInResult(SignInOutcome.SignedIn, sessions.Opened(session))
                : new SignInResult(
                    SignInOutcome.CodeNeeded,
                    Ticket: tickets.Add(
                        new Ticket(accepted.User.Id, accepted.Workspace, accepted.User.Name, hash, null, database.Now)
                    )
                ),
            null
        );
    }

    /// <summary>A person who may sign in, with his passkeys; null when there is none of that id.</summary>
    public PasskeyOwner? PasskeyOwner(string userId)
    {
        using var transaction = ControlTransaction.Look(database);
        return database.Snapshot.Members.GetValueOrDefault(userId) is { IsActive: true } member
            ? new PasskeyOwner(
                member.Id,
                member.Name,
                [.. CredentialTable.Passkeys(transaction, userId).Select(OwnDesk.Shown)]
            )
            : null;
    }

    /// <summary>Whose passkey an authenticator calls so; null when there is none, or its person may not sign in.</summary>
    public PasskeyOwner? PasskeyOwner(byte[] credential)
    {
        string? user;
        using (var transaction = ControlTransaction.Look(database))
        {
            user = CredentialTable.Passkey(transaction, credential)?.User;
        }

        return user is null ? null : PasskeyOwner(user);
    }

    /// <summary>Signs in by a passkey. A failure is in the audit trail as that of a password is, and slows the address down.</summary>
    /// <param name="claimed">What the authenticator calls it, as the browser says: whose failure it is.</param>
    /// <param name="verify">Verifies the signature; null for one that does not hold.</param>
    /// <param name="from">From where.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SignInResult> PasskeyAsync(
        byte[] claimed,
        Func<Task<UsedPasskey?>> verify,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        var (attempt, wait) = passwords.Begin(from);
        if (attempt is null)
        {
            return new SignInResult(SignInOutcome.Wait, Wait: wait);
        }

        UsedPasskey? used;
        try
        {
            used = await verify();
        }
        catch
        {
            attempt.Withdraw();
            throw;
        }

        if (used is not null && await OpenAsync(used, from, cancellationToken) is { } session)
        {
            attempt.Succeeded();
            return new SignInResult(SignInOutcome.SignedIn, sessions.Opened(session));
        }

        PasskeyRow? row;
        using (var transaction = ControlTransaction.Look(database))
        {
            row = CredentialTable.Passkey(transaction, used?.Credential ?? claimed);
        }

        // One that nobody has was tried at the whole server: that is told where the server's own affairs are.
        await passwords.FailAsync(
            attempt,
            row is null ? WorkspaceId.Default : new WorkspaceId((int)row.Workspace),
            row?.User,
            "passkey",
            from,
            cancellationToken
        );
        return SignInResult.Refused;
    }

    private async Task<(SessionRow Row, string Token)?> OpenAsync(
        UsedPasskey used,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        if (
            PasskeyOwner(used.Credential) is not { } known
            || database.Snapshot.Members.GetValueOrDefault(known.Id) is not { } member
        )
        {
            return null;
        }

        return await database.ChangeAsync(
            As(member, from),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (
                    CredentialTable.Passkey(transaction, used.Credential) is not { } passkey
                    || PeopleTable.Get(transaction, passkey.User) is not { State: UserRow.Active } user
                )
                {
                    return ((SessionRow, string)?)null;
                }

                CredentialTable.UsedPasskey(transaction, passkey.Id, used.SignCount, used.IsBackedUp);
                CredentialTable.SignedIn(transaction, user.Id);
                var made = AuthSessions.Open(transaction, user, SignInMethod.Passkey, from);
                NoteOpened(transaction, user, made.Row);
                return made;
            },
            cancellationToken
        );
    }

    private static Actor As(UserRow user, SignInFrom from) =>
        new()
        {
            Workspace = new WorkspaceId((int)user.Workspace),
            Kind = ActorKind.User,
            Id = user.Id,
            Name = user.Name,
            Address = from.Address?.ToString(),
        };

    private static Actor As(Member member, SignInFrom from) =>
        new()
        {
            Workspace = member.Workspace,
            Kind = ActorKind.User,
            Id = member.Id,
            Name = member.Name,
            Address = from.Address?.ToString(),
        };

    private static void NoteOpened(ControlTransaction transaction, UserRow user, SessionRow session) =>
        transaction.Audit(
            "session.open",
            $"session:{session.Id}",
            after: AuditValue.Of(("user", user.Name), ("method", session.Method))
        );

    private static (SessionRow Row, string Token) Open(
        ControlTransaction transaction,
        UserRow user,
        Ticket ticket,
        SignInThrottle.SignInAttempt attempt,
        SignInMethod method,
        SignInFrom from
    )
    {
        if (ticket.Upgrade is not null)
        {
            CredentialTable.SetPassword(transaction, user.Id, ticket.Upgrade);
        }

        CredentialTable.SignedIn(transaction, user.Id);
        CredentialTable.ForgetFailures(transaction, attempt.NameHash!);
        var opened = AuthSessions.Open(transaction, user, method, from);
        NoteOpened(transaction, user, opened.Row);
        return opened;
    }

    // What was true when the password was checked may have been changed since.
    private static (UserRow User, CredentialRow Credential)? StillGood(ControlTransaction transaction, Ticket ticket) =>
        PeopleTable.Get(transaction, ticket.User) is { State: UserRow.Active } user
        && CredentialTable.Of(transaction, user.Id) is { } credential
        && string.Equals(credential.Password, ticket.Password, StringComparison.Ordinal)
            ? (user, credential)
            : null;

    private static SignInMethod? TakeRecovery(ControlTransaction transaction, CredentialRow credential, string code) =>
        credential.RecoverySalt is { } salt
        && RecoveryCodes.Hash(salt, code) is { } hash
        && CredentialTable.TakeRecovery(transaction, credential.User, hash)
            ? SignInMethod.Recovery
            : null;

    private static SignInMethod? TakeCode(
        ControlTransaction transaction,
        CredentialRow credential,
        byte[] secret,
        string code
    ) =>
        Totp.Match(secret, code, DateTimeOffset.FromUnixTimeMilliseconds(transaction.Now), credential.TotpStep)
            is { } step
        && CredentialTable.TakeStep(transaction, credential.User, step)
            ? SignInMethod.Code
            : null;

    private (UserRow User, InvitationRow Invitation, Workspace Workspace)? Invited(
        ControlTransaction transaction,
        string token
    )
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return
            OpaqueToken.TryHash(token, OpaqueToken.Invitation, hash)
            && PeopleTable.Invitation(transaction, hash) is { } invitation
            && PeopleTable.Get(transaction, invitation.User) is { State: "invited" or UserRow.Active } user
            && database.Snapshot.Workspace(new WorkspaceId((int)user.Workspace))
                is { State: WorkspaceState.Active } workspace
            ? (user, invitation, workspace)
            : null;
    }
}
