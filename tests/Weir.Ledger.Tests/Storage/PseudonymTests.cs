using System.Collections.Immutable;
using System.Text;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Storage;

/// <summary>A person's name goes from all that the ledger holds, and no figure changes.</summary>
public sealed class PseudonymTests : LedgerTest
{
    private const string Name = "ada.lovelace@example.org";
    private const string Instead = "erased-1";

    private static readonly Pseudonym Ada = new()
    {
        Workspace = WorkspaceId.Default,
        Name = Name,
        Instead = Instead,
        Keys = ImmutableDictionary<string, string>.Empty.Add("adas-laptop", "erased-1-key-1"),
    };

    [Fact]
    public async Task Figures_go_on_under_the_other_name()
    {
        await using var ledger = Open();
        await FillAsync(ledger);
        var before = await ByUserAsync(ledger);

        var outcome = await ledger.PseudonymiseAsync(Ada, Cancel);

        // 40 prices, two words that joined, and the two witnesses' words on each of those.
        Assert.Equal((40, 46, false, null), (outcome.Records, outcome.Revisions, outcome.IsNameLeft, outcome.Residue));
        var after = await ByUserAsync(ledger);
        Assert.Equal(
            before
                .Rows.Select(row => (row.Keys[0] == Name ? Instead : row.Keys[0], row.Totals))
                .OrderBy(row => row.Item1),
            after.Rows.Select(row => (row.Keys[0], row.Totals)).OrderBy(row => row.Item1)
        );
        var audit = await ledger.Queries.AuditAsync(
            WorkspaceId.Default,
            TestRecords.Start,
            TestRecords.Start.AddDays(1),
            Cancel
        );
        Assert.True(audit.IsSound);
    }

    [Fact]
    public async Task His_keys_are_renamed_in_his_records_alone()
    {
        await using var ledger = Open();
        await FillAsync(ledger);

        await ledger.PseudonymiseAsync(Ada, Cancel);

        var keys = await ledger.Queries.SummaryAsync(Query(UsageDimensionKind.User, UsageDimensionKind.Key), Cancel);
        Assert.Contains(keys.Rows, row => row.Keys is [Instead, "erased-1-key-1"]);
        Assert.Contains(keys.Rows, row => row.Keys is ["grace", "adas-laptop"]);
        Assert.DoesNotContain(keys.Rows, row => row.Keys is [Instead, "adas-laptop"]);
    }

    [Fact]
    public async Task The_name_is_in_no_file_of_the_folder()
    {
        await using (var ledger = Open())
        {
            await FillAsync(ledger);
            Assert.NotEmpty(FilesWith(Name));
            await ledger.PseudonymiseAsync(Ada, Cancel);
            Assert.Empty(FilesWith(Name));
            // What came before and what comes after stand beside each other.
            AppendReserved(ledger, Of(900, "grace", "ci"));
            await ledger.FlushAsync(Cancel);
        }

        Assert.Empty(FilesWith(Name));
        await using var again = Open();
        Assert.Equal(61, (await ByUserAsync(again)).Total.Requests);
    }

    [Fact]
    public async Task A_revision_after_it_takes_nothing_from_another_sum()
    {
        await using var ledger = Open();
        await FillAsync(ledger);
        await ledger.PseudonymiseAsync(Ada, Cancel);

        await ledger.RepriceAsync(
            WorkspaceId.Default,
            [.. Enumerable.Range(1, 60).Select(id => new RecordId(id))],
            record => record with { Cost = new Money(5) },
            Cancel
        );

        var sums = await ByUserAsync(ledger);
        Assert.Equal(["erased-1", "grace"], sums.Rows.Select(row => row.Keys[0]!).Order());
        Assert.Equal(new Money(300), sums.Total.Cost);
        var earlier = await ledger.Queries.EarlierAsync(WorkspaceId.Default, new RecordId(1), Cancel);
        Assert.All(earlier, revision => Assert.Equal(Instead, revision.Record.User));
        var audit = await ledger.Queries.AuditAsync(
            WorkspaceId.Default,
            TestRecords.Start,
            TestRecords.Start.AddDays(1),
            Cancel
        );
        Assert.True(audit.IsSound);
    }

    [Fact]
    public async Task Another_workspace_keeps_its_namesake()
    {
        await using var ledger = Open();
        await FillAsync(ledger);
        AppendReserved(ledger, Of(901, Name, "ci") with { Workspace = new WorkspaceId(2) });
        await ledger.FlushAsync(Cancel);

        var outcome = await ledger.PseudonymiseAsync(Ada, Cancel);

        Assert.Equal(40, outcome.Records);
        var other = await ledger.Queries.RecordAsync(new WorkspaceId(2), new RecordId(901), Cancel);
        Assert.Equal(Name, other!.Record.User);
    }

