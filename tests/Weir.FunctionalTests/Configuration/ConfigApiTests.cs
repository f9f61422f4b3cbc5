using Weir.Foundation.Storage;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>The configuration of a running server: changed on disk, changed through the API, never half.</summary>
public sealed class ConfigApiTests : IAsyncLifetime
{
    private const string Stored = """
        version: 1
        providers:
          - { name: simulator, kind: simulator }
          # the team's own
          - { name: openai, kind: openai, apiKey: sk-secret }

        """;

    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() => weir = await WeirProcess.StartAsync(folder.At("data"), Stored);

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    private string ConfigFile => folder.At("data.yaml");

    [Fact]
    public async Task A_change_on_disk_takes_force_and_a_bad_one_is_told_and_passed_over()
    {
        await File.WriteAllTextAsync(
            ConfigFile,
            Stored + "routes: [{ name: first, match: { model: m }, targets: [simulator] }]\n"
        );
        await weir.UntilAsync(
            async () => (await TextAsync()).Contains("first", StringComparison.Ordinal),
            "take the change"
        );
        Assert.Equal("first", await RouteOfAsync("m"));

        // Editors write beside and rename over.
        await File.WriteAllTextAsync(folder.At("new.yaml"), Stored + "routes: [{ targets: [nobody] }]\n");
        File.Move(folder.At("new.yaml"), ConfigFile, overwrite: true);
        await weir.UntilAsync(async () => await PendingAsync() == 1, "refuse the change");

        var ready = await weir.GetAsync("/health/ready");
        Assert.Contains("configuration", ready.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 fault;", ready.ToString(), StringComparison.Ordinal);
        Assert.Equal("first", await RouteOfAsync("m"));
        Assert.Contains("routes[0].targets[0]: there is no provider \"nobody\"", weir.Log, StringComparison.Ordinal);

        await File.WriteAllTextAsync(ConfigFile, Stored);
        await weir.UntilAsync(async () => await PendingAsync() == 0, "take the mended text");
    }

    [Fact]
    public async Task A_document_is_read_masked_and_put_back_with_its_secrets_and_comments()
    {
        var (text, etag) = await ReadAsync();
        Assert.DoesNotContain("sk-secret", text, StringComparison.Ordinal);

        var put = await PutAsync(
            text.Replace("simulator }", "simulator, models: [\"sim-*\", m] }", StringComparison.Ordinal),
            etag
        );

        Assert.Equal(200, put.Status);
        Assert.Equal(
            Stored.Replace("simulator }", "simulator, models: [\"sim-*\", m] }", StringComparison.Ordinal),
            await File.ReadAllTextAsync(ConfigFile)
        );
        Assert.Equal("simulator", await ProviderOfAsync("m"));
    }

    [Fact]
    public async Task A_replacement_needs_to_say_what_it_replaces()
    {
        var (text, etag) = await ReadAsync();

        (await PutAsync(text, null)).Problem(428);
        (await PutAsync(text, "something-else")).Problem(412);
        var faulty = await PutAsync(text + "nonsense: 1\n", etag);

        faulty.Problem(422);
        Assert.Equal("nonsense", faulty.Json.GetProperty("faults")[0].GetProperty("key").GetString());
        Assert.Equal(Stored, await File.ReadAllTextAsync(ConfigFile));
    }

    [Fact]
    public async Task A_text_is_looked_through_and_nothing_is_changed()
    {
        var (text, _) = await ReadAsync();

        var sound = (await ValidateAsync(text)).Json;
        var faulty = (await ValidateAsync(text + "nonsense: 1\n")).Json;

        Assert.True(sound.GetProperty("valid").GetBoolean());
        Assert.False(faulty.GetProperty("valid").GetBoolean());
        var fault = Assert.Single(faulty.GetProperty("faults").EnumerateArray());
        Assert.Equal("nonsense", fault.GetProperty("key").GetString());
        Assert.Equal(text.Count(c => c == '\n') + 1, fault.GetProperty("line").GetInt32());
        Assert.Equal(Stored, await File.ReadAllTextAsync(ConfigFile));
    }

    [Fact]
    public async Task Doctor_looks_at_the_configuration_that_the_server_runs_by()
    {
        Assert.Equal(("ok", ConfigFile), await ExaminedAsync());

        await File.WriteAllTextAsync(ConfigFile, Stored + "nonsense: 1\n");
        await weir.UntilAsync(async () => await PendingAsync() == 1, "refuse the change");

        var (status, detail) = await ExaminedAsync();
        Assert.Equal("failed", status);
        Assert.StartsWith($"{ConfigFile} has 1 fault;", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_cannot_be_read_through_the_api()
    {
        var (_, etag) = await ReadAsync();

        var put = await PutAsync(
            "version: 1\nproviders: [{ name: thief, kind: openai, baseUrl: \"https://${PATH}.example/v1\" }]\n",
            etag
        );

        Assert.Contains("from the file on disk alone", put.Text, StringComparison.Ordinal);
        put.Problem(422);
    }

    private async Task<(string Status, string Detail)> ExaminedAsync()
    {
        var report = (await weir.CommandAsync("doctor", "--json")).Json();
        var check = report
            .GetProperty("checks")
            .EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == "configuration");
        return (check.GetProperty("status").GetString()!, check.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_trail_whoever_made_it_and_no_secret_is()
    {
        // What the first start found is what the trail begins with.
        await weir.UntilAsync(async () => (await ChangesAsync()).Count == 1, "note what is in force");
        var (text, etag) = await ReadAsync();
        Assert.Equal(200, (await PutAsync(text + "routes: [{ name: first, targets: [simulator] }]\n", etag)).Status);
        var byCaller = (await ChangesAsync())[0];
        Assert.Equal(
            ("key", "admin"),
            (byCaller.GetProperty("actorKind").GetString(), byCaller.GetProperty("actor").GetString())
        );
        Assert.Equal(etag, byCaller.GetProperty("before").GetProperty("etag").GetString());
        Assert.Contains(
            "first",
            byCaller.GetProperty("after").GetProperty("text").GetString(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "first",
            byCaller.GetProperty("before").GetProperty("text").GetString(),
            StringComparison.Ordinal
        );

        await File.WriteAllTextAsync(ConfigFile, Stored + "routes: [{ name: second, targets: [simulator] }]\n");
        await weir.UntilAsync(async () => (await ChangesAsync()).Count == 3, "note the change on disk");
        var byFile = (await ChangesAsync())[0];
        Assert.Equal(
            ("system", "file"),
            (byFile.GetProperty("actorKind").GetString(), byFile.GetProperty("actor").GetString())
        );
        Assert.Contains("second", byFile.GetProperty("after").ToString(), StringComparison.Ordinal);

        // One that was refused is no change.
        await File.WriteAllTextAsync(ConfigFile, Stored + "routes: [{ targets: [nobody] }]\n");
        await weir.UntilAsync(async () => await PendingAsync() == 1, "refuse the change");
        await File.WriteAllTextAsync(ConfigFile, Stored + "routes: [{ name: third, targets: [simulator] }]\n");
        await weir.UntilAsync(async () => (await ChangesAsync()).Count == 4, "note the next one");
        Assert.DoesNotContain(
            (await ChangesAsync()),
            change => change.ToString().Contains("sk-secret", StringComparison.Ordinal)
        );

        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            Stored + "routes: [{ name: third, targets: [simulator] }]\n"
        );
        Assert.Equal(4, (await ChangesAsync()).Count);
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(folder.At("data"), Stored);
        await weir.UntilAsync(async () => (await ChangesAsync()).Count == 5, "note what changed while it was down");
    }

    private async Task<List<System.Text.Json.JsonElement>> ChangesAsync() =>
        [.. (await weir.GetAsync("/api/v1/audit?action=config.change")).GetProperty("items").EnumerateArray()];

    [Fact]
    public async Task A_budget_of_which_the_ledger_tells_no_past_is_refused_and_what_was_in_force_stays()
    {
        const string Budgets = "budgets: [{ name: all, limitUsd: 5 }]\n";
        const string Before = "routes: [{ name: first, match: { model: m }, targets: [simulator] }]\n";
        Execute("ALTER TABLE record RENAME TO away");
        var (text, etag) = await ReadAsync();

        var refused = await PutAsync(text + Budgets, etag);
        refused.Problem(422);
        Assert.Contains("cannot be read from the ledger", refused.Text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(ConfigFile, Stored + Budgets);
        await weir.UntilAsync(async () => await PendingAsync() == 1, "refuse the change");
        Assert.Empty((await weir.GetAsync("/api/v1/budgets")).GetProperty("budgets").EnumerateArray());

        Execute("ALTER TABLE away RENAME TO record");
        await File.WriteAllTextAsync(ConfigFile, Stored + Budgets + Before);
        await weir.UntilAsync(async () => await PendingAsync() == 0, "take the same budget");
        Assert.Single((await weir.GetAsync("/api/v1/budgets")).GetProperty("budgets").EnumerateArray());
    }

    private void Execute(string sql)
    {
        using var ledger = new SqliteDatabase(folder.At("data", "ledger.db")).OpenWriter();
        using var command = ledger.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private async Task<string> TextAsync() => (await ReadAsync()).Text;

    private async Task<(string Text, string Etag)> ReadAsync()
    {
        var document = await weir.GetAsync("/api/v1/config");
        return (document.GetProperty("text").GetString()!, document.GetProperty("etag").GetString()!);
    }

    private async Task<int> PendingAsync() =>
        (await weir.GetAsync("/api/v1/config")).GetProperty("pendingFaults").GetArrayLength();

    private Task<ApiAnswer> PutAsync(string text, string? etag) =>
        SendAsync(HttpMethod.Put, "/api/v1/config", text, etag);

    private Task<ApiAnswer> ValidateAsync(string text) =>
        SendAsync(HttpMethod.Post, "/api/v1/config/validate", text, etag: null);

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string text, string? etag)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(
                System.Text.Json.JsonSerializer.Serialize(new { text }),
                null,
                "application/json"
            ),
        };
        request.Headers.TryAddWithoutValidation("x-api-key", weir.AdminKey);
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{etag}\"");
        }

        using var answer = await weir.SendAsync(request);
        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            new Dictionary<string, string>()
        );
    }

    private async Task<string?> RouteOfAsync(string model) => await RecordOfAsync(model, "route");

    private async Task<string?> ProviderOfAsync(string model) => await RecordOfAsync(model, "provider");

    private async Task<string?> RecordOfAsync(string model, string field)
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":1,"messages":[{"role":"user","content":"x"}]}"""
        );
        var id = answer.Headers.GetValues("x-weir-request-id").Single();
        string? found = null;
        await weir.UntilAsync(
            async () =>
            {
                var page = await weir.GetAsync("/api/v1/usage/requests");
                var item = page.GetProperty("items")
                    .EnumerateArray()
                    .FirstOrDefault(i => i.GetProperty("id").GetString() == id);
                found =
                    item.ValueKind == System.Text.Json.JsonValueKind.Object
                        ? item.GetProperty(field).GetString()
                        : null;
                return item.ValueKind == System.Text.Json.JsonValueKind.Object;
            },
            "write the record"
        );
        return found;
    }
}
