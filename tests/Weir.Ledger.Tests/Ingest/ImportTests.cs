using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Ingest;

public sealed class ImportTests : LedgerTest
{
    private const int Node = 1023;

    [Fact]
    public async Task What_is_imported_is_stored_summed_and_no_part_of_the_journals_counts()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);

        Assert.Equal(new ImportOutcome(500, 501), await ledger.ImportAsync(Imported(0, 500), Cancel));
        Assert.Equal(new ImportOutcome(0, 501), await ledger.ImportAsync(Imported(0, 500), Cancel));

        Assert.Equal((1, 1, 0), (ledger.Status.Journalled, ledger.Status.Written, ledger.Status.Pending));
        Assert.Equal(500, await ledger.CountAsync(Node, Cancel));
        Assert.Equal(501, (await EntriesAsync(ledger)).Length);
        Assert.Equal(501, await AuditAsync(ledger));
    }

    [Fact]
    public async Task What_is_removed_leaves_the_rest_as_if_it_had_never_been()
    {
        await using var ledger = Open();
        var own = Enumerable.Range(0, 60).Select(TestRecords.Arbitrary).DistinctBy(r => r.Id).ToArray();
        foreach (var record in own)
        {
            AppendReserved(ledger, record);
        }

        await ledger.FlushAsync(Cancel);
        var before = await SumAsync(ledger);
        await ledger.ImportAsync(Imported(0, 900), Cancel);
        Assert.NotEqual(before, await SumAsync(ledger));

        var (removed, last) = (0, default(RecordId));
        while (true)
        {
            (var count, last) = await ledger.RemoveAsync(Node, last, 250, Cancel);
            Assert.InRange(count, 0, 250);
            removed += count;
            if (count == 0)
            {
                break;
            }

            await AuditAsync(ledger);
        }

        Assert.Equal(900, removed);
        Assert.Equal(0, await ledger.CountAsync(Node, Cancel));
        Assert.Equal(before, await SumAsync(ledger));
        Assert.Equal(
            own.Select(TestRecords.Show),
            (await EntriesAsync(ledger)).Select(entry => TestRecords.Show(entry.After))
        );
        await AuditAsync(ledger);
    }

    private static ImmutableArray<UsageRecord> Imported(int from, int count) =>
        [
            .. Enumerable
                .Range(from, count)
                .Select(i =>
                    TestRecords.Plain(i) with
                    {
                        Id = new RecordId(((1L + i) << (RecordId.NodeShift + 10)) | ((long)Node << RecordId.NodeShift)),
                        Session = $"session-{i / 20}",
                        Model = i % 3 == 0 ? "a" : "b",
                    }
                ),
        ];

    private static async Task<long> AuditAsync(UsageLedger ledger)
    {
        var audit = await ledger.Queries.AuditAsync(
            TestRecords.Plain(1).Workspace,
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Cancel
        );
        Assert.Equal(0, audit.Differences);
        return audit.Records;
    }

    private static async Task<string> SumAsync(UsageLedger ledger)
    {
        var summary = await ledger.Queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = TestRecords.Plain(1).Workspace,
                From = DateTimeOffset.UnixEpoch,
                To = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
                GroupBy =
                [
                    new UsageDimension(UsageDimensionKind.Model),
                    new UsageDimension(UsageDimensionKind.Session),
                ],
            },
            Cancel
        );
        return System.Text.Json.JsonSerializer.Serialize(summary with { Sequence = 0 }); // which removing moves on
    }
}
