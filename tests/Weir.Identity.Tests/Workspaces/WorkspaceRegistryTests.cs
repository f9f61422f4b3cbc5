using Weir.Foundation;

namespace Weir.Identity.Tests.Workspaces;

public sealed class WorkspaceRegistryTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task A_made_workspace_has_a_key_that_opens_it_and_nothing_of_the_instance()
    {
        var made = (
            await house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace("acme", "Acme Inc."), Never)
        ).Value!;
        Assert.True(house.Store.Keys.TryVerify(made.KeyText, out var principal));
        Assert.Equal(made.Workspace.Id, principal.Workspace);
        Assert.Equal(PermissionSet.All.OfOneWorkspace(), principal.Permissions);
        Assert.Equal(
            ("acme", "Acme Inc.", WorkspaceState.Active),
            (made.Workspace.Name, made.Workspace.Title, made.Workspace.State)
        );
        Assert.DoesNotContain(made.KeyText, made.ToString(), StringComparison.Ordinal);
        house.Reopen();
        Assert.Equal(made.Workspace, house.Store.Workspaces.Find("acme"));
        Assert.Equal(made.Workspace, house.Store.Workspaces.Find(made.Workspace.Id));
    }

    [Theory]
    [InlineData("default", ChangeOutcome.Taken)]
    [InlineData("", ChangeOutcome.Invalid)]
    [InlineData("../etc", ChangeOutcome.Invalid)]
    [InlineData("Acme", ChangeOutcome.Invalid)]
    [InlineData("a.b", ChangeOutcome.Invalid)]
    public async Task Unfit_and_taken_names_are_refused(string name, ChangeOutcome outcome)
    {
        var made = await house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace(name), Never);
        Assert.Equal(outcome, made.Outcome);
        Assert.Single(house.Store.Workspaces.All);
    }

    [Fact]
    public async Task A_suspended_workspace_lets_nobody_in_until_it_is_resumed()
    {
        var made = (await house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace("acme"), Never)).Value!;
        await StateAsync("acme", WorkspaceState.Suspended);
        Assert.False(house.Store.Keys.TryVerify(made.KeyText, out _));
        house.Reopen();
        Assert.False(house.Store.Keys.TryVerify(made.KeyText, out _));
        await StateAsync("acme", WorkspaceState.Active);
        Assert.True(house.Store.Keys.TryVerify(made.KeyText, out _));
    }

    [Fact]
    public async Task An_archived_workspace_is_closed_for_good_and_keeps_its_name()
    {
        var made = (await house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace("acme"), Never)).Value!;
        await StateAsync("acme", WorkspaceState.Archived);
        Assert.False(house.Store.Keys.TryVerify(made.KeyText, out _));
        Assert.Equal(ChangeOutcome.Refused, (await ChangeAsync("acme", WorkspaceState.Active)).Outcome);
        var again = await house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace("acme"), Never);
        Assert.Equal(ChangeOutcome.Taken, again.Outcome);
    }

    [Theory]
    [InlineData(WorkspaceState.Suspended)]
    [InlineData(WorkspaceState.Archived)]
    public async Task The_workspace_that_runs_the_instance_cannot_be_closed(WorkspaceState state) =>
        Assert.Equal(ChangeOutcome.Refused, (await ChangeAsync("default", state)).Outcome);

    [Fact]
    public async Task A_change_stands_in_both_trails()
    {
        var other = await house.WorkspaceAsync("acme");
        await StateAsync("acme", WorkspaceState.Suspended);
        foreach (var workspace in new[] { WorkspaceId.Default, other })
        {
            var entry = house.Store.Audit.List(workspace, new AuditQuestion())[0];
            Assert.Equal("workspace.suspend", entry.Action);
            Assert.Contains("active", entry.Before, StringComparison.Ordinal);
            Assert.Contains("suspended", entry.After, StringComparison.Ordinal);
            Assert.True((await house.Store.Audit.VerifyAsync(workspace, Never)).IsSound);
        }
    }

    [Fact]
    public async Task Organisations_stand_above_workspaces_and_go_when_they_are_empty()
    {
        var registry = house.Store.Workspaces;
        Assert.True((await registry.CreateOrganisationAsync(Actors.Admin, "holding", Never)).IsDone);
        Assert.Equal(
            ChangeOutcome.Taken,
            (await registry.CreateOrganisationAsync(Actors.Admin, "holding", Never)).Outcome
        );
        Assert.True((await registry.CreateAsync(Actors.Admin, new NewWorkspace("a", null, "holding"), Never)).IsDone);
        await house.WorkspaceAsync("b");
        Assert.True(
            (await registry.ChangeAsync(Actors.Admin, "b", new WorkspaceChange(null, "holding"), Never)).IsDone
        );

        Assert.Equal(["a", "b"], Assert.Single(registry.Organisations).Workspaces);
        Assert.Equal(
            ChangeOutcome.Refused,
            (await registry.RemoveOrganisationAsync(Actors.Admin, "holding", Never)).Outcome
        );
        foreach (var name in new[] { "a", "b" })
        {
            await registry.ChangeAsync(Actors.Admin, name, new WorkspaceChange(null, ""), Never);
        }

        Assert.True((await registry.RemoveOrganisationAsync(Actors.Admin, "holding", Never)).IsDone);
        Assert.Empty(registry.Organisations);
        Assert.Equal(
            ChangeOutcome.Invalid,
            (await registry.CreateAsync(Actors.Admin, new NewWorkspace("c", null, "gone"), Never)).Outcome
        );
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_the_name()
    {
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() => house.Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace("acme"), Never))
                )
        );
        Assert.Single(all, change => change.IsDone);
        Assert.Equal(2, house.Store.Workspaces.All.Length);
    }

    [Fact]
    public async Task Teams_hold_people_of_their_workspace_alone()
    {
        var other = await house.WorkspaceAsync("acme");
        house.Person("ada", WorkspaceId.Default, "user");
        house.Person("eve", other, "user");
        var teams = house.Store.Teams;
        var made = await teams.CreateAsync(Actors.Admin, "core", "the core", Never);
        Assert.StartsWith("tem_", made.Value!.Id, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Taken, (await teams.CreateAsync(Actors.Admin, "core", null, Never)).Outcome);

        Assert.True((await teams.SetMemberAsync(Actors.Admin, "core", "ada", true, Never)).IsDone);
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await teams.SetMemberAsync(Actors.Admin, "core", "eve", true, Never)).Outcome
        );
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await teams.SetMemberAsync(Actors.Of(other), "core", "eve", true, Never)).Outcome
        );
        Assert.Equal(["ada"], Assert.Single(teams.List(WorkspaceId.Default)).Members);
        Assert.Empty(teams.List(other));
        Assert.Equal(ChangeOutcome.NotFound, (await teams.RemoveAsync(Actors.Of(other), made.Value.Id, Never)).Outcome);

        var renamed = await teams.ChangeAsync(Actors.Admin, made.Value.Id, "kernel", "", Never);
        Assert.Equal(("kernel", null), (renamed.Value!.Name, renamed.Value.Description));
        Assert.True((await teams.SetMemberAsync(Actors.Admin, "kernel", "ada", false, Never)).IsDone);
        Assert.True((await teams.RemoveAsync(Actors.Admin, "kernel", Never)).IsDone);
        Assert.Empty(teams.List(WorkspaceId.Default));
        Assert.True((await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never)).IsSound);
    }

    private async Task StateAsync(string name, WorkspaceState state) =>
        Assert.True((await ChangeAsync(name, state)).IsDone);

    private Task<Change<Workspace>> ChangeAsync(string name, WorkspaceState state) =>
        house.Store.Workspaces.ChangeAsync(Actors.Admin, name, new WorkspaceChange(State: state), Never);
}
