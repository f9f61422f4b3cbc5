using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.FunctionalTests.Live;

namespace Weir.FunctionalTests.Api;

/// <summary>The API's description tells the truth: real answers are held against it.</summary>
public sealed class DescriptionTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("/api/v1/usage/summary", "?groupBy=model,project")]
    [InlineData("/api/v1/usage/series", "?compare=previous&groupBy=key")]
    [InlineData("/api/v1/usage/series", "?metric=requests")]
    [InlineData("/api/v1/usage/top", "?by=model&limit=1")]
    [InlineData("/api/v1/usage/distribution", "?groupBy=model")]
    [InlineData("/api/v1/usage/heatmap", "?timezone=Europe/Berlin")]
    [InlineData("/api/v1/usage/compare", "?by=model&values=a,b")]
    [InlineData("/api/v1/usage/requests", "")]
    [InlineData("/api/v1/usage/requests/{id}", "")]
    [InlineData("/api/v1/usage/export", "?format=json")]
    [InlineData("/api/v1/blocks", "?client=anthropic&gaps=true")]
    [InlineData("/api/v1/limits", "")]
    [InlineData("/api/v1/statusline", "?session=session-1")]
    [InlineData("/api/v1/keys", "")]
    [InlineData("/api/v1/config", "")]
    [InlineData("/api/v1/prices", "?search=claude")]
    [InlineData("/api/v1/prices", "?search=gemini")]
    [InlineData("/api/v1/system/status", "")]
    [InlineData("/api/v1/system/performance", "?range=24h")]
    [InlineData("/api/v1/system/errors", "")]
    [InlineData("/api/v1/system/audit", "")]
    [InlineData("/api/v1/capture/sources", "")]
    [InlineData("/health", "")]
    [InlineData("/health/ready", "")]
    public async Task An_answer_is_as_it_is_described(string path, string query)
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var answer = await server.GetAsync(path.Replace("{id}", server.RequestId, StringComparison.Ordinal) + query);

        Assert.Equal(200, answer.Status);
        Check(document, Described(document, "get", path, "200", "application/json"), answer.Json, path);
    }

    [Theory]
    [InlineData("get", "/api/v1/usage/summary?modle=x", "/api/v1/usage/summary", 400)]
    [InlineData("get", "/api/v1/usage/requests/none", "/api/v1/usage/requests/{id}", 404)]
    [InlineData("delete", "/api/v1/keys/none", "/api/v1/keys/{idOrName}", 404)]
    [InlineData("delete", "/api/v1/keys/admin", "/api/v1/keys/{idOrName}", 409)]
    [InlineData("post", "/api/v1/keys/none/rotate", "/api/v1/keys/{idOrName}/rotate", 404)]
    public async Task A_refusal_is_described(string method, string target, string path, int status)
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var answer = await server.SendAsync(new HttpMethod(method), target);

        answer.Problem(status);
        var schema = Described(document, method, path, $"{status}", "application/problem+json");
        Check(document, schema, answer.Json, path);
    }

    [Theory]
    [InlineData("/v1/logs", true)]
    [InlineData("/v1/metrics", true)]
    [InlineData("/v1/traces", true)]
    [InlineData("/hooks/claude-code", false)]
    public async Task What_takes_deliveries_is_described_as_it_answers(string path, bool isOtlp)
    {
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/keys",
            $$"""{"name":"deliveries-{{Guid.NewGuid():N}}","scopes":["ingest"]}"""
        );
        var key = made.Json.GetProperty("key").GetString();
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var operation = document.GetProperty("paths").GetProperty(path).GetProperty("post");

        Assert.Equal(
            isOtlp ? ["application/json", "application/x-protobuf"] : ["application/json"],
            operation
                .GetProperty("requestBody")
                .GetProperty("content")
                .EnumerateObject()
                .Select(type => type.Name)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            isOtlp
                ? ["200", "400", "401", "403", "413", "415", "429", "503"]
                : ["200", "400", "401", "403", "413", "415", "429"],
            operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).Order(StringComparer.Ordinal)
        );

        var taken = await server.SendAsync(HttpMethod.Post, path, "{}", key);
        Assert.Equal((200, "{}"), (taken.Status, taken.Text));
        _ = Described(document, "post", path, "200", taken.Type!);
        foreach (var (body, type, status) in new[] { ("{", "application/json", 400), ("{}", "text/plain", 415) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
            {
                Content = new StringContent(body, new MediaTypeHeaderValue(type)),
            };
            request.Headers.TryAddWithoutValidation("x-weir-key", key);
            using var refused = await server.Weir.SendAsync(request);
            Assert.Equal(status, (int)refused.StatusCode);
            using var told = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
            var schema = Described(
                document,
                "post",
                path,
                $"{status}",
                refused.Content.Headers.ContentType!.MediaType!
            );
            Check(document, schema, told.RootElement, path);
        }
    }

    [Fact]
    public async Task What_live_tells_is_as_it_is_described()
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var schema = Described(document, "get", "/live", "200", "text/event-stream");
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri("/live?after=900000000000", UriKind.Relative)
        );
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("x-weir-key", server.Weir.AdminKey);
        using var events = new LiveEventReader(await server.Weir.SendAsync(request));
        var heard = new HashSet<string>(StringComparer.Ordinal);
        while (heard.Count < 3)
        {
            var message = (await events.NextAsync())!;
            Check(document, schema, message.Body, message.Type);
            heard.Add(message.Type);
            if (message.Type == "snapshot")
            {
                using var answer = await server.Weir.PostAsync(
                    "/v1/messages",
                    """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}"""
                );
            }
        }

        Assert.Equal(["changes", "gap", "snapshot"], heard.Order(StringComparer.Ordinal));
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/live?after=0", UriKind.Relative));
        again.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        again.Headers.TryAddWithoutValidation("x-weir-key", server.Weir.AdminKey);
        using var resumed = new LiveEventReader(await server.Weir.SendAsync(again));
        var beat = (await resumed.NextAsync())!;
        Assert.Equal("beat", beat.Type);
        Check(document, schema, beat.Body, beat.Type);
    }

    private static readonly string[] ForStrangers =
    [
        "/api/v1/auth/sign-in",
        "/api/v1/auth/invitation",
        "/api/v1/auth/passkey/",
    ];

    [Fact]
    public async Task Every_route_that_asks_for_a_key_says_so_and_every_route_says_what_it_is()
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Select(o => o.Value))
            {
                Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
                var asks = !path.Name.StartsWith("/health", StringComparison.Ordinal);
                // Who signs in has shown nothing yet, and may be refused all the same.
                var isForStrangers = ForStrangers.Any(start => path.Name.StartsWith(start, StringComparison.Ordinal));
                Assert.Equal(asks && !isForStrangers, operation.TryGetProperty("security", out _));
                Assert.Equal(asks, operation.GetProperty("responses").TryGetProperty("401", out _));
                Assert.Equal(asks, operation.GetProperty("responses").TryGetProperty("403", out _));
                // Who asks too often, or brings too many wrong keys, is told to wait wherever a caller is looked at.
                Assert.Equal(asks, operation.GetProperty("responses").TryGetProperty("429", out var wait));
                if (asks)
                {
                    Assert.True(wait.GetProperty("headers").TryGetProperty("Retry-After", out _), path.Name);
                    Assert.Equal(
                        "#/components/schemas/Problem",
                        wait.GetProperty("content")
                            .GetProperty("application/problem+json")
                            .GetProperty("schema")
                            .GetProperty("$ref")
                            .GetString()
                    );
                }
            }
        }
    }

    [Fact]
    public async Task Parameters_and_statuses_that_matter_are_there()
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var paths = document.GetProperty("paths");
        var put = paths.GetProperty("/api/v1/config").GetProperty("put");
        var match = Assert.Single(put.GetProperty("parameters").EnumerateArray());
        Assert.Equal(
            ("If-Match", "header", true),
            (
                match.GetProperty("name").GetString(),
                match.GetProperty("in").GetString(),
                match.GetProperty("required").GetBoolean()
            )
        );
        Assert.All(
            new[] { "409", "412", "422", "428" },
            status => Assert.True(put.GetProperty("responses").TryGetProperty(status, out _), status)
        );
        var export = paths.GetProperty("/api/v1/usage/export").GetProperty("get").GetProperty("responses");
        Assert.Equal(
            [
                "application/json",
                "application/pdf",
                "application/vnd.apache.parquet",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/x-ndjson",
                "text/csv",
            ],
            export
                .GetProperty("200")
                .GetProperty("content")
                .EnumerateObject()
                .Select(type => type.Name)
                .Order(StringComparer.Ordinal)
        );
        var limit = paths
            .GetProperty("/api/v1/usage/requests")
            .GetProperty("get")
            .GetProperty("parameters")
            .EnumerateArray()
            .Single(p => p.GetProperty("name").GetString() == "limit");
        Assert.Equal("integer", limit.GetProperty("schema").GetProperty("type").GetString());
    }

    private static JsonElement Described(
        JsonElement document,
        string method,
        string path,
        string status,
        string contentType
    ) =>
        document
            .GetProperty("paths")
            .GetProperty(path)
            .GetProperty(method)
            .GetProperty("responses")
            .GetProperty(status)
            .GetProperty("content")
            .GetProperty(contentType)
            .GetProperty("schema");

    /// <summary>As much of JSON Schema as the description uses.</summary>
    private static void Check(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!["#/components/schemas/".Length..];
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(name);
        }

        if (schema.TryGetProperty("discriminator", out var discriminator))
        {
            var word = value.GetProperty(discriminator.GetProperty("propertyName").GetString()!).GetString()!;
            var name = discriminator.GetProperty("mapping").GetProperty(word).GetString()!;
            Assert.Contains(
                schema.GetProperty("anyOf").EnumerateArray(),
                choice => choice.GetProperty("$ref").GetString() == name
            );
            schema = document
                .GetProperty("components")
                .GetProperty("schemas")
                .GetProperty(name["#/components/schemas/".Length..]);
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var fitting = choices
                .EnumerateArray()
                .Single(c => Types(c).Contains("null") == (value.ValueKind == JsonValueKind.Null));
            Check(document, fitting, value, at);
            return;
        }

        var kind = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.Null => "null",
            _ => "boolean",
        };
        var types = Types(schema);
        Assert.True(
            types.Contains(kind) || (kind == "number" && types.Contains("integer")),
            $"{at}: {value} is no {string.Join(" or ", types)}"
        );
        if (kind == "string" && schema.TryGetProperty("pattern", out var pattern))
        {
            Assert.Matches(
                new Regex(pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
                value.GetString()
            );
        }

        if (kind == "array")
        {
            foreach (var item in value.EnumerateArray())
            {
                Check(document, schema.GetProperty("items"), item, at + "[]");
            }
        }

        if (kind == "object")
        {
            CheckObject(document, schema, value, at);
        }
    }

    private static void CheckObject(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            Assert.All(
                required.EnumerateArray(),
                name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{at} has no {name}")
            );
        }

        foreach (var property in value.EnumerateObject())
        {
            var described =
                schema.TryGetProperty("properties", out var properties)
                && properties.TryGetProperty(property.Name, out var own)
                    ? own
                : schema.TryGetProperty("additionalProperties", out var others) ? others
                : throw new Xunit.Sdk.XunitException($"{at}.{property.Name} is not described");
            Check(document, described, property.Value, $"{at}.{property.Name}");
        }
    }

    private static string[] Types(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.GetString()!)]
        : [type.GetString()!];
}