    [Fact]
    public async Task A_project_of_the_same_name_stays_and_is_told()
    {
        await using var ledger = Open();
        AppendReserved(ledger, Of(1, "weir", "ci") with { Project = "weir" });
        await ledger.FlushAsync(Cancel);

        var outcome = await ledger.PseudonymiseAsync(
            new Pseudonym
            {
                Workspace = WorkspaceId.Default,
                Name = "weir",
                Instead = Instead,
            },
            Cancel
        );

        Assert.True(outcome.IsNameLeft);
        var record = (await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(1), Cancel))!.Record;
        Assert.Equal((Instead, "weir"), (record.User, record.Project));
    }

    [Fact]
    public async Task What_was_dropped_of_a_request_stays_though_somebody_is_named_like_it()
    {
        await using var ledger = Open();
        AppendReserved(ledger, Of(1, Name, "adas-laptop") with { UpstreamDialect = Dialect.Gemini, Dropped = [Name] });
        await ledger.FlushAsync(Cancel);

        var outcome = await ledger.PseudonymiseAsync(Ada, Cancel);

        Assert.True(outcome.IsNameLeft);
        var record = (await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(1), Cancel))!.Record;
        Assert.Equal((Instead, Name), (record.User, Assert.Single(record.Dropped)));
    }

    [Fact]
    public async Task Nobody_of_that_name_changes_nothing()
    {
        await using var ledger = Open();
        await FillAsync(ledger);

        var outcome = await ledger.PseudonymiseAsync(Ada with { Name = "nobody" }, Cancel);

        Assert.Equal((0, 0, false), (outcome.Records, outcome.Revisions, outcome.IsNameLeft));
    }

    [Fact]
    public async Task Sessions_of_one_person_are_found_and_shared_ones_are_not()
    {
        await using var ledger = Open();
        AppendReserved(ledger, Of(1, Name, "ci") with { Session = "hers" });
        AppendReserved(ledger, Of(2, Name, "ci") with { Session = "shared" });
        AppendReserved(ledger, Of(3, "grace", "ci") with { Session = "shared" });
        AppendReserved(ledger, Of(4, Name, "ci") with { Session = "half" });
        AppendReserved(ledger, TestRecords.Plain(5) with { Session = "half" });
        await ledger.FlushAsync(Cancel);

        Assert.Equal(
            ["half", "hers"],
            (await ledger.Lineage.SessionsOfAsync(WorkspaceId.Default, Name, Cancel)).Order()
        );
        Assert.Empty(await ledger.Lineage.SessionsOfAsync(new WorkspaceId(2), Name, Cancel));
    }

    // 40 of Ada's by two keys, two of them told by another witness too, all priced anew once; 20 of Grace's.
    private static async Task FillAsync(UsageLedger ledger)
    {
        for (var id = 1; id <= 60; id++)
        {
            AppendReserved(ledger, Of(id, id <= 40 ? Name : "grace", id % 2 == 0 ? "adas-laptop" : "ci"));
        }

        foreach (var id in new[] { 7, 8 })
        {
            AppendReserved(
                ledger,
                Of(id, Name, "ci") with
                {
                    Id = new RecordId(1_000 + id),
                    Source = UsageSource.Transcript,
                    UpstreamId = null,
                    Quality = UsageQuality.Reported,
                }
            );
        }

        await ledger.FlushAsync(Cancel);
        await ledger.RepriceAsync(
            WorkspaceId.Default,
            [.. Enumerable.Range(1, 60).Select(id => new RecordId(id))],
            record => record with { Cost = new Money(7) },
            Cancel
        );
    }

    private static UsageRecord Of(long id, string user, string key) =>
        TestRecords.Plain(id) with
        {
            User = user,
            Key = key,
        };

    private static UsageQuery Query(params UsageDimensionKind[] by) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = TestRecords.Start,
            To = TestRecords.Start.AddDays(1),
            GroupBy = [.. by.Select(kind => new UsageDimension(kind))],
        };

    private static Task<UsageSummary> ByUserAsync(UsageLedger ledger) =>
        ledger.Queries.SummaryAsync(Query(UsageDimensionKind.User), Cancel);

    private List<string> FilesWith(string text)
    {
        // Pooled connections keep files open and nothing else: what stands in them is what is on the disk.
        SqliteConnection.ClearAllPools();
        var bytes = Encoding.UTF8.GetBytes(text);
        return
        [
            .. Directory
                .EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) != "lock" && Bytes(path).AsSpan().IndexOf(bytes) >= 0)
                .Select(path => Path.GetFileName(path)),
        ];
    }

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
