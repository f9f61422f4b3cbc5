using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>What the log says of callers that are turned away, and what it does not.</summary>
public sealed class RefusalLineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Who_is_turned_away_is_in_the_log_without_what_he_brought()
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            "version: 1\nserver: { rateLimit: { requestsPerMinute: 0, wrongKeysPerMinute: 1 } }\n"
                + "providers:\n  - { name: sim, kind: simulator }\n"
        );
        using var made = await weir.PostAsync("/api/v1/keys", """{"name":"small","scopes":["ingest"]}""");
        using var document = JsonDocument.Parse(await made.Content.ReadAsStringAsync());
        var body = document.RootElement;
        var (key, id) = (body.GetProperty("key").GetString()!, body.GetProperty("id").GetString()!);

        await AskAsync(weir, "/api/v1/users/somebody-by-name", key, 403);
        await AskAsync(weir, "/api/v1/users?secret=in-the-query", "wk_guess-one", 401);
        await AskAsync(weir, "/api/v1/users", "wk_guess-two", 401);
        await AskAsync(weir, "/api/v1/users", "wk_guess-three", 429);
        await AskAsync(weir, "/v1/models", "wk_guess-four", 401);
        await AskAsync(weir, "/v1/models", key, 403);
        using var signIn = await weir.PostAsync(
            "/api/v1/auth/sign-in",
            """{"name":"a-stranger","password":"a-password-of-his"}"""
        );
        Assert.Equal(HttpStatusCode.Unauthorized, signIn.StatusCode);
        Assert.Equal(0, await weir.StopAsync());

        foreach (
            var line in new[]
            {
                "Refused GET /api/v1/users/ with 401: wrong key; from 127.0.0.1, nobody known",
                "Refused GET /api/v1/users/ with 429: an address that tried many keys; from 127.0.0.1, nobody known",
                $"Refused GET /api/v1/users/{{idOrName}} with 403: not permitted; from 127.0.0.1, {id}",
                "Refused Models with 401: wrong key; from 127.0.0.1, nobody known",
                $"Refused Models with 403: beyond the bounds of the key; from 127.0.0.1, {id}",
                "Refused POST /api/v1/auth/sign-in with 401: a sign-in that failed; from 127.0.0.1, nobody known",
            }
        )
        {
            Assert.Contains(line, weir.Log, StringComparison.Ordinal);
        }

        foreach (var secret in new[] { "guess", "in-the-query", "somebody-by-name", key, "stranger", "of-his" })
        {
            Assert.DoesNotContain(secret, weir.Log, StringComparison.Ordinal);
        }
    }

    private static async Task AskAsync(WeirProcess weir, string path, string key, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("x-weir-key", key);
        using var answer = await weir.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }
}
