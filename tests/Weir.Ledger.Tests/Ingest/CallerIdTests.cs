using Weir.Foundation;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>A translated request is known to others by the ids that the gateway gave out, which name its record.</summary>
public sealed class CallerIdTests : LedgerTest
{
    private static readonly UsageRecord Gateway = TestRecords.Plain(100) with
    {
        UpstreamDialect = Dialect.OpenAIChat,
        Dropped = ["top_k"],
        UpstreamId = "upstream-request",
        MessageId = "chatcmpl-upstream",
        Model = "gpt-5",
    };

    private static readonly UsageRecord Log = TestRecords.Plain(100) with
    {
        Id = new RecordId(9_000),
        Source = UsageSource.Transcript,
        Quality = UsageQuality.Reported,
        StartedAt = Gateway.StartedAt.AddSeconds(3),
        MessageId = "msg_weir_req_0000000000034",
        UpstreamId = "req_weir_req_0000000000034",
        Session = "s",
    };

    private static readonly UsageRecord Event = Log with
    {
        Id = new RecordId(9_001),
        Source = UsageSource.Otlp,
        MessageId = null,
        Session = null,
        User = "ada",
    };

    private static readonly UsageRecord Hook = Log with
    {
        Id = new RecordId(9_002),
        Source = UsageSource.Hook,
        UpstreamId = null,
        Session = null,
        Project = "weir",
    };

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(0, 3, 2, 1)]
    [InlineData(1, 0, 2, 3)]
    [InlineData(2, 0, 1, 3)]
    [InlineData(2, 0, 3, 1)]
    [InlineData(3, 0, 2, 1)]
    [InlineData(1, 2, 3, 0)]
    public async Task One_request_is_one_record_in_whichever_order_it_is_told(params int[] order)
    {
        await using var ledger = Open();
        UsageRecord[] words = [Gateway, Log, Event, Hook];
        foreach (var word in order)
        {
            await TellAsync(ledger, words[word]);
        }

        var record = Assert.Single(await RecordsAsync(ledger));
        Assert.Equal(
            UsageSources.Gateway | UsageSources.Transcript | UsageSources.Otlp | UsageSources.Hook,
            record.SeenBy
        );
        Assert.Equal((Gateway.MessageId, Gateway.UpstreamId), (record.MessageId, record.UpstreamId));
        Assert.Equal((Gateway.Usage, Gateway.Cost, "gpt-5"), (record.Usage, record.Cost, record.Model));
        Assert.Equal(("s", "ada", "weir"), (record.Session, record.User, record.Project));
        Assert.Equal((Dialect.OpenAIChat, "top_k"), (record.UpstreamDialect, string.Join(',', record.Dropped)));
        Assert.Equal(Doubts.None, record.Doubts);
        var found = await ledger.Queries.RecordAsync(WorkspaceId.Default, Gateway.Id, Cancel);
        Assert.Equal(record.Id, found!.Record.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upstream_that_gave_no_ids_and_a_later_attempt_make_no_difference(bool gatewayFirst)
    {
        var gateway = Gateway with
        {
            MessageId = null,
            UpstreamId = null,
            Attempts = [new Attempt { Provider = "a" }, new Attempt { Provider = "b" }],
        };
        var log = Log with { MessageId = CallerIds.Make(gateway.Dialect, gateway.Id, 1), UpstreamId = null };
        await using var ledger = Open();
        await TellAsync(ledger, gatewayFirst ? gateway : log);
        await TellAsync(ledger, gatewayFirst ? log : gateway);
        var record = Assert.Single(await RecordsAsync(ledger));
        Assert.Equal(UsageSources.Gateway | UsageSources.Transcript, record.SeenBy);
    }

    [Fact]
    public async Task Telling_it_all_again_changes_nothing()
    {
        await using (var ledger = Open())
        {
            await TellAsync(ledger, Log);
            await TellAsync(ledger, Gateway);
            await TellAsync(ledger, Event);
        }

        await using var again = Open();
        var newest = again.Feed.Newest;
        await TellAsync(again, Event);
        await TellAsync(again, Gateway);
        await TellAsync(again, Log);
        Assert.Equal(newest, again.Feed.Newest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_gateway_did_not_give_out_finds_nothing(bool gatewayFirst)
    {
        UsageRecord[] gateways =
        [
            Gateway,
            // Relayed in the caller's own dialect: its ids are the provider's.
            Gateway with
            {
                Id = new RecordId(101),
                UpstreamDialect = Dialect.None,
                Dropped = [],
            },
        ];
        UsageRecord[] forged =
        [
            Named(1, new RecordId(101)),
            Named(2, new RecordId(long.MaxValue)),
            Named(3, Gateway.Id) with
            {
                Workspace = new WorkspaceId(2),
            },
            Named(4, Gateway.Id) with
            {
                StartedAt = Gateway.StartedAt.AddDays(3),
            },
            // A record of another witness is none of the gateway's.
            Named(5, new RecordId(9_101)),
            Log with
            {
                Id = new RecordId(9_106),
                MessageId = "msg_weir_req_000000000003!",
                UpstreamId = "req_weir_",
            },
        ];
        await using var ledger = Open();
        foreach (var word in gatewayFirst ? [.. gateways, .. forged] : (UsageRecord[])[.. forged, .. gateways])
        {
            await TellAsync(ledger, word);
        }

        var entries = await EntriesAsync(ledger);
        Assert.Equal(gateways.Length + forged.Length, entries.Length);
        Assert.All(entries, entry => Assert.Equal((1, UsageSources.None), (entry.Revision, entry.After.AlsoSeenBy)));
    }

    [Fact]
    public async Task Two_of_one_kind_do_not_both_join()
    {
        await using var ledger = Open();
        await TellAsync(ledger, Gateway);
        await TellAsync(ledger, Log);
        await TellAsync(ledger, Named(1, Gateway.Id));
        Assert.Equal(2, (await RecordsAsync(ledger)).Length);
    }

    [Fact]
    public async Task Another_gateways_ids_are_an_upstreams()
    {
        await using var ledger = Open();
        await TellAsync(ledger, Gateway);
        // Its upstream is another server, whose record happens to have the id of one that is here.
        var relayed = Gateway with
        {
            Id = new RecordId(102),
            UpstreamDialect = Dialect.None,
            MessageId = Log.MessageId,
            UpstreamId = Log.UpstreamId,
        };
        await TellAsync(ledger, relayed);
        await TellAsync(ledger, Log);
        var joined = (await RecordsAsync(ledger)).Single(record => record.Session == "s");
        Assert.Equal((relayed.Id, Doubts.None), (joined.Id, joined.Doubts & Doubts.Identity));
    }

    private static UsageRecord Named(int number, RecordId named) =>
        Log with
        {
            Id = new RecordId(9_100 + number),
            MessageId = CallerIds.Make(Dialect.AnthropicMessages, named, number),
            UpstreamId = null,
        };

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

        var audit = await ledger.Queries.AuditAsync(
            WorkspaceId.Default,
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            Cancel
        );
        Assert.True(audit.IsSound, audit.ToString());
    }

    private static async Task<UsageRecord[]> RecordsAsync(UsageLedger ledger)
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
        return [.. page.Items.Select(item => item.Record)];
    }
}
