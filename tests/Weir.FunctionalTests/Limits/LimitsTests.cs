using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Limits;

/// <summary>Limits: what agents' files, status lines and providers' answers tell, at the API and in the terminal.</summary>
public sealed class LimitsTests : IDisposable
{
    private readonly AgentHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Limits_that_were_met_are_learned_and_their_messages_are_told_by_kind_alone()
    {
        for (var day = 1; day <= 4; day++)
        {
            var start = new DateTimeOffset(home.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-day).AddHours(8);
            for (var i = 0; i < 10; i++)
            {
                home.Request(start.AddMinutes(1 + (10 * i)));
            }

            home.Refusal(start.AddMinutes(95), "You've hit your session limit · resets 1pm (UTC) secret-word");
        }

        home.Request(home.Now.AddMinutes(-2)).Write();

        var told = await home.RunAsync(null, "limits", "--json");

        var limit = Assert.Single(told.Json().GetProperty("limits").EnumerateArray());
        Assert.Equal("claude-code five_hour", $"{Text(limit, "client")} {Text(limit, "scope")}");
        var learned = limit.GetProperty("learned");
        Assert.Equal("estimate", Text(learned, "kind"));
        Assert.Equal(4, learned.GetProperty("limitsMet").GetInt32());
        Assert.StartsWith("4 limits met", Text(learned, "evidence"), StringComparison.Ordinal);
        // Ten requests of 1.05 cents each were let in.
        Assert.InRange(decimal.Parse(Text(learned, "medianUsd")!), 0.09m, 0.12m);
        Assert.True(limit.GetProperty("estimated").GetBoolean());
        Assert.Equal("0.0105", Text(limit.GetProperty("running"), "usedUsd"));
        var notice = told.Json().GetProperty("notices")[0];
        Assert.Equal(
            "reached five_hour claude-hit-session",
            $"{Text(notice, "kind")} {Text(notice, "scope")} {Text(notice, "pattern")}"
        );
        Assert.DoesNotContain("secret-word", told.Output, StringComparison.Ordinal);
        Assert.Contains("five_hour", (await home.RunAsync(null, "limits")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_of_a_clock_far_ahead_are_no_words_of_today()
    {
        home.Request(home.Now.AddMinutes(-2))
            .Refusal(home.Now.AddYears(900), "You've hit your session limit · resets 3am")
            .Refusal(home.Now.AddMinutes(-1), "You've hit your session limit · resets 3am (UTC)")
            .Write();

        var told = await home.RunAsync(null, "limits", "--json");

        Assert.Equal(0, told.ExitCode);
        var notice = Assert.Single(told.Json().GetProperty("notices").EnumerateArray());
        Assert.Equal(home.Now.AddMinutes(-1), notice.GetProperty("at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Of_programs_without_number_the_last_ones_limits_are_told()
    {
        await using var weir = await WeirProcess.StartAsync(home.Data);
        var now = home.Now.ToUnixTimeMilliseconds() * 1000;
        var words = Enumerable
            .Range(0, 3000)
            .Select(i =>
                $$"""{"kind":"limit","at":{{now - 3000 + i}},"client":"c{{i}}","limit":2,"scope":"five_hour","usedPercent":5}"""
            );
        using var batch = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/capture/batches", UriKind.Relative));
        batch.Headers.TryAddWithoutValidation("x-weir-key", weir.AdminKey);
        batch.Content = new StringContent(
            string.Join('\n', words.Prepend("""{"kind":"batch","version":1,"id":"b1"}""")) + "\n"
        );
        batch.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await weir.SendAsync(batch);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        JsonElement[] limits = [];
        await weir.UntilAsync(
            async () =>
            {
                limits = [.. (await weir.GetAsync("/api/v1/limits")).GetProperty("limits").EnumerateArray()];
                return limits.Length > 0;
            },
            "tell the programs' limits"
        );

        Assert.Contains(limits, limit => Text(limit, "client") == "c2999");
        Assert.InRange(limits.Length, 1, 100);
    }

    [Fact]
    public async Task A_providers_word_in_an_answers_head_is_told()
    {
        var resets = home.Now.AddHours(2);
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers
                .Message(
                    new VendorCompletion
                    {
                        Id = "msg_1",
                        Model = "claude-sonnet-4-5",
                        Usage = new Foundation.TokenUsage { Input = 1000, Output = 500 },
                    }
                )
                .Header("anthropic-ratelimit-unified-5h-utilization", "0.25")
                .Header("anthropic-ratelimit-unified-5h-reset", $"{resets.ToUnixTimeSeconds()}")
                .Header("anthropic-ratelimit-requests-limit", "50")
                .Header("anthropic-ratelimit-requests-remaining", "49")
        );
        await using var weir = await WeirProcess.StartAsync(
            home.Data,
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {upstream.BaseUrl}
                apiKey: sk-ant-of-the-provider
            """
        );
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-sonnet-4-5","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            headers: [("user-agent", "claude-cli/2.1.197 (external, cli)")]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        JsonElement[] limits = [];
        await weir.UntilAsync(
            async () =>
            {
                limits = [.. (await weir.GetAsync("/api/v1/limits")).GetProperty("limits").EnumerateArray()];
                return limits.Any(limit => Text(limit, "scope") == "requests_per_minute")
                    && limits.Any(limit =>
                        Text(limit, "scope") == "five_hour"
                        && limit.GetProperty("told").ValueKind == JsonValueKind.Object
                        && limit.GetProperty("running").ValueKind == JsonValueKind.Object
                    );
            },
            "tell the provider's limits"
        );

        var window = Assert.Single(limits, limit => Text(limit, "scope") == "five_hour");
        Assert.Equal(25, window.GetProperty("usedPercent").GetDouble());
        Assert.False(window.GetProperty("estimated").GetBoolean());
        Assert.Equal("headers", Text(window.GetProperty("told"), "by"));
        Assert.Equal(resets, window.GetProperty("told").GetProperty("resetsAt").GetDateTimeOffset());
        Assert.True(window.GetProperty("running").GetProperty("resetIsTold").GetBoolean());
        Assert.Matches("^[0-9a-f]{16}$", Text(window, "account"));
        var pace = Assert.Single(limits, limit => Text(limit, "scope") == "requests_per_minute");
        Assert.Equal(49, pace.GetProperty("told").GetProperty("remaining").GetInt64());
    }

    [Fact]
    public async Task What_a_provider_says_when_it_refuses_is_told_and_of_anything_else_nothing_is_kept()
    {
        const string Minute =
            """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 30,000 input tokens per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits."},"request_id":"req_1"}""";
        const string Quota =
            """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""";
        const string Echo = """{"error":{"message":"Invalid value: 'secret-word'.","type":"invalid_request_error"}}""";
        await using var upstream = new FakeUpstream()
            .On("/v1/messages", UpstreamAnswer.Json(Minute, 429))
            .On("/v1/responses", UpstreamAnswer.Json(Echo, 400))
            .On("/v1/chat/completions", UpstreamAnswer.Json(Quota, 429).Compressed(ContentCoding.Gzip));
        await using var weir = await WeirProcess.StartAsync(
            home.Data,
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {upstream.BaseUrl}
                apiKey: sk-ant-of-the-provider
              - name: openai
                kind: openai
                baseUrl: {new Uri(upstream.BaseUrl, "/v1")}
                apiKey: sk-of-the-provider
            """
        );
        using var busy = await weir.PostAsync("/v1/messages", """{"model":"claude-sonnet-4-5","messages":[]}""");
        using var echo = await weir.PostAsync("/v1/responses", """{"model":"gpt-5","input":"x"}""");
        using var broke = await weir.PostAsync("/v1/chat/completions", """{"model":"gpt-5","messages":[]}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, busy.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, broke.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, echo.StatusCode);

        string[] said = [];
        await weir.UntilAsync(
            async () =>
            {
                said =
                [
                    .. (await weir.GetAsync("/api/v1/limits"))
                        .GetProperty("notices")
                        .EnumerateArray()
                        .Select(n => $"{Text(n, "client")} {Text(n, "kind")} {Text(n, "scope")}")
                        // What is tried again is refused again.
                        .Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal),
                ];
                return said.Length >= 2;
            },
            "tell what the providers said"
        );
        Assert.Equal(["anthropic rate_limited input_tokens_per_minute", "openai credit_exhausted credits"], said);
        await weir.StopAsync();
        Assert.All(
            Directory.EnumerateFiles(home.Data, "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain("secret-word", File.ReadAllText(file), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Nobody_is_told_without_a_key()
    {
        await using var weir = await WeirProcess.StartAsync(home.Data);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/limits", UriKind.Relative));

        using var answer = await weir.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static string? Text(JsonElement parent, string name) => parent.GetProperty(name).GetString();
}
