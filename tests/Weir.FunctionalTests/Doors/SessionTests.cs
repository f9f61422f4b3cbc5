using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>Sessions at the API, over TLS and with a clock that the test moves: how they are carried, and what ends them.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly TemporaryFolder folder = new();
    private readonly Certificates certificates = new();
    private readonly FakeClock clock = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Under_tls_the_cookie_is_the_hosts_alone_and_no_other_name_opens()
    {
        await using var host = await StartAsync();
        using var http = Client(host);

        var (token, cookie) = await SignInAsync(http);

        Assert.Equal($"__Host-weir={token}; path=/; secure; samesite=strict; httponly", cookie);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={token}"));
        // A page of a sibling host can plant a cookie of the plain name; under TLS it is not read.
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"weir={token}"));
        using var ended = await SendAsync(http, HttpMethod.Post, "/auth/sign-out", token, csrf: true);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(
            "__Host-weir=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure; samesite=strict; httponly",
            ended.Headers.GetValues("Set-Cookie").Single()
        );
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"__Host-weir={token}"));
    }

    [Fact]
    public async Task A_session_is_refused_a_day_after_the_sign_in_however_much_it_was_used()
    {
        await using var host = await StartAsync();
        using var http = Client(host);
        var (token, _) = await SignInAsync(http);
        var begin = clock.GetUtcNow();
        for (var hour = 1; hour < 24; hour++)
        {
            clock.Set(begin.AddHours(hour));
            Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={token}"));
        }

        clock.Set(begin.AddHours(24).AddMilliseconds(-1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={token}"));
        clock.Set(begin.AddHours(24));
        using var over = await SendAsync(http, HttpMethod.Get, "/usage/summary", token);

        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        Assert.StartsWith("__Host-weir=;", over.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        using var change = await SendAsync(http, HttpMethod.Post, "/auth/sign-out", token, csrf: true);
        Assert.Equal(HttpStatusCode.Unauthorized, change.StatusCode);
        var (next, _) = await SignInAsync(http);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={next}"));
    }

    [Fact]
    public async Task A_session_that_nobody_used_for_two_hours_is_refused()
    {
        await using var host = await StartAsync();
        using var http = Client(host);
        var (token, _) = await SignInAsync(http);
        clock.Set(clock.GetUtcNow().AddMinutes(119));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={token}"));

        clock.Set(clock.GetUtcNow().AddHours(2));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"__Host-weir={token}"));
    }

    [Fact]
    public async Task The_limits_of_the_file_hold_at_once_for_sessions_that_are_open()
    {
        await using var host = await StartAsync("sessions: { absolute: 1h, idle: 10m }");
        using var http = Client(host);
        var (idle, _) = await SignInAsync(http);
        var (used, _) = await SignInAsync(http);
        var begin = clock.GetUtcNow();
        for (var minute = 9; minute < 60; minute += 9)
        {
            clock.Set(begin.AddMinutes(minute));
            Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={used}"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"__Host-weir={idle}"));
        clock.Set(begin.AddHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"__Host-weir={used}"));

        var (next, _) = await SignInAsync(http);
        clock.Set(clock.GetUtcNow().AddMinutes(6));
        await WriteAsync("sessions: { absolute: 5m }");
        // The file is looked at by the clock that stands still otherwise.
        await UntilAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return await AskAsync(http, $"__Host-weir={next}") == HttpStatusCode.Unauthorized;
        });
    }

    [Theory]
    [InlineData("sign-out")]
    [InlineData("password")]
    [InlineData("roles")]
    [InlineData("suspension")]
    public async Task A_cookie_that_was_copied_opens_nothing_after(string what)
    {
        await using var host = await StartAsync();
        using var http = Client(host);
        var (token, _) = await SignInAsync(http);
        var (second, _) = await SignInAsync(http);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={token}"));

        using var change = what switch
        {
            "sign-out" => await SendAsync(http, HttpMethod.Post, "/auth/sign-out", token, csrf: true),
            "password" => await SendAsync(
                http,
                HttpMethod.Post,
                "/auth/password",
                token,
                csrf: true,
                $$"""{"current":"{{Password}}","next":"another staple for the horse"}"""
            ),
            "roles" => await ByKeyAsync(http, host, HttpMethod.Patch, "/users/ada", """{"roles":["analyst"]}"""),
            _ => await ByKeyAsync(http, host, HttpMethod.Post, "/users/ada/suspend", null),
        };

        Assert.True(change.IsSuccessStatusCode, $"{change.StatusCode}");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, $"__Host-weir={token}"));
        // Signing out is for one browser; all else ends every session that there was.
        Assert.Equal(
            what == "sign-out" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized,
            await AskAsync(http, $"__Host-weir={second}")
        );
        if (what == "password")
        {
            var renewed = change.Headers.GetValues("Set-Cookie").Single().Split('=', ';')[1];
            Assert.NotEqual(token, renewed);
            Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"__Host-weir={renewed}"));
        }
    }

    private async Task<WeirHost> StartAsync(string server = "")
    {
        certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await WriteAsync(server);
        using (var identity = IdentityStore.Open(folder.At("data"), clock).Store!)
        {
            var invited = await identity.Users.AddAsync(
                Actor.System(WorkspaceId.Default),
                new NewUser { Name = "ada", Roles = ["viewer"] },
                Token
            );
            Assert.True(invited.IsDone, invited.Reason);
            await identity.SignIn.AcceptAsync(invited.Value!.Token!, Password, new SignInFrom(null), Token);
        }

        var start = await WeirHost.StartAsync(
            new WeirHostOptions
            {
                DataFolder = folder.At("data"),
                ConfigPath = folder.At("weir.yaml"),
                Clock = clock,
                Log = TextWriter.Null,
                Variable = _ => null,
            },
            Token
        );
        return start.Host ?? throw new InvalidOperationException(string.Join('\n', start.Reasons));
    }

    private Task WriteAsync(string server) =>
        File.WriteAllTextAsync(
            folder.At("weir.yaml"),
            $$"""
            version: 1
            server:
              urls: ["https://127.0.0.1:0"]
              tls: { certificate: {{folder.At("server.pem")}}, key: {{folder.At("server.key")}} }
              {{server}}
            capture: { files: false }
            """,
            Token
        );

    private HttpClient Client(WeirHost host) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                SslOptions =
                {
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { certificates.Root },
                        RevocationMode = X509RevocationMode.NoCheck,
                        DisableCertificateDownloads = true,
                    },
                },
            }
        )
        {
            BaseAddress = new Uri(host.Addresses.Single()),
        };

    private static async Task<(string Token, string Cookie)> SignInAsync(HttpClient http)
    {
        using var answer = await SendAsync(
            http,
            HttpMethod.Post,
            "/auth/sign-in",
            token: null,
            body: $$"""{"name":"ada","password":"{{Password}}"}"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        return (cookie.Split('=', ';')[1], cookie);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/usage/summary");
        request.Headers.Add("Cookie", cookie);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        string? token,
        bool csrf = false,
        string? body = null
    )
    {
        var request = new HttpRequestMessage(method, "/api/v1" + path);
        request.Headers.Add("Origin", http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        if (token is not null)
        {
            request.Headers.Add("Cookie", $"__Host-weir={token}");
        }

        if (csrf)
        {
            request.Headers.Add("x-weir-csrf", AuthSessions.CsrfToken(token!));
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return http.SendAsync(request, Token);
    }

    private static Task<HttpResponseMessage> ByKeyAsync(
        HttpClient http,
        WeirHost host,
        HttpMethod method,
        string path,
        string? body
    )
    {
        var request = new HttpRequestMessage(method, "/api/v1" + path);
        request.Headers.Add("x-weir-key", host.FirstKeyText);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return http.SendAsync(request, Token);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
