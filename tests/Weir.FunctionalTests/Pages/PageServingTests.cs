using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weir.FunctionalTests.Api;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Pages;

/// <summary>How the pages are served, to the byte and the header.</summary>
public sealed partial class PageServingTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task The_page_is_asked_for_again_and_not_sent_again()
    {
        var page = await GetAsync("/", ("Accept-Encoding", "gzip, br"));
        Assert.Equal(200, page.Status);
        Assert.Equal("text/html", page.Type);
        Assert.Equal("no-cache", page.Headers["Cache-Control"]);
        Assert.Equal("br", page.Headers["Content-Encoding"]);
        Assert.Equal("Accept-Encoding", page.Headers["Vary"]);

        var known = await GetAsync("/", ("Accept-Encoding", "gzip, br"), ("If-None-Match", page.Headers["ETag"]));
        var other = await GetAsync("/", ("If-None-Match", page.Headers["ETag"]));

        Assert.Equal((304, ""), (known.Status, known.Text));
        Assert.Equal(page.Headers["ETag"], known.Headers["ETag"]);
        Assert.Equal(200, other.Status);
        Assert.False(other.Headers.ContainsKey("Content-Encoding"));
        Assert.NotEqual(page.Headers["ETag"], other.Headers["ETag"]);
    }

    [Theory]
    [InlineData("gzip, br", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    [InlineData("nonsense;;q=x", null)]
    public async Task What_a_page_is_made_of_is_kept_for_good_and_sent_compressed(string accepted, string? encoding)
    {
        var page = await GetAsync("/");
        var files = FileName().Matches(page.Text).Select(match => match.Value).Distinct().ToList();
        Assert.True(files.Count >= 5, page.Text);

        foreach (var path in files)
        {
            var whole = await GetAsync(path);
            var answer = await GetAsync(path, ("Accept-Encoding", accepted));
            var head = await server.SendAsync(HttpMethod.Head, path, key: "", headers: ("Accept-Encoding", accepted));

            Assert.Equal(200, answer.Status);
            Assert.Equal("public, max-age=31536000, immutable", answer.Headers["Cache-Control"]);
            // Fonts are compressed already, and what is tiny does not always become smaller.
            var sent = answer.Headers.GetValueOrDefault("Content-Encoding");
            if (whole.Text.Length > 1_000 && !path.EndsWith(".woff2", StringComparison.Ordinal))
            {
                Assert.Equal(encoding, sent);
            }

            Assert.Contains(sent, new[] { null, encoding });
            Assert.Equal(sent is null, answer.Headers["Content-Length"] == whole.Headers["Content-Length"]);
            Assert.Equal(answer.Headers["Content-Length"], head.Headers["Content-Length"]);
            Assert.Equal("", head.Text);
        }
    }

    [Fact]
    public async Task A_page_runs_its_own_scripts_and_nothing_from_elsewhere()
    {
        var page = await GetAsync("/");
        var policy = page.Headers["Content-Security-Policy"];

        Assert.StartsWith("default-src 'none'; script-src 'self' 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(
            Regex.Count(page.Text, "<script>", RegexOptions.None, TimeSpan.FromSeconds(1)),
            Regex.Count(policy, "'sha256-", RegexOptions.None, TimeSpan.FromSeconds(1))
        );
        Assert.DoesNotContain("http://", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_gets_a_page_for_what_is_not_there_and_a_program_a_problem()
    {
        var person = await GetAsync("/nowhere", ("Accept", "text/html,*/*;q=0.8"));
        var itself = await GetAsync("/404");
        var program = await GetAsync("/nowhere", ("Accept", "*/*"));
        var api = await GetAsync("/api/v1/nowhere", ("Accept", "text/html"));

        Assert.Equal((404, "text/html"), (person.Status, person.Type));
        Assert.Equal((404, "text/html"), (itself.Status, itself.Type));
        program.Problem(404);
        api.Problem(404);
    }

    [Fact]
    public async Task Claude_Codes_probe_is_still_the_gateways()
    {
        var probe = await server.SendAsync(HttpMethod.Head, "/", key: "");

        Assert.Equal(200, probe.Status);
        Assert.True(probe.Headers.ContainsKey("x-weir-request-id"));
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("GET", "/index.html")]
    [InlineData("GET", "/index.json")]
    [InlineData("GET", "/index.html.br")]
    [InlineData("GET", "/_app/../index.json")]
    [InlineData("GET", "/_app/%2e%2e/index.json")]
    public async Task Nothing_but_the_files_themselves_is_served(string method, string path)
    {
        var answer = await server.SendAsync(new HttpMethod(method), path, key: "");

        answer.Problem(404);
    }

    [Fact]
    public async Task The_description_that_the_pages_client_is_made_of_is_the_servers()
    {
        var served = JsonNode.Parse((await GetAsync("/openapi/v1.json")).Text);
        var path = Path.Combine(Programs.Folder, "..", "..", "web", "openapi.json");
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        Assert.True(
            JsonNode.DeepEquals(served, kept),
            "The API has changed: curl http://127.0.0.1:8082/openapi/v1.json > web/openapi.json"
        );
    }

    private Task<ApiAnswer> GetAsync(string path, params (string, string)[] headers) =>
        server.GetAsync(path, "", headers);

    [GeneratedRegex(@"/_app/immutable/[\w./-]+")]
    private static partial Regex FileName();
}
