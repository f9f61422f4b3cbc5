using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Weir.FunctionalTests.Crash;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>
/// A server whose <c>ledger.db</c> cannot be opened answers requests and journals them; everything that reads says why not and what to do;
/// and when the file is mended, whatever was answered meanwhile is in it.
/// </summary>
public sealed class UnreadableLedgerTests : IDisposable
{
    private const string Word = "weir doctor --ledger";

    private const string Configuration = """
        version: 1
        providers: [{ name: simulator, kind: simulator, models: ["sim-*"] }]
        limits: [{ name: roomy, requestsPerDay: 1000000 }]
        """;

    private readonly FilledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_garbage_file_is_told_everywhere_and_put_back_it_is_taken_up_without_a_restart()
    {
        HashSet<string> answered = [];
        await using (var before = await StartAsync())
        {
            await AskAsync(before, 5, answered);
            Assert.Equal(0, await before.StopAsync());
        }

        var whole = await File.ReadAllBytesAsync(folder.Database);
        await File.WriteAllBytesAsync(folder.Database, RandomNumberGenerator.GetBytes(whole.Length));
        await using var weir = await StartAsync();

        await AskAsync(weir, 7, answered);
        await ExpectUnavailableAsync(weir);
        // Killed and started again, it is where it was.
        await weir.KillAsync();
        await using var again = await StartAsync();
        await AskAsync(again, 3, answered);
        await ExpectUnavailableAsync(again);

        await File.WriteAllBytesAsync(folder.Database, whole);

        await again.UntilAsync(async () => await HealthAsync(again) is ("ok", null), "take the ledger up");
        Assert.Equal(answered, await StoredAsync(again));
        Assert.Equal(15, await CountedAsync(again));
        Assert.Equal(0, await again.StopAsync());
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
    }

    [Fact]
    public async Task A_torn_first_page_is_brought_back_from_a_backup_with_all_that_was_answered_since()
    {
        HashSet<string> answered = [];
        await using (var before = await StartAsync())
        {
            await AskAsync(before, 4, answered);
            Assert.Equal(0, (await folder.RunAsync("backup", "-o", folder.At("one.weirbackup"))).ExitCode);
            await AskAsync(before, 4, answered);
            Assert.Equal(0, await before.StopAsync());
        }

        await using (var file = new FileStream(folder.Database, FileMode.Open, FileAccess.Write))
        {
            await file.WriteAsync(new byte[4096]);
        }

        await using (var weir = await StartAsync())
        {
            await AskAsync(weir, 6, answered);
            await ExpectUnavailableAsync(weir);
            Assert.Equal(0, await weir.StopAsync());
        }

        var restored = await folder.RunAsync("restore", folder.At("one.weirbackup"), "--to", "now");
        Assert.True(restored.ExitCode == 0, restored.ToString());
        await using var mended = await StartAsync();

        Assert.Equal(("ok", null), await HealthAsync(mended));
        Assert.Equal(answered, await StoredAsync(mended));
    }

    [Fact]
    public async Task A_newer_schema_is_a_refusal_still()
    {
        await folder.FillAsync(days: 1);
        folder.Execute(
            "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, 'later', 'x', '2030-01-01T00:00:00Z')"
        );

        var start = await folder.RunAsync("serve", "--urls", "http://127.0.0.1:0");

        Assert.Equal(2, start.ExitCode);
        Assert.Contains("use the newer version", start.Errors, StringComparison.Ordinal);
    }

    private Task<WeirProcess> StartAsync() => WeirProcess.StartAsync(folder.Data, Configuration);

    private static async Task AskAsync(WeirProcess weir, int count, HashSet<string> answered)
    {
        for (var i = 0; i < count; i++)
        {
            using var answer = await weir.PostAsync(
                "/v1/messages",
                """{"model":"sim-small","max_tokens":16,"messages":[{"role":"user","content":"Hello."}]}"""
            );
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            await answer.Content.ReadAsByteArrayAsync();
            answered.Add(answer.Headers.GetValues("x-weir-request-id").Single());
        }
    }

    private async Task ExpectUnavailableAsync(WeirProcess weir)
    {
        var (health, reason) = await HealthAsync(weir);
        Assert.Equal("degraded", health);
        Assert.Contains(Word, reason!, StringComparison.Ordinal);
        Assert.Contains("ledger.db", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Data, reason, StringComparison.Ordinal);
        foreach (
            var path in (string[])
                [
                    "/api/v1/usage/summary",
                    "/api/v1/usage/series?from=1d",
                    "/api/v1/usage/requests",
                    "/api/v1/usage/top?by=model",
                    "/api/v1/sessions",
                    "/api/v1/system/audit",
                    "/api/v1/usage/export?format=csv",
                    "/api/v1/limits",
                    "/api/v1/blocks",
                    "/live",
                ]
        )
        {
            var (status, text) = await TryAsync(weir, path);
            Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{path}: {(int)status} {text}");
            Assert.Equal(reason, Detail(text));
        }

        var (_, graph) = await TryAsync(
            weir,
            "/graphql?query=" + Uri.EscapeDataString("{ health total { requests } }")
        );
        Assert.Contains(Word, graph, StringComparison.Ordinal);
        Assert.Contains("\"health\":\"degraded\"", graph, StringComparison.Ordinal);
        var ledger = (await weir.GetAsync("/api/v1/system/status")).GetProperty("ledger");
        Assert.Equal(reason, ledger.Text("unavailable"));
        var usage = await folder.RunAsync("usage");
        Assert.Equal(1, usage.ExitCode);
        Assert.Contains(reason!, usage.Errors, StringComparison.Ordinal);
        var doctor = await folder.RunAsync("doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains(reason!, doctor.Output + doctor.Errors, StringComparison.Ordinal);
        var check = await folder.RunAsync("doctor", "--ledger");
        Assert.Equal(1, check.ExitCode);
    }

    private static async Task<(string? Status, string? Reason)> HealthAsync(WeirProcess weir)
    {
        var health = await weir.GetAsync("/health");
        return (health.Text("status"), health.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
    }

    private static async Task<(HttpStatusCode Status, string Text)> TryAsync(WeirProcess weir, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + weir.AdminKey);
        request.Headers.TryAddWithoutValidation(
            "Accept",
            path.EndsWith("live", StringComparison.Ordinal) ? "text/event-stream" : "application/json"
        );
        using var answer = await weir.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string? Detail(string problem)
    {
        using var document = JsonDocument.Parse(problem);
        return document.RootElement.GetProperty("detail").GetString();
    }

    private static async Task<HashSet<string>> StoredAsync(WeirProcess weir)
    {
        var records = await LedgerPages.ReadAsync(weir);
        HashSet<string> ids = [.. records.Select(record => record.Id)];
        Assert.Equal(records.Count, ids.Count);
        return ids;
    }

    /// <summary>What the limit has counted: requests of before, of meanwhile and of a killed server's, each once.</summary>
    private static async Task<long> CountedAsync(WeirProcess weir)
    {
        var limits = await weir.GetAsync("/api/v1/budgets");
        return limits.Items("limits").Single().Items("counters").Single().GetProperty("used").GetInt64();
    }
}
