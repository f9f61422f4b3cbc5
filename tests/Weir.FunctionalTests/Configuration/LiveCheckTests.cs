using System.Net.Sockets;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>Providers asked whether they are there, over real sockets.</summary>
public sealed class LiveCheckTests : IAsyncLifetime
{
    private const string Key = "sk-canary-live";

    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream local = new();
    private readonly FakeUpstream vendor = new();
    private WeirProcess? weir;

    public ValueTask InitializeAsync()
    {
        local.Handle(request =>
            request is { Method: "GET", Path: "/v1/models" }
                ? UpstreamAnswer.Json(
                    """{"object":"list","data":[{"id":"llama3:latest"},{"id":"qwen3:4b"},{"id":7},"x"]}"""
                )
                : UpstreamAnswer.Status(500)
        );
        vendor.Handle(request =>
            request.Header("x-api-key") == Key
                ? UpstreamAnswer.Json("""{"data":[{"id":"claude-sonnet-4-5-20250929"}],"has_more":false}""")
                : UpstreamAnswer.Json($"{{\"error\":{{\"message\":\"bad key {request.Header("x-api-key")}\"}}}}", 401)
        );
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (weir is not null)
        {
            await weir.DisposeAsync();
        }

        await local.DisposeAsync();
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Each_is_told_by_what_it_answered_and_only_lists_are_asked_for()
    {
        weir = await WeirProcess.StartAsync(folder.At("data"), Text($"http://127.0.0.1:{WeirProcess.FreePort()}"));

        var run = await weir.CommandAsync("config", "check", "--live", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("sk-canary", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.False(run.Json().GetProperty("sound").GetBoolean());
        var told = run.Json()
            .GetProperty("providers")
            .EnumerateArray()
            .ToDictionary(provider => provider.GetProperty("name").GetString()!);
        Assert.Equal(
            ["ok", "refused", "unreachable", "unasked", "unasked", "ok"],
            new[] { "good", "bad", "gone", "aws", "simulator", "ollama" }.Select(name => Outcome(told[name]))
        );
        Assert.Equal(401, told["bad"].GetProperty("status").GetInt32());
        // The list at a vendor's own address holds all; at another one nobody knows.
        Assert.Equal(1, told["good"].GetProperty("models").GetInt32());
        Assert.Empty(told["good"].GetProperty("missing").EnumerateArray());
        // A local program takes llama3 for llama3:latest; mistral it has not.
        Assert.Equal(
            ["mistral", "phi4"],
            told["ollama"].GetProperty("missing").EnumerateArray().Select(name => name.GetString())
        );
        Assert.All(
            vendor.Requests.Concat(local.Requests),
            request => Assert.Equal(("GET", "/v1/models"), (request.Method, request.Path))
        );
        Assert.Equal(
            0,
            (await weir.GetAsync("/api/v1/usage/summary?from=1d"))
                .GetProperty("total")
                .GetProperty("requests")
                .GetInt64()
        );
    }

    [Fact]
    public async Task A_file_is_asked_from_where_the_command_runs_with_its_own_environment()
    {
        var file = folder.At("weir.yaml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            version: 1
            providers:
              - { name: good, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: "${LIVE_KEY}" }
              - { name: kept, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: "secret:vendor" }

            """
        );

        var good = await RunAsync(file, Key);
        Assert.True(good.ExitCode == 0, good.Output + good.Errors);
        Assert.Matches("(?m)^good +ok +[0-9]+ ms +1", good.Output);
        Assert.Matches("(?m)^kept +unasked .*sealed", good.Output);

        var bad = await RunAsync(file, "sk-canary-other");
        Assert.Equal(1, bad.ExitCode);
        Assert.Matches("(?m)^good +refused ", bad.Output);
        Assert.DoesNotContain("sk-canary", bad.Output + bad.Errors, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "version: 2\n");
        Assert.Equal(2, (await RunAsync(file, Key)).ExitCode);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nnot json!", "failed")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"data\":\"no\"", "failed")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"data\":[{\"id\":\"\\ud8\"}", "failed")]
    [InlineData("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "failed")]
    [InlineData("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", "failed")]
    [InlineData("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "ok")]
    [InlineData("hello there\r\n\r\n", "unreachable")]
    public async Task What_is_no_list_is_told_as_it_is(string wire, string outcome)
    {
        await using var odd = new FakeUpstream();
        odd.Handle(_ => UpstreamAnswer.Raw(wire));
        var file = folder.At("odd.yaml");
        await File.WriteAllTextAsync(
            file,
            $"version: 1\nproviders: [{{ name: odd, kind: openai-compatible, baseUrl: \"{odd.BaseUrl}v1\" }}]\n"
        );

        var run = await RunAsync(file, Key, "--json");

        Assert.Equal(outcome, Outcome(run.Json().GetProperty("providers")[0]));
        Assert.Equal(outcome == "ok" ? 0 : 1, run.ExitCode);
    }

    [Fact]
    public async Task A_plain_server_behind_https_is_a_fault_of_tls()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        var file = folder.At("tls.yaml");
        await File.WriteAllTextAsync(
            file,
            $"version: 1\nproviders: [{{ name: odd, kind: openai, apiKey: {Key}, baseUrl: \"https://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/v1\" }}]\n"
        );

        var run = await RunAsync(file, Key, "--json");

        await answering;
        Assert.Equal("tls", Outcome(run.Json().GetProperty("providers")[0]));
    }

    [Fact]
    public async Task A_workspaces_own_are_asked_where_they_may_stand_and_the_servers_are_not()
    {
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            server: { network: { allow: ["127.0.0.1"] } }
            providers:
              - { name: good, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: {{Key}}, share: true }

            """
        );
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        var key = Texts(made.Json())
            .Single(text => text.StartsWith("wk_", StringComparison.Ordinal) && text.Length == 41);
        await File.WriteAllTextAsync(
            folder.At("acme.yaml"),
            $"version: 1\nproviders: [{{ name: near, kind: openai-compatible, baseUrl: \"{local.BaseUrl}v1\" }}]\n"
        );
        string[] acme = ["--server", weir.BaseUrl.ToString(), "--key", key];
        var put = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["config", "put", folder.At("acme.yaml"), .. acme],
            new Dictionary<string, string>()
        );
        Assert.True(put.ExitCode == 0, put.Errors);

        var run = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["config", "check", "--live", "--json", .. acme],
            new Dictionary<string, string>()
        );

        var only = Assert.Single(run.Json().GetProperty("providers").EnumerateArray());
        Assert.Equal(("near", "ok"), (only.GetProperty("name").GetString(), Outcome(only)));
        Assert.Empty(vendor.Requests);

        // What the server allows no more is not connected to, whatever it allowed when the document came.
        await File.WriteAllTextAsync(
            folder.At("data.yaml"),
            (await File.ReadAllTextAsync(folder.At("data.yaml"))).Replace(
                "[\"127.0.0.1\"]",
                "[]",
                StringComparison.Ordinal
            )
        );
        var asked = local.Requests.Count;
        await weir.UntilAsync(
            async () =>
            {
                var again = await ProgramRun.RunAsync(
                    WeirProcess.Executable,
                    ["config", "check", "--live", "--json", .. acme],
                    new Dictionary<string, string>()
                );
                var outcome = Outcome(again.Json().GetProperty("providers")[0]);
                asked = outcome == "forbidden" ? asked : local.Requests.Count;
                return outcome == "forbidden";
            },
            "take up the new rules"
        );
        Assert.Equal(asked, local.Requests.Count);
    }

    private static string Outcome(JsonElement provider) => provider.GetProperty("outcome").GetString()!;

    private string Text(string gone) =>
        $$"""
            version: 1
            providers:
              - { name: good, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: {{Key}}, models: [claude-sonnet-4-5, claude-none] }
              - { name: bad, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: sk-canary-wrong }
              - { name: gone, kind: openai, baseUrl: "{{gone}}/v1", apiKey: sk-canary-gone }
              - { name: aws, kind: bedrock, region: us-east-1, apiKey: sk-canary-aws }
              - { name: simulator, kind: simulator }
              - { name: ollama, kind: openai-compatible, baseUrl: "{{local.BaseUrl}}v1", models: [llama3, mistral, "q*"] }
            routes:
              - { name: small, match: { model: small }, targets: [{ provider: ollama, model: phi4 }] }

            """;

    private static Task<ProgramResult> RunAsync(string file, string key, params string[] more) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["config", "check", file, "--live", .. more],
            new Dictionary<string, string> { ["LIVE_KEY"] = key }
        );

    private static IEnumerable<string> Texts(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().SelectMany(property => Texts(property.Value)),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
            JsonValueKind.String => [json.GetString()!],
            _ => [],
        };
}
