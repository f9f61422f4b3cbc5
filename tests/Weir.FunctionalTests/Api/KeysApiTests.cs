using System.Net;

namespace Weir.FunctionalTests.Api;

/// <summary>Keys through the API, and what each of them opens.</summary>
public sealed class KeysApiTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Question =
        """{"model":"sim-small","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""";

    [Fact]
    public async Task A_key_lives_from_its_making_through_a_rotation_to_its_end()
    {
        var made = await CreateAsync("""{"name":"alice","user":"alice","team":"core","scopes":["gateway","read"]}""");
        var (id, text) = (made.Json.GetProperty("id").GetString(), made.Json.GetProperty("key").GetString()!);
        Assert.Equal(201, made.Status);
        Assert.StartsWith("wk_", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(text));

        var listed = (await server.GetAsync("/api/v1/keys")).Text;
        Assert.Contains("\"alice\"", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(text, listed, StringComparison.Ordinal);

        var rotated = await server.SendAsync(
            HttpMethod.Post,
            $"/api/v1/keys/{id}/rotate",
            """{"overlapSeconds":3600}"""
        );
        var next = rotated.Json.GetProperty("key").GetString()!;
        Assert.NotEqual(text, next);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(text));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(next));

        Assert.Equal(200, (await server.SendAsync(HttpMethod.Delete, "/api/v1/keys/alice")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(text));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(next));
        Assert.DoesNotContain("\"alice\"", (await server.GetAsync("/api/v1/keys")).Text, StringComparison.Ordinal);
        Assert.Contains(
            "\"alice\"",
            (await server.GetAsync("/api/v1/keys?includeRevoked=true")).Text,
            StringComparison.Ordinal
        );
        (await server.SendAsync(HttpMethod.Delete, "/api/v1/keys/alice")).Problem(404);
    }

    [Theory]
    [InlineData("{}", 400, "name")]
    [InlineData("""{"name":"a b"}""", 400, "")]
    [InlineData("""{"name":"x","scopes":["reed"]}""", 400, "did you mean \"read\"?")]
    [InlineData("""{"name":"x","scopes":[]}""", 400, "at least one")]
    [InlineData("""{"name":"admin"}""", 409, "")]
    [InlineData("""{"name":""", 400, "")]
    [InlineData("[]", 400, "")]
    public async Task A_key_that_cannot_be_is_refused_in_words(string body, int status, string words)
    {
        Assert.Contains(words, (await CreateAsync(body)).Problem(status), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_key_that_may_manage_cannot_be_revoked()
    {
        (await server.SendAsync(HttpMethod.Delete, "/api/v1/keys/admin")).Problem(409);
    }

    [Fact]
    public async Task A_scope_opens_what_it_names_and_no_more()
    {
        var gateway = await KeyAsync("only-gateway", "gateway");
        var read = await KeyAsync("only-read", "read");
        var ingest = await KeyAsync("only-ingest", "ingest");

        (await server.GetAsync("/api/v1/usage/summary", gateway)).Problem(403);
        (await server.GetAsync("/api/v1/usage/summary", ingest)).Problem(403);
        Assert.Equal(200, (await server.GetAsync("/api/v1/usage/summary", read)).Status);
        Assert.Equal(200, (await server.GetAsync("/api/v1/config", read)).Status);
        (await CreateAsync("""{"name":"y"}""", read)).Problem(403);
        (await server.SendAsync(HttpMethod.Put, "/api/v1/config", """{"text":""}""", read)).Problem(403);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(gateway));
        Assert.NotEqual(HttpStatusCode.OK, await AskAsync(read));
    }

    [Theory]
    [InlineData("/api/v1/usage/summary")]
    [InlineData("/api/v1/usage/requests")]
    [InlineData("/api/v1/usage/export")]
    [InlineData("/api/v1/keys")]
    [InlineData("/api/v1/config")]
    [InlineData("/api/v1/prices")]
    [InlineData("/api/v1/system/status")]
    [InlineData("/api/v1/system/audit")]
    [InlineData("/api/usage/summary")]
    public async Task Nothing_is_told_without_a_key_not_even_on_this_machine(string path)
    {
        (await server.GetAsync(path, "")).Problem(401);
        (await server.GetAsync(path, "wk_unknown")).Problem(401);
        (await server.GetAsync(path, "sk-ant-foreign")).Problem(401);
        Assert.Equal(200, (await server.GetAsync(path, "", ("x-api-key", server.Weir.AdminKey))).Status);
        Assert.Equal(200, (await server.GetAsync(path, "", ("x-weir-key", server.Weir.AdminKey))).Status);
    }

    private async Task<string> KeyAsync(string name, string scope)
    {
        var made = await CreateAsync($$"""{"name":"{{name}}","scopes":["{{scope}}"]}""");
        return made.Json.GetProperty("key").GetString()!;
    }

    private Task<ApiAnswer> CreateAsync(string body, string? key = null) =>
        server.SendAsync(HttpMethod.Post, "/api/v1/keys", body, key);

    private async Task<HttpStatusCode> AskAsync(string key)
    {
        using var answer = await server.Weir.PostAsync("/v1/messages", Question, key);
        return answer.StatusCode;
    }
}
