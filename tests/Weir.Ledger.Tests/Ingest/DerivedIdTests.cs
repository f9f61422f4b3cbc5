using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>Of records with derived ids the first word stands, whoever repeats it and when.</summary>
public sealed class DerivedIdTests : LedgerTest
{
    private static readonly UsageRecord First = TestRecords.Plain(1) with
    {
        Id = DerivedRecordId.Of("a line"u8),
        Key = "first",
        PriceMode = "batch",
    };

    private static readonly UsageRecord Again = First with
    {
        StartedAt = First.StartedAt.AddDays(3),
        Key = "second",
        Cost = null,
    };

    [Fact]
    public async Task Repeated_at_once_or_after_a_restart_it_stays_one_entry()
    {
        await using (var ledger = Open())
        {
            AppendReserved(ledger, First);
            AppendReserved(ledger, Again);
            await AssertHoldsAsync(ledger, First);
            AppendReserved(ledger, Again);
            await AssertHoldsAsync(ledger, First);
            Assert.Equal(3, ledger.Status.Written);
        }

        await using (var ledger = Open())
        {
            AppendReserved(ledger, Again with { Workspace = new WorkspaceId(7) });
            await AssertHoldsAsync(ledger, First);
            var other = First with { Id = DerivedRecordId.Of("another line"u8), MessageId = "msg_other" };
            AppendReserved(ledger, other);
            await AssertHoldsAsync(ledger, First, other);
        }
    }

    [Fact]
    public async Task It_stays_one_entry_where_a_witness_told_it_first()
    {
        var log = First with { Id = new RecordId(77), Source = UsageSource.Transcript, Key = null, Session = "s" };
        await using var ledger = Open();
        AppendReserved(ledger, log);
        AppendReserved(ledger, First);
        await ledger.FlushAsync(Cancel);
        var joined = await EntriesAsync(ledger);
        Assert.Equal(2, joined.Length);

        AppendReserved(ledger, Again);
        await ledger.FlushAsync(Cancel);

        Assert.Equal(2, (await EntriesAsync(ledger)).Length);
        Assert.Equal("first", joined[^1].After.Key);
    }

    [Fact]
    public async Task They_put_no_source_of_ids_ahead_of_its_clock()
    {
        await using var ledger = Open();
        for (var i = 0; i < 200; i++)
        {
            AppendReserved(
                ledger,
                First with
                {
                    Id = DerivedRecordId.Of(Encoding.UTF8.GetBytes($"{i}")),
                    MessageId = $"msg_{i}",
                    UpstreamId = null,
                }
            );
        }

        await ledger.FlushAsync(Cancel);
        var clock = new FakeClock();
        var now = new RecordIdSource(clock).Next();
        Assert.True(ledger.HighestId.CompareTo(now) < 0);
        Assert.Equal(now, new RecordIdSource(clock, highest: ledger.HighestId).Next());
    }
}
