using System.Net;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>
/// What a provider answers is never shown or run by a browser under Weir's own name: there its script would be Weir's pages'
/// equal, and act for whoever is signed in.
/// </summary>
public sealed class PageTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";

    private static FakeUpstream Hostile() =>
        new FakeUpstream().Handle(_ =>
            UpstreamAnswer
                .Status(200)
                .Header("Content-Type", "text/html")
                .Header("Clear-Site-Data", "\"cookies\"")
                .Header("NEL", """{"report_to":"x","max_age":1}""")
                .Header("Report-To", """{"group":"x","max_age":1,"endpoints":[{"url":"https://evil.example"}]}""")
                .Header("Reporting-Endpoints", "x=\"https://evil.example\"")
                .Body("<script>alert(document.domain)</script>")
        );

    [Theory]
    [InlineData("Sec-Fetch-Dest", "document")]
    [InlineData("Sec-Fetch-Dest", "iframe")]
    [InlineData("Sec-Fetch-Dest", "object")]
    [InlineData("Sec-Fetch-Dest", "script")]
    [InlineData("Sec-Fetch-Dest", "serviceworker")]
    [InlineData("Sec-Fetch-Dest", "something-new")]
    [InlineData("Sec-Fetch-Mode", "navigate")]
    [InlineData("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("Accept", "application/xhtml+xml")]
    public async Task A_browser_that_would_show_or_run_an_answer_gets_none(string header, string value)
    {
        await using var upstream = Hostile();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream) with { ApiKey = null });
        foreach (var path in new[] { "/v1/messages", "/p/anthropic/page", "/v1/models" })
        {
            using var asked = new HttpRequestMessage(
                path.EndsWith("messages", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get,
                new Uri(host.Url, $"{path}?key={host.Key}")
            );
            asked.Content = asked.Method == HttpMethod.Post ? new StringContent(Ask) : null;

            var (answer, _) = await host.AskAsync(asked.With(header, value));

            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        }

        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("Sec-Fetch-Dest", "empty")]
    [InlineData("Sec-Fetch-Mode", "cors")]
    [InlineData("Accept", "*/*")]
    [InlineData("Accept", "text/event-stream")]
    [InlineData("Accept", "application/json, text/plain, */*")]
    public async Task What_reads_it_as_data_gets_it(string header, string value)
    {
        await using var upstream = Hostile();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream) with { ApiKey = null });

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask).With(header, value));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var name in new[] { "Clear-Site-Data", "NEL", "Report-To", "Reporting-Endpoints" })
        {
            Assert.False(answer.Headers.Contains(name), name);
        }
    }
}
