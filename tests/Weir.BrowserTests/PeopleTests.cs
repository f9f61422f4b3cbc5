using System.Net;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>People, teams and roles: who is there, and what they may do.</summary>
public sealed class PeopleTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private Traffic traffic = null!;

    public async ValueTask InitializeAsync() => traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task Somebody_is_invited_comes_in_by_the_link_is_suspended_let_in_and_removed()
    {
        await using var tab = await OpenAsync();
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await tab.PressAsync("Invite");
        await dialog.GetByLabel("Name to sign in with").FillAsync("no name");
        await InviteAsync(dialog);
        await dialog.GetByRole(AriaRole.Alert).First.WaitForAsync();
        await dialog.GetByLabel("Name to sign in with").FillAsync("ada");
        await dialog.GetByLabel("What people call them").FillAsync("Ada L.");
        await dialog.GetByLabel("analyst").CheckAsync();
        await InviteAsync(dialog);
        await dialog.GetByText("It is shown this once").WaitForAsync();
        var link = new Uri((await dialog.Locator("pre").InnerTextAsync()).Trim());

        await using var other = await chromium.OpenAsync();
        await other.Page.GotoAsync(
            new Uri(PersonPages.ByName(traffic.Weir), link.PathAndQuery + link.Fragment).ToString()
        );
        await other.Page.GetByLabel("Password").FillAsync(PersonPages.Password);
        await other.Page.GetByLabel("The same again").FillAsync(PersonPages.Password);
        await other.PressAsync("Sign in");
        await other.Page.GetByRole(AriaRole.Heading, new() { Name = "Now" }).WaitForAsync();

        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have sent it" }).ClickAsync();
        await tab.Page.ReloadAsync();
        await Row(tab, "Ada L.").GetByText("active").WaitForAsync();
        await Row(tab, "Ada L.").GetByRole(AriaRole.Link).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        await dialog.GetByText("suspended").WaitForAsync();
        await other.Page.ReloadAsync();
        await other.Page.GetByLabel("Password").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Let in again" }).ClickAsync();
        await dialog.GetByText("active", new() { Exact = true }).WaitForAsync();

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await dialog.GetByText("Remove Ada L.?").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Row(tab, "Ada L.").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty((await traffic.Weir.GetAsync("/api/v1/users")).GetProperty("items").EnumerateArray());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Roles_are_given_for_everything_or_for_a_part_and_are_what_the_API_has()
    {
        await PostAsync("/api/v1/users", """{"name":"ada","roles":["viewer"]}""");
        await using var tab = await OpenAsync();
        await Row(tab, "ada").GetByRole(AriaRole.Link).ClickAsync();
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("viewer").UncheckAsync();
        await dialog.GetByLabel("moderator").CheckAsync();
        await dialog.GetByLabel("Which").FillAsync("web");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await dialog.GetByText("Saved.").WaitForAsync();

        var ada = (await traffic.Weir.GetAsync("/api/v1/users/ada"));
        Assert.Equal("moderator", Assert.Single(ada.GetProperty("roles").EnumerateArray()).GetString());
        var grant = Assert.Single(ada.GetProperty("grants").EnumerateArray());
        Assert.Equal(
            ("viewer", "team", "web"),
            (
                grant.GetProperty("role").GetString(),
                grant.GetProperty("on").GetString(),
                grant.GetProperty("name").GetString()
            )
        );
        await tab.Page.Keyboard.PressAsync("Escape");
        await Row(tab, "ada").GetByText("moderator, viewer (team web)").WaitForAsync();

        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await Row(tab, "ada").GetByRole(AriaRole.Link).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reset the password" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reset the password" }).ClickAsync();
        await dialog.GetByText("It is shown this once").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_stays()
    {
        await PostAsync("/api/v1/users", """{"name":"ada","roles":["viewer"]}""");
        await using var tab = await OpenAsync();
        await Row(tab, "ada").GetByRole(AriaRole.Link).ClickAsync();
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Which").FillAsync("web");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give" }).ClickAsync();
        using (
            var changed = await traffic.Weir.SendAsync(
                new HttpRequestMessage(HttpMethod.Patch, new Uri("/api/v1/users/ada", UriKind.Relative))
                {
                    Content = new StringContent("""{"roles":["moderator"]}""", null, "application/json"),
                    Headers = { { "x-weir-key", traffic.Weir.AdminKey } },
                }
            )
        )
        {
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await dialog.GetByText("Saved.").WaitForAsync();

        var ada = await traffic.Weir.GetAsync("/api/v1/users/ada");
        Assert.Equal("moderator", Assert.Single(ada.GetProperty("roles").EnumerateArray()).GetString());
        Assert.Single(ada.GetProperty("grants").EnumerateArray());
        await Assertions.Expect(dialog.GetByLabel("moderator")).ToBeCheckedAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_role_of_ones_own_is_made_shown_and_changed_and_a_built_in_one_is_not()
    {
        await using var tab = await OpenAsync("/people?view=roles");
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await tab.PressAsync("New role");
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Name" }).FillAsync("release-lead");
        await dialog.GetByLabel("What it is for").FillAsync("who ships");
        await dialog.GetByLabel("viewer").CheckAsync();
        await dialog.GetByLabel("keys:manage").CheckAsync();
        // What comes with it is shown, and is not to be taken away by itself.
        await Assertions.Expect(dialog.GetByLabel("keys:view")).ToBeCheckedAsync();
        await Assertions.Expect(dialog.GetByLabel("analytics:view")).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the role" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "release-lead" }).WaitForAsync();

        var made = await traffic.Weir.GetAsync("/api/v1/roles/release-lead");
        Assert.Equal("viewer", Assert.Single(made.GetProperty("parents").EnumerateArray()).GetString());
        var items = (await traffic.Weir.GetAsync("/api/v1/roles")).GetProperty("items").EnumerateArray().ToList();
        foreach (var (role, column) in items.Select((role, at) => (role, at + 2)))
        {
            Assert.Equal(
                role.GetProperty("permissions").GetArrayLength(),
                await tab.Page.Locator($"tbody td:nth-child({column}).has").CountAsync()
            );
        }

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "release-lead" }).ClickAsync();
        await dialog.GetByLabel("audit:view").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Contains(
            "audit:view",
            (await traffic.Weir.GetAsync("/api/v1/roles/release-lead"))
                .GetProperty("permissions")
                .EnumerateArray()
                .Select(permission => permission.GetString())
        );

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "moderator" }).ClickAsync();
        await dialog.GetByText("Built in").WaitForAsync();
        Assert.Equal(0, await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).CountAsync());
        await Assertions.Expect(dialog.GetByLabel("audit:view")).ToBeDisabledAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_team_is_made_filled_renamed_and_removed()
    {
        await PostAsync("/api/v1/users", """{"name":"ada","roles":["viewer"]}""");
        await using var tab = await OpenAsync("/people?view=teams");
        var dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await tab.PressAsync("New team");
        await dialog.GetByLabel("Name").FillAsync("web");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the team" }).ClickAsync();
        await dialog.GetByText("Nobody is in it yet.").WaitForAsync();
        await dialog.GetByLabel("Person").SelectOptionAsync("ada");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take in" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take ada out" }).WaitForAsync();
        await dialog.GetByLabel("Name").FillAsync("webs");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Row(tab, "webs").GetByText("ada").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take ada out" }).ClickAsync();
        await dialog.GetByText("Nobody is in it yet.").WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove the team" }).ClickAsync();
        await tab.Page.GetByText("There is no team yet.").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_may_not_change_anything_finds_nothing_to_change()
    {
        var moderator = await PersonAsync("mo", "moderator");
        await using (moderator)
        {
            await moderator.Page.GotoAsync(new Uri(PersonPages.ByName(traffic.Weir), "/people?view=roles").ToString());
            await moderator.Page.GetByRole(AriaRole.Link, new() { Name = "viewer" }).WaitForAsync();
            Assert.Equal(0, await moderator.Page.GetByRole(AriaRole.Button, new() { Name = "New role" }).CountAsync());
        }

        // A viewer sees teams, and neither people nor roles.
        await using var viewer = await PersonAsync("vi", "viewer");
        await viewer.Page.GotoAsync(new Uri(PersonPages.ByName(traffic.Weir), "/people").ToString());
        await viewer.Page.GetByText("There is no team yet.").WaitForAsync();
        Assert.Equal(0, await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "New team" }).CountAsync());
        Assert.Equal(0, await viewer.Page.GetByText("Roles", new() { Exact = true }).CountAsync());
    }

    [Theory]
    [InlineData(320, false)]
    [InlineData(390, true)]
    [InlineData(1280, true)]
    public async Task Every_state_is_fit_for_everyone(int width, bool isDark)
    {
        await PostAsync("/api/v1/users", """{"name":"ada","roles":["viewer"],"email":"ada@example.org"}""");
        await PostAsync("/api/v1/teams", """{"name":"web"}""");
        await using var tab = await PageCheck.OpenAsync(
            chromium,
            traffic.Weir.AdminKey,
            new TabOptions
            {
                Width = width,
                IsDark = isDark,
                IsPhone = width < 720,
            }
        );
        await tab.GoAsync(traffic.Weir, "/people");
        await Row(tab, "ada").WaitForAsync();
        await PageCheck.CheckAsync(tab, "people", width);
        await Row(tab, "ada").GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.Locator("dialog dl").WaitForAsync();
        await PageCheck.CheckAsync(tab, "a person", width);
        await tab.GoAsync(traffic.Weir, "/people?of=new");
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "an invitation", width);
        await tab.GoAsync(traffic.Weir, "/people?view=teams");
        await Row(tab, "web").GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "a team", width);
        await tab.GoAsync(traffic.Weir, "/people?view=roles");
        await tab.Page.Locator("tbody td.has").First.WaitForAsync();
        await PageCheck.CheckAsync(tab, "roles", width);
        await tab.GoAsync(traffic.Weir, "/people?view=roles&of=new");
        await tab.Page.Locator("dialog form").WaitForAsync();
        await PageCheck.CheckAsync(tab, "a role", width);
    }

    private static ILocator Row(Tab tab, string text) => tab.Page.Locator("main tbody tr", new() { HasText = text });

    private static Task InviteAsync(ILocator dialog) =>
        dialog.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();

    private async Task<Tab> OpenAsync(string path = "/people")
    {
        var tab = await PageCheck.OpenAsync(chromium, traffic.Weir.AdminKey);
        await tab.GoAsync(traffic.Weir, path);
        await tab.Page.Locator("main table").WaitForAsync();
        return tab;
    }

    private async Task<Tab> PersonAsync(string name, string role)
    {
        var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(traffic.Weir, name, role);
        return tab;
    }

    private async Task PostAsync(string path, string body)
    {
        using var answer = await traffic.Weir.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
