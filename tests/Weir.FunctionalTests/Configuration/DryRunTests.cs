using System.Globalization;
using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>A text of the configuration tried on what a running server has recorded.</summary>
public sealed class DryRunTests : IAsyncLifetime
{
    private const int Asked = 4;

    private const string InForce = """
        version: 1
        providers:
          - { name: dear, kind: simulator, models: ["m-dear"] }
          - { name: cheap, kind: simulator, models: ["m-cheap"] }
        prices:
          - { model: m-dear, input: 10, output: 10, cacheRead: 10, cacheWrite5m: 10, cacheWrite1h: 10 }
          - { model: m-cheap, input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 }

        """;

    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(folder.At("data"), InForce);
        for (var i = 0; i < Asked; i++)
        {
            await AskAsync(weir.AdminKey);
        }

        await weir.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_says_where_requests_would_have_gone_and_what_they_would_have_cost_there()
    {
        var etag = (await weir.GetAsync("/api/v1/config")).GetProperty("etag").GetString();
        var cost = Usd((await weir.GetAsync("/api/v1/usage/summary?from=1d")).GetProperty("total"), "costUsd");
        Assert.True(cost > 0, "the records have a cost");

        var moved = await TryAsync(
            InForce
                + "routes: [{ name: spare, match: { model: m-dear }, targets: [{ provider: cheap, model: m-cheap }] }]\n"
        );

        Assert.Equal((Asked, 0, Asked, 0, 0), Counts(moved));
        Assert.Equal(cost, Usd(moved.GetProperty("cost"), "beforeUsd"));
        Assert.Equal(cost / 10, Usd(moved.GetProperty("cost"), "afterUsd"));
        var row = Assert.Single(moved.GetProperty("rows").EnumerateArray());
        Assert.Equal("m-dear", row.GetProperty("model").GetString());
        Assert.Equal("dear", row.GetProperty("went").GetProperty("provider").GetString());
        Assert.Equal("dear", row.GetProperty("goes").GetProperty("provider").GetString());
        var goal = row.GetProperty("wouldGo");
        Assert.Equal(
            ("cheap", "m-cheap", "spare"),
            (
                goal.GetProperty("provider").GetString(),
                goal.GetProperty("model").GetString(),
                goal.GetProperty("route").GetString()
            )
        );

        // The same text is the same, at another price it costs that.
        var same = await TryAsync(InForce);
        Assert.Equal((Asked, Asked, 0, 0, 0), Counts(same));
        Assert.Equal(cost, Usd(same.GetProperty("cost"), "afterUsd"));
        var priced = await TryAsync(InForce.Replace("10", "20", StringComparison.Ordinal));
        Assert.Equal((Asked, Asked, 0, 0, 0), Counts(priced));
        Assert.Equal(2 * cost, Usd(priced.GetProperty("cost"), "afterUsd"));
        var unpriced = await TryAsync(InForce[..InForce.IndexOf("prices:", StringComparison.Ordinal)]);
        Assert.Equal(Asked, unpriced.GetProperty("cost").GetProperty("unpricedAfter").GetInt64());
        Assert.Equal(0, unpriced.GetProperty("cost").GetProperty("compared").GetInt64());

        // Nothing of it was taken.
        Assert.Equal(etag, (await weir.GetAsync("/api/v1/config")).GetProperty("etag").GetString());
        Assert.Equal(InForce, await File.ReadAllTextAsync(folder.At("data.yaml")));
    }

    [Theory]
    [InlineData("thinking: true", "thinking")]
    [InlineData("image: true", "image")]
    [InlineData("tool: Bash", "tool")]
    [InlineData("webSearch: true", "webSearch")]
    [InlineData("tokensAbove: 100000", "tokensAbove")]
    [InlineData("header: { x-tier: gold }", "header x-tier")]
    public async Task What_a_record_does_not_tell_is_left_open(string condition, string name)
    {
        var result = await TryAsync(Routed(condition));

        Assert.Equal((Asked, 0, 0, 0, Asked), Counts(result));
        Assert.Equal(Asked, result.GetProperty("openBy").GetProperty(name).GetInt64());
        Assert.Equal(0, result.GetProperty("cost").GetProperty("compared").GetInt64());
        Assert.Equal(
            [name],
            result.GetProperty("rows")[0].GetProperty("open").EnumerateArray().Select(word => word.GetString())
        );
    }

    [Theory]
    // No such key, and no such client, asked: that is in the records.
    [InlineData("key: nobody")]
    [InlineData("client: claude-code, thinking: true")]
    [InlineData("background: true")]
    public async Task What_a_record_tells_is_not(string condition) =>
        Assert.Equal((Asked, Asked, 0, 0, 0), Counts(await TryAsync(Routed(condition))));

    [Fact]
    public async Task An_open_condition_that_leads_nowhere_else_leaves_nothing_open()
    {
        var result = await TryAsync(
            InForce + "routes: [{ name: here, match: { thinking: true }, targets: [{ provider: dear }] }]\n"
        );

        Assert.Equal((Asked, Asked, 0, 0, 0), Counts(result));
    }

