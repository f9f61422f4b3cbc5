using System.Text;
using Weir.Identity.Secrets;
using Weir.Identity.SignOn;

namespace Weir.Identity.Storage;

/// <summary>The rows of what people show who they are with.</summary>
internal static class CredentialTable
{
    private const string Columns = """
        c.user AS User, c.workspace AS Workspace, c.password AS Password, c.totp_secret AS TotpSecret, c.totp_at AS TotpAt, c.totp_step AS TotpStep,
        c.recovery_salt AS RecoverySalt
        """;

    private const string PasskeyColumns = """
        id AS Id, workspace AS Workspace, user AS User, credential AS Credential, name AS Name, public_key AS PublicKey,
        sign_count AS SignCount, transports AS Transports, is_backup_eligible AS IsBackupEligible,
        is_backed_up AS IsBackedUp, attestation AS Attestation, client_data AS ClientData, created_at AS CreatedAt,
        last_used_at AS LastUsedAt
        """;

    public static CredentialRow? Of(ControlTransaction transaction, string user) =>
        transaction
            .Query<CredentialRow>($"SELECT {Columns} FROM credential c WHERE c.user = @user", new { user })
            .FirstOrDefault();

    public static void SetPassword(ControlTransaction transaction, string user, string? hash) =>
        transaction.Execute(
            "UPDATE credential SET password = @hash, password_at = @Now WHERE user = @user",
            new
            {
                user,
                hash,
                transaction.Now,
            }
        );

    public static void SignedIn(ControlTransaction transaction, string user) =>
        transaction.Execute(
            "UPDATE credential SET last_sign_in_at = @Now WHERE user = @user",
            new { user, transaction.Now }
        );

    /// <summary>Keeps a sealed secret that is not asked for before it is confirmed; null for none.</summary>
    public static void SetCodes(ControlTransaction transaction, string user, byte[]? secret) =>
        transaction.Execute(
            "UPDATE credential SET totp_secret = @secret, totp_at = NULL, totp_step = NULL WHERE user = @user",
            new { user, secret }
        );

    /// <summary>Puts another sealed form of the same secret in the place of the one that there is.</summary>
    public static void ResealCodes(ControlTransaction transaction, string user, byte[] secret) =>
        transaction.Execute("UPDATE credential SET totp_secret = @secret WHERE user = @user", new { user, secret });

    /// <summary>Everybody with a secret for one-time codes, confirmed or not.</summary>
    public static List<CredentialRow> WithCodes(ControlTransaction transaction) =>
        transaction.Query<CredentialRow>(
            $"SELECT {Columns} FROM credential c WHERE c.totp_secret IS NOT NULL ORDER BY c.user"
        );

    /// <summary>Some of those whose secret another key sealed, or none, behind a place.</summary>
    public static List<CredentialRow> CodesSealedByOthers(
        ControlTransaction transaction,
        byte[] keyId,
        string after,
        int most
    ) =>
        transaction.Query<CredentialRow>(
            $"""
            SELECT {Columns} FROM credential c
            WHERE c.totp_secret IS NOT NULL AND c.user > @after
                AND (length(c.totp_secret) = {Totp.SecretLength} OR substr(c.totp_secret, 2, {MasterKey.IdLength}) <> @keyId)
            ORDER BY c.user LIMIT @most
            """,
            new
            {
                keyId,
                after,
                most,
            }
        );

    public static void ConfirmCodes(ControlTransaction transaction, string user, long step) =>
        transaction.Execute(
            "UPDATE credential SET totp_at = @Now, totp_step = @step WHERE user = @user",
            new
            {
                user,
                step,
                transaction.Now,
            }
        );

    /// <summary>Uses a step up; false when it, or a later one, was used before.</summary>
    public static bool TakeStep(ControlTransaction transaction, string user, long step) =>
        transaction.Execute(
            "UPDATE credential SET totp_step = @step WHERE user = @user AND (totp_step IS NULL OR totp_step < @step)",
            new { user, step }
        ) > 0;

    public static void SetRecovery(
        ControlTransaction transaction,
        UserRow user,
        byte[]? salt,
        IEnumerable<byte[]> hashes
    )
    {
        transaction.Execute("DELETE FROM recovery_code WHERE user = @Id", user);
        transaction.Execute("UPDATE credential SET recovery_salt = @salt WHERE user = @Id", new { user.Id, salt });
        foreach (var hash in hashes)
        {
            transaction.Execute(
                "INSERT INTO recovery_code (user, workspace, hash) VALUES (@Id, @Workspace, @hash)",
                new
                {
                    user.Id,
                    user.Workspace,
                    hash,
                }
            );
        }
    }

