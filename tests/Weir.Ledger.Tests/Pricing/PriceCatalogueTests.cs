using System.Text;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Pricing;

public sealed class PriceCatalogueTests
{
    private readonly PriceSnapshot prices = new PriceBook().Current;

    // Against the whole source it is compared by tools/Weir.PriceBuilder --verify; these are picked by hand.
    [Theory]
    [InlineData(
        "anthropic",
        "claude-opus-4-8",
        "5 25 0.5 6.25 10 -",
        "Claude Opus 4.8",
        1_000_000,
        128_000,
        "2026-05-28"
    )]
    [InlineData("anthropic", "claude-3-haiku-20240307", "0.25 1.25 0.03 0.3 0.5 -", null, 200_000, 4096, null)]
    [InlineData(
        "amazon-bedrock",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "3 15 0.3 3.75 6 -",
        null,
        200_000,
        64_000,
        null
    )]
    [InlineData("openai", "gpt-5.5", "5 30 0.5 - - -", "GPT-5.5", 1_050_000, 128_000, "2026-04-23")]
    [InlineData("google", "gemini-2.5-pro", "1.25 10 0.125 - - -", "Gemini 2.5 Pro", 1_048_576, 65_536, "2025-06-17")]
    [InlineData("alibaba", "qwen-plus", "0.4 1.2 - - - 4", null, 1_000_000, 32_768, null)]
    [InlineData("minimax", "MiniMax-M2.1", "0.3 1.2 0.03 0.375 - -", null, 204_800, 131_072, null)]
    [InlineData("siliconflow", "zai-org/GLM-5", "0.95 2.55 0.2 - - -", null, 205_000, 205_000, null)]
    [InlineData("openai", "gpt-image-1", "- - - - - -", null, null, null, null)]
    [InlineData("simulator", "sim-thinking", "3 15 0.3 3.75 6 -", null, 200_000, 64_000, null)]
    public void Figures_are_the_sources(
        string catalogue,
        string model,
        string rates,
        string? display,
        int? context,
        int? output,
        string? released
    )
    {
        var found = prices.Find(catalogue, model);
        Assert.NotNull(found);
        var r = found.Rates;
        decimal?[] all = [r.Input, r.Output, r.CacheRead, r.CacheWrite5m, r.CacheWrite1h, r.Reasoning];
        Assert.Equal(rates, string.Join(' ', all.Select(x => x?.ToString("0.####") ?? "-")));
        Assert.Null(found.From);
        Assert.Equal((long?)context, found.ContextLimit);
        Assert.Equal((long?)output, found.OutputLimit);
        if (display is not null)
        {
            Assert.Equal(display, found.DisplayName);
        }

        if (released is not null)
        {
            Assert.Equal(DateOnly.Parse(released), found.Released);
        }
    }

    [Fact]
    public void Tiers_and_modes_are_the_sources()
    {
        var gpt = prices.Find("openai", "gpt-5.5")!;
        Assert.Equal(
            [
                new PriceTier(
                    272_000,
                    new PriceRates
                    {
                        Input = 10m,
                        Output = 45m,
                        CacheRead = 1m,
                    }
                ),
            ],
            gpt.Tiers
        );
        Assert.Equal(["fast", "priority"], gpt.Modes.Keys);
        Assert.Equal(
            new PriceRates
            {
                Input = 12.5m,
                Output = 75m,
                CacheRead = 1.25m,
            },
            gpt.Modes["priority"]
        );
        Assert.Equal(
            new PriceRates
            {
                Input = 10m,
                Output = 50m,
                CacheRead = 1m,
                CacheWrite5m = 12.5m,
                CacheWrite1h = 20m,
            },
            prices.Find("anthropic", "claude-opus-4-8")!.Modes["fast"]
        );
        Assert.Equal(
            [32_000, 128_000],
            prices.Find("aihubmix", "doubao-seed-2-0-pro")!.Tiers.Select(t => t.AbovePromptTokens)
        );
    }

    [Fact]
    public void Every_model_of_every_catalogue_is_read_and_priced()
    {
        Assert.Equal(148, prices.Catalogues.Length);
        var models = prices.Catalogues.SelectMany(c => prices.Models(c)).ToList();
        Assert.Equal(5279, models.Count);
        foreach (var model in models)
        {
            var charge = prices.Charge(
                new PriceRequest
                {
                    Catalogue = model.Catalogue,
                    Served = model.Model,
                    Usage = new TokenUsage { Input = 1000, Output = 1000 },
                    At = DateTimeOffset.UnixEpoch,
                }
            );
            var expected = (model.Rates.Input + model.Rates.Output) / 1000m;
            Assert.Equal(expected is { } usd ? Money.FromUsd(usd) : null, charge.Cost);
            Assert.Same(model, prices.Find(model.Catalogue, model.Model));
        }

        Assert.Equal(4897, models.Count(m => m.Rates.Input is not null && m.Rates.Output is not null));
        Assert.Equal(382, models.Count(m => m.Rates == new PriceRates()));
    }

    [Fact]
    public void Claude_has_an_hours_cache_write_in_every_catalogue()
    {
        var claudes = prices.Search("claude-").Where(m => ClaudeRates.IsClaude(m.Model) && m.Rates.Input > 0).ToList();
        Assert.True(claudes.Count > 400);
        Assert.All(claudes, m => Assert.Equal(m.Rates.Input * 2, m.Rates.CacheWrite1h));
        Assert.All(claudes.SelectMany(m => m.Modes.Values), r => Assert.Equal(r.Input * 2, r.CacheWrite1h));
        Assert.All(claudes.SelectMany(m => m.Tiers), t => Assert.Equal(t.Rates.Input * 2, t.Rates.CacheWrite1h));
    }

