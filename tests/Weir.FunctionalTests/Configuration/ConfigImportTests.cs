using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary><c>weir config import</c>: shown without keys, or sealed, written and in force.</summary>
public sealed class ConfigImportTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream upstream = new FakeUpstream().On(
        "/v1/messages",
        AnthropicAnswers.Message(new VendorCompletion { Id = "msg_imported", Model = "claude-sonnet-5" })
    );

    private string File => folder.At("config.json");

    public async ValueTask InitializeAsync() =>
        await System.IO.File.WriteAllTextAsync(
            File,
            $$"""
            {
              "APIKEY": "canary-of-the-callers",
              "Providers": [{ "name": "own", "api_base_url": "{{upstream.BaseUrl.ToString().TrimEnd(
                '/'
            )}}/v1/messages", "api_key": "sk-canary",
                "models": ["claude-sonnet-5"], "transformer": { "use": ["Anthropic"] } }],
              "Router": { "default": "own,claude-sonnet-5" }
            }
            """
        );

    public async ValueTask DisposeAsync()
    {
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_is_shown_with_variables_and_without_a_server()
    {
        var shown = await ProgramRun.RunAsync(WeirProcess.Executable, ["config", "import", File]);
        Assert.True(shown.ExitCode == 0, shown.ToString());
        Assert.DoesNotContain("canary", shown.Output + shown.Errors, StringComparison.Ordinal);
        Assert.Contains("apiKey: \"${OWN_API_KEY}\"", shown.Output, StringComparison.Ordinal);
        Assert.Contains("APIKEY: callers show a key of Weir's", shown.Errors, StringComparison.Ordinal);

        var written = folder.At("weir.yaml");
        await System.IO.File.WriteAllTextAsync(written, shown.Output);
        var checkedOut = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["config", "check", written],
            new Dictionary<string, string> { ["OWN_API_KEY"] = "sk-1" }
        );
        Assert.True(checkedOut.ExitCode == 0, checkedOut.ToString());

        var wrong = await ProgramRun.RunAsync(WeirProcess.Executable, ["config", "import", written]);
        Assert.Equal(2, wrong.ExitCode);
    }

    [Fact]
    public async Task Written_its_keys_are_sealed_and_the_next_server_runs_by_it()
    {
        var data = folder.At("data");
        var imported = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["config", "import", File, "--write", "--data", data]
        );
        Assert.True(imported.ExitCode == 0, imported.ToString());
        Assert.DoesNotContain("canary", imported.Output + imported.Errors, StringComparison.Ordinal);
        var text = await System.IO.File.ReadAllTextAsync(Path.Combine(data, "weir.yaml"));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Contains("secret:own-api-key", text, StringComparison.Ordinal);

        await using var weir = await WeirProcess.StartAsync(data);
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-opus-4-8","max_tokens":8,"messages":[{"role":"user","content":"x"}]}"""
        );
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Contains("msg_imported", body, StringComparison.Ordinal);
        Assert.Equal("sk-canary", upstream.Request.Header("x-api-key"));

        // There is one now: a second import takes nothing away.
        var again = await weir.CommandAsync("config", "import", File, "--write");
        Assert.Equal(4, again.ExitCode);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(Path.Combine(data, "weir.yaml")));

        // The API answers what the command prints.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/config/import", UriKind.Relative))
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { text = await System.IO.File.ReadAllTextAsync(File) }),
                null,
                "application/json"
            ),
        };
        request.Headers.TryAddWithoutValidation("x-api-key", weir.AdminKey);
        using var told = await weir.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        using var json = JsonDocument.Parse(await told.Content.ReadAsStringAsync());
        var printed = await weir.CommandAsync("config", "import", File, "--json");
        Assert.Equal(JsonSerializer.Serialize(printed.Json()), JsonSerializer.Serialize(json.RootElement));
    }
}
