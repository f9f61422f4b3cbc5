using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Pricing;

public sealed class OverrideTests
{
    private static readonly DateTimeOffset July = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly PriceBook book = new();

    [Fact]
    public void An_override_wins_over_the_catalogue()
    {
        book.SetOverrides([Rule("claude-opus-4-8", 4m)]);
        Assert.Equal(4m, InputRate("claude-opus-4-8"));
        Assert.Equal(4m, InputRate("claude-opus-4-8-20260528"));
        Assert.Equal(1m, InputRate("claude-haiku-4-5"));
    }

    [Fact]
    public void An_override_on_the_plain_name_wins_over_the_catalogues_dated_entry()
    {
        book.SetOverrides([Rule("claude-sonnet-4-5", 2m)]);
        Assert.Equal(2m, InputRate("claude-sonnet-4-5-20250929"));
    }

    [Fact]
    public void An_override_prices_what_no_catalogue_has()
    {
        book.SetOverrides([Rule("house-*", 1.5m) with { Provider = "vllm" }]);
        Assert.Equal(1.5m, InputRate("house-7b", catalogue: "vllm", provider: "vllm"));
        Assert.Null(InputRate("house-7b", catalogue: "other", provider: "other"));
    }

    [Theory]
    [InlineData("my-provider")]
    [InlineData("MY-PROVIDER")]
    [InlineData("anthropic")]
    public void A_provider_may_be_the_configured_one_or_the_catalogue(string provider)
    {
        book.SetOverrides([Rule("*", 9m) with { Provider = provider }]);
        Assert.Equal(9m, InputRate("claude-opus-4-8", provider: "my-provider"));
    }

    [Fact]
    public void The_more_particular_override_wins_whatever_the_order()
    {
        ImmutableArray<PriceOverride> rules =
        [
            Rule("*", 1m),
            Rule("claude-*", 2m),
            Rule("claude-opus-*", 3m),
            Rule("claude-opus-*", 4m) with
            {
                Provider = "anthropic",
            },
            Rule("claude-opus-4-8", 5m),
            Rule("claude-opus-4-8", 6m) with
            {
                Provider = "mine",
            },
        ];
        foreach (var order in new[] { rules, [.. rules.Reverse()] })
        {
            book.SetOverrides(order);
            Assert.Equal(6m, InputRate("claude-opus-4-8", provider: "mine"));
            Assert.Equal(5m, InputRate("claude-opus-4-8", provider: "other"));
            Assert.Equal(5m, InputRate("claude-opus-4-8-20260528", provider: "other"));
            Assert.Equal(4m, InputRate("claude-opus-4-7"));
            Assert.Equal(3m, InputRate("claude-opus-4-7", catalogue: "x"));
            Assert.Equal(2m, InputRate("claude-haiku-4-5"));
            Assert.Equal(1m, InputRate("gpt-5.5", catalogue: "openai"));
        }
    }

    [Fact]
    public void Of_equals_the_first_in_the_document_wins()
    {
        book.SetOverrides([Rule("a*", 1m), Rule("*a", 2m)]);
        Assert.Equal(1m, InputRate("a"));
        book.SetOverrides([Rule("*a", 2m), Rule("a*", 1m)]);
        Assert.Equal(2m, InputRate("a"));
    }