    [Fact]
    public void Search_takes_words_in_any_case_over_catalogue_name_and_title()
    {
        Assert.Equal(
            ["claude-opus-4-8"],
            prices.Search("OPUS 4-8 anthropic/").Where(m => m.Catalogue == "anthropic").Select(m => m.Model)
        );
        Assert.Contains(
            prices.Search("Claude Opus 4.8"),
            m => m is { Catalogue: "anthropic", Model: "claude-opus-4-8" }
        );
        Assert.Empty(prices.Search("no-such-model-anywhere"));
        Assert.Equal(5279, prices.Search("").Length);
    }

    [Fact]
    public void Names_are_found_in_any_case_and_catalogues_are_sorted()
    {
        Assert.NotNull(prices.Find("ANTHROPIC", "CLAUDE-OPUS-4-8"));
        Assert.Equal(prices.Catalogues.Order(StringComparer.Ordinal), prices.Catalogues);
        var names = prices.Models("openrouter").Select(m => m.Model).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Empty(prices.Models("nowhere"));
        Assert.Null(prices.Find("nowhere", "x"));
        Assert.Null(prices.Find("anthropic", new string('x', 100_000)));
    }

    // The format, frozen: files written once are read for ever.
    [Fact]
    public void A_dated_line_is_read_and_written_back()
    {
        const string Line =
            "m-1\tModel One\t2026-01-31\t200000\t8192\ti3 o15 r0.3 w3.75 h6 t20 @2026-05-01 i2 o10 >200000 i4 o10 >300000 i5 o11 +fast=priority i6 o30 +slow i1";
        var read = CatalogueLines.Read("c", 10m, Encoding.UTF8.GetBytes(Line));
        Assert.Equal(2, read.Length);
        Assert.Equal(
            new PriceRates
            {
                Input = 3m,
                Output = 15m,
                CacheRead = 0.3m,
                CacheWrite5m = 3.75m,
                CacheWrite1h = 6m,
                Reasoning = 20m,
            },
            read[0].Rates
        );
        Assert.Null(read[0].From);
        Assert.Empty(read[0].Tiers);
        Assert.Equal(new DateOnly(2026, 5, 1), read[1].From);
        Assert.Equal(new PriceRates { Input = 2m, Output = 10m }, read[1].Rates);
        Assert.Equal([200_000, 300_000], read[1].Tiers.Select(t => t.AbovePromptTokens));
        Assert.Equal(new PriceRates { Input = 5m, Output = 11m }, read[1].Tiers[1].Rates);
        Assert.Equal(["fast", "priority", "slow"], read[1].Modes.Keys);
        Assert.All(read, m => Assert.Equal(10m, m.WebSearchPerThousand));
        Assert.All(read, m => Assert.Equal(new DateOnly(2026, 1, 31), m.Released));
        Assert.Equal(Line, CatalogueLines.Write(read));
    }

    [Fact]
    public void A_dated_price_holds_from_its_day()
    {
        var section = new PriceCatalogue(
            "weir-prices 1\nas-of 2026-06-01\n=c\nm\t\t\t\t\ti3 @2026-05-01 i2\n"u8.ToArray()
        ).Section("c");
        Assert.Equal([null, new DateOnly(2026, 5, 1)], section!.Find("m")!.Select(p => p.From));
        Assert.Equal(2m, Assert.Single(section.Newest).Rates.Input);
    }

    [Theory]
    [InlineData("m\t\t\t\t")]
    [InlineData("m\t\t\t\t\ti3\t")]
    [InlineData("m\t\t\t\t\tx3")]
    [InlineData("m\t\t\t\t\ti")]
    [InlineData("m\t\t\t\t\ti3,5")]
    [InlineData("m\t\t\t\t\t> i3")]
    [InlineData("m\t\t\t\t\t@2026-13-01 i3")]
    [InlineData("m\t\tsoon\t\t\ti3")]
    [InlineData("m\t\t\tmany\t\ti3")]
    public void A_line_that_is_not_in_the_format_is_refused(string line) =>
        Assert.Throws<FormatException>(() => CatalogueLines.Read("c", null, Encoding.UTF8.GetBytes(line)));

    [Theory]
    [InlineData("")]
    [InlineData("weir-prices 2\nas-of 2026-01-01\n")]
    [InlineData("weir-prices 1\n=c\n")]
    public void Another_format_is_refused(string text) =>
        Assert.Throws<FormatException>(() => new PriceCatalogue(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("claude-opus-4-8", true)]
    [InlineData("anthropic/claude-opus-4.8", true)]
    [InlineData("us.anthropic.claude-opus-4-8", true)]
    [InlineData("anthropic--claude-3-opus", true)]
    [InlineData("anthropic-claude-3-opus", true)]
    [InlineData("databricks-claude-opus-4-8", true)]
    [InlineData("CLAUDE-3", true)]
    [InlineData("Gemma-4-31B-Claude-4.6-Opus-Reasoning-Distilled", false)]
    [InlineData("not-claude-3", false)]
    [InlineData("claude", false)]
    [InlineData("", false)]
    public void Claude_is_told_by_its_name(string model, bool isClaude) =>
        Assert.Equal(isClaude, ClaudeRates.IsClaude(model));
}