    /// <summary>Uses a recovery code up; false when there is none such.</summary>
    public static bool TakeRecovery(ControlTransaction transaction, string user, byte[] hash) =>
        transaction.Execute("DELETE FROM recovery_code WHERE user = @user AND hash = @hash", new { user, hash }) > 0;

    public static int RecoveryLeft(ControlTransaction transaction, string user) =>
        transaction.Scalar<int>("SELECT count(*) FROM recovery_code WHERE user = @user", new { user });

    public static List<PasskeyRow> Passkeys(ControlTransaction transaction, string user) =>
        transaction.Query<PasskeyRow>(
            $"SELECT {PasskeyColumns} FROM passkey WHERE user = @user ORDER BY created_at, id",
            new { user }
        );

    public static PasskeyRow? Passkey(ControlTransaction transaction, byte[] credential) =>
        transaction
            .Query<PasskeyRow>(
                $"SELECT {PasskeyColumns} FROM passkey WHERE credential = @credential",
                new { credential }
            )
            .FirstOrDefault();

    public static void InsertPasskey(ControlTransaction transaction, PasskeyRow row) =>
        transaction.Execute(
            """
            INSERT INTO passkey (id, workspace, user, credential, name, public_key, sign_count, transports, is_backup_eligible,
                is_backed_up, attestation, client_data, created_at)
            VALUES (@Id, @Workspace, @User, @Credential, @Name, @PublicKey, @SignCount, @Transports, @IsBackupEligible,
                @IsBackedUp, @Attestation, @ClientData, @CreatedAt)
            """,
            row
        );

    public static void UsedPasskey(ControlTransaction transaction, string id, long signCount, bool isBackedUp) =>
        transaction.Execute(
            """
            UPDATE passkey SET sign_count = @signCount, is_backed_up = @isBackedUp, last_used_at = @Now WHERE id = @id
            """,
            new
            {
                id,
                signCount,
                isBackedUp,
                transaction.Now,
            }
        );

    public static void DeletePasskey(ControlTransaction transaction, string id) =>
        transaction.Execute("DELETE FROM passkey WHERE id = @id", new { id });

    public static void StoreFailures(ControlTransaction transaction, string name, int failures, long lastAt) =>
        transaction.Execute(
            """
            INSERT INTO sign_in_failure (name, failures, last_at) VALUES (@name, @failures, @lastAt)
            ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at;
            DELETE FROM sign_in_failure WHERE last_at < @lastAt - 86400000;
            """,
            new
            {
                name,
                failures,
                lastAt,
            }
        );

    public static void ForgetFailures(ControlTransaction transaction, string name) =>
        transaction.Execute("DELETE FROM sign_in_failure WHERE name = @name", new { name });

    public static List<FailureRow> Failures(ControlTransaction transaction) =>
        transaction.Query<FailureRow>(
            "SELECT name AS Name, failures AS Failures, last_at AS LastAt FROM sign_in_failure ORDER BY failures DESC LIMIT 10000"
        );
}

/// <summary>A row of <c>credential</c>. Its <see cref="object.ToString"/> leaves the secrets out.</summary>
internal sealed record CredentialRow
{
    public required string User { get; init; }

    public required long Workspace { get; init; }

    public string? Password { get; init; }

    /// <summary>Sealed: <see cref="SealedCodes"/>.</summary>
    public byte[]? TotpSecret { get; init; }

    public long? TotpAt { get; init; }

    public long? TotpStep { get; init; }

    public byte[]? RecoverySalt { get; init; }

    /// <summary>Whether a code is asked of him.</summary>
    public bool HasCodes => TotpSecret is not null && TotpAt is not null;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("User = ").Append(User);
        return true;
    }
}

/// <summary>A row of <c>passkey</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record PasskeyRow
{
    public required string Id { get; init; }

    public required long Workspace { get; init; }

    public required string User { get; init; }

    public required byte[] Credential { get; init; }

    public required string Name { get; init; }

    public required byte[] PublicKey { get; init; }

    public required long SignCount { get; init; }

    public required string Transports { get; init; }

    public required long IsBackupEligible { get; init; }

    public required long IsBackedUp { get; init; }

    public required byte[] Attestation { get; init; }

    public required byte[] ClientData { get; init; }

    public required long CreatedAt { get; init; }

    public long? LastUsedAt { get; init; }
}

/// <summary>A row of <c>sign_in_failure</c>.</summary>
internal sealed record FailureRow
{
    public required string Name { get; init; }

    public required long Failures { get; init; }

    public required long LastAt { get; init; }
}
