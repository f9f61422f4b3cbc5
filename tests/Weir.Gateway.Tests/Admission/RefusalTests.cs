using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Admission.Headers;
using Weir.Wire.Limits;

namespace Weir.Gateway.Tests.Admission;

public sealed class RefusalTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly AdmissionRefusal Spent = new()
    {
        Rule = "team",
        Kind = RefusalKind.Budget,
        Measure = Measure.Cost,
        Scope = new ScopeValue { Key = "ci" },
        Stage = 100,
        Bound = 500_000_000_000,
        Spent = 499_990_000_000,
        Reserved = 0,
        Estimate = 20_000_000,
        IsPassing = false,
        RetryAfter = TimeSpan.FromHours(12.1),
    };

    private static readonly AdmissionRefusal Fast = Spent with
    {
        Rule = "pace",
        Kind = RefusalKind.Tokens,
        Measure = Measure.Tokens,
        Bound = 1000,
        Spent = 900,
        Estimate = 200,
        RetryAfter = TimeSpan.FromSeconds(1.2),
    };

    [Fact]
    public void Claude_Code_is_told_of_a_budget_as_of_a_spend_block()
    {
        var answer = RefusalAnswer.Of(Dialect.AnthropicMessages, Spent, "req_1");

        Assert.Equal(429, answer.Status);
        Assert.Equal(
            ["retry-after: 43560", "x-should-retry: false"],
            answer.Headers.Select(h => $"{h.Key}: {h.Value}")
        );
        var body = Json(answer);
        Assert.Equal("error", body.GetProperty("type").GetString());
        Assert.Equal("billing_error", body.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("req_1", body.GetProperty("request_id").GetString());
        Assert.Equal(
            "The budget \"team\" (key ci) of 500 USD has no room for this request: 499.99 USD is spent, and it may cost 0.02 USD. Try again in 13 hours.",
            body.GetProperty("error").GetProperty("message").GetString()
        );
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages, false, "error.type=rate_limit_error")]
    [InlineData(Dialect.OpenAIChat, true, "error.type=insufficient_quota error.code=insufficient_quota")]
    [InlineData(Dialect.OpenAIResponses, false, "error.type=tokens error.code=rate_limit_exceeded")]
    [InlineData(Dialect.Gemini, true, "error.status=RESOURCE_EXHAUSTED error.code=429 error.details.1=")]
    [InlineData(
        Dialect.Gemini,
        false,
        "error.status=RESOURCE_EXHAUSTED error.details.1.@type=type.googleapis.com/google.rpc.RetryInfo error.details.1.retryDelay=2s"
    )]
    public void Each_dialect_has_its_words(Dialect dialect, bool isMoney, string expected)
    {
        var answer = RefusalAnswer.Of(dialect, isMoney ? Spent : Fast, "req_1");

        Assert.All(expected.Split(' '), part => Assert.Equal(part.Split('=')[1], At(Json(answer), part.Split('=')[0])));
        Assert.Equal(isMoney, answer.Headers.Any(h => h is { Key: "x-should-retry", Value: "false" }));
    }

    [Fact]
    public void What_passes_by_itself_may_be_asked_again()
    {
        var passing = RefusalAnswer.Of(Dialect.AnthropicMessages, Spent with { IsPassing = true }, "r");
        var large = RefusalAnswer.Of(Dialect.OpenAIChat, Fast with { Estimate = 1001, RetryAfter = null }, "r");

        Assert.Equal("rate_limit_error", At(Json(passing), "error.type"));
        Assert.DoesNotContain(passing.Headers, h => h.Key == "x-should-retry");
        Assert.Equal(["x-should-retry"], large.Headers.Select(h => h.Key));
        Assert.Equal("rate_limit_exceeded", At(Json(large), "error.code"));
    }

    [Fact]
    public void Every_refusal_has_words()
    {
        foreach (var kind in Enum.GetValues<RefusalKind>())
        {
            foreach (var measure in Enum.GetValues<Measure>())
            {
                var refusal = Spent with { Kind = kind, Measure = measure };
                Assert.Contains("\"team\"", refusal.Message, StringComparison.Ordinal);
                Assert.Contains("\"team\"", (refusal with { IsPassing = true }).Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages)]
    [InlineData(Dialect.OpenAIChat)]
    public void What_is_left_is_read_back_by_who_reads_the_vendors_headers(Dialect dialect)
    {
        QuotaState[] quotas =
        [
            new("pace", Measure.Requests, TimeSpan.FromMinutes(1), 600, 599, TimeSpan.FromSeconds(61)),
            new("pace", Measure.Tokens, TimeSpan.FromMinutes(1), 2_000_000, 0, TimeSpan.FromSeconds(30)),
        ];
        var headers = LimitHeaders
            .Of(dialect, quotas, Now)
            .ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);

        var readings = RateLimitHeaders.Read(name => headers.GetValueOrDefault(name), Now);

        Assert.Equal(
            [(600L, 599L, Now.AddSeconds(61)), (2_000_000L, 0L, Now.AddSeconds(30))],
            readings.OrderBy(r => r.Limit).Select(r => (r.Limit!.Value, r.Remaining!.Value, r.ResetsAt!.Value))
        );
    }

    [Fact]
    public void The_draft_is_spoken_in_every_dialect_and_money_is_nobodys_header()
    {
        QuotaState[] quotas =
        [
            new("my \"pace\"\\ \n é", Measure.Requests, TimeSpan.FromMinutes(1), 600, 599, TimeSpan.FromSeconds(0.2)),
            new("room", Measure.Concurrent, null, long.MaxValue, 7, null),
            new("team", Measure.Cost, null, 1_000, 7, null),
        ];

        Assert.Equal(
            [
                """ratelimit-policy: "my \"pace\"\\  -requests";q=600;qu="requests";w=60, "room-concurrent";q=999999999999999;qu="concurrent-requests" """.Trim(),
                """ratelimit: "my \"pace\"\\  -requests";r=599;t=1, "room-concurrent";r=7""",
            ],
            LimitHeaders.Of(Dialect.Gemini, quotas, Now).Select(h => $"{h.Key}: {h.Value}")
        );
        Assert.Empty(LimitHeaders.Of(Dialect.OpenAIChat, quotas.AsSpan(2), Now));
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(20, "20ms")]
    [InlineData(1500, "1.5s")]
    [InlineData(360_000, "6m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    public void Spans_are_written_as_OpenAI_does(int milliseconds, string text) =>
        Assert.Equal(text, LimitHeaders.GoSpan(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void The_tightest_rule_of_a_measure_is_told()
    {
        var book = new AdmissionBook(new TwoClocks());
        var rules = Rooms.Rules(
            Rooms.Limit(Measure.Requests, 10, name: "wide"),
            Rooms.Limit(Measure.Requests, 4, name: "narrow"),
            Rooms.Limit(Measure.Tokens, 100_000)
        );
        var ticket = book.Admit(rules, Rooms.Request(1, 100, 200)).Ticket!;
        var quotas = new QuotaState[4];

        var count = book.ReadQuotas(ticket, quotas);

        Assert.Equal(
            [("narrow", 4, 3L), ("pace", 100_000, 99_700L)],
            quotas.Take(count).Select(q => (q.Rule, (int)q.Limit, q.Remaining))
        );
    }

    private static JsonElement Json(RefusalAnswer answer) => JsonDocument.Parse(answer.Body).RootElement;

    /// <summary>The text at a path; empty where there is nothing.</summary>
    private static string At(JsonElement json, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (json.ValueKind == JsonValueKind.Array)
            {
                var index = int.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
                if (index >= json.GetArrayLength())
                {
                    return "";
                }

                json = json[index];
            }
            else if (!json.TryGetProperty(part, out json))
            {
                return "";
            }
        }

        return json.ToString();
    }
}
