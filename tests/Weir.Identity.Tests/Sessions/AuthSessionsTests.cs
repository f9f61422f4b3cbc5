using Weir.Foundation;

namespace Weir.Identity.Tests.Sessions;

public sealed class AuthSessionsTests : IDisposable
{
    private readonly People people = new();

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task A_session_ends_after_a_day_however_much_it_is_used()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();
        Assert.Equal(people.Clock.GetUtcNow() + TimeSpan.FromHours(24), session.Session.EndsAt);
        for (var hour = 0; hour < 23; hour++)
        {
            people.Clock.Advance(TimeSpan.FromHours(1));
            people.Who(session);
        }

        people.Clock.Advance(TimeSpan.FromMilliseconds(3_599_999));
        people.Who(session);
        people.Clock.Advance(TimeSpan.FromMilliseconds(1));
        people.AssertOver(session);
    }

    [Fact]
    public async Task A_session_ends_when_nobody_uses_it_for_two_hours()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();

        people.Clock.Advance(TimeSpan.FromMinutes(119));
        people.Who(session);
        people.Clock.Advance(TimeSpan.FromMinutes(119));
        people.Who(session);
        people.Clock.Advance(TimeSpan.FromMinutes(120));
        people.AssertOver(session);
        people.AssertOver(session);
        Assert.Empty(people.Sessions.List(WorkspaceId.Default));
    }

    [Fact]
    public async Task Other_limits_hold_for_those_that_there_are()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();
        people.Who(session);

        people.Sessions.Limits = new SessionLimits(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10));

        Assert.Equal(session.Session.CreatedAt + TimeSpan.FromHours(1), people.Who(session).EndsAt);
        people.Clock.Advance(TimeSpan.FromMinutes(10));
        people.AssertOver(session);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ws_")]
    [InlineData("ws_0000000000000000000000000000000000000000000")]
    [InlineData("wk_0000000000000000000000000000000000000000000")]
    [InlineData("ws_000000000000000000000000000000000000000000é")]
    public void What_is_no_token_opens_nothing(string token) => Assert.False(people.Sessions.TryVerify(token, out _));

    [Fact]
    public async Task A_session_lives_through_a_restart_with_its_last_use()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();
        people.Clock.Advance(TimeSpan.FromMinutes(100));
        people.Who(session);
        await people.Sessions.StoreUsesAsync(CancellationToken.None);

        people.Restart();

        people.Clock.Advance(TimeSpan.FromMinutes(100));
        people.Who(session);
        people.Restart();
        // What was not stored is not known.
        people.Clock.Advance(TimeSpan.FromMinutes(100));
        people.AssertOver(session);
    }

    [Fact]
    public async Task One_that_was_revoked_is_over_at_once_and_for_good()
    {
        var ada = await people.PersonAsync();
        var (kept, ended) = (await people.SignInAsync(), await people.SignInAsync());

        var change = await people.Sessions.RevokeAsync(Owner(ada), ended.Session.Id, CancellationToken.None);

        Assert.True(change.IsDone);
        people.AssertOver(ended);
        people.Who(kept);
        people.Restart();
        people.AssertOver(ended);
        people.Who(kept);
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await people.Sessions.RevokeAsync(Owner(ada), ended.Session.Id, CancellationToken.None)).Outcome
        );
    }

    [Fact]
    public async Task Somebody_elses_is_found_by_who_manages_people_of_his_workspace_alone()
    {
        await people.PersonAsync();
        var bob = await people.PersonAsync("bob", "viewer");
        var session = await people.SignInAsync();
        var id = session.Session.Id;
        var other = await people.Store.Workspaces.CreateAsync(
            Actors.Admin,
            new NewWorkspace("other"),
            CancellationToken.None
        );

        foreach (var actor in new[] { Owner(bob), Actors.Of(other.Value!.Workspace.Id) })
        {
            Assert.Equal(
                ChangeOutcome.NotFound,
                (await people.Sessions.RevokeAsync(actor, id, CancellationToken.None)).Outcome
            );
        }

        Assert.Empty(people.Sessions.List(other.Value.Workspace.Id));
        people.Who(session);
        Assert.True((await people.Sessions.RevokeAsync(Actors.Admin, id, CancellationToken.None)).IsDone);
        people.AssertOver(session);
    }

    [Fact]
    public async Task A_suspended_workspace_shuts_its_people_out()
    {
        var made = await people.Store.Workspaces.CreateAsync(
            Actors.Admin,
            new NewWorkspace("other"),
            CancellationToken.None
        );
        var invited = await people.Users.AddAsync(
            Actors.Of(made.Value!.Workspace.Id),
            new NewUser { Name = "eve", Roles = ["admin"] },
            CancellationToken.None
        );
        var accepted = await people.Desk.AcceptAsync(
            invited.Value!.Token!,
            People.Password,
            People.Home,
            CancellationToken.None
        );
        var session = accepted.SignIn!.Opened!;
        Assert.False(people.Who(session).Principal.Permissions.Has(Permission.InstanceView));

        var suspended = await people.Store.Workspaces.ChangeAsync(
            Actors.Admin,
            "other",
            new WorkspaceChange(State: WorkspaceState.Suspended),
            CancellationToken.None
        );

        Assert.True(suspended.IsDone, suspended.Reason);
        people.AssertOver(session);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync("eve", workspace: "other")).Outcome);
    }

    [Fact]
    public async Task A_person_has_fifty_sessions_and_the_oldest_goes()
    {
        await people.PersonAsync();
        var first = await people.SignInAsync();
        for (var i = 0; i < AuthSessions.MostOfOne; i++)
        {
            people.Clock.Advance(TimeSpan.FromSeconds(1));
            await people.SignInAsync();
        }

        people.Restart();
        people.AssertOver(first);
        Assert.Equal(AuthSessions.MostOfOne, people.Sessions.List(WorkspaceId.Default).Length);
    }

    [Fact]
    public async Task Those_that_are_over_leave_the_database()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();
        people.Clock.Advance(TimeSpan.FromHours(2));
        await people.Sessions.StoreUsesAsync(CancellationToken.None);
        people.Clock.Set(session.Session.CreatedAt);

        people.Restart();

        people.AssertOver(session);
    }

    [Fact]
    public void Each_token_has_its_own_word_against_forgery()
    {
        Assert.NotEqual(AuthSessions.CsrfToken("ws_a"), AuthSessions.CsrfToken("ws_b"));
        Assert.Equal(AuthSessions.CsrfToken("ws_a"), AuthSessions.CsrfToken("ws_a"));
    }

    private static Actor Owner(User user) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            Kind = ActorKind.User,
            Id = user.Id,
            Name = user.Name,
        };
}
