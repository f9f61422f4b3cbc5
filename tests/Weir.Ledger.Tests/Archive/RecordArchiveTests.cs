using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Archive;

/// <summary>Months leave and come back: whatever ends the process, whatever is told late, each record counts once.</summary>
public sealed class RecordArchiveTests : LedgerTest
{
    private const int Records = 60;
    private static readonly DateTimeOffset Month = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly UsageQuery All = new()
    {
        Workspace = WorkspaceId.Default,
        From = DateTimeOffset.UnixEpoch,
        To = DateTimeOffset.MaxValue,
    };

    [Fact]
    public async Task A_process_that_ends_at_any_step_leaves_each_record_once()
    {
        var killed = new List<TestFolder>();
        try
        {
            await using (var ledger = await FilledAsync())
            {
                killed.Add(Folder.Copy());
                var outcome = await ledger.Archive.ArchiveAsync(
                    WorkspaceId.Default,
                    Month,
                    _ => killed.Add(Folder.Copy()),
                    Cancel
                );
                Assert.Equal((Records, null), (outcome.Records, outcome.Refusal));
                killed.Add(Folder.Copy());
            }

            Assert.True(killed.Count > 5, $"{killed.Count} steps");
            // The file is there, and no row that says so.
            TestFolder.CopyAll(Archived(killed[^1]), Archived(killed[0]));
            foreach (var folder in killed)
            {
                await using var ledger = Open(folder);
                await AssertSoundAsync(ledger);
                await ledger.Archive.ResumeAsync(Cancel);
                await AssertSoundAsync(ledger);
                _ = await ledger.Archive.ArchiveAsync(WorkspaceId.Default, Month, Cancel);
                await AssertSoundAsync(ledger);
                Assert.Single(await ledger.Archive.ListAsync(Cancel));
                Assert.True(await ledger.Archive.RestoreAsync(WorkspaceId.Default, Month, Cancel));
                await AssertSoundAsync(ledger);
                Assert.Equal(Records, (await EntriesAsync(ledger)).Length);
            }
        }
        finally
        {
            killed.ForEach(folder => folder.Dispose());
        }
    }

    [Fact]
    public async Task What_is_told_late_of_an_archived_record_is_counted_once()
    {
        await using var ledger = await ArchivedAsync();
        var known = TestRecords.Plain(7);
        // The same again; another witness's word by the id of the message; the same record at another time.
        ledger.Journal.Append(known);
        await ledger.FlushAsync(Cancel);
        Assert.Empty(await ledger.Archive.ListAsync(Cancel));
        await AssertSoundAsync(ledger);

        await ArchiveAsync(ledger);
        var log = TestRecords.Plain(8) with
        {
            Id = new RecordId(90_000),
            Source = UsageSource.Transcript,
            Quality = UsageQuality.Reported,
            UpstreamId = null,
        };
        await ledger.ImportAsync([log], Cancel);
        await AssertSoundAsync(ledger);
        var merged = await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(90_000), Cancel);
        Assert.Equal((8L, UsageSources.Transcript), (merged!.Record.Id.Value, merged.Record.AlsoSeenBy));

