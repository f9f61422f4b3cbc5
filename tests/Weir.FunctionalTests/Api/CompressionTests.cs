using System.IO.Compression;
using System.Net;
using System.Text;

namespace Weir.FunctionalTests.Api;

/// <summary>Figures and descriptions are compressed for who asks; what may hold a secret never is.</summary>
public sealed class CompressionTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("/openapi/v1.json", "br")]
    [InlineData("/openapi/v1.json", "gzip")]
    [InlineData("/api/v1/usage/summary?from=2026-01-01&to=2026-01-02", "br")]
    [InlineData("/api/v1/usage/export?format=csv&from=2020-01-01T00:00:00Z", "gzip")]
    [InlineData("/api/v1/prices", "br")]
    [InlineData("/api/v1/sessions?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", "br")]
    [InlineData("/schemas/weir.json", "gzip")]
    public async Task Figures_and_descriptions_are_compressed_for_who_asks(string path, string coding)
    {
        var (plain, none, _) = await GetAsync(path, null);
        var (coded, told, vary) = await GetAsync(path, coding);

        Assert.Equal((null, coding), (none, told));
        Assert.Contains("Accept-Encoding", vary, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Encoding.UTF8.GetString(plain), Encoding.UTF8.GetString(Decoded(coded, coding)));
    }

    [Fact]
    public async Task A_large_answer_is_a_fraction_of_itself()
    {
        var (plain, _, _) = await GetAsync("/openapi/v1.json", null);
        var (coded, _, _) = await GetAsync("/openapi/v1.json", "br");

        Assert.InRange(coded.Length, 1, plain.Length / 4);
    }

    [Theory]
    [InlineData("GET", "/api/v1/keys")]
    [InlineData("GET", "/api/v1/config")]
    [InlineData("GET", "/api/v1/secrets")]
    [InlineData("GET", "/api/v1/users")]
    [InlineData("GET", "/api/v1/auth/session")]
    [InlineData("GET", "/api/v1/auth-sessions")]
    [InlineData("GET", "/api/v1/audit")]
    [InlineData("GET", "/api/v1/sessions/session-1/content")]
    [InlineData("POST", "/api/v1/keys")]
    [InlineData("POST", "/api/v1/auth/sign-in")]
    public async Task What_may_hold_a_secret_is_not(string method, string path)
    {
        using var request = Ask(new HttpMethod(method), path, "br, gzip");
        request.Content =
            method == "POST"
                ? new StringContent($$"""{"name":"{{Guid.NewGuid():N}}"}""", Encoding.UTF8, "application/json")
                : null;
        using var answer = await server.Weir.SendAsync(request);

        Assert.NotEqual(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Events_are_not()
    {
        using var request = Ask(HttpMethod.Get, "/live", "br, gzip");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        request.RequestUri = new Uri(server.Weir.BaseUrl, "/live");
        using var answer = await http.SendAsync(request, CancellationToken.None);

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    private async Task<(byte[] Body, string? Coding, string Vary)> GetAsync(string path, string? coding)
    {
        using var request = Ask(HttpMethod.Get, path, coding);
        using var answer = await server.Weir.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (
            await answer.Content.ReadAsByteArrayAsync(),
            answer.Content.Headers.ContentEncoding.SingleOrDefault(),
            string.Join(", ", answer.Headers.Vary)
        );
    }

    private HttpRequestMessage Ask(HttpMethod method, string path, string? coding)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-weir-key", server.Weir.AdminKey);
        if (coding is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", coding);
        }

        return request;
    }

    private static byte[] Decoded(byte[] bytes, string coding)
    {
        using var from = new MemoryStream(bytes);
        using Stream plain =
            coding == "br"
                ? new BrotliStream(from, CompressionMode.Decompress)
                : new GZipStream(from, CompressionMode.Decompress);
        using var to = new MemoryStream();
        plain.CopyTo(to);
        return to.ToArray();
    }
}
