namespace Weir.Identity.Tests.SignOn;

public sealed class OwnDeskTests : IDisposable
{
    private const string Next = "another staple for the horse";

    private readonly People people = new();

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task Another_password_renews_this_session_and_ends_the_others()
    {
        await people.PersonAsync();
        var (mine, other) = (await people.SignInAsync(), await people.SignInAsync());

        var change = await people.Store.Own.ChangePasswordAsync(
            people.Who(mine),
            People.Password,
            Next,
            People.Home,
            CancellationToken.None
        );

        Assert.True(change.IsDone, change.Reason);
        people.AssertOver(mine);
        people.AssertOver(other);
        Assert.Equal(mine.Session.Id, people.Who(change.Value!.Opened).SessionId);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync()).Outcome);
        await people.SignInAsync(password: Next);
        people.Restart();
        people.AssertOver(mine);
        people.Who(change.Value.Opened);
    }

    [Fact]
    public async Task A_wrong_password_changes_nothing_and_counts()
    {
        await people.PersonAsync();
        var mine = await people.SignInAsync();
        for (var i = 0; i < 6; i++)
        {
            var wrong = await people.Store.Own.ChangePasswordAsync(
                people.Who(mine),
                "not the right one",
                Next,
                People.Home,
                CancellationToken.None
            );
            Assert.Equal(ChangeOutcome.Refused, wrong.Outcome);
        }

        people.Who(mine);
        Assert.Equal(SignInOutcome.Wait, (await people.TryAsync()).Outcome);
    }

    [Fact]
    public async Task A_new_password_must_be_fit()
    {
        await people.PersonAsync();

        var weak = await people.Store.Own.ChangePasswordAsync(
            people.Who(await people.SignInAsync()),
            People.Password,
            "password1234",
            People.Home,
            CancellationToken.None
        );

        Assert.Equal(ChangeOutcome.Invalid, weak.Outcome);
    }

    [Fact]
    public async Task Codes_are_asked_for_once_the_first_was_right()
    {
        await people.PersonAsync();
        var mine = await people.SignInAsync();
        var begun = await people.Store.Own.BeginCodesAsync(
            people.Who(mine),
            People.Password,
            People.Home,
            CancellationToken.None
        );
        Assert.StartsWith("otpauth://totp/Weir:ada%40default?secret=", begun.Value!.Address, StringComparison.Ordinal);
        Assert.DoesNotContain(begun.Value.Secret, $"{begun.Value}", StringComparison.Ordinal);

        var wrong = await people.Store.Own.ConfirmCodesAsync(
            people.Who(mine),
            "000000",
            People.Home,
            CancellationToken.None
        );

        Assert.Equal(ChangeOutcome.Refused, wrong.Outcome);
        Assert.Equal(SignInOutcome.SignedIn, (await people.TryAsync()).Outcome);
        var (renewed, _, recovery) = await people.WithCodesAsync();
        Assert.Equal(10, recovery.Count);
        people.AssertOver(mine);
        people.Who(renewed);
        Assert.Equal(SignInOutcome.CodeNeeded, (await people.TryAsync()).Outcome);
        Assert.True(people.Users.Find(Foundation.WorkspaceId.Default, "ada")!.HasCodes);
    }

    [Fact]
    public async Task Codes_go_with_the_password_and_their_recovery_codes_with_them()
    {
        await people.PersonAsync();
        var (mine, _, recovery) = await people.WithCodesAsync();
        var who = people.Who(mine);

        var refused = await people.Store.Own.RemoveCodesAsync(
            who,
            "not the right one",
            People.Home,
            CancellationToken.None
        );
        Assert.Equal(ChangeOutcome.Refused, refused.Outcome);
        var removed = await people.Store.Own.RemoveCodesAsync(
            who,
            People.Password,
            People.Home,
            CancellationToken.None
        );

        Assert.True(removed.IsDone);
        people.AssertOver(mine);
        Assert.Equal(SignInOutcome.SignedIn, (await people.TryAsync()).Outcome);
        var credentials = people.Store.Own.Credentials(people.Who(removed.Value!.Opened));
        Assert.False(credentials.HasCodes);
        Assert.Equal(0, credentials.RecoveryCodesLeft);
        Assert.NotEmpty(recovery);
    }

    [Fact]
    public async Task New_recovery_codes_replace_the_old()
    {
        await people.PersonAsync();
        var (mine, _, old) = await people.WithCodesAsync();

        var renewed = await people.Store.Own.RenewRecoveryAsync(
            people.Who(mine),
            People.Password,
            People.Home,
            CancellationToken.None
        );

        var ticket = (await people.TryAsync()).Ticket!;
        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(ticket, old[0])).Outcome);
        Assert.Equal(SignInOutcome.SignedIn, (await CodeAsync(ticket, renewed.Value!.RecoveryCodes[0])).Outcome);
    }

    [Fact]
    public async Task A_passkey_is_added_found_used_and_removed()
    {
        await people.PersonAsync();
        var mine = await people.SignInAsync();
        var added = await people.Store.Own.AddPasskeyAsync(
            people.Who(mine),
            NewPasskey([1, 2, 3]),
            People.Home,
            CancellationToken.None
        );
        Assert.True(added.IsDone, added.Reason);
        people.AssertOver(mine);
        var session = added.Value!.Opened;
        var twice = await people.Store.Own.AddPasskeyAsync(
            people.Who(session),
            NewPasskey([1, 2, 3]),
            People.Home,
            CancellationToken.None
        );
        Assert.Equal(ChangeOutcome.Refused, twice.Outcome);

        Assert.Equal("ada", people.Desk.PasskeyOwner([1, 2, 3])!.Name);
        Assert.Null(people.Desk.PasskeyOwner([1, 2, 4]));
        var signedIn = await people.PasskeyAsync([1, 2, 3], 7);
        Assert.Equal(SignInMethod.Passkey, signedIn.Opened!.Session.Method);
        var kept = Assert.Single(people.Store.Own.Credentials(people.Who(session)).Passkeys);
        Assert.Equal((7u, true, people.Clock.GetUtcNow()), (kept.SignCount, kept.IsBackedUp, kept.LastUsedAt!.Value));

        var removed = await people.Store.Own.RemovePasskeyAsync(
            people.Who(session),
            kept.Id,
            People.Password,
            People.Home,
            CancellationToken.None
        );
        Assert.True(removed.IsDone);
        Assert.Null(people.Desk.PasskeyOwner([1, 2, 3]));
        Assert.Equal(SignInOutcome.Refused, (await people.PasskeyAsync([1, 2, 3], 8)).Outcome);
    }

    [Fact]
    public async Task A_suspended_persons_passkey_opens_nothing()
    {
        await people.PersonAsync();
        await people.Store.Own.AddPasskeyAsync(
            people.Who(await people.SignInAsync()),
            NewPasskey([9]),
            People.Home,
            CancellationToken.None
        );
        await people.Users.SuspendAsync(Actors.Admin, "ada", CancellationToken.None);

        Assert.Null(people.Desk.PasskeyOwner([9]));
        Assert.Equal(SignInOutcome.Refused, (await people.PasskeyAsync([9], 8)).Outcome);
    }

    [Fact]
    public async Task A_passkey_that_fails_is_in_the_trail_as_a_password_is_and_is_told_alike()
    {
        var ada = await people.PersonAsync();
        await people.Store.Own.AddPasskeyAsync(
            people.Who(await people.SignInAsync()),
            NewPasskey([9]),
            People.Home,
            CancellationToken.None
        );
        var from = new SignInFrom(System.Net.IPAddress.Parse("198.51.100.4"));

        var known = await people.PasskeyAsync([9], signCount: null, from);
        var nobodys = await people.PasskeyAsync([8], signCount: null, from);
        await people.Users.SuspendAsync(Actors.Admin, "ada", CancellationToken.None);
        var suspended = await people.PasskeyAsync([9], 8, from);

        Assert.Equal(known, nobodys);
        Assert.Equal(known, suspended);
        Assert.Equal(SignInOutcome.Refused, known.Outcome);
        Assert.Equal(
            [$"user:{ada.Id}", "user:?", $"user:{ada.Id}"],
            people.Audited().Where(entry => entry.Action == "sign-in.fail").Select(entry => entry.Target)
        );
        Assert.All(
            people.Audited().Where(entry => entry.Action == "sign-in.fail"),
            entry => Assert.Equal(("198.51.100.4", """{"step":"passkey"}"""), (entry.Address, entry.After))
        );
    }

    [Fact]
    public async Task An_address_that_tries_passkeys_waits_and_another_does_not()
    {
        await people.PersonAsync();
        await people.Store.Own.AddPasskeyAsync(
            people.Who(await people.SignInAsync()),
            NewPasskey([9]),
            People.Home,
            CancellationToken.None
        );
        var from = new SignInFrom(System.Net.IPAddress.Parse("198.51.100.4"));
        for (var i = 0; i < 31; i++)
        {
            Assert.Equal(SignInOutcome.Refused, (await people.PasskeyAsync([1], signCount: null, from)).Outcome);
        }

        var waiting = await people.PasskeyAsync([9], 1, from);

        Assert.Equal(SignInOutcome.Wait, waiting.Outcome);
        Assert.InRange(waiting.Wait, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(15));
        Assert.Equal(SignInOutcome.SignedIn, (await people.PasskeyAsync([9], 1)).Outcome);
        people.Clock.Advance(waiting.Wait);
        Assert.Equal(SignInOutcome.SignedIn, (await people.PasskeyAsync([9], 2, from)).Outcome);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await people.PersonAsync();
        var (mine, other) = (await people.SignInAsync(), await people.SignInAsync());

        Assert.True(
            (await people.Store.Own.SignOutAsync(people.Who(mine), People.Home, CancellationToken.None)).IsDone
        );

        people.AssertOver(mine);
        people.Who(other);
    }

    private Task<SignInResult> CodeAsync(string ticket, string code) =>
        people.Desk.CodeAsync(ticket, code, People.Home, CancellationToken.None);

    private static Passkey NewPasskey(byte[] credential) =>
        new()
        {
            Id = "",
            Name = "laptop",
            Credential = credential,
            PublicKey = [4],
            SignCount = 0,
            Transports = ["internal"],
            IsBackupEligible = true,
            IsBackedUp = false,
            Attestation = [5],
            ClientData = [6],
            CreatedAt = default,
        };
}
