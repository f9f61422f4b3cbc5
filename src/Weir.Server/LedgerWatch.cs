using Weir.Gateway.Activities;
using Weir.Ledger;

namespace Weir.Server;

/// <summary>
/// Looks at journal and ledger every few seconds and tells the activity feed when they stop taking what comes and when they do again. What
/// lasts for less than a look is not told. Thread-safe.
/// </summary>
/// <param name="status">How they are now.</param>
/// <param name="activity">Where it is told.</param>
/// <param name="clock">The time.</param>
internal sealed class LedgerWatch(Func<LedgerStatus> status, ActivityFeed activity, TimeProvider clock)
    : IAsyncDisposable
{
    /// <summary>How many waiting records make a ledger one that is behind; a tenth of them, and it has caught up.</summary>
    public const long Behind = 10_000;

    /// <summary>How many looks in a row must find it so: a short rush is none.</summary>
    public const int Looks = 3;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stopping = new();
    private Task watching = Task.CompletedTask;
    private long? fullSince;
    private long? behindSince;
    private int late;

    /// <summary>Begins. To be called once.</summary>
    public void Start() => watching = Task.Run(WatchAsync, CancellationToken.None);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        stopping.Dispose();
    }

    /// <summary>One look.</summary>
    public void Look()
    {
        var now = status();
        LookAtJournal(now);
        LookAtLedger(now);
    }

    private void LookAtJournal(LedgerStatus now)
    {
        if (now.RefusesBecause is { } reason)
        {
            if (fullSince is null)
            {
                fullSince = clock.GetTimestamp();
                Tell(new JournalFullDetails(reason));
            }
        }
        else if (fullSince is { } since)
        {
            fullSince = null;
            Tell(new JournalRecoveredDetails(Since(since)));
        }
    }

    private void LookAtLedger(LedgerStatus now)
    {
        if (now.WriteFailure is not null || now.Pending >= Behind)
        {
            if (++late >= Looks && behindSince is null)
            {
                behindSince = clock.GetTimestamp();
                Tell(new LedgerBehindDetails(now.Pending, now.WriteFailure));
            }

            return;
        }

        late = 0;
        if (behindSince is { } since && now.Pending < Behind / 10)
        {
            behindSince = null;
            Tell(new LedgerCaughtUpDetails(Since(since)));
        }
    }

    private void Tell(ActivityDetails details) => activity.Publish(null, ActivitySubject.None, details);

    private long Since(long began) => (long)clock.GetElapsedTime(began).TotalMilliseconds;

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Pace, clock);
        try
        {
            do
            {
                Look();
            } while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
