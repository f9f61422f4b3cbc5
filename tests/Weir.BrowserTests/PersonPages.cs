using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;
using Weir.Testing;

namespace Weir.BrowserTests;

/// <summary>What a person does on the pages to get in.</summary>
internal static class PersonPages
{
    public const string Password = "correct horse battery staple";

    /// <summary>The server's address by name: passkeys are for names.</summary>
    public static Uri ByName(WeirProcess weir) => new UriBuilder(weir.BaseUrl) { Host = "localhost" }.Uri;

    /// <summary>Invites a person by the admin's key; the link.</summary>
    public static async Task<Uri> InviteAsync(WeirProcess weir, string name, string role)
    {
        using var answer = await weir.PostAsync("/api/v1/users", $$"""{"name":"{{name}}","roles":["{{role}}"]}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return new Uri(
            ByName(weir),
            JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["invitation"]!.GetValue<string>()
        );
    }

    /// <summary>Invites a person and takes the invitation in this tab.</summary>
    public static async Task TakeInvitationAsync(this Tab tab, WeirProcess weir, string name, string role = "viewer")
    {
        await tab.Page.GotoAsync((await InviteAsync(weir, name, role)).ToString());
        await tab.Page.GetByLabel("Password").FillAsync(Password);
        await tab.Page.GetByLabel("The same again").FillAsync(Password);
        await tab.PressAsync("Sign in");
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Now" }).WaitForAsync();
    }

    /// <summary>Opens the sign-in page and gives a name and a password.</summary>
    public static async Task GivePasswordAsync(this Tab tab, WeirProcess weir, string name, string password = Password)
    {
        await tab.Page.GotoAsync(ByName(weir).ToString());
        await tab.Page.GetByLabel("Name").FillAsync(name);
        await tab.Page.GetByLabel("Password").FillAsync(password);
        await tab.PressAsync("Sign in");
    }

    public static Task PressAsync(this Tab tab, string button) =>
        tab.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public static async Task SignOutAsync(this Tab tab)
    {
        await tab.PressAsync("Sign out");
        await tab.Page.GetByLabel("Password").WaitForAsync();
    }

    /// <summary>The code that an authenticator shows for a secret.</summary>
    public static async Task<string> CodeAsync(string secret, int stepsAhead = 0)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/oathtool"), "This system has no oathtool.");
        var program = await ProgramRun.RunAsync(
            "/usr/bin/oathtool",
            ["--totp", "--base32", "--window", "1", secret],
            new Dictionary<string, string>()
        );
        return program.Output.Split('\n')[stepsAhead].Trim();
    }

    /// <summary>An authenticator in the browser that makes sure of the person by itself.</summary>
    public static async Task AddAuthenticatorAsync(this Tab tab)
    {
        var session = await tab.Context.NewCDPSessionAsync(tab.Page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new Dictionary<string, object>
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = true,
                    ["automaticPresenceSimulation"] = true,
                },
            }
        );
    }
}
