using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>A budget from the document to the refusal, the grant, and the time after a crash, by the command line and the wire alone.</summary>
public sealed class BudgetsTests : IAsyncLifetime
{
    private const string Ask =
        """{"model":"claude-sonnet-4-5","max_tokens":40,"messages":[{"role":"user","content":"hello"}]}""";

    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream vendor = new FakeUpstream().On(
        "/v1/messages",
        AnthropicAnswers.Message(
            new VendorCompletion
            {
                Id = "msg_1",
                Model = "claude-sonnet-4-5",
                Usage = new TokenUsage { Input = 100, Output = 40 },
            }
        )
    );

    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() => weir = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_refuses_takes_a_grant_and_outlives_a_crash()
    {
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Status);
        var (status, body) = await AskAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("billing_error", body, StringComparison.Ordinal);
        Assert.Contains("asks for an approval", body, StringComparison.Ordinal);

        var missing = await weir.CommandAsync("budgets", "grant", "each", "--usd", "1", "--for", "2h");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("key", missing.Errors, StringComparison.Ordinal);
        var unknown = await weir.CommandAsync("budgets", "grant", "none", "--usd", "1");
        Assert.Contains("There is no budget of that name", unknown.Errors, StringComparison.Ordinal);
        var given = await weir.CommandAsync(
            "budgets",
            "grant",
            "each",
            "--usd",
            "0.001",
            "--for",
            "2h",
            "--scope",
            "key=admin",
            "--reason",
            "release",
            "--json"
        );
        Assert.True(given.ExitCode == 0, given.Errors);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Status);

        await weir.KillAsync();
        await weir.DisposeAsync();
        weir = await StartAsync();

        var counter = (await ListAsync()).GetProperty("budgets")[0].GetProperty("counters")[0];
        Assert.Equal("admin", counter.GetProperty("scope").GetProperty("key").GetString());
        Assert.Equal(
            ("0.0018", "0.001", "0"),
            (
                counter.GetProperty("spentUsd").GetString(),
                counter.GetProperty("grantedUsd").GetString(),
                counter.GetProperty("atRiskUsd").GetString()
            )
        );
        Assert.Equal("release", counter.GetProperty("grants")[0].GetProperty("reason").GetString());
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync()).Status);

        var ended = await weir.CommandAsync("budgets", "end", "each", given.Json().GetProperty("id").GetString()!);
        Assert.True(ended.ExitCode == 0, ended.Errors);
        counter = (await ListAsync()).GetProperty("budgets")[0].GetProperty("counters")[0];
        Assert.Equal("0", counter.GetProperty("grantedUsd").GetString());
        var shown = await weir.CommandAsync("budgets", "list");
        Assert.Contains("key admin", shown.Output, StringComparison.Ordinal);
        var trail = (await weir.CommandAsync("audit", "list", "--json")).Output;
        Assert.Contains("budget.grant", trail, StringComparison.Ordinal);
        Assert.Contains("budget.grant-end", trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_stand_the_same_without_a_server()
    {
        await AskAsync();
        var running = (await ListAsync())
            .GetProperty("budgets")[0]
            .GetProperty("counters")[0]
            .GetProperty("spentUsd")
            .GetString();
        await weir.StopAsync();
        // Where a command finds it without being told.
        File.Copy(folder.At("data.yaml"), folder.At("data/weir.yaml"));

        var local = await weir.CommandAsync("budgets", "list", "--json");

        Assert.True(local.ExitCode == 0, local.Errors);
        Assert.Equal(
            running,
            local.Json().GetProperty("budgets")[0].GetProperty("counters")[0].GetProperty("spentUsd").GetString()
        );
    }

    [Fact]
    public async Task Another_workspace_sees_its_own_counter_of_the_servers_budgets_alone()
    {
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        var key = made.Json().GetProperty("adminKey").GetProperty("key").GetString()!;
        await AskAsync();

        var seen = await weir.CommandAsync("budgets", "list", "--json", "--key", key);

        Assert.True(seen.ExitCode == 0, seen.Errors);
        var budget = Assert.Single(seen.Json().GetProperty("budgets").EnumerateArray());
        Assert.Equal("tenants", budget.GetProperty("name").GetString());
        Assert.Equal(0, budget.GetProperty("counters").GetArrayLength());
        var refused = await weir.CommandAsync(
            "budgets",
            "grant",
            "tenants",
            "--usd",
            "1",
            "--scope",
            "workspace=acme",
            "--key",
            key
        );
        Assert.Contains("There is no budget of that name", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_set_holds_for_the_next_request_and_the_document_keeps_its_words()
    {
        var before = await File.ReadAllTextAsync(folder.At("data.yaml"), TestContext.Current.CancellationToken);
        var trial = await weir.CommandAsync(
            "budgets",
            "set",
            "tight",
            "--amount",
            "0",
            "--scope",
            "key=admin",
            "--dry-run"
        );
        Assert.True(trial.ExitCode == 0, trial.Errors);
        Assert.Contains(
            "+  - { name: tight, scope: { key: admin }, limitUsd: 0 }\n",
            trial.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("nothing was changed", trial.Errors, StringComparison.Ordinal);
        Assert.Equal(
            before,
            await File.ReadAllTextAsync(folder.At("data.yaml"), TestContext.Current.CancellationToken)
        );

        var made = await weir.CommandAsync(
            "budgets",
            "set",
            "tight",
            "--amount",
            "0",
            "--scope",
            "key=admin",
            "--json"
        );
        Assert.Equal("added", made.Json().GetProperty("outcome").GetString());
        var (status, body) = await AskAsync();
        Assert.True(status == HttpStatusCode.TooManyRequests && body.Contains("tight", StringComparison.Ordinal), body);

        var wider = await weir.CommandAsync(
            "budgets",
            "set",
            "tight",
            "--amount",
            "1",
            "--per",
            "24h",
            "--stage",
            "80=warn"
        );
        Assert.True(wider.ExitCode == 0, wider.Errors);
        Assert.Contains("\"tight\" is changed: version ", wider.Errors, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Status);
        Assert.Equal(
            before
                + "  - { name: tight, scope: { key: admin }, limitUsd: 1, window: 24h, stages: [{ at: 80, do: warn }] }\n",
            await File.ReadAllTextAsync(folder.At("data.yaml"), TestContext.Current.CancellationToken)
        );

        var wrong = await weir.CommandAsync("budgets", "set", "tight", "--per", "year", "--stage", "80=explode");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("weir: --per: unknown window \"year\"", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("weir: --stage: unknown do \"explode\"", wrong.Errors, StringComparison.Ordinal);
        var nothing = await weir.CommandAsync("budgets", "set", "other");
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("weir: --amount: is missing", nothing.Errors, StringComparison.Ordinal);

        Assert.Equal(0, (await weir.CommandAsync("budgets", "remove", "tight")).ExitCode);
        Assert.Equal(3, (await weir.CommandAsync("budgets", "remove", "tight")).ExitCode);
        Assert.Equal(
            before,
            await File.ReadAllTextAsync(folder.At("data.yaml"), TestContext.Current.CancellationToken)
        );
        var versions = (await weir.CommandAsync("config", "versions")).Output;
        Assert.Contains("budget tight removed", versions, StringComparison.Ordinal);
    }

    private Task<WeirProcess> StartAsync() =>
        WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            server: { network: { allow: ["127.0.0.1"] } }
            providers:
              - { name: anthropic, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: sk-vendor }
            budgets:
              - { name: each, scope: { key: "*" }, limitUsd: 0.0015, window: day, onExceed: approve }
              - { name: tenants, scope: { workspace: "*" }, limitUsd: 5 }
              - { name: all, limitUsd: 50 }

            """
        );

    private async Task<JsonElement> ListAsync()
    {
        var run = await weir.CommandAsync("budgets", "list", "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Json();
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync()
    {
        using var answer = await weir.PostAsync("/v1/messages", Ask);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
