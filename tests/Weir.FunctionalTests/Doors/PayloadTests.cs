using System.Text.Json;
using FsCheck.Fluent;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>No body gets to a route that is not what the route takes.</summary>
public sealed class PayloadTests(ApiServer server) : IClassFixture<ApiServer>
{
    // What others define: GraphQL over HTTP, telemetry, hooks, what an agent gives its status line, and records line by line.
    private static readonly string[] NotOurs =
    [
        "POST /api/v1/capture/batches",
        "POST /api/v1/statusline",
        "POST /graphql",
        "POST /hooks/claude-code",
        "POST /v1/logs",
        "POST /v1/metrics",
        "POST /v1/traces",
    ];

    [Fact]
    public async Task Every_route_with_a_body_names_every_fault_of_it_at_once()
    {
        var checkedRoutes = 0;
        foreach (var (method, path, members) in await server.OperationsAsync())
        {
            if (members is null)
            {
                continue;
            }

            if (members.Length == 0)
            {
                Assert.Contains($"{method} {path}", NotOurs);
                continue;
            }

            var body = $$"""{"{{members[0]}}":[[]],"{{members[0]}}":1,"zzzzzzzz":{"a":1} }""";
            var answer = await server.SendAsync(new HttpMethod(method), path, body, null, ("If-Match", "\"x\""));
            if (answer.Status == 403 && answer.Text.Contains("a person who is signed in", StringComparison.Ordinal))
            {
                // A key comes no further; the door behind is the same one.
                continue;
            }

            answer.Problem(400);
            var errors = answer.Json.GetProperty("errors").EnumerateObject().Select(error => error.Name);
            // What is missing of the others is told beside them.
            Assert.Superset(new HashSet<string> { $"/{members[0]}", "/zzzzzzzz" }, errors.ToHashSet());
            checkedRoutes++;
        }

        Assert.InRange(checkedRoutes, 4, 1000);
    }

    [Fact]
    public async Task No_json_is_a_fault_of_the_servers()
    {
        var operations = (await server.OperationsAsync()).Where(operation => operation.Members is not null).ToList();
        // Numbers that come up in pairs make the same bodies in every run.
        var bodies = RandomJson.Of([.. operations.SelectMany(o => o.Members!).Distinct(StringComparer.Ordinal)]);
        var index = 0;
        foreach (var body in Gen.Sample(bodies, 240, 20))
        {
            var (method, path, _) = operations[index++ % operations.Count];
            var answer = await server.SendAsync(new HttpMethod(method), path, body, null, ("If-Match", "\"x\""));

            Assert.True(answer.Status is >= 200 and < 500, $"{method} {path} {answer.Status} {body}\n{answer.Text}");
        }

        Assert.DoesNotContain(" failed", server.Weir.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"n","scopes":["read",null]}""", "/scopes/1", "must not be null")]
    [InlineData("""{"name":"n","name":"m"}""", "/name", "stands here a second time")]
    [InlineData("""{"name":"n","expiresAt":"tomorrow"}""", "/expiresAt", "must be a time, as \"2026-07-02T10:00:00Z\"")]
    [InlineData("""{"name":{"a":{}}}""", "/name", "must be a text")]
    [InlineData(
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "",
        "is nested deeper than 32 levels"
    )]
    [InlineData("""{"name":""", "", "is not JSON: line 1, byte 9")]
    public async Task A_fault_has_its_place_and_its_words(string body, string pointer, string words)
    {
        var answer = await server.SendAsync(HttpMethod.Post, "/api/v1/keys", body);

        answer.Problem(400);
        var error = Assert.Single(answer.Json.GetProperty("errors").EnumerateObject());
        Assert.Equal((pointer, words), (error.Name, error.Value.GetString()));
    }

    [Fact]
    public async Task A_caller_that_is_not_let_in_is_told_nothing_of_its_body()
    {
        var answer = await server.SendAsync(HttpMethod.Post, "/api/v1/keys", """{"zzz":1}""", "wk_wrong");

        Assert.DoesNotContain("zzz", answer.Problem(401), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_body_does_what_it_did_and_one_that_nobody_takes_is_not_read()
    {
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/keys", """{"name":"sound","scopes":["read"]}""");
        var rotated = await server.SendAsync(HttpMethod.Post, "/api/v1/keys/sound/rotate");
        var revoked = await server.SendAsync(HttpMethod.Delete, "/api/v1/keys/sound", "{\"half\":");

        Assert.Equal(201, made.Status);
        Assert.Equal(200, rotated.Status);
        Assert.Equal(200, revoked.Status);
        Assert.Equal(JsonValueKind.String, revoked.Json.GetProperty("revokedAt").ValueKind);
    }
}
