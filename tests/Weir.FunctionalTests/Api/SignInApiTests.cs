using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>People through the API: invited, signed in, at work and out again.</summary>
public sealed class SignInApiTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task From_the_invitation_to_the_sign_out()
    {
        var invited = await InviteAsync("walter", "viewer");
        Assert.Equal(201, invited.Status);
        var link = invited.Json.GetProperty("invitation").GetString()!;
        Assert.StartsWith("/invitation#wi_", link, StringComparison.Ordinal);
        var token = link.Split('#')[1];
        var browser = new Browser(server.Weir);

        var look = await browser.PostAsync("/auth/invitation/look", $$"""{"token":"{{token}}"}""");
        Assert.Equal("walter", look.Json.GetProperty("name").GetString());
        var weak = await AcceptAsync(browser, token, "password1234");
        Assert.Contains("tried first", weak.Problem(400), StringComparison.Ordinal);
        var accepted = await AcceptAsync(browser, token, Password);
        Assert.Equal("signedIn", accepted.Json.GetProperty("state").GetString());
        Assert.Matches("^weir=ws_[0-9A-Za-z]{43}; path=/; samesite=strict; httponly$", accepted.Headers["Set-Cookie"]);
        (await AcceptAsync(browser, token, Password)).Problem(401);

        var session = (await browser.OpenAsync()).Json;
        Assert.Equal("walter", session.GetProperty("user").GetString());
        Assert.Equal("default", session.GetProperty("workspace").GetString());
        Assert.Equal(JsonValueKind.Null, session.GetProperty("key").ValueKind);
        Assert.Contains(
            "analytics:view",
            session.GetProperty("permissions").EnumerateArray().Select(permission => permission.GetString())
        );
        Assert.Equal(200, (await browser.GetAsync("/usage/summary")).Status);
        Assert.Contains("users:view", (await browser.GetAsync("/users")).Problem(403), StringComparison.Ordinal);

        var old = browser.Token;
        Assert.Equal(204, (await browser.PostAsync("/auth/sign-out")).Status);
        Assert.Null(browser.Token);
        browser.Token = old;
        (await browser.GetAsync("/usage/summary")).Problem(401);
    }

    [Theory]
    [InlineData("nobody-at-all", Password)]
    [InlineData("frida", "a wrong one, but long")]
    public async Task Who_is_wrong_and_who_is_nobody_are_told_the_same(string name, string password)
    {
        await PersonAsync("frida");

        var answer = await new Browser(server.Weir).SignInAsync(name, password);

        Assert.Equal(
            "That is not right, or it is no longer good. Look at every field and try again.",
            answer.Problem(401)
        );
        Assert.False(answer.Headers.ContainsKey("Set-Cookie"));
    }

    [Fact]
    public async Task Guessing_at_a_name_is_told_to_wait()
    {
        var browser = new Browser(server.Weir);
        for (var i = 0; i < 6; i++)
        {
            (await browser.SignInAsync("guessed-at", "a wrong one, but long")).Problem(401);
        }

        var waiting = await browser.SignInAsync("guessed-at", "a wrong one, but long");

        Assert.Contains("try again in", waiting.Problem(429), StringComparison.Ordinal);
        Assert.Matches("^[1-9]$", waiting.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_change_needs_the_word_of_its_session()
    {
        var browser = await PersonAsync("greta", "admin");
        var other = await PersonAsync("gustav", "admin");
        var word = browser.Csrf;

        foreach (var wrong in new[] { null, "", other.Csrf, word![..^1] })
        {
            browser.Csrf = wrong;
            Assert.Contains(
                "x-weir-csrf",
                (await browser.PostAsync("/keys", """{"name":"by-forgery"}""")).Problem(403),
                StringComparison.Ordinal
            );
        }

        browser.Csrf = word;
        Assert.Equal(201, (await browser.PostAsync("/keys", """{"name":"by-hand"}""")).Status);
        Assert.DoesNotContain("by-forgery", (await server.GetAsync("/api/v1/keys")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_gets_nothing_by_a_persons_cookie(string header, string value)
    {
        var browser = await PersonAsync("heidi", "admin");
        if (header == "Origin")
        {
            browser.Origin = value;
        }

        var headers = header == "Origin" ? [] : new[] { (header, value) };
        (await browser.SendAsync(HttpMethod.Get, "/usage/summary", null, headers)).Problem(403);
        (await browser.SendAsync(HttpMethod.Post, "/keys", """{"name":"by-another"}""", headers)).Problem(403);
        (await browser.SendAsync(HttpMethod.Get, "/auth/session", null, headers)).Problem(403);
        (
            await browser.SendAsync(
                HttpMethod.Post,
                "/auth/sign-in",
                $$"""{"name":"heidi","password":"{{Password}}"}""",
                headers
            )
        ).Problem(403);
    }

    [Fact]
    public async Task A_token_that_was_stolen_before_the_password_changed_opens_nothing_after()
    {
        var browser = await PersonAsync("ivo");
        var stolen = new Browser(server.Weir) { Token = browser.Token };
        Assert.Equal(200, (await stolen.OpenAsync()).Status);

        var changed = await browser.PostAsync(
            "/auth/password",
            $$"""{"current":"{{Password}}","next":"another staple for the horse"}"""
        );

        Assert.Equal(200, changed.Status);
        Assert.NotEqual(stolen.Token, browser.Token);
        var over = await stolen.GetAsync("/usage/summary");
        Assert.Contains("sign in again", over.Problem(401), StringComparison.Ordinal);
        // The old word goes with the old token.
        (await browser.PostAsync("/auth/sign-out")).Problem(403);
        Assert.Equal(200, (await browser.OpenAsync()).Status);
        (await new Browser(server.Weir).SignInAsync("ivo", Password)).Problem(401);
    }

    [Fact]
    public async Task A_sign_in_gives_a_new_token_whatever_the_browser_brought()
    {
        var first = await PersonAsync("judith");
        var planted = first.Token!;
        var browser = new Browser(server.Weir) { Token = planted };

        Assert.Equal(200, (await browser.SignInAsync("judith", Password)).Status);

        Assert.NotEqual(planted, browser.Token);
    }

    [Fact]
    public async Task A_sign_in_ends_the_session_that_the_browser_had_and_no_other()
    {
        await PersonAsync("jutta");
        var (browser, elsewhere) = (await PersonAsync("jutta"), await PersonAsync("jutta"));
        var another = await PersonAsync("jonas");
        var (former, his) = (browser.Token, another.Token);

        // A wrong password ends nothing; another person in the same browser does.
        (await browser.SignInAsync("jutta", "a wrong one, but long")).Problem(401);
        Assert.Equal(200, (await browser.GetAsync("/usage/summary")).Status);
        Assert.Equal(200, (await browser.SignInAsync("jutta", Password)).Status);
        another.Token = browser.Token;
        Assert.Equal(200, (await another.SignInAsync("jonas", Password)).Status);

        foreach (var over in new[] { former, browser.Token })
        {
            (await new Browser(server.Weir) { Token = over }.GetAsync("/usage/summary")).Problem(401);
        }

        foreach (var open in new[] { elsewhere.Token, his, another.Token })
        {
            Assert.Equal(200, (await new Browser(server.Weir) { Token = open }.GetAsync("/usage/summary")).Status);
        }

        Assert.Contains(
            "another sign-in",
            (await server.GetAsync("/api/v1/audit?action=session.end")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_from_elsewhere()
    {
        var mine = await PersonAsync("karl");
        var phone = new Browser(server.Weir);
        await phone.SignInAsync("karl", Password);

        var listed = (await mine.GetAsync("/auth-sessions")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, listed.Count);
        Assert.All(listed, item => Assert.Equal("karl", item.GetProperty("user").GetString()));
        var other = listed.Single(item => !item.GetProperty("isThis").GetBoolean());
        Assert.Equal(
            200,
            (await mine.SendAsync(HttpMethod.Delete, $"/auth-sessions/{other.GetProperty("id").GetString()}")).Status
        );

        (await phone.GetAsync("/usage/summary")).Problem(401);
        var stranger = await PersonAsync("karla");
        var his = listed.Single(item => item.GetProperty("isThis").GetBoolean()).GetProperty("id").GetString();
        (await stranger.SendAsync(HttpMethod.Delete, $"/auth-sessions/{his}")).Problem(404);
        Assert.Equal(200, (await mine.GetAsync("/usage/summary")).Status);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Delete, $"/api/v1/auth-sessions/{his}")).Status);
        (await mine.GetAsync("/usage/summary")).Problem(401);
    }

    [Fact]
    public async Task Somebody_suspended_is_out_at_once_and_another_role_asks_to_sign_in_anew()
    {
        var browser = await PersonAsync("lena", "viewer");
        await server.SendAsync(HttpMethod.Patch, "/api/v1/users/lena", """{"roles":["analyst"]}""");
        (await browser.GetAsync("/usage/summary")).Problem(401);
        Assert.Equal(200, (await browser.SignInAsync("lena", Password)).Status);
        Assert.Equal(200, (await browser.GetAsync("/usage/export")).Status);

        var suspended = await server.SendAsync(HttpMethod.Post, "/api/v1/users/lena/suspend");

        Assert.Equal("suspended", suspended.Json.GetProperty("state").GetString());
        (await browser.GetAsync("/usage/summary")).Problem(401);
        (await browser.SignInAsync("lena", Password)).Problem(401);
    }

    [Fact]
    public async Task One_time_codes_from_the_secret_to_the_recovery_code()
    {
        var browser = await PersonAsync("mona");
        var begun = await browser.PostAsync("/auth/totp", $$"""{"password":"{{Password}}"}""");
        var address = begun.Json.GetProperty("address").GetString()!;
        Assert.StartsWith("otpauth://totp/Weir:mona%40default?secret=", address, StringComparison.Ordinal);
        (await browser.PostAsync("/auth/totp/confirm", """{"code":"000000"}""")).Problem(409);
        var code = await CodeAsync(begun.Json.GetProperty("secret").GetString()!);
        var confirmed = await browser.PostAsync("/auth/totp/confirm", $$"""{"code":"{{code}}"}""");
        var recovery = confirmed.Json.GetProperty("codes").EnumerateArray().Select(c => c.GetString()).ToList();
        Assert.Equal(10, recovery.Count);
        await browser.OpenAsync();

        var second = new Browser(server.Weir);
        var step = await second.PostAsync("/auth/sign-in", $$"""{"name":"mona","password":"{{Password}}"}""");
        Assert.Equal("codeNeeded", step.Json.GetProperty("state").GetString());
        Assert.Null(second.Token);
        var ticket = step.Json.GetProperty("ticket").GetString();
        // The code that confirmed was used up.
        (await second.PostAsync("/auth/sign-in/code", $$"""{"ticket":"{{ticket}}","code":"{{code}}"}""")).Problem(401);
        Assert.Equal(
            200,
            (
                await second.PostAsync("/auth/sign-in/code", $$"""{"ticket":"{{ticket}}","code":"{{recovery[0]}}"}""")
            ).Status
        );
        await second.OpenAsync();
        Assert.Equal(9, (await second.GetAsync("/auth/credentials")).Json.GetProperty("recoveryCodesLeft").GetInt32());
        Assert.True((await server.GetAsync("/api/v1/users/mona")).Json.GetProperty("hasSecondFactor").GetBoolean());
    }

    [Fact]
    public async Task A_passkey_that_nobody_asked_for_is_not_taken()
    {
        var browser = new Browser(server.Weir);
        var options = await browser.PostAsync("/auth/passkey/sign-in/options");
        Assert.Equal("required", options.Json.GetProperty("options").GetProperty("userVerification").GetString());

        foreach (var credential in new[] { "{}", "null", "[]", "\"x\"", """{"id":"AAAA","type":"public-key"}""" })
        {
            var answer = await browser.PostAsync("/auth/passkey/sign-in", $$"""{"credential":{{credential}}}""");
            answer.Problem(credential == "null" ? 400 : 401);
            await browser.PostAsync("/auth/passkey/sign-in/options");
        }

        // What was looked at and failed is in the trail, of nobody, as there is no such passkey. Null was no credential.
        var failures = (await server.GetAsync("/api/v1/audit?action=sign-in.fail&limit=100"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Where(entry => entry.GetProperty("after").ToString().Contains("passkey", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(4, failures.Count);
        Assert.All(failures, entry => Assert.Equal("user:?", entry.GetProperty("target").GetString()));
        // An answer to nothing that was asked is not looked at.
        var unasked = await new Browser(server.Weir).PostAsync("/auth/passkey/sign-in", """{"credential":{}}""");
        unasked.Problem(401);
    }

    [Fact]
    public async Task What_is_a_persons_own_takes_no_key()
    {
        foreach (var path in new[] { "credentials" })
        {
            Assert.Contains(
                "signed in",
                (await server.GetAsync($"/api/v1/auth/{path}")).Problem(403),
                StringComparison.Ordinal
            );
        }

        (await server.GetAsync("/api/v1/auth/session", key: "")).Problem(401);
        var session = (await server.GetAsync("/api/v1/auth/session")).Json;
        Assert.Equal("admin", session.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, session.GetProperty("csrf").ValueKind);
    }

    [Fact]
    public async Task A_session_is_no_key_and_pays_for_no_model()
    {
        var browser = await PersonAsync("nora", "admin");

        foreach (var header in new[] { "x-api-key", "x-weir-key", "Authorization" })
        {
            var value = header == "Authorization" ? $"Bearer {browser.Token}" : browser.Token!;
            (await server.SendAsync(HttpMethod.Get, "/api/v1/usage/summary", null, "", (header, value))).Problem(401);
        }
    }

    [Fact]
    public async Task Bad_bodies_are_refused_by_name()
    {
        (await server.SendAsync(HttpMethod.Post, "/api/v1/users", "{}")).Problem(400);
        (await server.SendAsync(HttpMethod.Post, "/api/v1/users", """{"name":"o","admin":true}""")).Problem(400);
        Assert.Contains(
            "person or service",
            (await server.SendAsync(HttpMethod.Post, "/api/v1/users", """{"name":"o","kind":"god"}""")).Problem(400),
            StringComparison.Ordinal
        );
        (await server.SendAsync(HttpMethod.Post, "/api/v1/auth/sign-in", """{"name":"o"}""", "")).Problem(400);
        (
            await server.SendAsync(HttpMethod.Post, "/api/v1/auth/sign-in", """{"name":null,"password":null}""", "")
        ).Problem(400);
        (await server.SendAsync(HttpMethod.Get, "/api/v1/users/nobody")).Problem(404);
    }

    private Task<ApiAnswer> InviteAsync(string name, params string[] roles) =>
        server.SendAsync(
            HttpMethod.Post,
            "/api/v1/users",
            $$"""{"name":"{{name}}","roles":[{{string.Join(',', roles.Select(role => $"\"{role}\""))}}]}"""
        );

    private static Task<ApiAnswer> AcceptAsync(Browser browser, string token, string password) =>
        browser.PostAsync("/auth/invitation", $$"""{"token":"{{token}}","password":"{{password}}"}""");

    /// <summary>A browser in which a person is signed in, who is invited where he is not there yet.</summary>
    private async Task<Browser> PersonAsync(string name, string role = "viewer")
    {
        var browser = new Browser(server.Weir);
        var invited = await InviteAsync(name, role);
        if (invited.Status == 409)
        {
            Assert.Equal(200, (await browser.SignInAsync(name, Password)).Status);
            return browser;
        }

        var token = invited.Json.GetProperty("invitation").GetString()!.Split('#')[1];
        Assert.Equal(200, (await AcceptAsync(browser, token, Password)).Status);
        await browser.OpenAsync();
        return browser;
    }

    private static async Task<string> CodeAsync(string secret)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/oathtool"), "This system has no oathtool.");
        var program = await ProgramRun.RunAsync(
            "/usr/bin/oathtool",
            ["--totp", "--base32", secret],
            new Dictionary<string, string>()
        );
        return program.Output.Trim();
    }
}
