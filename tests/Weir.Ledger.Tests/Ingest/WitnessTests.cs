using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>Several sightings of one request, in every order, become one record; whatever could be another stays apart.</summary>
public sealed class WitnessTests : LedgerTest
{
    private static readonly UsageRecord Gateway = TestRecords.Plain(100);

    private static readonly UsageRecord Log = TestRecords.Plain(100) with
    {
        Id = new RecordId(9_000),
        Source = UsageSource.Transcript,
        Quality = UsageQuality.Reported,
        StartedAt = Gateway.StartedAt.AddSeconds(3),
        UpstreamId = null,
        Session = "s",
        Project = "weir",
        Usage = new TokenUsage { Input = 110, Output = 4 },
        Cost = new Money(7),
    };

    private static readonly UsageRecord Event = Log with
    {
        Id = new RecordId(9_001),
        Source = UsageSource.Otlp,
        MessageId = null,
        UpstreamId = Gateway.UpstreamId,
        Project = null,
        User = "ada",
        Usage = new TokenUsage { Input = 110, Output = 20 },
    };

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public async Task One_request_is_one_record_in_whichever_order_it_is_told(params int[] order)
    {
        await using var ledger = Open();
        UsageRecord[] words = [Gateway, Log, Event];
        foreach (var word in order)
        {
            await TellAsync(ledger, words[word]);
            await AuditAsync(ledger);
        }

        // Transcript and event share no id: those two alone are two records until the gateway's word shows them to be one.
        if (order[2] != 0)
        {
            var record = await OneAsync(ledger);
            Assert.Equal(UsageSources.Gateway | UsageSources.Transcript | UsageSources.Otlp, record.SeenBy);
            Assert.Equal((Gateway.Usage, Gateway.Cost), (record.Usage, record.Cost));
            Assert.Equal(
                (Gateway.StartedAt, "s", "weir", "ada"),
                (record.StartedAt, record.Session, record.Project, record.User)
            );
            Assert.Equal(Doubts.Tokens, record.Doubts);
        }

        foreach (var word in words)
        {
            var found = await ledger.Queries.RecordAsync(WorkspaceId.Default, word.Id, Cancel);
            Assert.True(found!.Record.SeenBy.HasFlag((UsageSources)(1 << (int)word.Source)));
        }
    }

    [Fact]
    public async Task A_witness_amends_its_own_word_and_no_others()
    {
        await using var ledger = Open();
        await TellAsync(ledger, Log);
        await TellAsync(ledger, Gateway with { Quality = UsageQuality.Estimated });
        await TellAsync(ledger, Log with { Usage = Log.Usage with { Output = 31 }, Cost = new Money(31) });
        var record = await OneAsync(ledger);
        Assert.Equal((31, new Money(31), UsageQuality.Reported), (record.Usage.Output, record.Cost, record.Quality));

        await TellAsync(
            ledger,
            Gateway with
            {
                Usage = new TokenUsage { Input = 1, Output = 30 },
                Route = "r",
            }
        );
        record = await OneAsync(ledger);
        Assert.Equal((30, "r", "weir"), (record.Usage.Output, record.Route, record.Project));
        Assert.Equal(Doubts.Tokens, record.Doubts);

        var words = await ledger.Queries.WordsAsync(WorkspaceId.Default, Gateway.Id, Cancel);
        Assert.Equal([UsageSource.Gateway, UsageSource.Transcript], words.Select(word => word.Source));
        Assert.Equal([30, 31], words.Select(word => (int)word.Usage.Output!));
        Assert.Empty(await ledger.Queries.WordsAsync(new WorkspaceId(2), Gateway.Id, Cancel));
        await AuditAsync(ledger);
    }

    [Fact]
    public async Task A_later_word_does_not_bring_old_prices_back()
    {
        await using var ledger = Open();
        await TellAsync(ledger, Gateway);
        await TellAsync(ledger, Log with { Usage = Gateway.Usage });
        await ledger.RepriceAsync(
            WorkspaceId.Default,
            [Gateway.Id],
            record => record with { Cost = new Money(77), PriceVersion = "2026-08-01" },
            Cancel
        );
        await TellAsync(ledger, Event);
        var record = await OneAsync(ledger);
        Assert.Equal((new Money(77), "2026-08-01", "ada"), (record.Cost, record.PriceVersion, record.User));
        await AuditAsync(ledger);
    }

