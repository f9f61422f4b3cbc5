using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>A second workspace with routes, providers and secrets of its own, set up by the command line alone.</summary>
public sealed class WorkspaceDocumentTests : IAsyncLifetime
{
    private const string Ask = """{"model":"claude-sonnet-5","max_tokens":8,"messages":[]}""";
    private const string ServersKey = "sk-of-the-server-itself";

    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream servers = Vendor("msg_server");
    private readonly FakeUpstream acmes = Vendor("msg_acme");
    private WeirProcess weir = null!;
    private string key = "";

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            server: { network: { allow: ["127.0.0.1"] } }
            providers:
              - { name: anthropic, kind: anthropic, baseUrl: "{{servers.BaseUrl}}", apiKey: {{ServersKey}}, share: [generous] }
              - { name: simulator, kind: simulator }

            """
        );
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        key = Texts(made.Json()).Single(text => text.StartsWith("wk_", StringComparison.Ordinal) && text.Length == 41);
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await servers.DisposeAsync();
        await acmes.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_has_its_own_key_and_routes_and_sees_nothing_of_the_servers()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(key)).Status);

        await SetUpAsync();
        var (status, body) = await AskAsync(key);

        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Contains("msg_acme", body, StringComparison.Ordinal);
        Assert.Equal("sk-of-acme", acmes.Request.Header("x-api-key"));
        Assert.Contains("msg_server", (await AskAsync(weir.AdminKey)).Body, StringComparison.Ordinal);
        Assert.Equal(ServersKey, servers.Request.Header("x-api-key"));

        var shown = await AcmeAsync("config", "show");
        Assert.Contains("secret:vendor", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, shown.Output + shown.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(servers.BaseUrl.Authority, shown.Output, StringComparison.Ordinal);
        var listed = (await AcmeAsync("secrets", "list", "--json")).Json().GetProperty("items")[0];
        Assert.Equal("vendor", listed.GetProperty("name").GetString());
        Assert.Equal("vendor", listed.GetProperty("usedBy")[0].GetString());
        Assert.Equal("""{"items":[]}""", Compact(await weir.CommandAsync("secrets", "list", "--json")));
        Assert.DoesNotContain("acme", (await weir.CommandAsync("config", "show")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_value_takes_force_at_once_and_another_address_is_refused()
    {
        await SetUpAsync();
        await AskAsync(key);

        await SecretAsync("sk-of-acme-2");
        await AskAsync(key);
        var moved = await PutAsync(
            Document.Replace(acmes.BaseUrl.ToString(), "https://thief.example", StringComparison.Ordinal)
        );

        Assert.Equal(["sk-of-acme", "sk-of-acme-2"], acmes.Requests.Select(r => r.Header("x-api-key")));
        Assert.Equal(2, moved.ExitCode);
        Assert.Contains("was given for", moved.Errors, StringComparison.Ordinal);
        Assert.Contains("msg_acme", (await AskAsync(key)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_use_cannot_be_removed_and_one_that_is_not_can()
    {
        await SetUpAsync();

        var refused = await AcmeAsync("secrets", "remove", "vendor");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains(
            "Line 3 of the configuration uses it for provider vendor",
            refused.Errors,
            StringComparison.Ordinal
        );

        Assert.Equal(0, (await PutAsync("version: 1\n")).ExitCode);
        Assert.Equal(0, (await AcmeAsync("secrets", "remove", "vendor")).ExitCode);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(key)).Status);
    }

    [Fact]
    public async Task The_master_key_is_rotated_while_requests_go_on_and_a_restart_finds_everything()
    {
        await SetUpAsync();

        var byWorkspace = await AcmeAsync("secrets", "rotate-key");
        Assert.Equal(4, byWorkspace.ExitCode);
        var rotation = (await weir.CommandAsync("secrets", "rotate-key", "--json")).Json();
        // The secret, and the version of the server's document in which a key stands in the clear.
        Assert.Equal(2, rotation.GetProperty("resealed").GetInt32());
        Assert.Equal(1, rotation.GetProperty("dropped").GetInt32());
        Assert.Contains("msg_acme", (await AskAsync(key)).Body, StringComparison.Ordinal);

        Assert.Equal(0, await weir.StopAsync());
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            await File.ReadAllTextAsync(folder.At("data.yaml"), TestContext.Current.CancellationToken)
        );
        Assert.Contains("msg_acme", (await AskAsync(key)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_beside_the_servers_takes_force_and_a_bad_one_is_told()
    {
        await SetUpAsync();
        var file = folder.At("weir.d", "acme.yaml");
        Assert.Equal(Document, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        await File.WriteAllTextAsync(file, "version: 1\nserver: {}\n", TestContext.Current.CancellationToken);
        await weir.UntilAsync(
            async () => (await AcmeAsync("config", "show")).Errors.Contains("was refused", StringComparison.Ordinal),
            "tell the fault"
        );
        Assert.Contains("msg_acme", (await AskAsync(key)).Body, StringComparison.Ordinal);
        var check = await weir.CommandAsync("config", "check", "--config", folder.At("data.yaml"));
        Assert.Equal(2, check.ExitCode);
        Assert.Contains(
            "acme.yaml:2:1: server: server belongs to the whole server",
            check.Errors,
            StringComparison.Ordinal
        );

        File.Delete(file);
        await weir.UntilAsync(
            async () => (await AskAsync(key)).Status == HttpStatusCode.NotFound,
            "take the file's end"
        );
    }

    [Fact]
    public async Task A_server_whose_secret_is_missing_does_not_start_and_says_what_to_do()
    {
        await using var other = WeirProcess.Launch(
            folder.At("other"),
            "version: 1\nproviders: [{ name: a, kind: anthropic, apiKey: secret:missing }]\n"
        );

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(other.WaitUntilHealthyAsync);

        Assert.Contains("(exit code 2)", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "other.yaml:2:49: providers[0].apiKey: there is no secret \"missing\" (weir secrets set missing --origin https://api.anthropic.com)",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    private string Document =>
        $$"""
            version: 1
            providers:
              - { name: vendor, kind: anthropic, baseUrl: "{{acmes.BaseUrl}}", apiKey: secret:vendor }
            routes:
              - { match: { model: "claude-*" }, targets: [vendor] }

