using Weir.FunctionalTests.Api;

namespace Weir.FunctionalTests.Doors;

/// <summary>What the pages of other sites are told by anything that Weir answers: nothing.</summary>
public sealed class OtherSitesTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/api/v1/keys")]
    [InlineData("POST", "/api/v1/keys")]
    [InlineData("OPTIONS", "/api/v1/keys")]
    [InlineData("OPTIONS", "/api/v1/auth/sign-in")]
    [InlineData("GET", "/v1/models")]
    [InlineData("POST", "/v1/messages")]
    [InlineData("OPTIONS", "/v1/messages")]
    public async Task No_answer_lets_another_sites_page_read_it(string method, string path)
    {
        foreach (var key in new[] { "", server.Weir.AdminKey })
        {
            var answer = await server.SendAsync(
                new HttpMethod(method),
                path,
                method == "POST" ? "{}" : null,
                key,
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization")
            );

            Assert.DoesNotContain(
                answer.Headers.Keys,
                name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
            );
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/api/v1/keys")]
    [InlineData("/v1/messages")]
    [InlineData("/p/anthropic/v1/models")]
    public async Task Nobody_answers_to_trace(string path)
    {
        var answer = await server.SendAsync(HttpMethod.Trace, path, null, null, ("x-told", "echo-of-it"));

        Assert.InRange(answer.Status, 400, 499);
        Assert.DoesNotContain("echo-of-it", answer.Text, StringComparison.Ordinal);
    }
}