    [Fact]
    public async Task A_latency_that_was_measured_then_is_not_guessed_now()
    {
        var result = await TryAsync(
            InForce
                + "routes: [{ name: fast, targets: [{ provider: dear }, { provider: cheap, model: m-cheap }], strategy: latency, affinity: none }]\n"
        );

        Assert.Equal(Asked, result.GetProperty("openBy").GetProperty("latency").GetInt64());

        // By cost there is no doubt: one of them costs a tenth, whatever is asked.
        result = await TryAsync(
            InForce
                + "routes: [{ name: spare, targets: [{ provider: dear }, { provider: cheap, model: m-cheap }], strategy: cost, affinity: none }]\n"
        );
        // Nobody pays a simulator: both cost nothing, and the first that is written stays.
        Assert.Equal((Asked, Asked, 0, 0, 0), Counts(result));
    }

    [Fact]
    public async Task Requests_that_nobody_would_serve_are_refused_and_cost_nothing()
    {
        var result = await TryAsync(InForce.Replace("[\"m-dear\"]", "[\"m-other\"]", StringComparison.Ordinal));

        Assert.Equal((Asked, 0, 0, Asked, 0), Counts(result));
        Assert.Equal(0, Usd(result.GetProperty("cost"), "afterUsd"));
        var row = Assert.Single(result.GetProperty("rows").EnumerateArray());
        Assert.Equal(404, row.GetProperty("refusal").GetProperty("status").GetInt32());
        Assert.Contains(
            "m-dear",
            row.GetProperty("refusal").GetProperty("reason").GetString()!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Budgets_and_limits_are_held_to_the_records_in_their_order()
    {
        var total = (await weir.GetAsync("/api/v1/usage/summary?from=1d")).GetProperty("total");
        var half = (Usd(total, "costUsd") / 2).ToString(CultureInfo.InvariantCulture);
        var result = await TryAsync(
            InForce
                + $$"""
                budgets:
                  - { name: half, limitUsd: {{half}}, window: 24h, counts: list }
                  - { name: ample, limitUsd: 1000, window: month, counts: list }
                limits:
                  - { name: few, requestsPerDay: 3, requestsPerHour: 100 }

                """
        );

        var rules = result.GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal(
            [
                "budget half cost 24h 2",
                "budget ample cost month 0",
                "limit few requests 24h 0",
                "limit few requests 1h 0",
            ],
            rules
                .OrderBy(rule => rule.GetProperty("kind").GetString(), StringComparer.Ordinal)
                .ThenByDescending(rule => rule.GetProperty("name").GetString(), StringComparer.Ordinal)
                .ThenByDescending(rule => rule.GetProperty("window").GetString(), StringComparer.Ordinal)
                .Select(Line)
        );
        var first = rules.Single(rule => rule.GetProperty("name").GetString() == "half");
        Assert.Equal(Usd(total, "costUsd") / 2, Usd(first, "refusedUsd"));
        Assert.NotEqual(JsonValueKind.Null, first.GetProperty("firstAt").ValueKind);

        // What is refused counts nothing: the third request comes before the limit.
        result = await TryAsync(InForce + "limits: [{ name: few, scope: { key: \"*\" }, requestsPerDay: 3 }]\n");
        var few = Assert.Single(result.GetProperty("rules").EnumerateArray());
        Assert.Equal("limit few requests 24h 1", Line(few));
        Assert.Equal("key admin", few.GetProperty("firstScope").GetString());

        // What was spent before the span counts: of the hundredth of a second before now nothing is left to replay.
        var nothing = await TryAsync(InForce, "1ms");
        Assert.Equal(0, nothing.GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task A_downgrade_is_asked_of_the_other_model()
    {
        var total = (await weir.GetAsync("/api/v1/usage/summary?from=1d")).GetProperty("total");
        var half = (Usd(total, "costUsd") / 2).ToString(CultureInfo.InvariantCulture);
        var result = await TryAsync(
            InForce
                + $"budgets: [{{ name: half, limitUsd: {half}, window: 24h, counts: list, onExceed: downgrade, downgradeTo: m-cheap }}]\n"
        );

        var rule = Assert.Single(result.GetProperty("rules").EnumerateArray());
        Assert.Equal(2, rule.GetProperty("downgraded").GetInt64());
        Assert.Equal(0, rule.GetProperty("refused").GetInt64());
    }

    [Fact]
    public async Task Another_workspaces_requests_are_never_counted()
    {
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        var key = Texts(made.Json())
            .Single(text => text.StartsWith("wk_", StringComparison.Ordinal) && text.Length == 41);
        const string Own =
            "version: 1\nproviders: [{ name: own, kind: simulator }]\nbudgets: [{ name: all, limitUsd: 0, counts: list }]\n";

        var theirs = (await SendAsync(Own, null, key)).Json;

        Assert.Equal((0, 0, 0, 0, 0), Counts(theirs));
        Assert.Empty(theirs.GetProperty("rows").EnumerateArray());
        Assert.Equal(0, theirs.GetProperty("rules")[0].GetProperty("refused").GetInt64());
        Assert.Equal("none", (await GetAsync(key)).GetProperty("etag").GetString());
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"text":"version: 1","span":"8d"}""", 400)]
    [InlineData("""{"text":"version: 1","span":"0s"}""", 400)]
    [InlineData("""{"text":"version: 1","span":"-1h"}""", 400)]
    [InlineData("""{"text":"version: 1","span":"yesterday"}""", 400)]
    [InlineData("""{"text":"version: 1","etag":"x"}""", 400)]
    [InlineData("""{"text":""}""", 422)]
    [InlineData("""{"text":"\u0000"}""", 422)]
    [InlineData("""{"text":"version: 2"}""", 422)]
    [InlineData("""{"text":"version: 1\nx: &a [*a, *a]"}""", 422)]
    [InlineData("""{"text":"version: 1\nproviders: [{ name: p, kind: anthropic, apiKey: ${HOME} }]"}""", 422)]
    [InlineData("""{"text":"version: 1\nproviders: [{ name: p, kind: anthropic, apiKey: \"secret:none\" }]"}""", 422)]
    [InlineData("""{"text":"version: 1\nproviders: [{ name: p, kind: anthropic, apiKey: \"********\" }]"}""", 422)]
    public async Task What_put_would_refuse_is_refused(string body, int status) =>
        (await PostAsync(body, weir.AdminKey)).Problem(status);

    [Fact]
    public async Task Large_and_deep_texts_are_refused()
    {
        (await SendAsync("version: 1\n#" + new string('x', 1_048_577), null, weir.AdminKey)).Problem(422);
        (await SendAsync("version: 1\nx: " + new string('[', 10_000), null, weir.AdminKey)).Problem(422);
    }

    [Fact]
    public async Task The_command_line_says_it_for_people_and_for_programs()
    {
        var file = folder.At("tried.yaml");
        await File.WriteAllTextAsync(
            file,
            Routed("model: m-dear") + "budgets: [{ name: none, limitUsd: 0, counts: list }]\n"
        );

        var told = await weir.CommandAsync("config", "dry-run", file, "--since", "1h");

        Assert.True(told.ExitCode == 0, told.Errors);
        Assert.Matches("(?m)^moved +4$", told.Output);
        Assert.Matches("(?m)^budget none +cost +month +4 ", told.Output);
        Assert.Matches("(?m)^ *4 +m-dear +admin .*dear m-dear +cheap m-cheap", told.Output);
        var json = await weir.CommandAsync("config", "dry-run", file, "--json");
        Assert.Equal(Asked, json.Json().GetProperty("moved").GetInt64());
        await File.WriteAllTextAsync(file, "version: 3\n");
        var faulty = await weir.CommandAsync("config", "dry-run", file);
        Assert.Equal(2, faulty.ExitCode);
        Assert.Contains("version", faulty.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await weir.CommandAsync("config", "dry-run", folder.At("nowhere.yaml"))).ExitCode);
    }

    private static string Routed(string condition) =>
        InForce
        + $"routes: [{{ name: away, match: {{ {condition} }}, targets: [{{ provider: cheap, model: m-cheap }}] }}]\n";

    private static (long, long, long, long, long) Counts(JsonElement result) =>
        (
            result.GetProperty("requests").GetInt64(),
            result.GetProperty("same").GetInt64(),
            result.GetProperty("moved").GetInt64(),
            result.GetProperty("refused").GetInt64(),
            result.GetProperty("open").GetInt64()
        );

    private static string Line(JsonElement rule) =>
        string.Join(
            ' ',
            rule.GetProperty("kind").GetString(),
            rule.GetProperty("name").GetString(),
            rule.GetProperty("counts").GetString(),
            rule.GetProperty("window").GetString(),
            rule.GetProperty("refused").GetInt64()
        );

    private static decimal Usd(JsonElement at, string name) =>
        decimal.Parse(at.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private async Task AskAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/messages", UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"m-dear","max_tokens":16,"messages":[{"role":"user","content":"how high is the water?"}]}""",
                null,
                "application/json"
            ),
        };
        request.Headers.Add("x-api-key", key);
        using var answer = await weir.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> TryAsync(string text, string? span = null)
    {
        var answer = await SendAsync(text, span, weir.AdminKey);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }

    private Task<ApiAnswer> SendAsync(string text, string? span, string key) =>
        PostAsync(JsonSerializer.Serialize(new { text, span }), key);

    private async Task<JsonElement> GetAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/config", UriKind.Relative));
        request.Headers.Add("x-api-key", key);
        using var answer = await weir.SendAsync(request);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    private async Task<ApiAnswer> PostAsync(string json, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/config/dry-run", UriKind.Relative))
        {
            Content = new StringContent(json, null, "application/json"),
        };
        request.Headers.Add("x-api-key", key);
        using var answer = await weir.SendAsync(request);
        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            new Dictionary<string, string>()
        );
    }

    private static IEnumerable<string> Texts(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().SelectMany(property => Texts(property.Value)),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
            JsonValueKind.String => [json.GetString()!],
            _ => [],
        };
}
