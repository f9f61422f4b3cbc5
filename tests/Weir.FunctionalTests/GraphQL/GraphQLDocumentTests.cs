using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weir.FunctionalTests.Live;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.GraphQL;

/// <summary>Every question that docs/operations/graphql.md shows is asked as it stands there.</summary>
public sealed partial class GraphQLDocumentTests(LiveServer server) : IClassFixture<LiveServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Questions() => [.. Shown()];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_question_of_the_page_is_answered_as_written(string question)
    {
        var isSubscription = question.StartsWith("subscription", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/graphql", UriKind.Relative))
        {
            Content = new StringContent(
                new JsonObject { ["query"] = question }.ToJsonString(),
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("x-weir-key", server.Weir.AdminKey);
        request.Headers.Add("Accept", isSubscription ? "text/event-stream" : "application/json");

        using var answer = await server.Weir.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        if (isSubscription)
        {
            // It goes on until it is left; a refusal would be its first word.
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
            Assert.Equal(":", await lines.ReadLineAsync(Cancel));
            return;
        }

        var told = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        Assert.True(told["errors"] is null, told.ToJsonString());
        Assert.NotNull(told["data"]);
    }

    [Fact]
    public void The_page_shows_questions_of_each_kind()
    {
        var shown = Shown();

        Assert.True(shown.Count >= 8, $"{shown.Count}");
        Assert.Contains(shown, one => one.StartsWith("subscription", StringComparison.Ordinal));
        Assert.Contains("{ health }", shown);
    }

    private static List<string> Shown()
    {
        var page = File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "graphql.md"));
        return
        [
            .. Block().Matches(page).Select(block => block.Groups["query"].Value.Trim()),
            .. Inline().Matches(page).Select(one => one.Groups["query"].Value),
        ];
    }

    [GeneratedRegex("```graphql\n(?<query>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    // What curl and weir graphql are given.
    [GeneratedRegex("""(?:"query":"|--query ')(?<query>\{[^"']*\})["']""")]
    private static partial Regex Inline();
}
