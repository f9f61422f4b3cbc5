using System.Net;
using Weir.Foundation;
using Weir.Identity.SignOn;
using Weir.Testing;

namespace Weir.Identity.Tests;

/// <summary>A store with a clock, and people in it.</summary>
internal sealed class People : IDisposable
{
    public const string Password = "correct horse battery staple";

    public static readonly SignInFrom Home = new(IPAddress.Parse("192.0.2.7"), "Firefox");

    private readonly DataFolder folder = new();
    private readonly bool? argon2;

    public People(bool? argon2 = null)
    {
        this.argon2 = argon2;
        Store = Open();
    }

    public FakeClock Clock { get; } = new();

    public IdentityStore Store { get; private set; }

    public UserBook Users => Store.Users;

    public SignInDesk Desk => Store.SignIn;

    public AuthSessions Sessions => Store.Sessions;

    public string File => folder.File("control.db");

    /// <summary>Opens the store anew, as after a restart.</summary>
    public void Restart(bool? withArgon2 = null)
    {
        Store.Dispose();
        Store = Open(withArgon2);
    }

    /// <summary>A person of the workspace default who has taken his invitation.</summary>
    public async Task<User> PersonAsync(string name = "ada", params string[] roles)
    {
        var invited = await InviteAsync(name, roles);
        var accepted = await Desk.AcceptAsync(invited.Token!, Password, Home, CancellationToken.None);
        Assert.Equal(SignInOutcome.SignedIn, accepted.SignIn?.Outcome);
        return Users.Find(WorkspaceId.Default, name)!;
    }

    public async Task<InvitedUser> InviteAsync(string name, params string[] roles)
    {
        var change = await Users.AddAsync(
            Actors.Admin,
            new NewUser { Name = name, Roles = [.. roles] },
            CancellationToken.None
        );
        Assert.True(change.IsDone, change.Reason);
        return change.Value!;
    }

    public Task<SignInResult> TryAsync(string name = "ada", string password = Password, string workspace = "default") =>
        Desk.PasswordAsync(workspace, name, password, Home, CancellationToken.None);

    public async Task<OpenedSession> SignInAsync(string name = "ada", string password = Password)
    {
        var result = await TryAsync(name, password);
        Assert.Equal(SignInOutcome.SignedIn, result.Outcome);
        return result.Opened!;
    }

    /// <summary>An attempt by a passkey whose signature holds; null for one that does not.</summary>
    public Task<SignInResult> PasskeyAsync(byte[] credential, uint? signCount, SignInFrom? from = null) =>
        Desk.PasskeyAsync(
            credential,
            () => Task.FromResult(signCount is { } count ? new UsedPasskey(credential, count, IsBackedUp: true) : null),
            from ?? Home,
            CancellationToken.None
        );

    /// <summary>Who is behind a token that must be good.</summary>
    public SignedIn Who(OpenedSession opened)
    {
        Assert.True(Sessions.TryVerify(opened.Token, out var who));
        return who;
    }

    public void AssertOver(OpenedSession opened) => Assert.False(Sessions.TryVerify(opened.Token, out _));

    /// <summary>A signed-in person who is asked for codes; their secret.</summary>
    public async Task<(OpenedSession Session, byte[] Secret, IReadOnlyList<string> Recovery)> WithCodesAsync(
        string name = "ada"
    )
    {
        var session = await SignInAsync(name);
        var begun = await Store.Own.BeginCodesAsync(Who(session), Password, Home, CancellationToken.None);
        var secret = Decode(begun.Value!.Secret);
        var confirmed = await Store.Own.ConfirmCodesAsync(
            Who(session),
            Totp.CodeAt(secret, Totp.StepAt(Clock.GetUtcNow())),
            Home,
            CancellationToken.None
        );
        Assert.True(confirmed.IsDone, confirmed.Reason);
        return (confirmed.Value!.Opened, secret, confirmed.Value.RecoveryCodes);
    }

    public string Code(byte[] secret) => Totp.CodeAt(secret, Totp.StepAt(Clock.GetUtcNow()));

    public IReadOnlyList<AuditEntry> Audited() =>
        Store.Audit.List(WorkspaceId.Default, new AuditQuestion { Limit = 200 });

    public void Dispose()
    {
        Store.Dispose();
        folder.Dispose();
    }

    private IdentityStore Open(bool? withArgon2 = null)
    {
        var opened = IdentityStore.Open(folder.Path, Clock, SecretKeys.File, new PasswordHasher(withArgon2 ?? argon2));
        return opened.Store ?? throw new InvalidOperationException(opened.Refusal);
    }

    private static byte[] Decode(string base32)
    {
        var (bits, held, bytes) = (0, 0, new List<byte>());
        foreach (var c in base32)
        {
            bits = (bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal);
            if ((held += 5) >= 8)
            {
                bytes.Add((byte)(bits >> (held -= 8)));
                bits &= (1 << held) - 1;
            }
        }

        return [.. bytes];
    }
}
