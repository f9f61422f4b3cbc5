using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Tests.Ingest;
using Weir.Testing;

namespace Weir.Ledger.Tests.Storage;

/// <summary>Data folders that earlier schemas wrote are kept under tests/fixtures/ledger and opened with the present build.</summary>
public sealed class LedgerSchemaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("schema-0001")]
    [InlineData("schema-0002")]
    [InlineData("schema-0003")]
    [InlineData("schema-0004")]
    [InlineData("schema-0005")]
    public async Task A_folder_of_an_earlier_schema_opens_with_everything_in_it(string schema)
    {
        using var folder = new TestFolder();
        File.Copy(TestFolder.Fixture("ledger", schema, "ledger.db"), folder.Database);
        await using var ledger = UsageLedger.Open(folder.Options, new FakeClock()).Ledger!;
        var entries = await ledger.Feed.ReadAsync(0, 100, Cancel);
        Assert.Equal(KeptFolder.Entries.Select(TestRecords.Show), entries.Select(e => TestRecords.Show(e.After)));
        Assert.Equal([1, 1, 1, 1, 2], entries.Select(e => e.Revision));
        Assert.Equal(TestRecords.Show(KeptFolder.Entries[0]), TestRecords.Show(entries[^1].Before));
        Assert.Equal(4, await ledger.Feed.ReadCursorAsync("kept", Cancel));
        Assert.Equal((5, 5, 0), (ledger.Status.Journalled, ledger.Status.Written, ledger.Status.Pending));
        Assert.Equal(TestRecords.Full().Id, ledger.HighestId);
        ledger.Journal.Append(TestRecords.Plain(99));
        await ledger.FlushAsync(Cancel);
        Assert.Equal(6, (await ledger.Feed.ReadAsync(5, 100, Cancel)).Single().Sequence);
        ledger.Journal.Append(TestRecords.Translated());
        await ledger.FlushAsync(Cancel);
        var newest = (await ledger.Feed.ReadAsync(6, 100, Cancel)).Single();
        Assert.Equal(TestRecords.Show(TestRecords.Translated()), TestRecords.Show(newest.After));
        foreach (var workspace in new[] { 1, 2 })
        {
            var audit = await ledger.Queries.AuditAsync(
                new WorkspaceId(workspace),
                DateTimeOffset.MinValue,
                DateTimeOffset.MaxValue,
                Cancel
            );
            Assert.True(audit is { IsSound: true, Records: > 0 }, audit.ToString());
        }
    }

    [Fact]
    public async Task What_comes_after_an_upgrade_is_summed_up_once()
    {
        using var folder = new TestFolder();
        File.Copy(TestFolder.Fixture("ledger", "schema-0001", "ledger.db"), folder.Database);
        // A quarter that begins no hour, and the last one.
        using (var connection = new SqliteDatabase(folder.Database).OpenWriter())
        {
            Scalar(connection, "UPDATE rollup SET workspace = 7, start = start - start % 3600 + 2700 WHERE width = 0");
        }

        var clock = new FakeClock(TestRecords.Start.AddHours(20));
        await using var ledger = UsageLedger.Open(folder.Options, clock).Ledger!;
        for (var i = 0; i < 4 * 12; i++)
        {
            var startedAt = TestRecords.Start.AddHours(20).AddMinutes(15 * i);
            ledger.Journal.Append(TestRecords.Plain(1000 + i, new WorkspaceId(8)) with { StartedAt = startedAt });
        }

        await ledger.FlushAsync(Cancel);
        clock.Set(clock.GetUtcNow().AddDays(3));
        ledger.Journal.Append(TestRecords.Plain(2000, new WorkspaceId(8)));
        await ledger.FlushAsync(Cancel);
        var audit = await ledger.Queries.AuditAsync(
            new WorkspaceId(8),
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            Cancel
        );
        Assert.True(audit is { IsSound: true, Records: 49 }, audit.ToString());
    }

    /// <summary>Writes the folder of the newest schema, when it is not there yet. Run by hand (<c>-explicit only</c>).</summary>
    [Fact(Explicit = true)]
    public async Task Write_a_folder_of_the_newest_schema()
    {
        using var folder = new TestFolder();
        await using (var ledger = UsageLedger.Open(folder.Options, new FakeClock()).Ledger!)
        {
            foreach (var record in KeptFolder.Entries)
            {
                ledger.Journal.Append(record);
            }

            await ledger.FlushAsync(Cancel);
            await ledger.Feed.StoreCursorAsync("kept", 4, Cancel);
        }

        int schema;
        using (var connection = new SqliteDatabase(folder.Database).OpenWriter())
        {
            schema = Convert.ToInt32(Scalar(connection, "SELECT count(*) FROM schema_migration"));
            Scalar(connection, "PRAGMA journal_mode = DELETE");
        }

        var target = TestFolder.Fixture("ledger", $"schema-{schema:D4}", "ledger.db");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!File.Exists(target))
        {
            File.Copy(folder.Database, target);
        }
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static class KeptFolder
    {
        public static readonly UsageRecord[] Entries =
        [
            TestRecords.Plain(1),
            TestRecords.Full(),
            TestRecords.Plain(2, new WorkspaceId(2)),
            TestRecords.Plain(3) with
            {
                Status = RequestStatus.RateLimited,
                HttpStatus = 429,
                Usage = default,
                Quality = UsageQuality.None,
                Cost = null,
                PriceVersion = null,
            },
            TestRecords.Plain(1) with
            {
                Session = "late",
                Usage = new TokenUsage { Input = 11, Output = 21 },
            },
        ];
    }
}
