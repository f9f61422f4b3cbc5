using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weir.FunctionalTests.Live;

namespace Weir.FunctionalTests.GraphQL;

/// <summary><c>/graphql</c> in a browser, and <c>weir graphql</c>.</summary>
public sealed partial class PageAndCommandTests(LiveServer server) : IClassFixture<LiveServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_gets_a_page_without_a_key_that_may_reach_nobody_else()
    {
        using var page = await GetAsync("/graphql", "text/html,application/xhtml+xml,*/*;q=0.8", "");
        var text = await page.Content.ReadAsStringAsync(Cancel);
        var parts = Part().Matches(text).Select(part => part.Value).ToList();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains(parts, part => part.EndsWith(".js", StringComparison.Ordinal));
        Assert.Contains(parts, part => part.EndsWith(".css", StringComparison.Ordinal));
        foreach (var part in parts)
        {
            using var answer = await GetAsync(part, "*/*", "");
            Assert.Equal(
                (HttpStatusCode.OK, part.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/javascript"),
                (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType)
            );
        }

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith(
            "default-src 'none'; script-src 'self'; worker-src 'self'; ",
            policy,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("eval", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/graphql/package.json")]
    [InlineData("/graphql/graphql.html")]
    [InlineData("/graphql/..%2fcontrol.db")]
    public async Task It_has_no_other_files(string path)
    {
        using var answer = await GetAsync(path, "text/html", "");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_question_by_GET_needs_a_key_and_is_answered()
    {
        using var without = await GetAsync("/graphql?query=%7Bhealth%7D", "text/html", "");
        using var with = await GetAsync("/graphql?query=%7Bhealth%7D", "application/json", server.Weir.AdminKey);

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal("""{"data":{"health":"ok"}}""", await with.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task The_command_prints_the_answer()
    {
        var result = await server.Weir.CommandAsync(
            "graphql",
            "--query",
            "query A($id: ID!) { request(id: $id) { id } } query B { health }",
            "--variables",
            """{"id":"none"}""",
            "--operation",
            "A"
        );

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("""{"data":{"request":null}}""", JsonNode.Parse(result.Output)!.ToJsonString());
    }

    [Theory]
    [InlineData(1, "--query", "{ nope }")]
    [InlineData(2)]
    [InlineData(2, "--file", "/no/such/file")]
    [InlineData(2, "--query", "{ health }", "--variables", "{")]
    public async Task The_command_tells_by_its_exit_code(int code, params string[] arguments) =>
        Assert.Equal(code, (await server.Weir.CommandAsync(["graphql", .. arguments])).ExitCode);

    private Task<HttpResponseMessage> GetAsync(string path, string accept, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (key != "")
        {
            request.Headers.Add("x-weir-key", key);
        }

        return server.Weir.SendAsync(request);
    }

    [GeneratedRegex("/graphql/[^\"]+")]
    private static partial Regex Part();
}
