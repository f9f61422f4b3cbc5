using System.Net;
using System.Text;

namespace Weir.Identity;

/// <summary>From where somebody signs in.</summary>
/// <param name="Address">The network address; null where it is not known.</param>
/// <param name="Agent">What the browser calls itself; null for nothing.</param>
public sealed record SignInFrom(IPAddress? Address, string? Agent = null);

/// <summary>What an attempt to sign in came to. Its <see cref="ToString"/> leaves the secrets out.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Opened">With <see cref="SignInOutcome.SignedIn"/>, the session.</param>
/// <param name="Ticket">With <see cref="SignInOutcome.CodeNeeded"/>, what the second step must name; good for five minutes.</param>
/// <param name="Wait">With <see cref="SignInOutcome.Wait"/>, how long.</param>
public sealed record SignInResult(
    SignInOutcome Outcome,
    OpenedSession? Opened = null,
    string? Ticket = null,
    TimeSpan Wait = default
)
{
    internal static SignInResult Refused { get; } = new(SignInOutcome.Refused);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Outcome = ").Append(Outcome).Append(", Wait = ").Append(Wait);
        return true;
    }
}

/// <summary>How an attempt to sign in ended.</summary>
public enum SignInOutcome
{
    /// <summary>A session is open.</summary>
    SignedIn,

    /// <summary>The password is right; a one-time or recovery code is asked for.</summary>
    CodeNeeded,

    /// <summary>No: whether the person, the password, the code or the link is at fault is not told.</summary>
    Refused,

    /// <summary>Too many attempts failed; nothing was looked at.</summary>
    Wait,

    /// <summary>Too many sign in at once; nothing was looked at.</summary>
    Busy,

    /// <summary>
    /// The password is right, and the one-time code cannot be looked at: its secret does not open under the master keys that there
    /// are. A recovery code opens the door.
    /// </summary>
    Sealed,
}

/// <summary>What a link to set a password is for.</summary>
/// <param name="Workspace">The workspace, by name.</param>
/// <param name="User">Who, by name.</param>
/// <param name="DisplayName">Who, for people; null for the name.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record OpenInvitation(string Workspace, string User, string? DisplayName, DateTimeOffset ExpiresAt);

/// <summary>What came of taking an invitation.</summary>
/// <param name="SignIn">As if he had signed in with the new password; null when <paramref name="Fault"/> is not.</param>
/// <param name="Fault">What is wrong with the password; null for nothing.</param>
public sealed record InvitationResult(SignInResult? SignIn, string? Fault);

/// <summary>One-time codes that were begun. Its <see cref="ToString"/> leaves the secret out.</summary>
/// <param name="Secret">In base 32, for typing.</param>
/// <param name="Address">The <c>otpauth://</c> address, for a QR code.</param>
public sealed record BegunCodes(string Secret, string Address)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Secret = ***");
        return true;
    }
}

/// <summary>A session with a new token, and recovery codes told this once. Its <see cref="ToString"/> leaves both out.</summary>
/// <param name="Opened">The session.</param>
/// <param name="RecoveryCodes">Ten, each good once; none where there are none new.</param>
public sealed record RenewedSession(OpenedSession Opened, IReadOnlyList<string> RecoveryCodes)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Opened = ").Append(Opened);
        return true;
    }
}

/// <summary>What a person signs in with.</summary>
/// <param name="HasCodes">Whether a one-time code is asked for.</param>
/// <param name="RecoveryCodesLeft">Recovery codes that were not used.</param>
/// <param name="Passkeys">His passkeys, the oldest first.</param>
public sealed record OwnCredentials(bool HasCodes, int RecoveryCodesLeft, IReadOnlyList<Passkey> Passkeys);

/// <summary>A passkey (WebAuthn credential) of a person.</summary>
public sealed record Passkey
{
    /// <summary><c>psk_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What the person calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What the authenticator calls it.</summary>
    public required byte[] Credential { get; init; }

    /// <summary>The key's public half, in COSE form.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The authenticator's count of signatures; 0 for one that does not count.</summary>
    public required uint SignCount { get; init; }

    /// <summary>How the authenticator is reached.</summary>
    public required IReadOnlyList<string> Transports { get; init; }

    /// <summary>Whether it can be on more than one device.</summary>
    public required bool IsBackupEligible { get; init; }

    /// <summary>Whether it is.</summary>
    public required bool IsBackedUp { get; init; }

    /// <summary>What the authenticator said when it was made.</summary>
    public required byte[] Attestation { get; init; }

    /// <summary>What the browser said then.</summary>
    public required byte[] ClientData { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody last signed in with it; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A passkey whose signature was verified.</summary>
/// <param name="Credential">What the authenticator calls it.</param>
/// <param name="SignCount">The authenticator's count now.</param>
/// <param name="IsBackedUp">Whether it is on more than one device now.</param>
public sealed record UsedPasskey(byte[] Credential, uint SignCount, bool IsBackedUp);

/// <summary>A person who may sign in, and his passkeys.</summary>
/// <param name="Id">His id.</param>
/// <param name="Name">What he signs in with.</param>
/// <param name="Passkeys">His passkeys, the oldest first.</param>
public sealed record PasskeyOwner(string Id, string Name, IReadOnlyList<Passkey> Passkeys);