            """;

    private static FakeUpstream Vendor(string id) =>
        new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(new VendorCompletion { Id = id, Model = "claude-sonnet-5" })
        );

    [Fact]
    public async Task A_new_secret_says_where_it_goes_or_is_named_like_who_gets_it()
    {
        var nowhere = await AcmeAsync("sk-1\n", ["secrets", "set", "vendor"]);
        Assert.NotEqual(0, nowhere.ExitCode);
        Assert.Contains("origin: a new secret belongs to an address", nowhere.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-1", nowhere.Errors, StringComparison.Ordinal);

        foreach (
            var (name, origin) in new[]
            {
                ("openai", "https://api.openai.com"),
                ("openrouter", "https://openrouter.ai"),
                ("anthropic", "https://api.anthropic.com"),
            }
        )
        {
            var set = await AcmeAsync("sk-1\n", ["secrets", "set", name]);
            Assert.True(set.ExitCode == 0, set.Errors);
            Assert.Contains($"{name} is sealed, for {origin} alone", set.Errors, StringComparison.Ordinal);
        }

        var simulated = await AcmeAsync("sk-1\n", ["secrets", "set", "simulator"]);
        Assert.NotEqual(0, simulated.ExitCode);
        var own = await AcmeAsync("sk-1\n", ["secrets", "set", "mistral", "--origin", "https://eu.mistral.example"]);
        Assert.Contains(
            "mistral is sealed, for https://eu.mistral.example alone",
            own.Errors,
            StringComparison.Ordinal
        );
        // Another value stays where the first one went, whatever the name.
        var again = await AcmeAsync("sk-2\n", ["secrets", "set", "mistral"]);
        Assert.Contains("for https://eu.mistral.example alone", again.Errors, StringComparison.Ordinal);
    }

    private async Task SetUpAsync()
    {
        await SecretAsync("sk-of-acme", "--origin", acmes.BaseUrl.ToString());
        var put = await PutAsync(Document);
        Assert.True(put.ExitCode == 0, put.Errors);
    }

    private async Task SecretAsync(string value, params string[] options)
    {
        var set = await AcmeAsync(value + "\n", ["secrets", "set", "vendor", .. options]);
        Assert.True(set.ExitCode == 0, set.Errors);
        Assert.DoesNotContain(value, set.Output + set.Errors, StringComparison.Ordinal);
    }

    private Task<ProgramResult> PutAsync(string text) => AcmeAsync(text, ["config", "put", "-"]);

    private Task<ProgramResult> AcmeAsync(params string[] arguments) => AcmeAsync("", arguments);

    private Task<ProgramResult> AcmeAsync(string input, string[] arguments) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            [.. arguments, "--server", weir.BaseUrl.ToString(), "--key", key],
            new Dictionary<string, string> { ["HOME"] = folder.Path },
            input: input
        );

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string with)
    {
        using var answer = await weir.PostAsync("/v1/messages", Ask, with);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string Compact(ProgramResult result) => JsonSerializer.Serialize(result.Json());

    private static IEnumerable<string> Texts(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => [element.GetString()!],
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Texts(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
            _ => [],
        };
}
