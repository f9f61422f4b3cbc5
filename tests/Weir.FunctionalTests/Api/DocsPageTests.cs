using System.Net;

namespace Weir.FunctionalTests.Api;

/// <summary>The page at <c>/docs</c>, without a browser.</summary>
public sealed class DocsPageTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/", "text/html")]
    [InlineData("/docs/docs.js", "text/javascript")]
    [InlineData("/docs/docs.css", "text/css")]
    [InlineData("/docs/swagger-ui-bundle.js", "text/javascript")]
    [InlineData("/docs/swagger-ui-bundle.js.LICENSE.txt", "text/plain")]
    public async Task Its_files_need_no_key_and_may_reach_nobody_else(string path, string type)
    {
        var answer = await server.GetAsync(path, "");

        Assert.Equal((200, type), (answer.Status, answer.Type));
        var policy = answer.Headers["Content-Security-Policy"];
        Assert.StartsWith("default-src 'none'; script-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("no-cache", answer.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task What_is_kept_is_asked_for_again_but_not_sent_again()
    {
        var first = await server.GetAsync("/docs/swagger-ui.css", "");

        var again = await server.GetAsync("/docs/swagger-ui.css", "", ("If-None-Match", first.Headers["ETag"]));

        Assert.Equal((304, ""), (again.Status, again.Text));
        Assert.NotEmpty(first.Text);
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, br;q=0", null)]
    [InlineData("identity", null)]
    public async Task A_browser_gets_the_compressed_form_where_it_takes_it(string accepted, string? coding)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri("/docs/swagger-ui-bundle.js", UriKind.Relative)
        );
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);

        using var answer = await server.Weir.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        var length = (await answer.Content.ReadAsByteArrayAsync()).Length;
        Assert.True(coding is null ? length > 1_000_000 : length < 500_000, $"{length} bytes");
    }

    [Theory]
    [InlineData("/docs/package.json")]
    [InlineData("/docs/docs.html")]
    [InlineData("/docs/..%2f..%2fcontrol.db")]
    public async Task It_has_no_other_files(string path)
    {
        (await server.GetAsync(path, "")).Problem(404);
    }
}
