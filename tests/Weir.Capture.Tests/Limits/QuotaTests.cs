using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Agents;
using Weir.Capture.Limits;
using Weir.Wire.Limits;

namespace Weir.Capture.Tests.Limits;

public class QuotaTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 19, 20, 0, 0, TimeSpan.Zero);

    private static IReadOnlyList<LimitReading> Headers(params (string Name, string Value)[] headers) =>
        RateLimitHeaders.Read(
            name => headers.Where(header => header.Name == name).Select(header => header.Value).FirstOrDefault(),
            At
        );

    [Fact]
    public void APlansWindowsAreRead()
    {
        var readings = Headers(
            ("anthropic-ratelimit-unified-status", "allowed"),
            ("anthropic-ratelimit-unified-representative-claim", "five_hour"),
            ("anthropic-ratelimit-unified-5h-status", "allowed"),
            ("anthropic-ratelimit-unified-5h-utilization", "0.42"),
            ("anthropic-ratelimit-unified-5h-reset", "1776649200"),
            ("anthropic-ratelimit-unified-7d-utilization", "0.17"),
            ("anthropic-ratelimit-unified-7d-reset", "2026-04-26T01:40:00Z"),
            ("anthropic-ratelimit-unified-7d_opus-status", "rejected"),
            ("anthropic-ratelimit-unified-7d_opus-utilization", "1.01"),
            ("anthropic-ratelimit-unified-overage-status", "rejected")
        );
        Assert.Equal(
            [
                new LimitReading(
                    At,
                    "headers",
                    "five_hour",
                    TimeSpan.FromHours(5),
                    42,
                    DateTimeOffset.FromUnixTimeSeconds(1776649200),
                    Status: "allowed"
                ),
                new LimitReading(
                    At,
                    "headers",
                    "seven_day",
                    TimeSpan.FromDays(7),
                    17,
                    DateTimeOffset.FromUnixTimeSeconds(1777167600)
                ),
                new LimitReading(At, "headers", "seven_day_opus", TimeSpan.FromDays(7), 101, null, Status: "rejected"),
                new LimitReading(At, "headers", "extra_usage", null, null, null, Status: "rejected"),
            ],
            readings
        );
    }

    [Fact]
    public void WhereOnlyTheWholeIsToldItIsRead()
    {
        var reading = Assert.Single(
            Headers(
                ("anthropic-ratelimit-unified-status", "rejected"),
                ("anthropic-ratelimit-unified-reset", "1776649200"),
                ("anthropic-ratelimit-unified-representative-claim", "seven_day")
            )
        );
        Assert.Equal(("seven_day", "rejected", (double?)null), (reading.Scope, reading.Status, reading.UsedPercent));
    }

    [Fact]
    public void AKeysPaceIsRead()
    {
        var readings = Headers(
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", "2026-04-19T20:00:01Z"),
            ("anthropic-ratelimit-input-tokens-limit", "30000"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-04-19T20:00:30Z"),
            ("retry-after", "30")
        );
        Assert.Equal(
            ["requests_per_minute", "input_tokens_per_minute", "retry"],
            readings.Select(reading => reading.Scope)
        );
        Assert.Equal([2, 100, null], readings.Select(reading => reading.UsedPercent));
        Assert.Equal(At.AddSeconds(30), readings[2].ResetsAt);
        Assert.Equal((30000, 0), (readings[1].Limit, readings[1].Remaining));
    }

    [Fact]
    public void OpenAisHeadersAreRead()
    {
        var readings = Headers(
            ("x-ratelimit-limit-requests", "5000"),
            ("x-ratelimit-remaining-requests", "4999"),
            ("x-ratelimit-reset-requests", "12ms"),
            ("x-ratelimit-limit-tokens", "160000"),
            ("x-ratelimit-remaining-tokens", "40000"),
            ("x-ratelimit-reset-tokens", "6m0s")
        );
        Assert.Equal([0.02, 75], readings.Select(reading => reading.UsedPercent!.Value));
        Assert.Equal([At.AddMilliseconds(12), At.AddMinutes(6)], readings.Select(reading => reading.ResetsAt!.Value));
        // Azure counts in bare seconds, and answers −1 where it knows nothing.
        Assert.Equal(
            At.AddSeconds(7),
            Assert
                .Single(
                    Headers(
                        ("x-ratelimit-limit-tokens", "10"),
                        ("x-ratelimit-remaining-tokens", "1"),
                        ("x-ratelimit-reset-tokens", "7")
                    )
                )
                .ResetsAt
        );
        Assert.Empty(
            Headers(
                ("x-ratelimit-limit-tokens", "-1"),
                ("x-ratelimit-remaining-tokens", "-1"),
                ("x-ratelimit-reset-tokens", "0")
            )
        );
    }

    [Fact]
    public void CodexWindowsAreReadAndNamedByTheirLength()
    {
        var readings = Headers(
            ("x-codex-primary-used-percent", "42.5"),
            ("x-codex-primary-window-minutes", "299"),
            ("x-codex-primary-reset-at", "1776649200"),
            ("x-codex-secondary-used-percent", "13"),
            ("x-codex-secondary-window-minutes", "10080"),
            ("x-codex-secondary-reset-after-seconds", "3600")
        );
        Assert.Equal(["five_hour", "seven_day"], readings.Select(reading => reading.Scope));
        Assert.Equal([42.5, 13], readings.Select(reading => reading.UsedPercent!.Value));
        Assert.Equal(At.AddHours(1), readings[1].ResetsAt);
        Assert.Empty(Headers(("x-codex-primary-used-percent", "0"), ("x-codex-primary-window-minutes", "0")));
    }

    [Theory]
    [InlineData("retry-after", "Sun, 19 Apr 2026 20:01:00 GMT", 60)]
    [InlineData("retry-after", "7999", 7999)]
    [InlineData("retry-after-ms", "1500", 1.5)]
    public void AWaitIsReadInEveryForm(string name, string value, double seconds)
    {
        var reading = Assert.Single(Headers((name, value)));
        Assert.Equal(At.AddSeconds(seconds), reading.ResetsAt);
    }

    [Fact]
    public void WhoAskedIsNoted()
    {
        var reading = Assert.Single(
            RateLimitHeaders.Read(name => name == "retry-after" ? "1" : null, At, "codex", "acct")
        );
        Assert.Equal(("codex", "acct"), (reading.Client, reading.Account));
    }

    [Fact]
    public void AnyHeaderIsRead() =>
        Prop.ForAll<string?, double>(
                (text, number) =>
                {
                    RateLimitHeaders.Read(_ => text, At);
                    RateLimitHeaders.Read(
                        _ => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
                        At
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void AStatusLineIsRead()
    {
        var json = """
            {"session_id":"s","context_window":{"used_percentage":8},
             "rate_limits":{"five_hour":{"used_percentage":23.5,"resets_at":1738425600},"seven_day":{"used_percentage":41.2,"resets_at":1738857600}}}
            """;
        var readings = QuotaObjects.StatusLine(Encoding.UTF8.GetBytes(json), At);
        Assert.Equal(
            [
                new LimitReading(
                    At,
                    "statusline",
                    "five_hour",
                    TimeSpan.FromHours(5),
                    23.5,
                    DateTimeOffset.FromUnixTimeSeconds(1738425600),
                    Client: "claude-code"
                ),
                new LimitReading(
                    At,
                    "statusline",
                    "seven_day",
                    TimeSpan.FromDays(7),
                    41.2,
                    DateTimeOffset.FromUnixTimeSeconds(1738857600),
                    Client: "claude-code"
                ),
            ],
            readings
        );
    }

    [Fact]
    public void ACodexLogIsRead()
    {
        var json = """
            {"rate_limits":{"primary":{"used_percent":12.0,"window_minutes":300,"resets_in_seconds":600},
             "secondary":{"used_percent":3.0,"window_minutes":10079,"resets_at":1777167600},"credits":null,"plan_type":"plus"}}
            """;
        var readings = QuotaObjects.Codex(Encoding.UTF8.GetBytes(json), At, "acct");
        Assert.Equal(["five_hour", "seven_day"], readings.Select(reading => reading.Scope));
        Assert.Equal(
            [At.AddMinutes(10), DateTimeOffset.FromUnixTimeSeconds(1777167600)],
            readings.Select(reading => reading.ResetsAt!.Value)
        );
        Assert.All(readings, reading => Assert.Equal("acct", reading.Account));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nul")]
    [InlineData("{\"rate_limits\":[1]}")]
    [InlineData("{\"rate_limits\":{\"five_hour\":{\"used_percentage\":\"much\"}}}")]
    [InlineData("{\"rate_limits\":{\"five_hour\":{\"used_percentage\":-4}}}")]
    [InlineData("{\"rate_limits\":{\"five_hour\":{\"used_percentage\":1e300}}}")]
    [InlineData("{\"rate_limits\":{\"five_hour\":{\"used_percentage\":5}}")]
    public void WhatIsNoQuotaIsNone(string json) =>
        Assert.Empty(QuotaObjects.StatusLine(Encoding.UTF8.GetBytes(json), At));

    [Fact]
    public void DeepAndLargeInputIsNone()
    {
        var deep = new string('[', 5000);
        Assert.Empty(QuotaObjects.StatusLine(Encoding.UTF8.GetBytes(deep), At));
        Assert.Empty(QuotaObjects.StatusLine(new byte[300_000], At));
    }

    [Fact]
    public void ALogsWordBecomesAReading()
    {
        var word = new LimitWord(
            At,
            "codex",
            "s",
            LimitWordKind.Quota,
            Window: TimeSpan.FromMinutes(300),
            UsedPercent: 50,
            Scope: "primary"
        );
        var reading = LimitWords.Reading(word);
        Assert.Equal(("five_hour", 50, "codex"), (reading?.Scope, reading?.UsedPercent ?? 0, reading?.Client));
        Assert.Null(LimitWords.Reading(word with { Kind = LimitWordKind.Message }));
        Assert.Null(LimitWords.Reading(word with { UsedPercent = null }));
    }
}
