using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

/// <summary>The heads of vendors' answers, as their documents show them.</summary>
public sealed class CooldownWordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(429, "retry-after: 7", 7, "retry")]
    [InlineData(529, "retry-after-ms: 1500", 1.5, "retry")]
    [InlineData(503, "retry-after: Thu, 02 Jul 2026 12:00:30 GMT", 30, "retry")]
    [InlineData(429, "retry-after: soon", 60, "retry")]
    [InlineData(429, "retry-after: 999999999", 3600, "retry")]
    [InlineData(
        429,
        "retry-after: 2|anthropic-ratelimit-tokens-limit: 80000|anthropic-ratelimit-tokens-remaining: 0|anthropic-ratelimit-tokens-reset: 2026-07-02T12:00:40Z",
        2,
        "retry"
    )]
    [InlineData(
        200,
        "anthropic-ratelimit-input-tokens-limit: 50000|anthropic-ratelimit-input-tokens-remaining: 0|anthropic-ratelimit-input-tokens-reset: 2026-07-02T12:00:41Z",
        41,
        "input_tokens_per_minute"
    )]
    [InlineData(
        200,
        "x-ratelimit-limit-requests: 60|x-ratelimit-remaining-requests: 0|x-ratelimit-reset-requests: 1m1s",
        61,
        "requests"
    )]
    [InlineData(
        429,
        "anthropic-ratelimit-unified-status: rejected|anthropic-ratelimit-unified-5h-status: rejected|anthropic-ratelimit-unified-5h-reset: 1782997200",
        3600,
        "five_hour"
    )]
    public void Rest_that_is_asked_for_is_read(int status, string heads, double seconds, string scope)
    {
        using var answer = Answer(heads);

        var word = CooldownWords.Read(status, answer.Headers, Now);

        Assert.Equal((seconds, scope), (word?.For.TotalSeconds, word?.Scope));
    }

    [Theory]
    [InlineData(200, "request-id: req_1")]
    [InlineData(429, "request-id: req_1")]
    [InlineData(200, "retry-after: 7")]
    [InlineData(500, "retry-after: 7")]
    // A plan without extra usage says so in every answer.
    [InlineData(
        200,
        "anthropic-ratelimit-unified-status: allowed|anthropic-ratelimit-unified-overage-status: rejected|anthropic-ratelimit-unified-overage-reset: 1782997200"
    )]
    [InlineData(
        429,
        "anthropic-ratelimit-unified-overage-status: rejected|anthropic-ratelimit-unified-overage-reset: 1782997200"
    )]
    [InlineData(
        200,
        "x-ratelimit-limit-requests: 60|x-ratelimit-remaining-requests: 1|x-ratelimit-reset-requests: 59s"
    )]
    [InlineData(200, "x-ratelimit-limit-requests: 0|x-ratelimit-remaining-requests: 0|x-ratelimit-reset-requests: 59s")]
    [InlineData(
        200,
        "x-ratelimit-limit-requests: 60|x-ratelimit-remaining-requests: 0|x-ratelimit-reset-requests: \u0001\u00ff"
    )]
    [InlineData(
        200,
        "anthropic-ratelimit-tokens-limit: 9|anthropic-ratelimit-tokens-remaining: 0|anthropic-ratelimit-tokens-reset: 2026-07-02T11:59:59Z"
    )]
    public void Where_none_is_asked_for_there_is_none(int status, string heads)
    {
        using var answer = Answer(heads);

        Assert.Null(CooldownWords.Read(status, answer.Headers, Now));
    }

    [Fact]
    public void A_good_answer_s_limits_are_looked_at_without_allocating()
    {
        using var answer = Answer(
            "request-id: req_1|anthropic-ratelimit-tokens-limit: 9000|anthropic-ratelimit-tokens-remaining: 8000|x-ratelimit-remaining-requests: 49"
        );
        Read();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Read();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Read()
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.False(CooldownWords.Read(200, answer.Headers, Now).HasValue);
            }
        }
    }

    private static HttpResponseMessage Answer(string heads)
    {
        var answer = new HttpResponseMessage();
        foreach (var head in heads.Split('|'))
        {
            var parts = head.Split(": ", 2);
            answer.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        return answer;
    }
}
