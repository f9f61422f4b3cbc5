using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>A running Weir between real programs and a vendor that keeps its own account.</summary>
internal sealed class MeteredRun : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private MeteredRun() { }

    public FakeProvider Provider { get; } = new();

    public WeirProcess Weir { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    /// <param name="more">What the configuration holds beside the vendors, of the run's own folder; null for nothing.</param>
    public static async Task<MeteredRun> StartAsync(Func<TemporaryFolder, string>? more = null)
    {
        var run = new MeteredRun();
        run.Weir = await WeirProcess.StartAsync(
            run.folder.At("data"),
            $"{run.Configuration()}\n{more?.Invoke(run.folder)}"
        );
        return run;
    }

    /// <summary>Starts it with a configuration of its own.</summary>
    public static async Task<MeteredRun> StartWithAsync(Func<FakeProvider, string> configuration)
    {
        var run = new MeteredRun();
        run.Weir = await WeirProcess.StartAsync(run.folder.At("data"), configuration(run.Provider));
        return run;
    }

    /// <summary>All three vendors, each with its own key.</summary>
    public string Configuration() =>
        $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {Provider.BaseUrl}
                apiKey: {FakeProvider.ApiKey}
              - name: openai
                kind: openai
                baseUrl: {Provider.OpenAIBaseUrl}
                apiKey: {FakeProvider.ApiKey}
              - name: gemini
                kind: gemini
                baseUrl: {Provider.BaseUrl}
                apiKey: {FakeProvider.ApiKey}
            """;

    /// <summary>A new home and working folder for a program.</summary>
    public string Home(string name) => folder.Make(name);

    /// <summary>Claude Code at this Weir, as its admin, in the home <c>claude</c>.</summary>
    public ClaudeProgram Claude() => new(Weir.BaseUrl, Weir.AdminKey, Home("claude")) { Log = () => Weir.Log };

    /// <summary>Codex at this Weir, as its admin, in the home <c>codex</c>.</summary>
    public CodexProgram Codex() => new(Weir.BaseUrl, Weir.AdminKey, Home("codex")) { Log = () => Weir.Log };

    /// <summary>A script of <c>tests/programs</c> at this Weir, and what it told of each of its calls, in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> ScriptAsync(
        string script,
        params (string Name, string Value)[] variables
    )
    {
        var result = await Programs.NodeAsync(
            script,
            [],
            new Dictionary<string, string>(variables.Select(v => KeyValuePair.Create(v.Name, v.Value)))
            {
                ["HOME"] = Home("sdk"),
                ["WEIR_KEY"] = Weir.AdminKey,
            }
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{Weir.Log}");
        return result.JsonLines();
    }

    /// <summary>
    /// The ledger holds what the vendor charged, request by request and in sum, by the API and by the command line, to
    /// the token and the nano-dollar; and no Weir key has gone upstream.
    /// </summary>
    public async Task<IReadOnlyList<LedgerRecord>> AssertLedgerAgreesAsync(int charges)
    {
        var account = Provider.Charges;
        Assert.Equal(charges, account.Count);
        IReadOnlyList<LedgerRecord> records = [];
        await Weir.UntilAsync(
            async () =>
            {
                records = [.. (await RecordsAsync()).Where(r => r.Counts.Input > 0)];
                return records.Count >= account.Count;
            },
            $"write {account.Count} records ({records.Count} so far)"
        );

        Assert.Equal(
            account.Select(c => (c.Model, LedgerCounts.Of([c]))).OrderBy(c => c.Item2.Input),
            records.Select(r => (r.Model!, r.Counts)).OrderBy(r => r.Counts.Input)
        );
        Assert.Equal(
            account
                .Where(c => c.MessageId is not null && !c.Model.StartsWith("gemini", StringComparison.Ordinal))
                .Select(c => "req_" + c.MessageId)
                .Order(),
            records.Where(r => r.UpstreamId is not (null or "req_embedding")).Select(r => r.UpstreamId!).Order()
        );
        Assert.DoesNotContain(records, r => r.Estimated);

        var sum = LedgerCounts.Of(account);
        var summary = await Weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z&groupBy=model");
        Assert.Equal(sum, LedgerCounts.Read(summary.GetProperty("total")));
        foreach (var model in account.GroupBy(c => c.Model))
        {
            var row = summary.Items("rows").Single(r => r.GetProperty("keys").Text("model") == model.Key);
            Assert.Equal(LedgerCounts.Of([.. model]), LedgerCounts.Read(row));
        }

        var command = await Weir.CommandAsync("usage", "--json");
        Assert.True(command.ExitCode == 0, command.ToString());
        Assert.Equal(sum, LedgerCounts.Read(command.Json().GetProperty("total")));

        Assert.DoesNotContain(
            Provider.Upstream.Requests,
            r => System.Text.Encoding.Latin1.GetString(r.Head.Span).Contains("wk_", StringComparison.Ordinal)
        );
        return records;
    }

    public async Task<IReadOnlyList<LedgerRecord>> RecordsAsync()
    {
        var page = await Weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
        return [.. page.Items("items").Select(LedgerRecord.Read)];
    }

    public async ValueTask DisposeAsync()
    {
        await Weir.DisposeAsync();
        await Provider.DisposeAsync();
        folder.Dispose();
    }
}

internal static class Json
{
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray();

    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
