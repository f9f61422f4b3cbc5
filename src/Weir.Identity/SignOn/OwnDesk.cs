using System.Security.Cryptography;
using Weir.Identity.Secrets;
using Weir.Identity.Sessions;
using Weir.Identity.SignOn;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// What a person who is signed in does with his own credentials. Everything that weakens or adds one asks for the password again,
/// ends his other sessions and gives this one a new token. Thread-safe.
/// </summary>
public sealed class OwnDesk
{
    private const int MostPasskeys = 20;

    private readonly ControlDb database;
    private readonly AuthSessions sessions;
    private readonly PasswordDesk passwords;
    private readonly SecretStore secrets;

    internal OwnDesk(ControlDb database, AuthSessions sessions, PasswordDesk passwords, SecretStore secrets)
    {
        this.database = database;
        this.sessions = sessions;
        this.passwords = passwords;
        this.secrets = secrets;
    }

    /// <summary>What he signs in with.</summary>
    public OwnCredentials Credentials(SignedIn who)
    {
        using var transaction = ControlTransaction.Look(database);
        var id = who.Principal.OwnerId!;
        return new OwnCredentials(
            CredentialTable.Of(transaction, id) is { HasCodes: true },
            CredentialTable.RecoveryLeft(transaction, id),
            [.. CredentialTable.Passkeys(transaction, id).Select(Shown)]
        );
    }

    /// <summary>Sets another password.</summary>
    public async Task<Change<RenewedSession>> ChangePasswordAsync(
        SignedIn who,
        string current,
        string next,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        if (Find(who) is not { } user)
        {
            return Gone;
        }

        var workspace = database.Snapshot.Workspace(who.Principal.Workspace)!.Name;
        if (PasswordRules.Fault(next, user.Name, user.Display, user.Email, workspace) is { } fault)
        {
            return Change.Failed<RenewedSession>(ChangeOutcome.Invalid, fault);
        }

        if (await WhyNotAsync(who, current, from, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await passwords.HashAsync(next, cancellationToken) is not { } hash
            ? Busy
            : await RenewAsync(
                who,
                from,
                (transaction, row) =>
                {
                    CredentialTable.SetPassword(transaction, row.Id, hash);
                    transaction.Audit(
                        "user.password",
                        $"user:{row.Id}",
                        after: AuditValue.Of(("name", row.Name), ("password", AuditValue.Masked))
                    );
                    return [];
                },
                cancellationToken
            );
    }

    /// <summary>Makes a secret for one-time codes; asked for from <see cref="ConfirmCodesAsync"/> on.</summary>
    public async Task<Change<BegunCodes>> BeginCodesAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        if (await WhyNotAsync(who, password, from, cancellationToken) is { } refusal)
        {
            return Change.Failed<BegunCodes>(refusal.Outcome, refusal.Reason!);
        }

        return await secrets.SealingAsync(
                keys => BeginCodesAsync(who, keys, from, cancellationToken),
                cancellationToken
            ) ?? Change.Failed<BegunCodes>(ChangeOutcome.Refused, NoMasterKeys);
    }

    private Task<Change<BegunCodes>> BeginCodesAsync(
        SignedIn who,
        MasterKeys keys,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            As(who, from),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (
                    Active(transaction, who) is not { } user
                    || CredentialTable.Of(transaction, user.Id) is not { } credential
                )
                {
                    return Change.Failed<BegunCodes>(ChangeOutcome.NotFound, Gone.Reason!);
                }

                if (who.LacksFactor && Factor(transaction, user) is not null)
                {
                    return Change.Failed<BegunCodes>(ChangeOutcome.Refused, ShowFactor);
                }

                if (credential.HasCodes)
                {
                    return Change.Failed<BegunCodes>(
                        ChangeOutcome.Taken,
                        "one-time codes are asked for already: remove them first"
                    );
                }

                var secret = Totp.NewSecret();
                CredentialTable.SetCodes(transaction, user.Id, SealedCodes.Seal(keys, credential, secret));
                transaction.Audit("user.codes.begin", $"user:{user.Id}", after: AuditValue.Of(("name", user.Name)));
                return Change.Done(
                    new BegunCodes(Base32.Encode(secret), Totp.Address(secret, "Weir", $"{user.Name}@{Workspace(who)}"))
                );
            },
            cancellationToken
        );

