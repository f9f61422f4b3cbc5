using System.Net;
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
    public async Task Nobody_is_told_without_a_key()
    {
        await using var weir = await WeirProcess.StartAsync(home.Data);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/limits", UriKind.Relative));

        using var answer = await weir.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static string? Text(JsonElement parent, string name) => parent.GetProperty(name).GetString();
}
