using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.Server.Tests.Activities;

public sealed class LedgerWatchTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();
    private readonly ActivityFeed feed;
    private readonly LedgerWatch watch;
    private LedgerStatus status = Pending(0);

    public LedgerWatchTests()
    {
        feed = ActivityFeed.Open(folder.Path, clock, NullLogger.Instance).Feed!;
        watch = new LedgerWatch(() => status, feed, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        await feed.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_full_journal_is_told_once_and_when_it_takes_records_again()
    {
        Look(Pending(0));
        Look(Pending(5) with { RefusesBecause = "the disk is full" }, 10);
        Look(Pending(0), 3);

        Assert.Equal(
            [
                "journal.full: journal: requests are refused, the disk is full",
                "journal.recovered: journal: takes records again after 20 s",
            ],
            await LinesAsync()
        );
    }

    [Fact]
    public async Task A_ledger_that_is_behind_for_a_while_is_told_and_a_short_rush_is_not()
    {
        Look(Pending(LedgerWatch.Behind), 2);
        Look(Pending(0));
        Assert.Empty(await LinesAsync());

        Look(Pending(LedgerWatch.Behind + 1), 5);
        Look(Pending(LedgerWatch.Behind / 2), 5);
        Look(Pending(10), 5);

        Assert.Equal(
            [
                "ledger.behind: ledger: 10001 records wait in the journal",
                "ledger.caught_up: ledger: has caught up after 16 s",
            ],
            await LinesAsync()
        );
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_is_behind_however_little_waits()
    {
        Look(Pending(1) with { WriteFailure = "disk I/O error" }, 4);
        Look(Pending(0));

        Assert.Equal(
            [
                "ledger.behind: ledger: 1 records wait in the journal, disk I/O error",
                "ledger.caught_up: ledger: has caught up after 4 s",
            ],
            await LinesAsync()
        );
    }

    private static LedgerStatus Pending(long pending) =>
        new()
        {
            Journalled = pending,
            Written = 0,
            Pending = pending,
            JournalBytes = 0,
        };

    private void Look(LedgerStatus now, int times = 1)
    {
        status = now;
        for (var i = 0; i < times; i++)
        {
            watch.Look();
            clock.Advance(TimeSpan.FromSeconds(2));
        }
    }

    private async Task<IEnumerable<string>> LinesAsync()
    {
        await feed.FlushAsync(TestContext.Current.CancellationToken);
        var query = new ActivityQuery
        {
            Workspace = WorkspaceId.Default,
            WithInstance = true,
            Kinds = [.. ActivityKinds.All.Select(kind => kind.Name)],
            After = 0,
        };
        return feed.Read(query).Items.Select(item => $"{item.Event.Kind.Name}: {item.Event.Text}");
    }
}