    /// <summary>Asks for one-time codes from now on, when the first of them is right; recovery codes come with it.</summary>
    public Task<Change<RenewedSession>> ConfirmCodesAsync(
        SignedIn who,
        string code,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        RenewAsync(
            who,
            from,
            (transaction, user) =>
            {
                var now = DateTimeOffset.FromUnixTimeMilliseconds(transaction.Now);
                if (
                    CredentialTable.Of(transaction, user.Id) is not { HasCodes: false } credential
                    || secrets.OpenCodes(credential) is not { } secret
                    || Totp.Match(secret, code, now, null) is not { } step
                )
                {
                    return null;
                }

                CredentialTable.ConfirmCodes(transaction, user.Id, step);
                transaction.Audit(
                    "user.codes.add",
                    $"user:{user.Id}",
                    after: AuditValue.Of(("name", user.Name), ("secret", AuditValue.Masked))
                );
                return NewRecovery(transaction, user);
            },
            cancellationToken,
            "the code is not right: is the clock of the device?"
        );

    /// <summary>Asks for one-time codes no more; the recovery codes go with them.</summary>
    public Task<Change<RenewedSession>> RemoveCodesAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        AfterPasswordAsync(
            who,
            password,
            from,
            (transaction, user) =>
            {
                CredentialTable.SetCodes(transaction, user.Id, null);
                CredentialTable.SetRecovery(transaction, user, null, []);
                transaction.Audit("user.codes.remove", $"user:{user.Id}", AuditValue.Of(("name", user.Name)));
                return [];
            },
            cancellationToken
        );

    /// <summary>Makes ten new recovery codes in the place of those that there are.</summary>
    public Task<Change<RenewedSession>> RenewRecoveryAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        AfterPasswordAsync(
            who,
            password,
            from,
            (transaction, user) =>
            {
                if (CredentialTable.Of(transaction, user.Id) is not { HasCodes: true })
                {
                    return null;
                }

                transaction.Audit("user.recovery.renew", $"user:{user.Id}", after: AuditValue.Of(("name", user.Name)));
                return NewRecovery(transaction, user);
            },
            cancellationToken,
            "there are no one-time codes that they would stand for"
        );

    /// <summary>Whether a password is the person's own; the refusal when it is not.</summary>
    public async Task<string?> WhyNotAgainAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    ) => (await WhyNotAsync(who, password, from, cancellationToken))?.Reason;

    /// <summary>Keeps a passkey that was made and verified.</summary>
    public Task<Change<RenewedSession>> AddPasskeyAsync(
        SignedIn who,
        Passkey passkey,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        RenewAsync(
            who,
            from,
            (transaction, user) =>
            {
                if (
                    !Names.IsText(passkey.Name)
                    || CredentialTable.Passkeys(transaction, user.Id).Count >= MostPasskeys
                    || CredentialTable.Passkey(transaction, passkey.Credential) is not null
                )
                {
                    return null;
                }

                var id = OpaqueToken.NewId("psk_");
                CredentialTable.InsertPasskey(
                    transaction,
                    new PasskeyRow
                    {
                        Id = id,
                        Workspace = user.Workspace,
                        User = user.Id,
                        Credential = passkey.Credential,
                        Name = passkey.Name,
                        PublicKey = passkey.PublicKey,
                        SignCount = passkey.SignCount,
                        Transports = NameList.Write([.. passkey.Transports]),
                        IsBackupEligible = passkey.IsBackupEligible ? 1 : 0,
                        IsBackedUp = passkey.IsBackedUp ? 1 : 0,
                        Attestation = passkey.Attestation,
                        ClientData = passkey.ClientData,
                        CreatedAt = transaction.Now,
                    }
                );
                transaction.Audit(
                    "user.passkey.add",
                    $"user:{user.Id}",
                    after: AuditValue.Of(("id", id), ("name", passkey.Name))
                );
                return [];
            },
            cancellationToken,
            $"name: {Names.TextRule}; a passkey is kept once, and {MostPasskeys} of a person"
        );

    /// <summary>Removes a passkey.</summary>
    public Task<Change<RenewedSession>> RemovePasskeyAsync(
        SignedIn who,
        string id,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    ) =>
        AfterPasswordAsync(
            who,
            password,
            from,
            (transaction, user) =>
            {
                if (CredentialTable.Passkeys(transaction, user.Id).Find(row => row.Id == id) is not { } passkey)
                {
                    return null;
                }

                CredentialTable.DeletePasskey(transaction, id);
                transaction.Audit(
                    "user.passkey.remove",
                    $"user:{user.Id}",
                    AuditValue.Of(("id", id), ("name", passkey.Name))
                );
                return [];
            },
            cancellationToken,
            "there is no such passkey"
        );

    /// <summary>Ends the session.</summary>
    public Task<Change<AuthSession>> SignOutAsync(SignedIn who, SignInFrom from, CancellationToken cancellationToken) =>
        sessions.RevokeAsync(As(who, from), who.SessionId, cancellationToken);

    internal static Passkey Shown(PasskeyRow row) =>
        new()
        {
            Id = row.Id,
            Name = row.Name,
            Credential = row.Credential,
            PublicKey = row.PublicKey,
            SignCount = (uint)row.SignCount,
            Transports = NameList.Read(row.Transports),
            IsBackupEligible = row.IsBackupEligible != 0,
            IsBackedUp = row.IsBackedUp != 0,
            Attestation = row.Attestation,
            ClientData = row.ClientData,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            LastUsedAt = row.LastUsedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        };

    // Where keys are kept is not for everybody to know.
    private const string NoMasterKeys =
        "one-time codes cannot be kept: the server has no master key to seal their secret with; tell whoever runs it";

    // Else whoever has the password alone could put a factor of his own beside the person's.
    private const string ShowFactor =
        "your workspace asks for a second factor and you have one: sign out, and sign in with your passkey";

    private static Change<RenewedSession> Gone { get; } =
        Change.Failed<RenewedSession>(ChangeOutcome.NotFound, "the session is over");

    private static Change<RenewedSession> Busy { get; } =
        Change.Failed<RenewedSession>(ChangeOutcome.Refused, "too many sign in at once: try again in a moment");

    private static Actor As(SignedIn who, SignInFrom from) =>
        new()
        {
            Workspace = who.Principal.Workspace,
            Kind = ActorKind.User,
            Id = who.Principal.OwnerId,
            Name = who.Principal.User!,
            Address = from.Address?.ToString(),
            Permissions = who.Principal.Permissions,
        };

    private static UserRow? Active(ControlTransaction transaction, SignedIn who) =>
        PeopleTable.Get(transaction, who.Principal.OwnerId!) is { State: UserRow.Active } user ? user : null;

    // What he can show beside a password; null for nothing.
    private static SignInMethod? Factor(ControlTransaction transaction, UserRow user) =>
        CredentialTable.Of(transaction, user.Id) is { HasCodes: true } ? SignInMethod.Code
        : CredentialTable.Passkeys(transaction, user.Id).Count > 0 ? SignInMethod.Passkey
        : null;

    private static string[] NewRecovery(ControlTransaction transaction, UserRow user)
    {
        var salt = RandomNumberGenerator.GetBytes(RecoveryCodes.SaltLength);
        var codes = RecoveryCodes.New();
        CredentialTable.SetRecovery(transaction, user, salt, codes.Select(code => RecoveryCodes.Hash(salt, code)!));
        return codes;
    }

    private string Workspace(SignedIn who) => database.Snapshot.Workspace(who.Principal.Workspace)!.Name;

    private UserRow? Find(SignedIn who)
    {
        using var transaction = ControlTransaction.Look(database);
        return Active(transaction, who);
    }

    private async Task<Change<RenewedSession>?> WhyNotAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        CancellationToken cancellationToken
    )
    {
        var check = await passwords.CheckAsync(Workspace(who), who.Principal.User!, password, from, cancellationToken);
        switch (check.Outcome)
        {
            case SignInOutcome.SignedIn:
                check.Attempt!.Succeeded();
                return null;
            case SignInOutcome.Wait:
                return Change.Failed<RenewedSession>(
                    ChangeOutcome.Refused,
                    $"too many attempts failed: try again in {Math.Ceiling(check.Wait.TotalSeconds)} seconds"
                );
            case SignInOutcome.Busy:
                return Busy;
            default:
                return Change.Failed<RenewedSession>(ChangeOutcome.Refused, "password: it is not the right one");
        }
    }

