using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

public sealed class RecordMergeTests
{
    [Fact]
    public void Another_witness_adds_what_was_unknown_and_changes_nothing_that_the_gateway_knows()
    {
        var gateway = TestRecords.Plain(1) with { User = "ada" };
        var transcript = TestRecords.Full() with
        {
            Id = gateway.Id,
            Source = UsageSource.Transcript,
            Quality = UsageQuality.Reported,
            User = "someone",
        };
        var merged = Fold(transcript, gateway);
        Assert.Equal(UsageSource.Gateway, merged.Source);
        Assert.Equal(UsageSources.Gateway | UsageSources.Transcript, merged.SeenBy);
        Assert.Equal("ada", merged.User);
        Assert.Equal(gateway.Model, merged.Model);
        Assert.Equal(gateway.Usage, merged.Usage);
        Assert.Equal(gateway.Cost, merged.Cost);
        Assert.Equal(gateway.StartedAt, merged.StartedAt);
        Assert.Equal(gateway.Status, merged.Status);
        Assert.Equal(gateway.Billing, merged.Billing);
        Assert.Equal(transcript.Session, merged.Session);
        Assert.Equal(transcript.Agent, merged.Agent);
        Assert.Equal(transcript.Tags, merged.Tags);
    }

    [Theory]
    [InlineData(UsageQuality.Estimated, 20, UsageQuality.Reported, 2, true)]
    [InlineData(UsageQuality.Measured, 2, UsageQuality.Reported, 20, false)]
    [InlineData(UsageQuality.Reported, 20, UsageQuality.Reported, 20, false)]
    [InlineData(UsageQuality.Reported, 20, UsageQuality.Reported, 21, true)]
    [InlineData(UsageQuality.Reported, null, UsageQuality.Reported, 0, true)]
    [InlineData(UsageQuality.Reported, 0, UsageQuality.Reported, null, false)]
    public void Better_known_tokens_are_taken_over_with_their_cost(
        UsageQuality known,
        int? knownOutput,
        UsageQuality seen,
        int? seenOutput,
        bool taken
    )
    {
        var first = TestRecords.Plain(1) with
        {
            Source = UsageSource.Transcript,
            Quality = known,
            Usage = new TokenUsage { Input = 5, Output = knownOutput },
        };
        var second = first with
        {
            Source = UsageSource.Otlp,
            Quality = seen,
            Usage = new TokenUsage { Input = 1, Output = seenOutput },
            Cost = null,
            PriceVersion = null,
        };
        var merged = Fold(first, second);
        var expected = taken ? second : first;
        Assert.Equal(expected.Usage, merged.Usage);
        Assert.Equal(expected.Cost, merged.Cost);
        Assert.Equal(expected.PriceVersion, merged.PriceVersion);
        Assert.Equal(expected.Quality, merged.Quality);
        Assert.Equal(UsageSource.Transcript, merged.Source);
    }

    [Fact]
    public void Of_several_attempts_another_witness_knows_the_last_alone()
    {
        var used = new TokenUsage { Input = 5, Output = 1 };
        var gateway = TestRecords.Plain(1) with
        {
            Usage = used + used,
            Quality = UsageQuality.Estimated,
            Cost = new Money(20),
            Attempts =
            [
                new Attempt
                {
                    Provider = "a",
                    Usage = used,
                    Quality = UsageQuality.Measured,
                    Cost = new Money(10),
                },
                new Attempt
                {
                    Provider = "b",
                    Usage = used,
                    Quality = UsageQuality.Estimated,
                    Cost = new Money(10),
                },
            ],
        };
        var log = TestRecords.Plain(1) with
        {
            Source = UsageSource.Transcript,
            Quality = UsageQuality.Reported,
            Usage = new TokenUsage { Input = 5, Output = 40 },
            Cost = new Money(400),
        };
        var merged = Fold(gateway, log);
        Assert.Equal(new TokenUsage { Input = 10, Output = 41 }, merged.Usage);
        Assert.Equal((new Money(410), UsageQuality.Reported), (merged.Cost, merged.Quality));
        Assert.Equal([new Money(10), new Money(400)], merged.Attempts.Select(a => a.Cost));
        Assert.Equal(log.Usage, merged.Attempts[1].Usage);
    }

    [Fact]
    public void What_the_witnesses_do_not_agree_on_is_kept()
    {
        var gateway = TestRecords.Plain(1) with { Session = "s1" };
        Assert.Equal(Doubts.None, Doubt(gateway));
        Assert.Equal(Doubts.Tokens, Doubt(gateway with { Usage = gateway.Usage with { Output = 19 } }));
        Assert.Equal(Doubts.None, Doubt(gateway with { Usage = gateway.Usage with { CacheRead = 1 } }));
        Assert.Equal(Doubts.Model, Doubt(gateway with { Model = "claude-opus-5" }));
        Assert.Equal(Doubts.None, Doubt(gateway with { Model = gateway.Model + "[1m]" }));
        Assert.Equal(Doubts.Lineage, Doubt(gateway with { Session = "s2" }));
        gateway = gateway with { Agent = "a1" };
        Assert.Equal(Doubts.Lineage, Doubt(gateway with { Agent = "a2" }));

        Doubts Doubt(UsageRecord log) =>
            Fold(gateway, log with { Source = UsageSource.Transcript, Quality = UsageQuality.Reported }).Doubts;
    }