    [Fact]
    public void An_override_holds_from_midnight_utc_of_its_day()
    {
        book.SetOverrides([
            Rule("claude-opus-4-8", 4m) with
            {
                From = new DateOnly(2026, 7, 1),
            },
            Rule("claude-opus-4-8", 3m) with
            {
                From = new DateOnly(2026, 8, 1),
            },
        ]);
        Assert.Equal(5m, InputRate("claude-opus-4-8", at: new(2026, 6, 30, 23, 59, 59, TimeSpan.Zero)));
        Assert.Equal(4m, InputRate("claude-opus-4-8", at: new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(5m, InputRate("claude-opus-4-8", at: new(2026, 7, 1, 1, 0, 0, TimeSpan.FromHours(2))));
        Assert.Equal(4m, InputRate("claude-opus-4-8", at: new(2026, 7, 31, 23, 0, 0, TimeSpan.Zero)));
        Assert.Equal(3m, InputRate("claude-opus-4-8", at: new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void A_claude_override_brings_its_cache_classes_and_another_does_not()
    {
        book.SetOverrides([Rule("*", 4m)]);
        var usage = new TokenUsage
        {
            CacheRead = 1_000_000,
            CacheWrite5m = 1_000_000,
            CacheWrite1h = 1_000_000,
        };
        // 0.4 + 5 + 8
        Assert.Equal("13.4", Charge("claude-opus-4-8", usage).Cost?.ToString());
        Assert.Equal("13.4", Charge("eu.anthropic.claude-opus-4-8", usage).Cost?.ToString());
        Assert.Null(Charge("my-claude-opus-distilled", usage).Cost);
        // no discount is listed
        Assert.Equal("4", Charge("gpt-5.5", new TokenUsage { CacheRead = 1_000_000 }).Cost?.ToString());
    }

    [Fact]
    public void An_override_is_a_whole_price()
    {
        book.SetOverrides([
            Rule("gpt-5.5", 4m),
            new PriceOverride
            {
                Model = "o3",
                Rates = new() { Output = 1m },
            },
        ]);
        // the catalogue's tier above 272,000 is not mixed in, nor its modes, nor its input
        Assert.Equal("4", Charge("gpt-5.5", new TokenUsage { Input = 1_000_000 }, "openai").Cost?.ToString());
        Assert.Null(Charge("gpt-5.5", new TokenUsage { Input = 1 }, "openai", "priority").Cost);
        Assert.Null(Charge("o3", new TokenUsage { Input = 1, Output = 1 }, "openai").Cost);
        Assert.Equal("1", Charge("o3", new TokenUsage { Output = 1_000_000 }, "openai").Cost?.ToString());
    }

    [Fact]
    public void Tiers_modes_and_searches_may_be_overridden()
    {
        book.SetOverrides([
            Rule("house", 1m) with
            {
                Tiers =
                [
                    new PriceTier(200, new PriceRates { Input = 3m }),
                    new PriceTier(100, new PriceRates { Input = 2m }),
                ],
                Modes = ImmutableSortedDictionary<string, PriceRates>.Empty.Add(
                    "batch",
                    new PriceRates { Input = 0.5m }
                ),
                WebSearchPerThousand = 5m,
            },
        ]);
        Assert.Equal("0.0001", Charge("house", new TokenUsage { Input = 100 }).Cost?.ToString());
        Assert.Equal("0.000202", Charge("house", new TokenUsage { Input = 101 }).Cost?.ToString());
        Assert.Equal("0.000603", Charge("house", new TokenUsage { Input = 201 }).Cost?.ToString());
        Assert.Equal("0.00001", Charge("house", new TokenUsage { Input = 20 }, "x", "BATCH").Cost?.ToString());
        Assert.Equal(
            "0.010001",
            book.Current.Charge(
                    new PriceRequest
                    {
                        Catalogue = "x",
                        Served = "house",
                        Usage = new TokenUsage { Input = 1 },
                        WebSearches = 2,
                        At = July,
                    }
                )
                .Cost?.ToString()
        );
    }

    [Fact]
    public void A_tiers_missing_class_holds_at_the_standard_rate()
    {
        book.SetOverrides([
            Rule("house", 1m) with
            {
                Rates = new PriceRates { Input = 1m, Output = 10m },
                Tiers = [new PriceTier(100, new PriceRates { Input = 2m })],
            },
        ]);
        Assert.Equal("0.000232", Charge("house", new TokenUsage { Input = 101, Output = 3 }).Cost?.ToString());
    }

    [Fact]
    public void An_anthropic_override_keeps_the_price_of_searches()
    {
        book.SetOverrides([Rule("claude-opus-4-8", 0m)]);
        var charge = book.Current.Charge(
            new PriceRequest
            {
                Catalogue = "anthropic",
                Served = "claude-opus-4-8",
                Usage = new TokenUsage { Input = 1 },
                WebSearches = 1,
                At = July,
            }
        );
        Assert.Equal("0.01", charge.Cost?.ToString());
    }

    [Fact]
    public void The_version_tells_overrides_apart_by_their_content()
    {
        Assert.Equal("2026-07-02", book.Current.Version);
        book.SetOverrides([Rule("a", 1m)]);
        var first = book.Current.Version;
        Assert.Matches("^2026-07-02\\+[0-9a-f]{8}$", first);
        book.SetOverrides([Rule("a", 1.00m)]);
        Assert.Equal(first, book.Current.Version);
        PriceOverride[] others =
        [
            Rule("a", 2m),
            Rule("b", 1m),
            Rule("a", 1m) with
            {
                Provider = "p",
            },
            Rule("a", 1m) with
            {
                From = new DateOnly(2026, 1, 1),
            },
            Rule("a", 1m) with
            {
                Rates = new PriceRates { Output = 1m },
            },
            Rule("a", 1m) with
            {
                Tiers = [new PriceTier(1, new PriceRates { Input = 1m })],
            },
            Rule("a", 1m) with
            {
                Modes = ImmutableSortedDictionary<string, PriceRates>.Empty.Add("m", new PriceRates()),
            },
            Rule("a", 1m) with
            {
                WebSearchPerThousand = 1m,
            },
        ];
        var versions = new HashSet<string>(StringComparer.Ordinal) { first };
        foreach (var other in others)
        {
            book.SetOverrides([other]);
            Assert.True(versions.Add(book.Current.Version));
        }

        book.SetOverrides([]);
        Assert.Equal("2026-07-02", book.Current.Version);
    }

    [Fact]
    public void A_request_keeps_the_snapshot_it_started_with()
    {
        var kept = book.Current;
        book.SetOverrides([Rule("claude-opus-4-8", 400m)]);
        var request = new PriceRequest
        {
            Catalogue = "anthropic",
            Served = "claude-opus-4-8",
            Usage = new TokenUsage { Input = 1_000_000 },
            At = July,
        };
        Assert.Equal("5", kept.Charge(request).Cost?.ToString());
        Assert.Equal("400", book.Current.Charge(request).Cost?.ToString());
    }

    [Fact]
    public void Rates_outside_their_range_are_refused_and_change_nothing()
    {
        book.SetOverrides([Rule("a", 1m)]);
        var version = book.Current.Version;
        PriceOverride[] unsound =
        [
            Rule("a", -1m),
            Rule("a", 1_000_001m),
            Rule("a", decimal.MaxValue),
            Rule("a", 1m) with
            {
                Tiers = [new PriceTier(-1, new PriceRates())],
            },
            Rule("a", 1m) with
            {
                Tiers = [new PriceTier(1, new PriceRates { Output = -1m })],
            },
            Rule("a", 1m) with
            {
                WebSearchPerThousand = -1m,
            },
        ];
        foreach (var rule in unsound)
        {
            Assert.Throws<ArgumentException>(() => book.SetOverrides([rule]));
        }

        Assert.Equal(version, book.Current.Version);
        book.SetOverrides([Rule("a", 1_000_000m)]);
        Assert.Null(Charge("a", new TokenUsage { Input = 10_000_000_000 }).Cost);
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*c", "abbbc", true)]
    [InlineData("a*c", "ac", true)]
    [InlineData("a*c", "acd", false)]
    [InlineData("*b*b*", "xbxbx", true)]
    [InlineData("*b*b*", "xbx", false)]
    [InlineData("A*", "abc", true)]
    [InlineData("a?c", "abc", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("**", "x", true)]
    public void Stars_stand_for_any_characters(string pattern, string name, bool matches) =>
        Assert.Equal(matches, OverrideRules.Matches(pattern, name));

    private static PriceOverride Rule(string model, decimal input) =>
        new()
        {
            Model = model,
            Rates = new PriceRates { Input = input },
        };

    private Charge Charge(string model, TokenUsage usage, string catalogue = "x", string? mode = null) =>
        book.Current.Charge(
            new PriceRequest
            {
                Catalogue = catalogue,
                Served = model,
                Usage = usage,
                Mode = mode,
                At = July,
            }
        );

    private decimal? InputRate(
        string model,
        string catalogue = "anthropic",
        string? provider = null,
        DateTimeOffset? at = null
    ) =>
        book
            .Current.Charge(
                new PriceRequest
                {
                    Catalogue = catalogue,
                    Provider = provider,
                    Served = model,
                    Usage = new TokenUsage { Input = 1_000_000 },
                    At = at ?? July,
                }
            )
            .Cost?.ToUsd();
}
