using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

public sealed class RecordMergeTests
{
    [Fact]
    public void The_gateways_later_word_replaces_its_earlier()
    {
        var later = TestRecords.Plain(1) with { User = null, Quality = UsageQuality.Estimated };
        Assert.Same(later, RecordMerge.Merge(TestRecords.Plain(1), later));
    }

    [Fact]
    public void Another_witness_adds_what_was_unknown_and_changes_nothing_that_was_known()
    {
        var gateway = TestRecords.Plain(1) with { User = "ada" };
        var transcript = TestRecords.Full() with
        {
            Id = gateway.Id,
            Source = UsageSource.Transcript,
            Quality = UsageQuality.Reported,
            User = "someone",
        };
        var merged = RecordMerge.Merge(gateway, transcript);
        Assert.Equal(UsageSource.Gateway, merged.Source);
        Assert.Equal("ada", merged.User);
        Assert.Equal(gateway.Model, merged.Model);
        Assert.Equal(gateway.Usage, merged.Usage);
        Assert.Equal(gateway.Cost, merged.Cost);
        Assert.Equal(gateway.StartedAt, merged.StartedAt);
        Assert.Equal(transcript.Session, merged.Session);
        Assert.Equal(transcript.Agent, merged.Agent);
        Assert.Equal(transcript.Tags, merged.Tags);
    }

    [Theory]
    [InlineData(UsageQuality.Estimated, UsageQuality.Reported, true)]
    [InlineData(UsageQuality.Reported, UsageQuality.Measured, true)]
    [InlineData(UsageQuality.Measured, UsageQuality.Reported, false)]
    [InlineData(UsageQuality.Reported, UsageQuality.Reported, false)]
    public void Better_known_tokens_are_taken_over_with_their_cost(UsageQuality known, UsageQuality seen, bool taken)
    {
        var first = TestRecords.Plain(1) with { Source = UsageSource.Otlp, Quality = known };
        var second = first with
        {
            Source = UsageSource.Transcript,
            Quality = seen,
            Usage = new TokenUsage { Input = 1, Output = 2 },
            Cost = null,
            PriceVersion = null,
        };
        var merged = RecordMerge.Merge(first, second);
        var expected = taken ? second : first;
        Assert.Equal(expected.Usage, merged.Usage);
        Assert.Equal(expected.Cost, merged.Cost);
        Assert.Equal(expected.PriceVersion, merged.PriceVersion);
        Assert.Equal(expected.Quality, merged.Quality);
        Assert.Equal(UsageSource.Otlp, merged.Source);
    }

    [Fact]
    public void The_gateway_takes_the_record_over_from_a_log()
    {
        var log = TestRecords.Plain(1) with { Source = UsageSource.Transcript, Status = RequestStatus.Unknown };
        var merged = RecordMerge.Merge(log, TestRecords.Plain(1));
        Assert.Equal(UsageSource.Gateway, merged.Source);
        Assert.Equal(RequestStatus.Ok, merged.Status);
    }

    [Fact]
    public void Tags_of_both_are_kept_and_the_first_word_stands()
    {
        var empty = ImmutableSortedDictionary<string, string>.Empty;
        var first = TestRecords.Plain(1) with { Tags = empty.Add("a", "1").Add("b", "1") };
        var second = first with { Source = UsageSource.Otlp, Tags = empty.Add("b", "2").Add("c", "2") };
        var merged = RecordMerge.Merge(first, second);
        Assert.Equal(["a=1", "b=1", "c=2"], merged.Tags.Select(t => $"{t.Key}={t.Value}"));
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
}
