using System.Globalization;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>
/// A second workspace that was set up by the command line alone, with its own provider, provider key and routes, used by Claude Code: the
/// first one's admin sees nothing of it.
/// </summary>
public sealed class SecondWorkspaceTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeProvider acmes = new();
    private WeirProcess weir = null!;
    private string key = "";

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            """
            version: 1
            server: { network: { allow: ["127.0.0.1"] } }
            providers: [{ name: simulator, kind: simulator }]

            """
        );
        key = (await RunAsync(["workspaces", "create", "acme", "--json"], weir.AdminKey))
            .Json()
            .GetProperty("adminKey")
            .GetProperty("key")
            .GetString()!;
        await RunAsync(["secrets", "set", "vendor", "--origin", acmes.BaseUrl], key, FakeProvider.ApiKey + "\n");
        await PutAsync(limitUsd: "100");
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await acmes.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Claude_Code_works_in_it_and_nobody_else_sees_it()
    {
        var made = (await RunAsync(["keys", "create", "ada-laptop", "--scope", "gateway", "--json"], key)).Json();

        var claude = new ClaudeProgram(weir.BaseUrl, made.GetProperty("key").GetString()!, folder.Make("claude"))
        {
            Log = () => weir.Log,
        };
        var result = await claude.AskAsync($"Please {Prompts.CallTool}.");

        Assert.Equal(Prompts.FinalAnswer, result.Json().Text("result"));
        Assert.Equal(2, acmes.Charges.Count);
        JsonElement sums = default;
        await weir.UntilAsync(
            async () =>
                (sums = (await RunAsync(["usage", "--by", "key,route,provider", "--json"], key)).Json())
                    .GetProperty("total")
                    .GetProperty("requests")
                    .GetInt64() == 2,
            "write both requests"
        );
        var row = Assert.Single(sums.GetProperty("rows").EnumerateArray());
        Assert.Equal(
            ("ada-laptop", "acme-route", "vendor"),
            (Key(row, "key"), Key(row, "route"), Key(row, "provider"))
        );
        Assert.Equal(acmes.Charges.Sum(c => c.Usage.Output), row.GetProperty("outputTokens").GetInt64());

        // The first workspace's admin, who runs the server: the workspace is there, and nothing of what it does.
        foreach (
            var line in new string[][]
            {
                ["usage", "--by", "key,model,session,provider", "--json"],
                ["keys", "list", "--json"],
                ["users", "list", "--json"],
                ["secrets", "list", "--json"],
                ["sessions", "--json"],
                ["config", "show"],
            }
        )
        {
            var seen = (await RunAsync(line, weir.AdminKey)).Output;
            Assert.DoesNotContain("ada-laptop", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("acme", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("vendor", seen, StringComparison.Ordinal);
            Assert.DoesNotContain(result.Json().Text("session_id")!, seen, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Its_own_budget_stops_Claude_Code_before_anything_is_sent()
    {
        await PutAsync(limitUsd: "0.01");
        var made = (await RunAsync(["keys", "create", "ada-laptop", "--scope", "gateway", "--json"], key)).Json();
        var claude = new ClaudeProgram(weir.BaseUrl, made.GetProperty("key").GetString()!, folder.Make("claude"))
        {
            Log = () => weir.Log,
        };

        var refused = await claude.TryAsync("-p", $"Please {Prompts.CallTool}.", "--model", claude.Model);

        // It says what the budget says, and does not try again.
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("budget \"acme-month\"", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Empty(acmes.Charges);
        var asks = new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative));
        asks.Headers.TryAddWithoutValidation("Authorization", "Bearer " + weir.AdminKey);
        using var metrics = await weir.SendAsync(asks);
        Assert.Contains("weir_refusals_total 1\n", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await PutAsync(limitUsd: "100");
        var served = await claude.AskAsync($"Please {Prompts.CallTool}.");
        Assert.Equal(Prompts.FinalAnswer, served.Json().Text("result"));
        var budget = (await RunAsync(["budgets", "list", "--json"], key)).Json().GetProperty("budgets")[0];
        Assert.Equal(
            acmes.Charges.Sum(charge => charge.Cost.ToUsd()),
            decimal.Parse(budget.GetProperty("counters")[0].Text("spentUsd")!, CultureInfo.InvariantCulture)
        );
    }

    private Task<ProgramResult> PutAsync(string limitUsd) =>
        RunAsync(
            ["config", "put", "-"],
            key,
            $$"""
            version: 1
            providers:
              - { name: vendor, kind: anthropic, baseUrl: "{{acmes.BaseUrl}}", apiKey: "secret:vendor" }
            routes:
              - { name: acme-route, match: { model: "claude-*" }, targets: [vendor] }
            budgets:
              - { name: acme-month, limitUsd: {{limitUsd}} }

            """
        );

    private async Task<ProgramResult> RunAsync(string[] line, string with, string input = "")
    {
        var run = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            [.. line, "--server", weir.BaseUrl.ToString(), "--key", with],
            new Dictionary<string, string> { ["HOME"] = folder.Path },
            input: input
        );
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', line)}: {run}");
        return run;
    }

    private static string? Key(JsonElement row, string name) => row.GetProperty("keys").GetProperty(name).GetString();
}
