using Weir.Foundation;

namespace Weir.Identity.Tests.Users;

public sealed class UserBookTests : IDisposable
{
    private readonly People people = new();

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task An_invited_person_may_nothing_before_he_takes_the_invitation()
    {
        var invited = await people.InviteAsync("Ada", "viewer");

        Assert.Equal(UserState.Invited, invited.User.State);
        Assert.Equal(people.Clock.GetUtcNow() + TimeSpan.FromDays(7), invited.ExpiresAt);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync("Ada")).Outcome);
        Assert.Equal(
            new OpenInvitation("default", "Ada", null, invited.ExpiresAt!.Value),
            people.Desk.Invitation(invited.Token!)
        );
        Assert.DoesNotContain(invited.Token!, $"{invited}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ädä")]
    [InlineData("wk_something")]
    [InlineData("usr_something")]
    [InlineData("a/b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_is_bounded(string name) =>
        AssertOutcome(ChangeOutcome.Invalid, await AddAsync(new NewUser { Name = name }));

    [Theory]
    [InlineData("ada")]
    [InlineData("@engines.example")]
    [InlineData("ada@")]
    [InlineData("ada@x@y")]
    [InlineData("Ada <ada@engines.example>")]
    public async Task An_address_of_mail_looks_like_one(string email) =>
        AssertOutcome(ChangeOutcome.Invalid, await AddAsync(new NewUser { Name = "ada", Email = email }));

    [Fact]
    public async Task A_name_is_taken_in_its_workspace_whatever_its_case()
    {
        await people.InviteAsync("Ada");

        AssertOutcome(ChangeOutcome.Taken, await AddAsync(new NewUser { Name = "aDA" }));
        var other = await OtherWorkspaceAsync();
        Assert.True((await people.Users.AddAsync(other, new NewUser { Name = "ada" }, CancellationToken.None)).IsDone);
    }

    [Fact]
    public async Task Another_workspaces_people_are_not_there()
    {
        var ada = await people.PersonAsync();
        var other = await OtherWorkspaceAsync();

        Assert.Empty(people.Users.List(other.Workspace));
        Assert.Null(people.Users.Find(other.Workspace, ada.Id));
        Assert.Null(people.Users.Find(other.Workspace, "ada"));
        AssertOutcome(ChangeOutcome.NotFound, await people.Users.SuspendAsync(other, ada.Id, CancellationToken.None));
        AssertOutcome(ChangeOutcome.NotFound, await people.Users.RemoveAsync(other, "ada", CancellationToken.None));
        AssertOutcome(
            ChangeOutcome.NotFound,
            await people.Users.ResetAsync(other, ada.Id, true, CancellationToken.None)
        );
        AssertOutcome(
            ChangeOutcome.NotFound,
            await people.Users.ChangeAsync(other, ada.Id, new UserChange("x"), CancellationToken.None)
        );
    }

    [Fact]
    public async Task Nobody_gives_a_role_beyond_his_own()
    {
        var moderator = ActorOf(await people.PersonAsync("mod", "moderator"));

        AssertOutcome(
            ChangeOutcome.Refused,
            await AddAsync(new NewUser { Name = "eve", Roles = ["admin"] }, moderator)
        );
        Assert.True((await AddAsync(new NewUser { Name = "bob", Roles = ["viewer"] }, moderator)).IsDone);
        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.ChangeAsync(
                moderator,
                "bob",
                new UserChange(Roles: ["viewer", "billing-admin"]),
                CancellationToken.None
            )
        );
        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.ChangeAsync(moderator, "mod", new UserChange(Roles: ["admin"]), CancellationToken.None)
        );
        AssertOutcome(ChangeOutcome.Invalid, await AddAsync(new NewUser { Name = "eve", Roles = ["king"] }, moderator));
    }

    [Fact]
    public async Task Nobody_lays_hands_on_somebody_who_may_more_than_he()
    {
        await people.PersonAsync("boss", "admin");
        await people.PersonAsync("boss-2", "admin");
        var moderator = ActorOf(await people.PersonAsync("mod", "moderator"));

        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.ResetAsync(moderator, "boss", false, CancellationToken.None)
        );
        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.SuspendAsync(moderator, "boss", CancellationToken.None)
        );
        AssertOutcome(ChangeOutcome.Refused, await people.Users.RemoveAsync(moderator, "boss", CancellationToken.None));
        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.ChangeAsync(moderator, "boss", new UserChange(Email: "m@x.y"), CancellationToken.None)
        );
        Assert.Equal(SignInOutcome.SignedIn, (await people.TryAsync("boss")).Outcome);
    }

    [Fact]
    public async Task Suspension_ends_sessions_and_keys_at_once_and_resuming_gives_the_keys_back()
    {
        await people.PersonAsync("ada", "admin");
        var session = await people.SignInAsync();
        var key = await people.Store.Keys.CreateAsync(
            Actors.Admin,
            new NewApiKey
            {
                Name = "hers",
                Owner = "ada",
                Scopes = [KeyScopes.Read],
            },
            CancellationToken.None
        );
        Assert.True(people.Store.Keys.TryVerify(key.Text, out _));
        await people.PersonAsync("boss", "admin");

        var suspended = await people.Users.SuspendAsync(Actors.Admin, "ada", CancellationToken.None);

        Assert.Equal(UserState.Suspended, suspended.Value?.User.State);
        people.AssertOver(session);
        Assert.False(people.Store.Keys.TryVerify(key.Text, out _));
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync()).Outcome);
        Assert.True((await people.Users.ResumeAsync(Actors.Admin, "ada", CancellationToken.None)).IsDone);
        people.AssertOver(session);
        Assert.True(people.Store.Keys.TryVerify(key.Text, out _));
        await people.SignInAsync();
        people.Restart();
        people.AssertOver(session);
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        // A folder without the first key: the person is all there is.
        await people.PersonAsync("boss", "admin");

        foreach (
            var change in new[]
            {
                await people.Users.SuspendAsync(Actors.Admin, "boss", CancellationToken.None),
                await people.Users.RemoveAsync(Actors.Admin, "boss", CancellationToken.None),
                await people.Users.ChangeAsync(
                    Actors.Admin,
                    "boss",
                    new UserChange(Roles: ["viewer"]),
                    CancellationToken.None
                ),
            }
        )
        {
            AssertOutcome(ChangeOutcome.Refused, change);
            Assert.Contains("nobody would be left", change.Reason, StringComparison.Ordinal);
        }

        await people.PersonAsync("deputy", "admin");
        Assert.True((await people.Users.SuspendAsync(Actors.Admin, "boss", CancellationToken.None)).IsDone);
        AssertOutcome(
            ChangeOutcome.Refused,
            await people.Users.RemoveAsync(Actors.Admin, "deputy", CancellationToken.None)
        );
        await people.Store.Keys.EnsureFirstKeyAsync(CancellationToken.None);
        Assert.True((await people.Users.RemoveAsync(Actors.Admin, "deputy", CancellationToken.None)).IsDone);
    }

    [Fact]
    public async Task Other_roles_end_the_sessions_and_hold_at_once()
    {
        await people.PersonAsync("ada", "viewer");
        var session = await people.SignInAsync();
        Assert.False(people.Who(session).Principal.Permissions.Has(Permission.BudgetsSet));

        var change = await people.Users.ChangeAsync(
            Actors.Admin,
            "ada",
            new UserChange(DisplayName: "Ada L.", Roles: ["billing-admin"]),
            CancellationToken.None
        );

        Assert.Equal(["billing-admin"], change.Value!.User.Roles);
        people.AssertOver(session);
        Assert.True(people.Who(await people.SignInAsync()).Principal.Permissions.Has(Permission.BudgetsSet));
    }

    [Fact]
    public async Task A_service_account_is_active_at_once_and_cannot_sign_in()
    {
        var made = await AddAsync(
            new NewUser
            {
                Name = "ci",
                Kind = UserKind.Service,
                Roles = ["api-user"],
            }
        );

        Assert.Equal(UserState.Active, made.Value!.User.State);
        Assert.Null(made.Value.Token);
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync("ci")).Outcome);
        AssertOutcome(
            ChangeOutcome.Invalid,
            await people.Users.ResetAsync(Actors.Admin, "ci", false, CancellationToken.None)
        );
    }

    [Fact]
    public async Task Who_is_removed_is_gone_and_the_name_is_free()
    {
        var ada = await people.PersonAsync("ada", "viewer");
        var session = await people.SignInAsync();

        Assert.True((await people.Users.RemoveAsync(Actors.Admin, "ada", CancellationToken.None)).IsDone);

        people.AssertOver(session);
        Assert.Empty(people.Users.List(WorkspaceId.Default));
        Assert.Null(people.Users.Find(WorkspaceId.Default, ada.Id));
        Assert.Equal(SignInOutcome.Refused, (await people.TryAsync()).Outcome);
        var next = await people.PersonAsync();
        Assert.NotEqual(ada.Id, next.Id);
        Assert.Empty(next.Roles);
    }

    [Fact]
    public async Task Every_change_is_in_the_trail_and_no_secret_is()
    {
        var invited = await people.InviteAsync("ada", "viewer");
        await people.Desk.AcceptAsync(invited.Token!, People.Password, People.Home, CancellationToken.None);
        await people.Users.ChangeAsync(Actors.Admin, "ada", new UserChange("Ada"), CancellationToken.None);
        await people.Users.SuspendAsync(Actors.Admin, "ada", CancellationToken.None);
        await people.Users.ResumeAsync(Actors.Admin, "ada", CancellationToken.None);
        await people.Users.ResetAsync(Actors.Admin, "ada", true, CancellationToken.None);
        await people.Users.RemoveAsync(Actors.Admin, "ada", CancellationToken.None);

        var entries = people.Audited();
        Assert.Equal(
            [
                "user.remove",
                "user.reset",
                "user.resume",
                "user.suspend",
                "user.change",
                "session.open",
                "user.accept",
                "user.invite",
            ],
            entries.Select(entry => entry.Action)
        );
        var told = string.Join('\n', entries.Select(entry => $"{entry.Before} {entry.After} {entry.Target}"));
        Assert.DoesNotContain(People.Password, told, StringComparison.Ordinal);
        Assert.DoesNotContain(invited.Token!, told, StringComparison.Ordinal);
    }

    private Task<Change<InvitedUser>> AddAsync(NewUser user, Actor? actor = null) =>
        people.Users.AddAsync(actor ?? Actors.Admin, user, CancellationToken.None);

    private async Task<Actor> OtherWorkspaceAsync()
    {
        var made = await people.Store.Workspaces.CreateAsync(
            Actors.Admin,
            new NewWorkspace("other"),
            CancellationToken.None
        );
        return Actors.Of(made.Value!.Workspace.Id);
    }

    private Actor ActorOf(User user) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            Kind = ActorKind.User,
            Id = user.Id,
            Name = user.Name,
            Permissions = people.Store.Roles.Permits(WorkspaceId.Default, user.Roles[0])!.Value,
        };

    private static void AssertOutcome(ChangeOutcome expected, Change<InvitedUser> change) =>
        Assert.Equal(expected, change.Outcome);
}
