using Weir.Foundation;

namespace Weir.Ledger.Tests.Pricing;

/// <summary>Costs worked out by hand from the published lists.</summary>
public sealed class ChargeTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly PriceSnapshot prices = new PriceBook().Current;

    public static TheoryData<string, string, string?, TokenUsage, string> Examples =>
        new()
        {
            // 1,000 × 5 + 20,000 × 0.5 + 3,000 × 6.25 + 4,000 × 10 + 500 × 25 = 86,250 millionths
            { "anthropic", "claude-opus-4-8", null, Usage(1000, 20_000, 3000, 4000, 500), "0.08625" },
            { "anthropic", "claude-opus-4-8", "standard", Usage(1000, 20_000, 3000, 4000, 500), "0.08625" },
            // fast: twice of each
            { "anthropic", "claude-opus-4-8", "fast", Usage(1000, 20_000, 3000, 4000, 500), "0.1725" },
            // 3 × 3 + 18,000 × 0.3 + 1,200 × 3.75 + 700 × 15
            { "anthropic", "claude-sonnet-4-5", null, Usage(3, 18_000, 1200, 0, 700), "0.020409" },
            // 1-hour write at twice the input
            { "anthropic", "claude-sonnet-4-5-20250929", null, Usage(0, 0, 0, 1_000_000, 0), "6" },
            { "anthropic", "claude-haiku-4-5", null, Usage(1, 0, 0, 0, 1), "0.000006" },
            // prompt of exactly 272,000: 200,000 × 5 + 72,000 × 0.5 + 1,000 × 30
            { "openai", "gpt-5.5", null, Usage(200_000, 72_000, null, null, 1000), "1.066" },
            // one above: the whole request at 10, 1 and 45
            { "openai", "gpt-5.5", null, Usage(200_001, 72_000, null, null, 1000), "2.11701" },
            // priority: 1,000 × 12.5 + 2,000 × 1.25 + 100 × 75, under both of its names
            { "openai", "gpt-5.5", "priority", Usage(1000, 2000, null, null, 100), "0.0225" },
            { "openai", "gpt-5.5", "fast", Usage(1000, 2000, null, null, 100), "0.0225" },
            { "openai", "gpt-5.5", "default", Usage(1000, 2000, null, null, 100), "0.009" },
            { "openai", "gpt-5.5", "auto", Usage(1000, 2000, null, null, 100), "0.009" },
            // reasoning is output where no rate of its own is listed: 10 × 5 + 100 × 30
            { "openai", "gpt-5.5", null, Usage(10, 0, null, null, 100) with { Reasoning = 60 }, "0.00305" },
            { "openai", "text-embedding-3-small", null, Usage(1000, null, null, null, null), "0.00002" },
            { "google", "gemini-2.5-pro", null, Usage(200_000, 0, null, null, 10), "0.2501" },
            { "google", "gemini-2.5-pro", null, Usage(200_001, 0, null, null, 10), "0.5001525" },
            // cached tokens count for the threshold: 1 × 2.5 + 200,000 × 0.25
            { "google", "gemini-2.5-pro", null, Usage(1, 200_000, null, null, 0), "0.0500025" },
            // reasoning of its own: 100 × 0.4 + (50 − 30) × 1.2 + 30 × 4
            { "alibaba", "qwen-plus", null, Usage(100, null, null, null, 50) with { Reasoning = 30 }, "0.000184" },
            // no discount is listed for cached tokens: (100 + 900) × 15 + 1 × 120
            { "openai", "gpt-5-pro", null, Usage(100, 900, null, null, 1), "0.01512" },
            { "simulator", "sim-small", null, Usage(1000, 1000, 1000, 1000, 1000), "0.004675" },
            { "anthropic", "claude-opus-4-8", null, Usage(0, 0, 0, 0, 0), "0" },
        };

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_request_costs_what_the_list_says(
        string catalogue,
        string model,
        string? mode,
        TokenUsage usage,
        string usd
    )
    {
        var charge = Charge(catalogue, model, usage, mode);
        Assert.Equal(usd, charge.Cost?.ToString());
        Assert.Equal("2026-07-02", charge.PriceVersion);
    }

    public static TheoryData<string, string, string?, TokenUsage> Unknowns =>
        new()
        {
            { "anthropic", "claude-unheard-of-9", null, Usage(1, 0, 0, 0, 1) },
            { "nowhere", "claude-opus-4-8", null, Usage(1, 0, 0, 0, 1) },
            { "openai", "gpt-image-1", null, Usage(1, 0, 0, 0, 1) },
            // nothing reported
            { "anthropic", "claude-opus-4-8", null, default },
            {
                "anthropic",
                "claude-opus-4-8",
                null,
                new TokenUsage { Reasoning = 5 }
            },
            // no list has these modes
            { "openai", "gpt-5.5", "batch", Usage(1, 0, 0, 0, 1) },
            { "openai", "gpt-5.5", "flex", Usage(1, 0, 0, 0, 1) },
            { "anthropic", "claude-haiku-4-5", "fast", Usage(1, 0, 0, 0, 1) },
            { "anthropic", "claude-opus-4-8", "priority", Usage(1, 0, 0, 0, 1) },
            // no list says what priority costs above the threshold
            { "openai", "gpt-5.5", "priority", Usage(272_001, 0, 0, 0, 1) },
            // a class without a rate
            { "openai", "gpt-5.5", null, Usage(1, 0, 1, 0, 1) },
            { "google", "gemini-2.5-pro", null, Usage(1, 0, 0, 1, 1) },
            // counts that cannot be
            { "anthropic", "claude-opus-4-8", null, Usage(-1, 0, 0, 0, 1) },
            { "anthropic", "claude-opus-4-8", null, Usage(long.MaxValue, long.MaxValue, 0, 0, 1) },
            { "anthropic", "claude-opus-4-8", null, Usage(1, 0, 0, 0, long.MinValue) },
            { "anthropic", "claude-opus-4-8", null, Usage(10_000_000_001, 0, 0, 0, 1) },
            { "anthropic", "claude-opus-4-8", null, Usage(1, 0, 0, 0, 1) with { Reasoning = -1 } },
            { "alibaba", "qwen-plus", null, Usage(1, 0, null, null, 1) with { Reasoning = 2 } },
        };

    [Theory]
    [MemberData(nameof(Unknowns))]
    public void What_no_list_tells_has_no_known_cost(string catalogue, string model, string? mode, TokenUsage usage) =>
        Assert.Equal(default, Charge(catalogue, model, usage, mode));

    [Fact]
    public void The_largest_counts_that_can_be_are_charged()
    {
        var most = Usage(10_000_000_000, 10_000_000_000, 10_000_000_000, 10_000_000_000, 10_000_000_000);
        Assert.Equal("467500", Charge("anthropic", "claude-opus-4-8", most).Cost?.ToString());
    }

    [Theory]
    [InlineData(0, "0.00003")]
    [InlineData(1, "0.01003")]
    [InlineData(1000, "10.00003")]
    [InlineData(-1, "0.00003")]
    public void Anthropics_web_searches_cost_ten_dollars_a_thousand(int searches, string usd) =>
        Assert.Equal(
            usd,
            Charge("anthropic", "claude-opus-4-8", Usage(1, 0, 0, 0, 1), webSearches: searches).Cost?.ToString()
        );

    [Fact]
    public void Web_searches_without_a_listed_price_add_nothing() =>
        Assert.Equal(
            Charge("openai", "gpt-5.5", Usage(1, 0, null, null, 1)),
            Charge("openai", "gpt-5.5", Usage(1, 0, null, null, 1), webSearches: 3)
        );

    [Theory]
    [InlineData("claude-opus-4-8-20260528")]
    [InlineData("claude-opus-4-8@20260528")]
    [InlineData("claude-opus-4-8-2026-05-28")]
    [InlineData("Claude-Opus-4-8")]
    [InlineData("claude-opus-4-8[1m]")]
    [InlineData("claude-opus-4-8-20260528[1m]")]
    [InlineData("models/claude-opus-4-8")]
    public void A_served_name_is_found_under_its_plain_spelling(string name) =>
        Assert.Equal("0.00003", Charge("anthropic", name, Usage(1, 0, 0, 0, 1)).Cost?.ToString());

    [Theory]
    [InlineData("claude-opus-4-8-2026052")]
    [InlineData("claude-opus-4-8-2026O528")]
    [InlineData("claude-opus-4-8.20260528")]
    [InlineData("claude-opus-4-8x")]
    [InlineData("-20260528")]
    [InlineData("[1m]")]
    [InlineData("]")]
    [InlineData("models/")]
    [InlineData("")]
    public void A_name_that_only_resembles_one_is_not_found(string name) =>
        Assert.Null(Charge("anthropic", name, Usage(1, 0, 0, 0, 1)).Cost);

    [Fact]
    public void A_dated_name_with_a_price_of_its_own_has_that_one()
    {
        Assert.Equal("5", Charge("openai", "gpt-4o-2024-05-13", Usage(1_000_000, 0, 0, 0, 0)).Cost?.ToString());
        Assert.Equal("2.5", Charge("openai", "gpt-4o", Usage(1_000_000, 0, 0, 0, 0)).Cost?.ToString());
        Assert.Equal("2.5", Charge("openai", "gpt-4o-2025-01-01", Usage(1_000_000, 0, 0, 0, 0)).Cost?.ToString());
    }

    [Fact]
    public void The_name_asked_for_stands_in_for_an_unknown_served_one()
    {
        var request = new PriceRequest
        {
            Catalogue = "anthropic",
            Served = "claude-opus-internal-7",
            Requested = "claude-opus-4-8",
            Usage = Usage(1, 0, 0, 0, 1),
            At = Now,
        };
        Assert.Equal("0.00003", prices.Charge(request).Cost?.ToString());
        Assert.Equal("0.00003", prices.Charge(request with { Served = null }).Cost?.ToString());
        Assert.Equal("0.000006", prices.Charge(request with { Served = "claude-haiku-4-5" }).Cost?.ToString());
        Assert.Null(prices.Charge(request with { Requested = null }).Cost);
        Assert.Null(prices.Charge(request with { Served = null, Requested = null }).Cost);
    }

    [Fact]
    public void A_name_of_absurd_length_is_unknown() =>
        Assert.Null(Charge("anthropic", new string('a', 1_000_000), Usage(1, 0, 0, 0, 1)).Cost);

    [Fact]
    public void A_model_seen_before_is_priced_without_allocation()
    {
        var request = new PriceRequest
        {
            Catalogue = "anthropic",
            Provider = "my-anthropic",
            Served = "claude-opus-4-8-20260528",
            Requested = "claude-opus-4-8",
            Usage = Usage(1, 2, 3, 4, 5),
            Mode = "fast",
            WebSearches = 1,
            At = Now,
        };
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                Assert.NotNull(prices.Charge(request).Cost);
                Assert.NotNull(prices.Find("anthropic", "claude-opus-4-8"));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    [Fact]
    public void A_flood_of_names_is_answered_and_not_kept()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(Charge("anthropic", $"made-up-{i}", Usage(1, 0, 0, 0, 1)).Cost);
        }

        Assert.Equal(PriceSnapshot.MostResolved, prices.ResolvedNames);
        Assert.Equal("0.00003", Charge("anthropic", "claude-opus-4-8", Usage(1, 0, 0, 0, 1)).Cost?.ToString());
    }

    private static TokenUsage Usage(long? input, long? read, long? write5m, long? write1h, long? output) =>
        new()
        {
            Input = input,
            CacheRead = read,
            CacheWrite5m = write5m,
            CacheWrite1h = write1h,
            Output = output,
        };

    private Charge Charge(
        string catalogue,
        string model,
        TokenUsage usage,
        string? mode = null,
        int? webSearches = null
    ) =>
        prices.Charge(
            new PriceRequest
            {
                Catalogue = catalogue,
                Served = model,
                Usage = usage,
                Mode = mode,
                WebSearches = webSearches,
                At = Now,
            }
        );
}