    [Fact]
    public async Task Nothing_changes_when_everything_is_told_again_also_after_another_opening()
    {
        await using (var ledger = Open())
        {
            await TellAsync(ledger, Event);
            await TellAsync(ledger, Gateway);
            await TellAsync(ledger, Log);
        }

        await using var again = Open();
        var newest = again.Feed.Newest;
        await TellAsync(again, Log);
        await TellAsync(again, Gateway);
        await TellAsync(again, Event);
        Assert.Equal(newest, again.Feed.Newest);
        await OneAsync(again);
    }

    [Fact]
    public async Task What_others_may_not_share_stays_apart()
    {
        await using var ledger = Open();
        await TellAsync(ledger, Gateway);
        await TellAsync(ledger, Log with { Workspace = new WorkspaceId(2) });
        await TellAsync(ledger, Log with { Id = new RecordId(9_002), MessageId = "msg_other" });
        await TellAsync(ledger, Log with { Id = new RecordId(9_003), StartedAt = Gateway.StartedAt.AddDays(3) });
        await TellAsync(ledger, Gateway with { Id = new RecordId(101) });
        Assert.Equal(5, (await EntriesAsync(ledger)).Length);

        // Two of the gateway's go by that id: neither can be said to be the log's.
        await TellAsync(ledger, Log with { Id = new RecordId(9_004) });
        var apart = (await EntriesAsync(ledger))[^1];
        Assert.Equal((1, Doubts.Identity), (apart.Revision, apart.After.Doubts));
        await AuditAsync(ledger);
    }

    [Fact]
    public async Task A_request_is_found_among_many_runs_of_entries()
    {
        await using var ledger = Open();
        await ledger.ImportAsync([.. Enumerable.Range(1, 5_000).Select(i => TestRecords.Plain(i))], Cancel);
        var logs = Enumerable.Range(1, 5_000).Where(i => i % 7 == 0).Select(i => LogOf(i)).ToImmutableArray();
        await ledger.ImportAsync(logs, Cancel);
        await ledger.ImportAsync(logs, Cancel);
        var entries = await EntriesAsync(ledger);
        Assert.Equal(5_000 + logs.Length, entries.Length);
        Assert.All(entries[5_000..], entry => Assert.Equal(("late", 2), (entry.After.Session, entry.Revision)));
        await AuditAsync(ledger);

        static UsageRecord LogOf(int i) =>
            TestRecords.Plain(i) with
            {
                Id = new RecordId(1_000_000 + i),
                Source = UsageSource.Transcript,
                Quality = UsageQuality.Reported,
                Session = "late",
                UpstreamId = i % 2 == 0 ? null : $"req_{i}",
                MessageId = i % 2 == 0 ? $"msg_{i}" : null,
            };
    }

    private static async Task TellAsync(UsageLedger ledger, UsageRecord word)
    {
        if (word.Source == UsageSource.Gateway)
        {
            AppendReserved(ledger, word);
            await ledger.FlushAsync(Cancel);
        }
        else
        {
            await ledger.ImportAsync([word], Cancel);
        }
    }

    private static async Task<UsageRecord> OneAsync(UsageLedger ledger)
    {
        var page = await ledger.Queries.RecordsAsync(
            new UsageQuery
            {
                Workspace = WorkspaceId.Default,
                From = DateTimeOffset.UnixEpoch,
                To = DateTimeOffset.MaxValue,
            },
            null,
            10,
            Cancel
        );
        return Assert.Single(page.Items).Record;
    }

    private static async Task AuditAsync(UsageLedger ledger)
    {
        var audit = await ledger.Queries.AuditAsync(
            WorkspaceId.Default,
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            Cancel
        );
        Assert.True(audit.IsSound, audit.ToString());
    }
}