    [Fact]
    public void What_was_translated_the_gateway_alone_knows()
    {
        var gateway = TestRecords.Translated() with { Quality = UsageQuality.Estimated, Model = "gpt-5" };
        var log = TestRecords.Translated() with
        {
            Source = UsageSource.Transcript,
            UpstreamDialect = Dialect.Gemini,
            Dropped = ["forged"],
            Usage = new TokenUsage { Input = 1, Output = 99 },
            Quality = UsageQuality.Reported,
            Cost = new Money(99),
            Model = "claude-sonnet-5",
            Session = "s",
        };
        var merged = Fold(log, gateway);
        Assert.Equal((gateway.UpstreamDialect, "s"), (merged.UpstreamDialect, merged.Session));
        Assert.Equal(gateway.Dropped, merged.Dropped);
        // The log's counts are those that the gateway wrote into the answer, and it prices them at the model asked for.
        Assert.Equal((gateway.Usage, gateway.Cost, gateway.Quality), (merged.Usage, merged.Cost, merged.Quality));
        Assert.Equal(Doubts.None, merged.Doubts);
        Assert.Equal(Doubts.Model, Fold(log with { Model = "claude-opus-5" }, gateway).Doubts);

        // Relayed in the caller's own dialect: nobody else's word makes a translation of it.
        merged = Fold(log, TestRecords.Plain(44));
        Assert.Equal((Dialect.None, 0), (merged.UpstreamDialect, merged.Dropped.Length));
    }

    [Fact]
    public void What_was_told_of_cache_writes_as_a_whole_agrees_with_its_parts()
    {
        var log = TestRecords.Plain(1) with
        {
            Source = UsageSource.Transcript,
            Usage = new TokenUsage
            {
                CacheWrite5m = 3,
                CacheWrite1h = 4,
                Output = 1,
            },
        };
        var event_ = log with
        {
            Source = UsageSource.Otlp,
            Usage = new TokenUsage { CacheWrite5m = 7, Output = 1 },
        };
        var merged = Fold(event_, log);
        Assert.Equal((Doubts.None, log.Usage), (merged.Doubts, merged.Usage));
    }

    [Fact]
    public void A_subscription_that_a_log_shows_covers_what_others_cannot_tell()
    {
        var log = TestRecords.Plain(1) with { Source = UsageSource.Transcript, Billing = Billing.Subscription };
        var metered = log with { Billing = Billing.Metered };
        Assert.Equal(Billing.Subscription, Fold(log, metered with { Source = UsageSource.Otlp }).Billing);
        Assert.Equal(Billing.Metered, Fold(log, metered with { Source = UsageSource.Gateway }).Billing);
    }

    [Fact]
    public void Tags_of_both_are_kept_and_the_first_word_stands()
    {
        var empty = ImmutableSortedDictionary<string, string>.Empty;
        var first = TestRecords.Plain(1) with { Tags = empty.Add("a", "1").Add("b", "1") };
        var second = first with { Source = UsageSource.Otlp, Tags = empty.Add("b", "2").Add("c", "2") };
        Assert.Equal(["a=1", "b=1", "c=2"], Fold(second, first).Tags.Select(t => $"{t.Key}={t.Value}"));
    }

    [Fact]
    public void The_order_of_the_words_changes_nothing()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var words = Enumerable
                .Range(1, 5)
                .Select(source => TestRecords.Arbitrary((seed * 5) + source) with { Source = (UsageSource)source })
                .ToArray();
            var random = new Random(seed);
            var shuffled = words.OrderBy(_ => random.Next()).ToArray();
            Assert.Equal(
                TestRecords.Show(RecordMerge.Fold(words, Doubts.None)),
                TestRecords.Show(RecordMerge.Fold(shuffled, Doubts.None))
            );
        }
    }

    [Fact]
    public void A_new_price_reaches_the_attempts()
    {
        var record = TestRecords.Full();
        var priced = record with
        {
            Cost = new Money(3),
            RequestedCost = null,
            Attempts = [.. record.Attempts.Select(a => a with { Cost = new Money(1), Provider = "intruder" })],
        };
        var repriced = RecordMerge.Reprice(record, priced);
        Assert.Equal(new Money(3), repriced.Cost);
        Assert.Null(repriced.RequestedCost);
        Assert.All(repriced.Attempts, a => Assert.Equal(new Money(1), a.Cost));
        Assert.Equal(record.Attempts.Select(a => a.Provider), repriced.Attempts.Select(a => a.Provider));
    }

    private static UsageRecord Fold(params UsageRecord[] words) => RecordMerge.Fold(words, Doubts.None);
}
