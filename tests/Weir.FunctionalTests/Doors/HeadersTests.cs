using System.Text.RegularExpressions;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>The safe headers, to the letter, on whatever the management side answers.</summary>
public sealed partial class HeadersTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["X-Content-Type-Options"] = "nosniff",
        ["X-Frame-Options"] = "DENY",
        ["Referrer-Policy"] = "no-referrer",
        ["Permissions-Policy"] =
            "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
            + "geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), "
            + "midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), window-management=(), "
            + "xr-spatial-tracking=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
        ["Cross-Origin-Opener-Policy"] = "same-origin",
        ["Cross-Origin-Resource-Policy"] = "same-origin",
        ["X-XSS-Protection"] = "0",
    };

    [Fact]
    public async Task Every_route_that_is_described_has_them_let_in_or_not()
    {
        var operations = await server.OperationsAsync();
        Assert.InRange(operations.Count, 30, 1000);
        foreach (var (method, path, _) in operations)
        {
            foreach (var key in new[] { "", "wk_wrong", method == "GET" ? server.Weir.AdminKey : "" })
            {
                var answer = await server.SendAsync(
                    new HttpMethod(method),
                    path,
                    method == "GET" ? null : "{\"half\":",
                    key
                );
                Check(answer, $"{method} {path} {answer.Status}");
                Assert.Equal(Api, answer.Headers["Content-Security-Policy"]);
                Assert.Equal("no-store", answer.Headers["Cache-Control"]);
            }
        }
    }

    [Fact]
    public async Task Every_page_and_its_parts_have_them_and_no_page_runs_what_it_is_given()
    {
        var pages = new List<string> { "/", "/docs", "/no-such-page", "/openapi/v1.json" };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (pages.Count > 0)
        {
            var path = pages[^1];
            pages.RemoveAt(pages.Count - 1);
            if (!seen.Add(path))
            {
                continue;
            }

            var answer = await server.GetAsync(path, "", ("Accept", "text/html"));
            Check(answer, path);
            var policy = answer.Headers["Content-Security-Policy"];
            Assert.DoesNotMatch("unsafe|\\*|https?:", policy);
            foreach (
                var directive in new[]
                {
                    "default-src 'none'",
                    "base-uri 'none'",
                    "form-action 'none'",
                    "frame-ancestors 'none'",
                }
            )
            {
                Assert.Contains(directive, policy, StringComparison.Ordinal);
            }

            pages.AddRange(Parts().Matches(answer.Text).Select(match => match.Groups["path"].Value));
        }

        Assert.InRange(seen.Count, 10, 1000);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nowhere", 404)]
    [InlineData("PATCH", "/api/v1/keys", 405)]
    [InlineData("GET", "/health", 421)]
    [InlineData("POST", "/api/v1/keys", 413)]
    [InlineData("POST", "/api/v1/keys", 400)]
    [InlineData("OPTIONS", "/api/v1/keys", 405)]
    [InlineData("HEAD", "/health", 200)]
    public async Task Refusals_have_them_too(string method, string path, int status)
    {
        var body =
            status == 413 ? new string(' ', 3 * 1024 * 1024)
            : status == 400 ? "{"
            : null;
        var answer = await server.SendAsync(
            new HttpMethod(method),
            path,
            body,
            null,
            status == 421 ? [("Host", "evil.example")] : []
        );

        Assert.Equal(status, answer.Status);
        Check(answer, path);
    }

    [Fact]
    public async Task Plain_http_promises_nothing_of_tls_and_a_caller_cannot_say_otherwise()
    {
        var answer = await server.GetAsync("/health", "", ("X-Forwarded-Proto", "https"), ("Forwarded", "proto=https"));

        Assert.False(answer.Headers.ContainsKey("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_trusted_proxy_is_believed_in_what_it_says_of_its_caller()
    {
        using var folder = new TemporaryFolder();
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            "version: 1\nserver: { trustedProxies: [127.0.0.1], hosts: [weir.example] }\n"
        );

        var seen = await AskAsync(weir, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "weir.example"));
        var plain = await AskAsync(weir, ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "weir.example"));
        var unknown = await AskAsync(weir, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"));

        Assert.Equal((200, "max-age=31536000; includeSubDomains"), seen);
        Assert.Equal((200, ""), plain);
        Assert.Equal(421, unknown.Status);
    }

    private const string Api = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static void Check(ApiAnswer answer, string what)
    {
        foreach (var (name, value) in Expected)
        {
            Assert.True(answer.Headers.TryGetValue(name, out var given) && given == value, $"{what}: {name}: {given}");
        }

        Assert.False(answer.Headers.ContainsKey("Server"), what);
        Assert.False(answer.Headers.ContainsKey("Strict-Transport-Security"), what);
    }

    private static async Task<(int Status, string Transport)> AskAsync(
        WeirProcess weir,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health", UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await weir.SendAsync(request);
        return (
            (int)answer.StatusCode,
            answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? string.Join(", ", values) : ""
        );
    }

    [GeneratedRegex("""(?:src|href)="(?<path>/[\w./-]*)"|(?<path>/_app/immutable/[\w./-]+\.(?:js|css))""")]
    private static partial Regex Parts();
}