        await ArchiveAsync(ledger);
        merged = await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(90_000), Cancel);
        Assert.Equal(8, merged!.Record.Id.Value);
        Assert.Equal(2, (await ledger.Queries.WordsAsync(WorkspaceId.Default, new RecordId(8), Cancel)).Length);
        Assert.Single(await ledger.Queries.EarlierAsync(WorkspaceId.Default, new RecordId(8), Cancel));
        var under = await ledger.Lineage.StandUnderAsync(WorkspaceId.Default, [new RecordId(90_000)], Cancel);
        Assert.Equal(new RecordId(8), under[new RecordId(90_000)]);

        ledger.Journal.Append(known with { StartedAt = Month.AddMonths(6) });
        await ledger.FlushAsync(Cancel);
        await AssertSoundAsync(ledger);
    }

    [Fact]
    public async Task Pricing_again_brings_the_month_back()
    {
        await using var ledger = await ArchivedAsync();
        var changed = await ledger.RepriceAsync(
            WorkspaceId.Default,
            [new RecordId(3)],
            record => record with { Cost = new Money(5) },
            Cancel
        );
        Assert.Equal(1, changed);
        await AssertSoundAsync(ledger);
        Assert.Equal(
            new Money(5),
            (await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(3), Cancel))!.Record.Cost
        );
    }

    [Fact]
    public async Task Somebody_who_is_forgotten_is_renamed_in_archived_months_too()
    {
        await using var ledger = Open();
        for (var i = 1; i <= Records; i++)
        {
            ledger.Journal.Append(TestRecords.Plain(i) with { User = i % 2 == 0 ? "ada" : "bob", ParentAgent = "ada" });
        }

        await ledger.FlushAsync(Cancel);
        await ArchiveAsync(ledger);
        var outcome = await ledger.PseudonymiseAsync(
            new Pseudonym
            {
                Workspace = WorkspaceId.Default,
                Name = "ada",
                Instead = "erased-1",
            },
            Cancel
        );
        // As a parent agent's the name is nobody's, and must not turn into another.
        Assert.Equal((Records / 2, true), (outcome.Records, outcome.IsNameLeft));
        Assert.Single(await ledger.Archive.ListAsync(Cancel));
        var records = (await ledger.Queries.RecordsAsync(All, null, 100, Cancel)).Items.Select(i => i.Record).ToArray();
        Assert.Equal(
            [("bob", Records / 2), ("erased-1", Records / 2)],
            records.GroupBy(r => r.User!).Select(g => (g.Key, g.Count())).Order()
        );
        Assert.All(records, r => Assert.Equal("ada", r.ParentAgent));
    }

    [Fact]
    public async Task What_changed_while_a_month_was_leaving_is_kept()
    {
        await using var ledger = await FilledAsync();
        var told = false;
        var outcome = await ledger.Archive.ArchiveAsync(
            WorkspaceId.Default,
            Month,
            _ =>
            {
                if (!told)
                {
                    told = true;
                    ledger.Journal.Append(TestRecords.Plain(Records) with { Status = RequestStatus.StreamError });
                    ledger.FlushAsync(Cancel).GetAwaiter().GetResult();
                }
            },
            Cancel
        );
        Assert.NotNull(outcome.Refusal);
        await AssertSoundAsync(ledger);
        var last = await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(Records), Cancel);
        Assert.Equal(RequestStatus.StreamError, last!.Record.Status);
    }

    [Fact]
    public async Task A_follower_that_is_behind_keeps_the_month_where_it_is()
    {
        await using var ledger = await FilledAsync();
        await ledger.Feed.StoreCursorAsync("slow", Records - 1, Cancel);
        var outcome = await ledger.Archive.ArchiveAsync(WorkspaceId.Default, Month, Cancel);
        Assert.Contains("follows", outcome.Refusal, StringComparison.Ordinal);
        await ledger.Feed.StoreCursorAsync("slow", Records, Cancel);
        Assert.Null((await ledger.Archive.ArchiveAsync(WorkspaceId.Default, Month, Cancel)).Refusal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_file_is_named_and_stops_nothing_else(bool isCutOff)
    {
        await using var ledger = await ArchivedAsync();
        var file = Assert.Single(await ledger.Archive.ListAsync(Cancel)).File;
        Assert.Null(await ledger.Archive.VerifyAsync(Cancel));
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, isCutOff ? bytes[..^9] : bytes, Cancel);
        Assert.Contains(file, await ledger.Archive.VerifyAsync(Cancel), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            ledger.Queries.RecordsAsync(All, null, 10, Cancel)
        );
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Contains("backup", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Records, (await ledger.Queries.SummaryAsync(All, Cancel)).Total.Requests);

        // Nobody can say whether it is known: it is kept, and says so.
        await ledger.ImportAsync([TestRecords.Plain(500) with { StartedAt = Month.AddDays(1) }], Cancel);
        var late = await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(500), Cancel);
        Assert.Equal(Doubts.Identity, late!.Record.Doubts & Doubts.Identity);
        Assert.Equal(0, ledger.Status.Pending);

        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        Assert.Equal(Records + 1, (await ledger.Queries.RecordsAsync(All, null, 100, Cancel)).Items.Length);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_loses_nothing()
    {
        await using var ledger = await FilledAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder.Path, "records"), "in the way", Cancel);
        await Assert.ThrowsAnyAsync<IOException>(() => ledger.Archive.ArchiveAsync(WorkspaceId.Default, Month, Cancel));
        await AssertSoundAsync(ledger);
    }

    [Fact]
    public async Task Records_that_are_kept_no_longer_leave_their_sums()
    {
        await using var ledger = await ArchivedAsync();
        ledger.Journal.Append(TestRecords.Plain(200) with { StartedAt = Month.AddMonths(2) });
        ledger.Journal.Append(TestRecords.Plain(201) with { StartedAt = Month.AddMonths(4) });
        await ledger.FlushAsync(Cancel);
        Assert.Equal(
            Records + 1,
            await ledger.Archive.KeepSinceAsync(WorkspaceId.Default, Month.AddMonths(3), null, Cancel)
        );
        Assert.Equal(
            [201L],
            (await ledger.Queries.RecordsAsync(All, null, 100, Cancel)).Items.Select(i => i.Record.Id.Value)
        );
        Assert.Equal(Records + 2, (await ledger.Queries.SummaryAsync(All, Cancel)).Total.Requests);
        Assert.Empty(await ledger.Archive.ListAsync(Cancel));
        Assert.True((await AuditAsync(ledger)) is { IsSound: true, Records: 1 });
        Assert.Equal((Month.AddMonths(3), null), await ledger.Queries.KeptSinceAsync(WorkspaceId.Default, Cancel));

        // Told again, and by another who saw it: it was counted.
        ledger.Journal.Append(TestRecords.Plain(7));
        ledger.Journal.Append(TestRecords.Plain(999) with { Source = UsageSource.Transcript });
        await ledger.FlushAsync(Cancel);
        Assert.Equal(Records + 2, (await ledger.Queries.SummaryAsync(All, Cancel)).Total.Requests);
        Assert.Equal(0, ledger.Status.Pending);

        await ledger.Archive.KeepSinceAsync(WorkspaceId.Default, null, Month.AddMonths(4).AddDays(-1), Cancel);
        Assert.Equal(1, (await ledger.Queries.SummaryAsync(All, Cancel)).Total.Requests);
        Assert.True((await AuditAsync(ledger)).IsSound);
    }

    [Fact]
    public async Task A_file_that_no_month_has_goes_after_a_day()
    {
        await using var ledger = await ArchivedAsync();
        var file = Assert.Single(await ledger.Archive.ListAsync(Cancel)).File;
        Assert.True(await ledger.Archive.RestoreAsync(WorkspaceId.Default, Month, Cancel));
        await ledger.Archive.ResumeAsync(Cancel);
        Clock.Set(Clock.GetUtcNow().AddHours(23));
        await ledger.Archive.ResumeAsync(Cancel);
        Assert.True(File.Exists(file));
        Clock.Set(Clock.GetUtcNow().AddHours(2));
        await ledger.Archive.ResumeAsync(Cancel);
        Assert.False(File.Exists(file));
        await AssertSoundAsync(ledger);
    }

    private static string Archived(TestFolder folder)
    {
        var path = Path.Combine(folder.Path, "records");
        Directory.CreateDirectory(path);
        return path;
    }

    private async Task<UsageLedger> FilledAsync()
    {
        var ledger = Open();
        for (var i = 1; i <= Records; i++)
        {
            ledger.Journal.Append(TestRecords.Plain(i));
        }

        await ledger.FlushAsync(Cancel);
        return ledger;
    }

    private async Task<UsageLedger> ArchivedAsync()
    {
        var ledger = await FilledAsync();
        await ArchiveAsync(ledger);
        return ledger;
    }

    private static async Task ArchiveAsync(UsageLedger ledger)
    {
        var outcome = await ledger.Archive.ArchiveAsync(WorkspaceId.Default, Month, Cancel);
        Assert.Equal((Records, null), (outcome.Records, outcome.Refusal));
        Assert.True(outcome.Bytes > 0);
    }

    private static Task<LedgerAudit> AuditAsync(UsageLedger ledger) =>
        ledger.Queries.AuditAsync(WorkspaceId.Default, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Cancel);

    private static async Task AssertSoundAsync(UsageLedger ledger)
    {
        Assert.Equal(new LedgerAudit(Records, 0, 0), await AuditAsync(ledger) with { Combinations = 0 });
        var ids = (await ledger.Queries.RecordsAsync(All, null, 1000, Cancel)).Items.Select(i => i.Record.Id.Value);
        Assert.Equal(Enumerable.Range(1, Records).Select(i => (long)i), ids.Order());
        Assert.Equal(Records, (await ledger.Queries.SummaryAsync(All, Cancel)).Total.Requests);
    }
}
