using Weir.Foundation;

namespace Weir.Ledger.Tests.Pricing;

public sealed class RepricingTests
{
    private readonly PriceBook book = new();

    [Fact]
    public void A_record_gets_the_cost_of_its_tokens_at_the_new_prices()
    {
        book.SetOverrides([Rule("claude-opus-4-8", 10m, 50m)]);
        var priced = Apply(Record());
        Assert.Equal("0.00006", priced.Cost?.ToString());
        Assert.Equal(book.Current.Version, priced.PriceVersion);
        Assert.Equal(Record() with { Cost = priced.Cost, PriceVersion = priced.PriceVersion }, priced);
    }

    [Fact]
    public void Where_no_figure_differs_nothing_does()
    {
        var record = Record();
        Assert.Same(record, Apply(record));
        book.SetOverrides([Rule("something-else", 1m, 1m)]);
        Assert.Same(record, Apply(record));
    }

    [Fact]
    public void A_known_cost_never_becomes_unknown()
    {
        var gone = Record() with { Model = "claude-retired", RequestedModel = "claude-retired" };
        Assert.Same(gone, Apply(gone));
        var orphan = Record() with { Provider = "no-longer-configured" };
        Assert.Same(orphan, Apply(orphan));
    }

    [Fact]
    public void An_unknown_cost_becomes_known()
    {
        var record = Record() with { Model = "house-1", RequestedModel = "house-1", Cost = null, PriceVersion = null };
        Assert.Same(record, Apply(record));
        book.SetOverrides([Rule("house-*", 1m, 2m)]);
        var priced = Apply(record);
        Assert.Equal("0.000003", priced.Cost?.ToString());
        Assert.Equal(book.Current.Version, priced.PriceVersion);
    }

    [Fact]
    public void The_price_is_that_of_the_records_day_mode_and_searches()
    {
        book.SetOverrides([Rule("claude-opus-4-8", 10m, 50m) with { From = new DateOnly(2026, 7, 3) }]);
        var before = Record();
        Assert.Same(before, Apply(before));
        Assert.Equal("0.00006", Apply(before with { StartedAt = before.StartedAt.AddDays(1) }).Cost?.ToString());
        book.SetOverrides([]);
        Assert.Equal("0.01006", Apply(before with { PriceMode = "fast", WebSearches = 1 }).Cost?.ToString());
    }

    [Fact]
    public void What_never_reached_a_provider_or_told_nothing_stays()
    {
        book.SetOverrides([Rule("*", 10m, 50m)]);
        var unreached = Record() with { Provider = null, Cost = Money.Zero };
        Assert.Same(unreached, Apply(unreached));
        var refused = Record() with { Usage = default, Cost = Money.Zero, PriceVersion = null };
        Assert.Same(refused, Apply(refused));
    }

    [Fact]
    public void The_served_names_stand_in_is_the_name_asked_for_but_not_after_a_handoff()
    {
        book.SetOverrides([Rule("asked", 10m, 50m)]);
        var record = Record() with { Model = "served-unlisted", RequestedModel = "asked" };
        Assert.Equal("0.00006", Apply(record).Cost?.ToString());
        Assert.Equal(record.Cost, Apply(record with { HandoffReason = "route" }).Cost);
    }

    [Fact]
    public void A_handoff_gets_the_asked_for_cost_anew_too()
    {
        var record = Record() with
        {
            RequestedModel = "claude-opus-4-8",
            Model = "claude-haiku-4-5",
            HandoffReason = "route",
            Cost = Money.FromUsd(0.000006m),
            RequestedCost = Money.FromUsd(0.00003m),
        };
        Assert.Same(record, Apply(record));
        book.SetOverrides([Rule("claude-opus-4-8", 10m, 50m)]);
        var priced = Apply(record);
        Assert.Equal("0.00006", priced.RequestedCost?.ToString());
        Assert.Equal("0.000006", priced.Cost?.ToString());
        Assert.Equal("0.000054", priced.Saving?.ToString());
    }

    [Fact]
    public void Attempts_are_priced_each_at_their_own_provider_and_summed()
    {
        var record = Handoff();
        var priced = Apply(record);
        // 1 × 5 + 1 × 25, refused: 0, 100 × 5 + 10 × 30; asked: 101 × 5 + 11 × 25; one search at none of OpenAI's
        Assert.Equal(["0.00003", "0", "0.0008"], priced.Attempts.Select(a => a.Cost?.ToString()));
        Assert.Equal("0.00083", priced.Cost?.ToString());
        Assert.Equal("0.01078", priced.RequestedCost?.ToString());
        Assert.Equal("2026-07-02", priced.PriceVersion);
        Assert.Same(priced, Apply(priced));
    }

    [Fact]
    public void Where_one_attempt_loses_its_price_the_record_stays_whole()
    {
        var record = Handoff();
        record = record with { Attempts = record.Attempts.SetItem(2, record.Attempts[2] with { Model = "gone" }) };
        Assert.Same(record, Apply(record));
    }

    [Fact]
    public void An_attempt_of_unknown_cost_leaves_the_sum_unknown()
    {
        var record = Handoff() with { Cost = null };
        record = record with { Attempts = record.Attempts.SetItem(1, record.Attempts[1] with { Cost = null }) };
        var priced = Apply(record);
        Assert.Null(priced.Cost);
        Assert.Equal("0.0008", priced.Attempts[2].Cost?.ToString());
    }

    private static UsageRecord Handoff() =>
        Record() with
        {
            Provider = "backup",
            Model = "gpt-5.5",
            RequestedModel = "claude-opus-4-8",
            HandoffReason = "fallback:overloaded",
            Usage = new TokenUsage { Input = 101, Output = 11 },
            WebSearches = 1,
            Cost = Money.FromUsd(1m),
            RequestedCost = Money.FromUsd(2m),
            PriceVersion = "2020-01-01",
            Attempts =
            [
                new Attempt
                {
                    Provider = "main",
                    Model = "claude-opus-4-8",
                    Status = RequestStatus.StreamError,
                    Usage = new TokenUsage { Input = 1, Output = 1 },
                    Cost = Money.FromUsd(0.5m),
                },
                new Attempt
                {
                    Provider = "main",
                    Status = RequestStatus.Overloaded,
                    HttpStatus = 529,
                    Cost = Money.Zero,
                },
                new Attempt
                {
                    Provider = "backup",
                    Model = "gpt-5.5",
                    Status = RequestStatus.Ok,
                    Usage = new TokenUsage { Input = 100, Output = 10 },
                    Cost = Money.FromUsd(0.5m),
                },
            ],
        };

    private static UsageRecord Record() =>
        new()
        {
            Id = new RecordId(1),
            Workspace = WorkspaceId.Default,
            StartedAt = new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero),
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Provider = "main",
            Model = "claude-opus-4-8",
            RequestedModel = "claude-opus-4-8",
            Usage = new TokenUsage { Input = 1, Output = 1 },
            Quality = UsageQuality.Measured,
            Cost = Money.FromUsd(0.00003m),
            PriceVersion = "2026-07-02",
        };

    private static PriceOverride Rule(string model, decimal input, decimal output) =>
        new()
        {
            Model = model,
            Rates = new PriceRates { Input = input, Output = output },
        };

    private UsageRecord Apply(UsageRecord record) =>
        Repricing.Apply(
            record,
            book.Current,
            p =>
                p switch
                {
                    "main" => "anthropic",
                    "backup" => "openai",
                    _ => null,
                }
        );
}
