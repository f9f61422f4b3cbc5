using System.Net;
using Weir.Foundation;

namespace Weir.Identity.Tests.SignOn;

public sealed class SignInDeskTests : IDisposable
{
    private readonly People people = new();

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task An_invitation_a_password_a_session()
    {
        var invited = await people.InviteAsync("ada", "viewer");
        var accepted = await people.Desk.AcceptAsync(
            invited.Token!,
            People.Password,
            People.Home,
            CancellationToken.None
        );

        var who = people.Who(accepted.SignIn!.Opened!);
        Assert.Equal("ada", who.Principal.User);
        Assert.Equal(invited.User.Id, who.Principal.OwnerId);
        Assert.True(who.Principal.Permissions.Has(Permission.AnalyticsView));
        Assert.False(who.Principal.Permissions.Has(Permission.UsersManage));
        Assert.Equal(UserState.Active, people.Users.Find(WorkspaceId.Default, "ada")!.State);
        var session = await people.SignInAsync("ADA");
        Assert.Equal(SignInMethod.Password, session.Session.Method);
        Assert.DoesNotContain(session.Token, $"{session}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_good_once_for_a_week_and_until_there_is_another()
    {
        var first = await people.InviteAsync("ada");
        var second = await people.Users.ResetAsync(Actors.Admin, "ada", false, CancellationToken.None);

        Assert.Null(people.Desk.Invitation(first.Token!));
        Assert.Equal(SignInOutcome.Refused, (await AcceptAsync(first.Token!)).SignIn?.Outcome);
        Assert.Equal(SignInOutcome.SignedIn, (await AcceptAsync(second.Value!.Token!)).SignIn?.Outcome);
        Assert.Equal(SignInOutcome.Refused, (await AcceptAsync(second.Value.Token!)).SignIn?.Outcome);
        var late = await people.InviteAsync("bob");
        people.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal(SignInOutcome.Refused, (await AcceptAsync(late.Token!)).SignIn?.Outcome);
        Assert.Equal(SignInOutcome.Refused, (await AcceptAsync("wi_nonsense")).SignIn?.Outcome);
    }

    [Fact]
    public async Task A_weak_password_leaves_the_link_as_it_is()
    {
        var invited = await people.InviteAsync("adalovelace");

        var weak = await people.Desk.AcceptAsync(invited.Token!, "adalovelace1", People.Home, CancellationToken.None);

        Assert.Contains("name that others know", weak.Fault, StringComparison.Ordinal);
        Assert.Null(weak.SignIn);
        Assert.NotNull(people.Desk.Invitation(invited.Token!));
    }

    [Theory]
    [InlineData("default", "ada", "wrong password entirely")]
    [InlineData("default", "ada", "")]
    [InlineData("default", "nobody", People.Password)]
    [InlineData("default", "ghost", People.Password)]
    [InlineData("nowhere", "ada", People.Password)]
    [InlineData("", "", "")]
    public async Task Every_wrong_way_in_gets_the_same_answer(string workspace, string name, string password)
    {
        await people.PersonAsync();
        await people.InviteAsync("ghost");

        Assert.Equal(new SignInResult(SignInOutcome.Refused), await people.TryAsync(name, password, workspace));
    }

    [Fact]
    public async Task Failures_are_noted_without_the_names_of_nobody()
    {
        var ada = await people.PersonAsync();

        await people.TryAsync(password: "wrong password entirely");
        await people.TryAsync("my secret in the wrong field");

        var failures = people.Audited().Where(entry => entry.Action == "sign-in.fail").ToList();
        Assert.Equal(["user:?", $"user:{ada.Id}"], failures.Select(entry => entry.Target));
        Assert.All(failures, entry => Assert.Equal("192.0.2.7", entry.Address));
        Assert.All(
            people.Audited(),
            entry => Assert.DoesNotContain("my secret", $"{entry}", StringComparison.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public async Task Guessing_makes_wait_and_waiting_is_also_after_a_restart_for_a_name_guessed_at_from_everywhere()
    {
        await people.PersonAsync();
        for (var i = 1; i <= 34; i++)
        {
            await people.Desk.PasswordAsync(
                "default",
                "ada",
                "wrong password entirely",
                new SignInFrom(new IPAddress([198, 51, 100, (byte)i])),
                CancellationToken.None
            );
            people.Clock.Advance(TimeSpan.FromSeconds(i > 30 ? 1 << (i - 31) : 0));
        }

        people.Clock.Advance(TimeSpan.FromSeconds(-1));
        Assert.Equal(SignInOutcome.Wait, (await people.TryAsync()).Outcome);
        people.Restart();
        var waiting = await people.TryAsync();
        Assert.Equal(SignInOutcome.Wait, waiting.Outcome);
        people.Clock.Advance(waiting.Wait);
        Assert.Equal(SignInOutcome.SignedIn, (await people.TryAsync()).Outcome);
        people.Restart();
        Assert.Equal(SignInOutcome.SignedIn, (await people.TryAsync()).Outcome);
    }

    [Fact]
    public async Task A_right_password_after_too_many_wrong_ones_waits_like_another()
    {
        await people.PersonAsync();
        for (var i = 0; i < 6; i++)
        {
            await people.TryAsync(password: "wrong password entirely");
        }

        Assert.Equal(SignInOutcome.Wait, (await people.TryAsync()).Outcome);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync("bob")).Outcome);
    }

    [Fact]
    public async Task A_code_is_asked_for_and_taken_once()
    {
        await people.PersonAsync();
        var (_, secret, _) = await people.WithCodesAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(1));

        var first = await people.TryAsync();
        Assert.Equal(SignInOutcome.CodeNeeded, first.Outcome);
        Assert.Null(first.Opened);
        var code = people.Code(secret);
        var second = await CodeAsync(first.Ticket!, code);
        Assert.Equal(SignInOutcome.SignedIn, second.Outcome);
        Assert.Equal(SignInMethod.Code, second.Opened!.Session.Method);

        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(first.Ticket!, code)).Outcome);
        var again = await people.TryAsync();
        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(again.Ticket!, code)).Outcome);
        people.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(SignInOutcome.SignedIn, (await CodeAsync(again.Ticket!, people.Code(secret))).Outcome);
    }

    [Fact]
    public async Task A_ticket_is_good_for_five_minutes_and_five_tries()
    {
        await people.PersonAsync();
        var (_, secret, _) = await people.WithCodesAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(1));
        var old = (await people.TryAsync()).Ticket!;
        people.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(old, people.Code(secret))).Outcome);

        var tried = (await people.TryAsync()).Ticket!;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SignInOutcome.Refused, (await CodeAsync(tried, "000000")).Outcome);
        }

        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(tried, people.Code(secret))).Outcome);
        Assert.Equal(SignInOutcome.Refused, (await CodeAsync("wt_none", people.Code(secret))).Outcome);
    }

    [Fact]
    public async Task A_right_password_wins_no_new_tries_at_the_code()
    {
        await people.PersonAsync();
        await people.WithCodesAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(1));
        var outcomes = new List<SignInOutcome>();
        for (var i = 0; i < 12; i++)
        {
            var first = await people.TryAsync();
            outcomes.Add(first.Outcome);
            if (first.Ticket is not null)
            {
                outcomes.Add((await CodeAsync(first.Ticket, "000000")).Outcome);
            }
        }

        Assert.Equal(6, outcomes.Count(outcome => outcome == SignInOutcome.Refused));
        Assert.Equal(SignInOutcome.Wait, outcomes[^1]);
    }

    [Fact]
    public async Task A_recovery_code_stands_for_a_code_once()
    {
        await people.PersonAsync();
        var (_, _, recovery) = await people.WithCodesAsync();

        var first = await people.TryAsync();
        var opened = await CodeAsync(first.Ticket!, recovery[3].ToUpperInvariant());
        Assert.Equal(SignInMethod.Recovery, opened.Opened!.Session.Method);
        Assert.Equal(9, people.Store.Own.Credentials(people.Who(opened.Opened)).RecoveryCodesLeft);
        Assert.Equal(SignInOutcome.Refused, (await CodeAsync((await people.TryAsync()).Ticket!, recovery[3])).Outcome);
        Assert.Equal(SignInOutcome.SignedIn, (await CodeAsync((await people.TryAsync()).Ticket!, recovery[4])).Outcome);
    }

    [Fact]
    public async Task A_password_that_changes_between_the_steps_voids_the_first()
    {
        await people.PersonAsync();
        var (session, secret, _) = await people.WithCodesAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(1));
        var first = await people.TryAsync();
        await people.Store.Own.ChangePasswordAsync(
            people.Who(session),
            People.Password,
            "another staple for the horse",
            People.Home,
            CancellationToken.None
        );

        Assert.Equal(SignInOutcome.Refused, (await CodeAsync(first.Ticket!, people.Code(secret))).Outcome);
    }

    [Fact]
    public async Task A_weaker_hash_is_replaced_at_the_next_sign_in()
    {
        Assert.SkipUnless(SignInDesk.HasArgon2, "This system has no libargon2.");
        using var old = new People(argon2: false);
        await old.PersonAsync();
        Assert.StartsWith("$pbkdf2-sha512$", Stored(old), StringComparison.Ordinal);

        old.Restart(withArgon2: true);
        await old.SignInAsync();

        Assert.StartsWith("$argon2id$", Stored(old), StringComparison.Ordinal);
        await old.SignInAsync();
    }

    [Fact]
    public async Task A_reset_takes_password_and_sessions_and_leaves_the_codes_unless_told()
    {
        await people.PersonAsync();
        var (session, secret, _) = await people.WithCodesAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(1));

        var reset = await people.Users.ResetAsync(Actors.Admin, "ada", false, CancellationToken.None);

        people.AssertOver(session);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync()).Outcome);
        var accepted = await AcceptAsync(reset.Value!.Token!);
        Assert.Equal(SignInOutcome.CodeNeeded, accepted.SignIn!.Outcome);
        Assert.Equal(SignInOutcome.SignedIn, (await CodeAsync(accepted.SignIn.Ticket!, people.Code(secret))).Outcome);
        var whole = await people.Users.ResetAsync(Actors.Admin, "ada", true, CancellationToken.None);
        Assert.False(whole.Value!.User.HasCodes);
        Assert.Equal(SignInOutcome.SignedIn, (await AcceptAsync(whole.Value.Token!)).SignIn!.Outcome);
    }

    [Fact]
    public async Task The_database_holds_no_token_and_no_password()
    {
        var invited = await people.InviteAsync("ada");
        var accepted = await AcceptAsync(invited.Token!);
        var session = await people.SignInAsync();

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(people.File)!, "control.db*"))
        {
            var text = System.Text.Encoding.Latin1.GetString(await ReadAsync(file));
            Assert.DoesNotContain(invited.Token!, text, StringComparison.Ordinal);
            Assert.DoesNotContain(session.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(accepted.SignIn!.Opened!.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(People.Password, text, StringComparison.Ordinal);
        }
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static string Stored(People people)
    {
        using var reader = new Weir.Foundation.Storage.SqliteDatabase(people.File).OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT password FROM credential";
        return (string)command.ExecuteScalar()!;
    }

    private Task<InvitationResult> AcceptAsync(string token) =>
        people.Desk.AcceptAsync(token, People.Password, People.Home, CancellationToken.None);

    private Task<SignInResult> CodeAsync(string ticket, string code) =>
        people.Desk.CodeAsync(ticket, code, People.Home, CancellationToken.None);
}