    private async Task<Change<RenewedSession>> AfterPasswordAsync(
        SignedIn who,
        string password,
        SignInFrom from,
        Func<ControlTransaction, UserRow, IReadOnlyList<string>?> change,
        CancellationToken cancellationToken,
        string refusal = ""
    ) =>
        await WhyNotAsync(who, password, from, cancellationToken)
        ?? await RenewAsync(who, from, change, cancellationToken, refusal);

    // The change returns the recovery codes to be told; null for a refusal.
    private async Task<Change<RenewedSession>> RenewAsync(
        SignedIn who,
        SignInFrom from,
        Func<ControlTransaction, UserRow, IReadOnlyList<string>?> change,
        CancellationToken cancellationToken,
        string refusal = ""
    )
    {
        var (rotated, codes, reason) = await database.ChangeAsync(
            As(who, from),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (
                    Active(transaction, who) is not { } user
                    || !SessionTable.Of(transaction, user.Id).Exists(row => row.Id == who.SessionId)
                )
                {
                    return (null, null, Gone.Reason);
                }

                var before = Factor(transaction, user);
                if (who.LacksFactor && before is not null)
                {
                    return (null, null, ShowFactor);
                }

                if (change(transaction, user) is not { } told)
                {
                    return (((SessionRow, string)?)null, (IReadOnlyList<string>?)null, (string?)null);
                }

                // Who has just proved a factor has shown it; who gave his last one up has shown a password.
                var after = Factor(transaction, user);
                var shown =
                    before is null ? after
                    : after is null ? SignInMethod.Password
                    : null;
                return (AuthSessions.Rotate(transaction, user.Id, who.SessionId, shown), told, null);
            },
            cancellationToken
        );
        if (rotated is not { } session)
        {
            return reason == Gone.Reason
                ? Gone
                : Change.Failed<RenewedSession>(ChangeOutcome.Refused, reason ?? refusal);
        }

        sessions.Forget(who.Principal.OwnerId!);
        return Change.Done(new RenewedSession(sessions.Opened(session), codes!));
    }
}
