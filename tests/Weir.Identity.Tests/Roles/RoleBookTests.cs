using Weir.Foundation;

namespace Weir.Identity.Tests.Roles;

public sealed class RoleBookTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    private RoleBook Book => house.Store.Roles;

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("admin", Permission.InstanceManage, true)]
    [InlineData("admin", Permission.GatewayUse, true)]
    [InlineData("moderator", Permission.UsersManage, true)]
    [InlineData("moderator", Permission.AnalyticsView, true)]
    [InlineData("moderator", Permission.ConfigWrite, false)]
    [InlineData("moderator", Permission.RolesManage, false)]
    [InlineData("analyst", Permission.AnalyticsExport, true)]
    [InlineData("analyst", Permission.AnalyticsView, true)]
    [InlineData("analyst", Permission.BudgetsSet, false)]
    [InlineData("analyst", Permission.ContentView, false)]
    [InlineData("viewer", Permission.AnalyticsView, true)]
    [InlineData("viewer", Permission.AnalyticsExport, false)]
    [InlineData("billing-admin", Permission.CostsApprove, true)]
    [InlineData("billing-admin", Permission.AnalyticsExport, true)]
    [InlineData("billing-admin", Permission.UsersManage, false)]
    [InlineData("api-user", Permission.GatewayUse, true)]
    [InlineData("api-user", Permission.KeysOwn, false)]
    [InlineData("user", Permission.GatewayUse, true)]
    [InlineData("user", Permission.KeysOwn, true)]
    [InlineData("user", Permission.AnalyticsView, false)]
    public void Built_in_roles_permit_what_they_say(string role, Permission permission, bool permits) =>
        Assert.Equal(permits, Book.Permits(WorkspaceId.Default, role)!.Value.Has(permission));

    [Fact]
    public async Task Another_workspace_cannot_give_what_is_the_instances()
    {
        var other = await house.WorkspaceAsync("other");
        Assert.False(Book.Permits(other, "admin")!.Value.Has(Permission.InstanceView));
        await SetAsync(other, "boss", [], Permission.InstanceManage);
        Assert.False(Book.Permits(other, "boss")!.Value.Has(Permission.InstanceManage));
        var key = await house.Store.Keys.CreateAsync(
            Actors.Of(other),
            new NewApiKey { Name = "k", Scopes = ["admin", "instance:manage"] },
            Never
        );
        Assert.True(house.Store.Keys.TryVerify(key.Text, out var principal));
        Assert.False(principal.Permissions.Has(Permission.InstanceView));
        Assert.True(principal.Permissions.Has(Permission.RolesManage));
    }

    [Fact]
    public async Task A_role_has_its_parents_permissions_through_any_number_of_steps()
    {
        await SetAsync(WorkspaceId.Default, "a", ["viewer"], Permission.AuditView);
        await SetAsync(WorkspaceId.Default, "b", ["a"], Permission.PricesManage);
        var permits = Book.Permits(WorkspaceId.Default, "b")!.Value;
        Assert.Equal(
            PermissionSet.Of(
                Permission.AnalyticsView,
                Permission.BudgetsView,
                Permission.TeamsView,
                Permission.WorkspaceView,
                Permission.AuditView,
                Permission.PricesManage
            ),
            permits
        );
        house.Reopen();
        Assert.Equal(permits, Book.Permits(WorkspaceId.Default, "b"));
    }

    [Fact]
    public async Task Circles_are_refused()
    {
        await SetAsync(WorkspaceId.Default, "a", ["viewer"]);
        await SetAsync(WorkspaceId.Default, "b", ["a"]);
        await SetAsync(WorkspaceId.Default, "c", ["b"]);
        Assert.Contains("itself", await RefusedAsync("a", ["c"]), StringComparison.Ordinal);
        Assert.Contains("itself", await RefusedAsync("a", ["a"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_that_somebody_wrote_into_the_database_ends()
    {
        await SetAsync(WorkspaceId.Default, "a", ["viewer"]);
        await SetAsync(WorkspaceId.Default, "b", ["a"]);
        house.Tamper("""UPDATE role SET parents = '["b"]' WHERE name = 'a'""");
        house.Reopen();
        Assert.True(Book.Permits(WorkspaceId.Default, "a")!.Value.IsEmpty);
    }

    [Fact]
    public async Task Built_in_roles_cannot_be_changed_or_removed()
    {
        Assert.Contains("built in", await RefusedAsync("viewer", ["admin"]), StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Refused, (await Book.RemoveAsync(Actors.Admin, "admin", Never)).Outcome);
    }

    [Fact]
    public async Task Nobody_makes_a_role_that_may_more_than_he()
    {
        var moderator = Actors.Of(WorkspaceId.Default, Permission.UsersManage);
        var made = await Book.SetAsync(
            moderator,
            new Role { Name = "sly", Own = PermissionSet.Of(Permission.ConfigWrite) },
            mustBeNew: true,
            Never
        );
        Assert.Equal(ChangeOutcome.Refused, made.Outcome);
        var inherited = await Book.SetAsync(
            moderator,
            new Role { Name = "sly", Parents = ["admin"] },
            mustBeNew: true,
            Never
        );
        Assert.Equal(ChangeOutcome.Refused, inherited.Outcome);
    }

    [Fact]
    public async Task Who_manages_roles_still_cannot_give_what_is_the_instances()
    {
        var roles = Actors.Of(WorkspaceId.Default, Permission.RolesManage);
        var made = await Book.SetAsync(roles, new Role { Name = "sly", Parents = ["admin"] }, true, Never);
        Assert.Equal(ChangeOutcome.Refused, made.Outcome);
        made = await Book.SetAsync(
            roles,
            new Role { Name = "fair", Own = PermissionSet.Of(Permission.ConfigWrite) },
            true,
            Never
        );
        Assert.Equal(ChangeOutcome.Done, made.Outcome);
    }

    [Fact]
    public async Task A_role_that_is_used_stays()
    {
        await SetAsync(WorkspaceId.Default, "a", ["viewer"]);
        await SetAsync(WorkspaceId.Default, "b", ["a"]);
        house.Person("ada", WorkspaceId.Default, "b");
        Assert.Contains("b", (await Book.RemoveAsync(Actors.Admin, "a", Never)).Reason, StringComparison.Ordinal);
        Assert.Contains("ada", (await Book.RemoveAsync(Actors.Admin, "b", Never)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_of_another_workspace_are_out_of_reach()
    {
        var other = await house.WorkspaceAsync("other");
        await SetAsync(WorkspaceId.Default, "mine", ["viewer"]);
        Assert.Null(Book.Permits(other, "mine"));
        Assert.Equal(ChangeOutcome.NotFound, (await Book.RemoveAsync(Actors.Of(other), "mine", Never)).Outcome);
        await SetAsync(other, "mine", ["admin"]);
        Assert.False(Book.Permits(WorkspaceId.Default, "mine")!.Value.Has(Permission.ConfigWrite));
    }

    [Fact]
    public async Task A_change_reaches_everybody_who_has_the_role_and_their_keys_at_once()
    {
        await SetAsync(WorkspaceId.Default, "r", [], Permission.AnalyticsView, Permission.GatewayUse);
        house.Person("ada", WorkspaceId.Default, "r");
        var made = await house.Store.Keys.CreateAsync(
            Actors.Admin,
            new NewApiKey
            {
                Name = "hers",
                Owner = "ada",
                Scopes = ["gateway", "admin"],
            },
            Never
        );
        Assert.True(house.Store.Keys.TryVerify(made.Text, out var before));
        Assert.Equal(PermissionSet.Of(Permission.AnalyticsView, Permission.GatewayUse), before.Permissions);
        Assert.Equal("ada", before.User);

        await Book.SetAsync(
            Actors.Admin,
            new Role { Name = "r", Own = PermissionSet.Of(Permission.AuditView) },
            mustBeNew: false,
            Never
        );

        Assert.True(house.Store.Keys.TryVerify(made.Text, out var after));
        Assert.Equal(PermissionSet.Of(Permission.AuditView), after.Permissions);
        house.Tamper("UPDATE user SET state = 'suspended'");
        house.Reopen();
        Assert.False(house.Store.Keys.TryVerify(made.Text, out _));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("1a")]
    public async Task Unfit_names_are_refused(string name) =>
        Assert.StartsWith("name:", await RefusedAsync(name, ["viewer"], isNew: true), StringComparison.Ordinal);

    private async Task SetAsync(WorkspaceId workspace, string name, string[] parents, params Permission[] permissions)
    {
        var change = await Book.SetAsync(
            Actors.Of(workspace),
            new Role
            {
                Name = name,
                Parents = [.. parents],
                Own = PermissionSet.Of(permissions),
            },
            mustBeNew: true,
            Never
        );
        Assert.Equal((ChangeOutcome.Done, null), (change.Outcome, change.Reason));
    }

    private async Task<string> RefusedAsync(string name, string[] parents, bool isNew = false)
    {
        var change = await Book.SetAsync(Actors.Admin, new Role { Name = name, Parents = [.. parents] }, isNew, Never);
        Assert.False(change.IsDone);
        return change.Reason!;
    }
}
