using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Access;

/// <summary>Keys with bounds at the doors, and what is known of their use.</summary>
public sealed class BoundKeyTests : IDisposable
{
    // One of each kind: the gateway, the management side, telemetry, hooks, an agent's status line.
    private static readonly (HttpMethod Method, string Path, string? Body)[] Doors =
    [
        (
            HttpMethod.Post,
            "/v1/messages",
            """{"model":"sim-small","max_tokens":1,"messages":[{"role":"user","content":"x"}]}"""
        ),
        (HttpMethod.Get, "/v1/models", null),
        (HttpMethod.Get, "/api/v1/usage/summary", null),
        (HttpMethod.Post, "/v1/logs", "{}"),
        (HttpMethod.Post, "/hooks/claude-code", "{}"),
        (HttpMethod.Post, "/api/v1/statusline", "{}"),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_key_is_held_to_its_models_networks_and_origins_in_the_callers_dialect()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        var small = await MakeAsync(weir, "small", "--model", "sim-small");
        var afar = await MakeAsync(weir, "afar", "--network", "203.0.113.0/24", "--scope", "gateway,read");
        var page = await MakeAsync(weir, "page", "--origin", "https://app.example");

        Assert.Equal((200, ""), await AskAsync(weir, small, "sim-small"));
        Assert.Equal((403, "permission_error"), await AskAsync(weir, small, "sim-large"));
        Assert.Equal((403, "permission_error"), await AskAsync(weir, afar, "sim-small"));
        Assert.Equal((403, "permission_error"), await AskAsync(weir, page, "sim-small"));
        Assert.Equal((200, ""), await AskAsync(weir, page, "sim-small", "https://app.example"));

        using var list = await GetAsync(weir, "/v1/models", small);
        var models = JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement.GetProperty("data");
        Assert.Equal(["sim-small"], models.EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        using var keys = await GetAsync(weir, "/api/v1/keys", afar);
        Assert.Equal(HttpStatusCode.Forbidden, keys.StatusCode);
    }

    [Fact]
    public async Task A_keys_networks_are_those_of_the_caller_behind_a_trusted_proxy_at_every_door()
    {
        await using var trusting = await WeirProcess.StartAsync(
            folder.At("trusting"),
            "version: 1\nserver: { trustedProxies: [127.0.0.1] }\nproviders: [{ name: sim, kind: simulator }]\n"
        );
        await using var plain = await WeirProcess.StartAsync(folder.At("plain"));

        foreach (var (weir, isTrusted) in new[] { (trusting, true), (plain, false) })
        {
            var key = await MakeAsync(weir, "afar", "--network", "203.0.113.0/24", "--scope", "gateway,read,ingest");
            foreach (var (method, path, body) in Doors)
            {
                async Task<bool> OpensAsync(string forwarded)
                {
                    using var answer = await SendAsync(weir, method, path, body, key, forwarded);
                    Assert.True(
                        answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Forbidden,
                        $"{path} {answer.StatusCode}"
                    );
                    return answer.IsSuccessStatusCode;
                }

                Assert.Equal((path, isTrusted), (path, await OpensAsync("203.0.113.9")));
                Assert.Equal((path, isTrusted), (path, await OpensAsync("198.51.100.1, 203.0.113.9")));
                Assert.Equal((path, false), (path, await OpensAsync("203.0.113.9, 198.51.100.1")));
                Assert.Equal((path, false), (path, await OpensAsync("")));
            }
        }
    }

    [Fact]
    public async Task When_a_key_was_last_used_outlives_the_server()
    {
        await using (var weir = await WeirProcess.StartAsync(folder.At("data")))
        {
            var text = await MakeAsync(weir, "used");
            await MakeAsync(weir, "unused");
            Assert.Equal((200, ""), await AskAsync(weir, text, "sim-small"));
            Assert.Equal(0, await weir.StopAsync());
        }

        await using var again = await WeirProcess.StartAsync(folder.At("data"));
        var keys = (await again.CommandAsync("keys", "list", "--json")).Json().GetProperty("items").EnumerateArray();
        var uses = keys.ToDictionary(
            key => key.GetProperty("name").GetString()!,
            key => key.GetProperty("lastUsedAt").ValueKind
        );
        Assert.Equal(JsonValueKind.String, uses["used"]);
        Assert.Equal(JsonValueKind.Null, uses["unused"]);
    }

    private static async Task<string> MakeAsync(WeirProcess weir, string name, params string[] options)
    {
        var made = await weir.CommandAsync(["keys", "create", name, .. options]);
        Assert.True(made.ExitCode == 0, made.ToString());
        return made.Output.Trim();
    }

    private static async Task<(int Status, string Error)> AskAsync(
        WeirProcess weir,
        string key,
        string model,
        string? origin = null
    )
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""",
            key,
            origin is null ? [] : [("Origin", origin)]
        );
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (
            (int)answer.StatusCode,
            json.RootElement.TryGetProperty("error", out var error) ? error.GetProperty("type").GetString()! : ""
        );
    }

    private static Task<HttpResponseMessage> SendAsync(
        WeirProcess weir,
        HttpMethod method,
        string path,
        string? body,
        string key,
        string forwarded
    )
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("x-weir-key", key);
        if (forwarded.Length > 0)
        {
            request.Headers.Add("X-Forwarded-For", forwarded);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return weir.SendAsync(request);
    }

    private static Task<HttpResponseMessage> GetAsync(WeirProcess weir, string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("x-weir-key", key);
        return weir.SendAsync(request);
    }
}
