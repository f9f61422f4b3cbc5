using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>What is to happen at once: by the command line, on the wire, over a crash, and in the workspaces that it is for.</summary>
public sealed class OverridesTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream first = Vendor("msg_first");
    private readonly FakeUpstream second = Vendor("msg_second");
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() => weir = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_provider_that_is_switched_off_is_sent_nothing_until_it_is_switched_on()
    {
        await ServesAsync("msg_first");

        await RunAsync("overrides", "provider-off", "FIRST", "--reason", "incident 7");

        await ServesAsync("msg_second");
        var (status, body) = await AskAsync("only-first");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        Assert.Contains("Route pinned sends this request to first", body, StringComparison.Ordinal);
        (status, body) = await AskAsync("listed-by-first");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("Provider first is switched off.", body, StringComparison.Ordinal);
        (status, body) = await AskAsync("first/whatever");
        Assert.True(status == HttpStatusCode.ServiceUnavailable, body);
        using (var passed = await weir.PostAsync("/p/first/v1/messages", Body("claude-sonnet-4-5")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, passed.StatusCode);
        }

        var asked = first.Requests.Count;
        await weir.KillAsync();
        await weir.DisposeAsync();
        weir = await StartAsync();
        await ServesAsync("msg_second");
        Assert.Equal(asked, first.Requests.Count);

        var listed = (await RunAsync("overrides", "list", "--json")).Json().GetProperty("overrides")[0];
        Assert.Equal("provider-off", listed.GetProperty("kind").GetString());
        Assert.Equal("first", listed.GetProperty("subject").GetString());
        Assert.Equal("incident 7", listed.GetProperty("reason").GetString());
        var shown = await RunAsync("overrides", "list");
        Assert.Contains("first is switched off", shown.Output, StringComparison.Ordinal);
        Assert.Contains("switched off", (await RunAsync("providers")).Output, StringComparison.Ordinal);
        var explained = (
            await RunAsync("route", "explain", "--model", "claude-sonnet-4-5", "--dialect", "anthropic", "--json")
        ).Json();
        Assert.Equal(
            ["first: passed-over Provider first is switched off.", "second: relayed "],
            explained
                .GetProperty("targets")
                .EnumerateArray()
                .Select(target =>
                    $"{target.GetProperty("provider")}: {target.GetProperty("handling")} {target.GetProperty("reason")}"
                )
                .Order()
        );

        await RunAsync("overrides", "provider-on", "first");
        await ServesAsync("msg_first");
        Assert.Equal(3, (await weir.CommandAsync("overrides", "provider-on", "first")).ExitCode);
        Assert.Equal(3, (await weir.CommandAsync("overrides", "provider-off", "nobody")).ExitCode);
    }

    [Fact]
    public async Task Spending_that_is_stopped_stays_stopped_over_a_crash_until_it_goes_on()
    {
        await ServesAsync("msg_first");

        await RunAsync("overrides", "stop-spending", "--reason", "a key leaked");

        await StoppedAsync("Spending is stopped: a key leaked. Who may set budgets lets it go on.");
        using (var chat = await weir.PostAsync("/v1/chat/completions", Body("claude-sonnet-4-5")))
        {
            Assert.Contains(
                "insufficient_quota",
                await chat.Content.ReadAsStringAsync(Cancel),
                StringComparison.Ordinal
            );
        }

        using (var passed = await weir.PostAsync("/p/first/v1/files", "{}"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, passed.StatusCode);
        }

        var explained = await weir.CommandAsync(
            "route",
            "explain",
            "--model",
            "claude-sonnet-4-5",
            "--dialect",
            "anthropic",
            "--json"
        );
        Assert.Equal(429, explained.Json().GetProperty("refusal").GetProperty("status").GetInt32());
        await weir.KillAsync();
        await weir.DisposeAsync();
        weir = await StartAsync();
        await StoppedAsync("a key leaked");
        Assert.Single(first.Requests);
        // What costs nothing goes on.
        Assert.NotEmpty((await weir.GetAsync("/v1/models")).GetProperty("data").EnumerateArray());

        await RunAsync("overrides", "resume-spending");
        await ServesAsync("msg_first");
        var trail = (await RunAsync("audit", "list", "--json")).Output;
        Assert.Contains("spending.stop", trail, StringComparison.Ordinal);
        Assert.Contains("spending.resume", trail, StringComparison.Ordinal);
        var told = (await RunAsync("activity", "--json")).Output;
        Assert.Contains("override.set", told, StringComparison.Ordinal);
        Assert.Contains("override.ended", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_by_itself_when_its_time_is_over()
    {
        await RunAsync("overrides", "stop-spending", "--for", "2s");
        await StoppedAsync("Spending is stopped. Who");

        await weir.UntilAsync(async () => (await AskAsync()).Status == HttpStatusCode.OK, "let spending go on");

        Assert.Empty((await RunAsync("overrides", "list", "--json")).Json().GetProperty("overrides").EnumerateArray());
    }

    [Fact]
    public async Task A_route_that_is_moved_goes_to_its_new_target_first_and_back()
    {
        var refused = await weir.CommandAsync("overrides", "move-route", "coding", "--to", "nobody");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is none of this workspace's providers", refused.Errors, StringComparison.Ordinal);

        await RunAsync("overrides", "move-route", "coding", "--to", "second", "--model", "claude-haiku-4-5");

        await ServesAsync("msg_second");
        Assert.Contains("claude-haiku-4-5", second.Requests[^1].BodyText, StringComparison.Ordinal);
        var routes = (await weir.GetAsync("/api/v1/routes")).GetProperty("routes");
        Assert.Equal(
            "coding moved: second/claude-haiku-4-5, first/, second/",
            $"{routes[0].GetProperty("name")} {(routes[0].GetProperty("moved").GetBoolean() ? "moved" : "as written")}: "
                + string.Join(
                    ", ",
                    routes[0]
                        .GetProperty("targets")
                        .EnumerateArray()
                        .Select(target => $"{target.GetProperty("provider")}/{target.GetProperty("model")}")
                )
        );

        // One of its own targets, as it is written.
        await RunAsync("overrides", "move-route", "coding", "--to", "second");
        await ServesAsync("msg_second");
        Assert.Contains("claude-sonnet-4-5", second.Requests[^1].BodyText, StringComparison.Ordinal);
        await RunAsync("overrides", "move-route-back", "coding");
        await ServesAsync("msg_first");
    }

    [Fact]
    public async Task Each_workspace_stops_itself_and_the_server_all()
    {
        var made = await RunAsync("workspaces", "create", "acme", "--json");
        var key = made.Json().GetProperty("adminKey").GetProperty("key").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("shared-model", key)).Status);

        await RunAsync("overrides", "stop-spending", "--key", key);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync("shared-model", key)).Status);
        await ServesAsync("msg_first");
        Assert.Empty((await RunAsync("overrides", "list", "--json")).Json().GetProperty("overrides").EnumerateArray());
        await RunAsync("overrides", "resume-spending", "--key", key);

        await RunAsync("overrides", "provider-off", "second");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync("shared-model", key)).Status);
        var seen = (await RunAsync("overrides", "list", "--json", "--key", key)).Json().GetProperty("overrides")[0];
        Assert.False(seen.GetProperty("own").GetBoolean());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("by").ValueKind);
        Assert.Equal(3, (await weir.CommandAsync("overrides", "provider-on", "second", "--key", key)).ExitCode);
        await RunAsync("overrides", "provider-on", "second");

        var refused = await weir.CommandAsync("overrides", "stop-spending", "--everywhere", "--key", key);
        Assert.Equal(4, refused.ExitCode);
        await RunAsync("overrides", "stop-spending", "--everywhere");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync("shared-model", key)).Status);
        await StoppedAsync("Spending is stopped");
        Assert.Equal(3, (await weir.CommandAsync("overrides", "resume-spending", "--key", key)).ExitCode);
        await RunAsync("overrides", "resume-spending");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("shared-model", key)).Status);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static FakeUpstream Vendor(string id) =>
        new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(
                new VendorCompletion
                {
                    Id = id,
                    Model = "claude-sonnet-4-5",
                    Usage = new TokenUsage { Input = 100, Output = 40 },
                }
            )
        );

    private static string Body(string model) =>
        $$"""{"model":"{{model}}","max_tokens":40,"messages":[{"role":"user","content":"hello"}]}""";

    private Task<WeirProcess> StartAsync() =>
        WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            server: { network: { allow: ["127.0.0.1"] } }
            providers:
              - { name: first, kind: anthropic, baseUrl: "{{first.BaseUrl}}", apiKey: sk-1, models: [listed-by-first], passThrough: ["POST /v1/files", "POST /v1/messages"] }
              - { name: second, kind: anthropic, baseUrl: "{{second.BaseUrl}}", apiKey: sk-2, models: [shared-model], share: true }
            routes:
              - { name: coding, match: { model: "claude-*" }, targets: [first, second] }
              - { name: pinned, match: { model: only-first }, targets: [first] }

            """
        );

    private async Task<ProgramResult> RunAsync(params string[] arguments)
    {
        var run = await weir.CommandAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Errors}");
        return run;
    }

    private async Task ServesAsync(string id)
    {
        var (status, body) = await AskAsync();
        Assert.True(status == HttpStatusCode.OK && body.Contains(id, StringComparison.Ordinal), $"{status} {body}");
    }

    private async Task StoppedAsync(string words)
    {
        using var answer = await weir.PostAsync("/v1/messages", Body("claude-sonnet-4-5"));
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        Assert.Contains("billing_error", body, StringComparison.Ordinal);
        Assert.Contains(words, body, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(
        string model = "claude-sonnet-4-5",
        string? key = null
    )
    {
        using var answer = await weir.PostAsync("/v1/messages", Body(model), key);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
