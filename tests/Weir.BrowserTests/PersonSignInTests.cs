using Microsoft.Playwright;
using Weir.BrowserTests.Testing;
using Weir.Testing;

namespace Weir.BrowserTests;

/// <summary>People sign in: by password, by code, by passkey; and nobody else does in their name.</summary>
public sealed class PersonSignInTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    private WeirProcess Weir => server.Traffic.Weir;

    [Fact]
    public async Task An_invitation_a_password_and_out_again()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(Weir, "anna");
        await tab.UntilLiveAsync();
        await tab.Page.ReloadAsync();
        await tab.UntilLiveAsync();

        await tab.SignOutAsync();
        await tab.Page.ReloadAsync();
        await tab.GivePasswordAsync(Weir, "anna", "not the right one at all");
        await tab.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "That is not right" }).WaitForAsync();
        await tab.Page.GetByLabel("Password").FillAsync(PersonPages.Password);
        await tab.PressAsync("Sign in");
        await tab.UntilLiveAsync();

        // No script of a page can read what the session hangs on.
        Assert.Equal("", await tab.Page.EvaluateAsync<string>("() => document.cookie"));
        var cookie = Assert.Single(await tab.Context.CookiesAsync());
        Assert.Equal(("weir", true, SameSiteAttribute.Strict), (cookie.Name, cookie.HttpOnly, cookie.SameSite));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_used_link_leads_nowhere()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(new Uri(PersonPages.ByName(Weir), "/invitation#wi_used").ToString());

        await tab.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Ask for another" }).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Codes_are_set_up_and_asked_for()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(Weir, "berta");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "berta" }).ClickAsync();
        await tab.PressAsync("Set up codes");
        await tab.Page.GetByLabel("Your password again").FillAsync(PersonPages.Password);
        await tab.PressAsync("Continue");
        await tab.Page.GetByRole(AriaRole.Img, new() { Name = "QR code of the secret" }).WaitForAsync();
        var secret = (
            await tab.Page.GetByRole(AriaRole.Region, new() { Name = "Secret" }).First.InnerTextAsync()
        ).Trim();
        await tab.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(await PersonPages.CodeAsync(secret));
        await tab.PressAsync("Confirm");
        var recovery = (
            await tab.Page.GetByRole(AriaRole.Region, new() { Name = "Recovery codes" }).InnerTextAsync()
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, recovery.Length);
        await tab.PressAsync("I have kept them");
        await tab.Page.GetByText("asked for at every sign-in").WaitForAsync();
        await tab.SignOutAsync();

        await tab.GivePasswordAsync(Weir, "berta");
        await tab.Page.GetByLabel("Code").FillAsync("000000");
        await tab.PressAsync("Sign in");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        // The code that confirmed was used up: the next one.
        await tab.Page.GetByLabel("Code").FillAsync(await PersonPages.CodeAsync(secret, stepsAhead: 1));
        await tab.PressAsync("Sign in");
        await tab.UntilLiveAsync();
        await tab.SignOutAsync();

        await tab.GivePasswordAsync(Weir, "berta");
        await tab.Page.GetByLabel("Code").FillAsync(recovery[0]);
        await tab.PressAsync("Sign in");
        await tab.UntilLiveAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_passkey_is_made_signs_in_and_is_removed()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.AddAuthenticatorAsync();
        await tab.TakeInvitationAsync(Weir, "clara");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "clara" }).ClickAsync();
        await tab.PressAsync("Add a passkey");
        await tab.Page.GetByLabel("What to call it").FillAsync("laptop");
        await tab.Page.GetByLabel("Your password again").FillAsync(PersonPages.Password);
        await tab.PressAsync("Make the passkey");
        await tab.Page.GetByText("not used yet").WaitForAsync();
        await tab.SignOutAsync();

        await tab.PressAsync("Sign in with a passkey");
        await tab.Page.GetByText("by passkey").WaitForAsync();
        await tab.Page.GetByText("last used").First.WaitForAsync();
        await tab.PressAsync("Remove");
        await tab.Page.GetByLabel("Your password again").FillAsync(PersonPages.Password);
        await tab.PressAsync("Remove");
        await tab.Page.GetByText("laptop").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tab.SignOutAsync();
        await tab.PressAsync("Sign in with a passkey");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Another_password_ends_the_other_browsers()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(Weir, "doris");
        await using var other = await chromium.OpenAsync();
        await other.GivePasswordAsync(Weir, "doris");
        await other.UntilLiveAsync();

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "doris" }).ClickAsync();
        await tab.Page.GetByLabel("The present one").FillAsync(PersonPages.Password);
        await tab.Page.GetByLabel("The new one").FillAsync("another staple for the horse");
        await tab.PressAsync("Change the password");
        await tab.Page.GetByText("signed out everywhere else").WaitForAsync();

        // Within a beat of the live feed, without being loaded again: that would take the words away.
        await other.Page.GetByText("The session is over").WaitForAsync();
        await tab.Page.ReloadAsync();
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "doris" }).WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_cookie_that_was_copied_opens_nothing_after_the_sign_out()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.TakeInvitationAsync(Weir, "elsa");
        var stolen = Assert.Single(await tab.Context.CookiesAsync());
        await using var thief = await chromium.OpenAsync();
        await thief.Context.AddCookiesAsync([
            new Cookie
            {
                Name = stolen.Name,
                Value = stolen.Value,
                Domain = stolen.Domain,
                Path = "/",
                HttpOnly = true,
                SameSite = SameSiteAttribute.Strict,
            },
        ]);
        Assert.Equal(200, await StatusAsync(thief));

        await tab.SignOutAsync();

        Assert.Equal(401, await StatusAsync(thief));
    }

    [Theory]
    // Another site, and another port of the same machine, which browsers hold for the same site.
    [InlineData("http://evil.example")]
    [InlineData("http://localhost:9")]
    public async Task Another_origins_page_changes_nothing_in_a_persons_name(string evil)
    {
        await using var tab = await chromium.OpenAsync();
        var name = evil.Contains("localhost", StringComparison.Ordinal) ? "frieda" : "gerda";
        await tab.TakeInvitationAsync(Weir, name, "admin");
        await tab.UntilLiveAsync();
        await tab.Context.RouteAsync(
            $"{evil}/**",
            route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!doctype html><p>evil</p>" })
        );
        var other = await tab.Context.NewPageAsync();
        await other.GotoAsync($"{evil}/");

        // A form's content types travel without asking first; JSON is asked about, and refused.
        await other.EvaluateAsync(
            """
            async (weir) => {
              for (const type of ['text/plain', 'application/json']) {
                await fetch(`${weir}api/v1/keys`, {
                  method: 'POST',
                  credentials: 'include',
                  mode: type === 'text/plain' ? 'no-cors' : 'cors',
                  headers: { 'content-type': type },
                  body: JSON.stringify({ name: 'by-evil' }),
                }).catch(() => undefined);
              }
            }
            """,
            PersonPages.ByName(Weir).ToString()
        );
        var read = await other.EvaluateAsync<bool>(
            """
            async (weir) =>
              (await fetch(`${weir}api/v1/auth/session`, { credentials: 'include' }).catch(() => null)) !== null
            """,
            PersonPages.ByName(Weir).ToString()
        );

        Assert.False(read);
        Assert.DoesNotContain("by-evil", (await Weir.GetAsync("/api/v1/keys")).ToString(), StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync(tab));
    }

    private async Task<int> StatusAsync(Tab tab)
    {
        var page = await tab.Context.NewPageAsync();
        await page.GotoAsync(new Uri(PersonPages.ByName(Weir), "/").ToString());
        return await page.EvaluateAsync<int>(
            "async () => (await fetch('/api/v1/usage/summary', { cache: 'no-store' })).status"
        );
    }
}
