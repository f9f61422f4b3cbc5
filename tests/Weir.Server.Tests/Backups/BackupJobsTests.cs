using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Ledger;
using Weir.Server.Backups;
using Weir.Server.Configuration;
using Weir.Testing;

namespace Weir.Server.Tests.Backups;

/// <summary>Backups that a server makes by itself, and what becomes of them.</summary>
public sealed class BackupJobsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();
    private ActivityFeed feed = null!;

    private string Data => folder.At("data");

    private string Backups => folder.At("data", "backups");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using (var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, clock).Ledger!)
        {
            Assert.True(ledger.Journal.TryReserve());
            ledger.Journal.Append(
                new UsageRecord
                {
                    Id = new RecordId(1),
                    Workspace = WorkspaceId.Default,
                    StartedAt = clock.GetUtcNow(),
                    Source = UsageSource.Gateway,
                    Status = RequestStatus.Ok,
                }
            );
            ledger.Journal.Release();
        }

        feed = ActivityFeed.Open(Data, clock, NullLogger.Instance).Feed!;
    }

    public async ValueTask DisposeAsync()
    {
        await feed.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task One_is_made_as_often_as_the_document_says_and_the_oldest_go()
    {
        await using var jobs = Jobs();
        jobs.Config = new BackupConfig { Every = TimeSpan.FromDays(1), Keep = 3 };
        jobs.Start();
        for (var day = 0; day < 5; day++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await SettledAsync(jobs);
            Assert.Equal(Math.Min(day + 1, 3), jobs.List().Length);
            clock.Advance(TimeSpan.FromHours(12));
            await SettledAsync(jobs);
            Assert.Equal(Math.Min(day + 1, 3), jobs.List().Length);
            clock.Advance(TimeSpan.FromHours(12));
            await SettledAsync(jobs);
        }

        Assert.All(
            jobs.List(),
            entry => Assert.True(entry is { IsScheduled: true, State: BackupState.Done, Bytes: > 0 })
        );
        var newest = jobs.List()[0];
        Assert.Null(DataRestore.Run(jobs.FileOf(newest), folder.At("restored"), null, false, clock, Cancel).Failure);
    }

    [Fact]
    public async Task Those_that_were_asked_for_stay_and_do_not_put_off_the_next()
    {
        await using var jobs = Jobs();
        jobs.Config = new BackupConfig { Every = TimeSpan.FromHours(1), Keep = 1 };
        Assert.NotNull(jobs.Begin());
        await SettledAsync(jobs);
        for (var hour = 0; hour < 3; hour++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            jobs.Look();
            await SettledAsync(jobs);
        }

        Assert.Equal([true, false], jobs.List().Select(entry => entry.IsScheduled));
    }

    [Fact]
    public async Task A_failure_is_told_once_tried_again_later_and_forgotten_when_one_succeeds()
    {
        var place = folder.At("place");
        await File.WriteAllTextAsync(place, "no folder", Cancel);
        await using var jobs = Jobs();
        jobs.Config = new BackupConfig { Every = TimeSpan.FromHours(1), Folder = place };
        for (var minute = 0; minute < 40; minute++)
        {
            jobs.Look();
            await SettledAsync(jobs);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.NotNull(jobs.Failure);
        Assert.Equal(BackupState.Failed, Assert.Single(jobs.List()).State);
        await feed.FlushAsync(Cancel);
        var query = new ActivityQuery
        {
            Workspace = WorkspaceId.Default,
            WithInstance = true,
            Kinds = [.. ActivityKinds.All.Select(kind => kind.Name)],
            After = 0,
        };
        Assert.Equal("backup.failed", Assert.Single(feed.Read(query).Items).Event.Kind.Name);

        File.Delete(place);
        clock.Advance(TimeSpan.FromMinutes(15));
        jobs.Look();
        await SettledAsync(jobs);

        Assert.Null(jobs.Failure);
        Assert.Equal(BackupState.Done, Assert.Single(jobs.List()).State);
    }

    [Fact]
    public async Task What_a_killed_server_left_half_made_goes_and_what_is_no_backup_stays()
    {
        var left = Path.Combine(Backups, ".weir-auto-20260702T110000000Z.weirbackup.partial-1");
        Directory.CreateDirectory(left);
        await File.WriteAllTextAsync(Path.Combine(left, "backup"), "half", Cancel);
        await File.WriteAllTextAsync(Path.Combine(Backups, "weir-mine.weirbackup"), "not the server's", Cancel);
        await using var jobs = Jobs();

        jobs.Start();

        Assert.False(Directory.Exists(left));
        Assert.Empty(jobs.List());
        Assert.True(File.Exists(Path.Combine(Backups, "weir-mine.weirbackup")));
        Assert.False(await jobs.RemoveAsync("weir-mine"));
        Assert.False(await jobs.RemoveAsync("../ledger"));
    }

    [Fact]
    public async Task One_is_made_at_a_time_and_one_that_is_removed_leaves_nothing()
    {
        await using var jobs = Jobs();
        var one = jobs.Begin();
        while (jobs.Begin() is not null)
        {
            await SettledAsync(jobs);
        }

        await SettledAsync(jobs);
        Assert.NotNull(one);
        foreach (var entry in jobs.List())
        {
            Assert.True(await jobs.RemoveAsync(entry.Id));
        }

        Assert.Empty(jobs.List());
        Assert.Empty(Directory.GetFileSystemEntries(Backups));
    }

    private BackupJobs Jobs() => new(Data, clock, feed, NullLogger<BackupJobs>.Instance);

    private static async Task SettledAsync(BackupJobs jobs)
    {
        while (jobs.List().Any(entry => entry.State == BackupState.Running))
        {
            await Task.Delay(5, Cancel);
        }
    }
}
