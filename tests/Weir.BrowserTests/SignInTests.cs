using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Who may see the pages, and for how long.</summary>
public sealed class SignInTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    private readonly Traffic traffic = server.Traffic;

    [Fact]
    public async Task The_first_key_signs_in_and_stays_in_the_tab_alone()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir);
        await tab.UntilLiveAsync();

        await tab.Page.ReloadAsync();
        await tab.UntilLiveAsync();
        var other = await tab.Context.NewPageAsync();
        await other.GotoAsync(traffic.Weir.BaseUrl.ToString());

        await other.GetByLabel("Password").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Kept_when_asked_it_signs_in_every_tab_until_signed_out()
    {
        await using var tab = await chromium.OpenAsync();
        await tab.GoAsync(traffic.Weir);
        await tab.AskForKeyAsync();
        await tab.Page.GetByLabel("Weir key").FillAsync(traffic.Weir.AdminKey);
        await tab.Page.GetByLabel("Keep me signed in on this device").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await tab.UntilLiveAsync();
        var other = await tab.Context.NewPageAsync();
        await other.GotoAsync(traffic.Weir.BaseUrl.ToString());
        await other.Locator("[data-state=live]").WaitForAsync();

        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await other.ReloadAsync();

        await other.GetByLabel("Password").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData("hello", "A Weir key begins with wk_")]
    [InlineData("wk_0000000000000000000000000000000000000", "This key is unknown, revoked or expired.")]
    public async Task A_wrong_key_is_refused_in_words(string key, string words)
    {
        await using var tab = await chromium.OpenAsync();
        await tab.GoAsync(traffic.Weir);
        await tab.AskForKeyAsync();
        await tab.Page.GetByLabel("Weir key").FillAsync(key);
        await tab.Page.Keyboard.PressAsync("Enter");

        await tab.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = words }).WaitForAsync();
        Assert.True(
            await tab.Page.GetByLabel("Weir key").EvaluateAsync<bool>("field => field === document.activeElement")
        );
    }

    [Fact]
    public async Task A_key_that_is_revoked_meanwhile_signs_out()
    {
        using var created = await traffic.Weir.PostAsync("/api/v1/keys", """{"name":"reader","scopes":["read"]}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var key = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["key"]!.GetValue<string>();
        await using var tab = await chromium.OpenAsync();
        await tab.SignInAsync(traffic.Weir, key);
        await tab.UntilLiveAsync();

        var revoke = new HttpRequestMessage(HttpMethod.Delete, new Uri("/api/v1/keys/reader", UriKind.Relative));
        revoke.Headers.TryAddWithoutValidation("x-weir-key", traffic.Weir.AdminKey);
        using var revoked = await traffic.Weir.SendAsync(revoke);
        Assert.True(revoked.IsSuccessStatusCode);

        await tab.Page.GetByText("The server no longer takes this key").WaitForAsync();
        await tab.Page.GetByLabel("Password").WaitForAsync();
        Assert.Null(await tab.Page.EvaluateAsync<string?>("() => sessionStorage.getItem('weir.key')"));
    }

    [Fact]
    public async Task The_page_itself_holds_no_data_and_needs_no_key()
    {
        await using var tab = await chromium.OpenAsync();
        var asked = new List<string>();
        tab.Page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        await tab.GoAsync(traffic.Weir);
        await tab.Page.GetByLabel("Password").WaitForAsync();

        Assert.DoesNotContain(asked, path => path.StartsWith("/api", StringComparison.Ordinal) || path == "/live");
    }
}
