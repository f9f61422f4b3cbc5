using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Limits;

namespace Weir.Server.Live;

/// <summary>
/// The newest changes of the ledger, read once for all listeners, and only while somebody listens. Listeners have no
/// queue: each keeps the number it has come to and reads from here at its own pace, so that a slow one costs nothing but
/// its own place. Thread-safe.
/// </summary>
internal sealed partial class LiveFeed(
    UsageFeed ledger,
    LimitNews limits,
    LiveOptions options,
    TimeProvider clock,
    ILogger<LiveFeed> log
) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<WorkspaceId, int> places = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? following;
    private LiveWindow window = LiveWindow.After(0);
    private int listeners;
    private bool isDisposed;

    /// <summary>How many listen now.</summary>
    public int Listeners
    {
        get
        {
            lock (gate)
            {
                return listeners;
            }
        }
    }

    /// <summary>
    /// Takes a place among the listeners; null when all are taken, or all that one workspace may have. Disposing it gives it
    /// back.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">There is nothing to listen to; no place is taken.</exception>
    public IDisposable? TryListen(WorkspaceId workspace)
    {
        lock (gate)
        {
            var own = places.GetValueOrDefault(workspace);
            if (isDisposed || listeners >= options.Listeners || own >= options.WorkspaceListeners)
            {
                return null;
            }

            // First, for it throws when the ledger cannot be read.
            var start = listeners == 0 ? ledger.Newest : 0;
            places[workspace] = own + 1;
            if (listeners++ == 0)
            {
                Follow(start);
            }

            return new Place(this, workspace);
        }
    }

    /// <summary>Changes after a number, at most a batch; null when they are no longer kept, empty when there are none yet.</summary>
    public ImmutableArray<LiveEntry>? Read(long after) => Volatile.Read(ref window).Read(after, options.Batch);

    /// <summary>Completes when there is something after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return window.Newest > after ? Task.CompletedTask : changed.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            Unfollow();
        }
    }

    private void Leave(WorkspaceId workspace)
    {
        lock (gate)
        {
            if (--places[workspace] == 0)
            {
                places.Remove(workspace);
            }

            if (--listeners == 0)
            {
                Unfollow();
            }
        }
    }

    private void Follow(long start)
    {
        // What happened while nobody listened is read from the ledger by those who ask for it.
        window = LiveWindow.After(start);
        var own = following = new CancellationTokenSource();
        var token = own.Token;
        _ = Task.Run(() => FollowAsync(own, start, token), CancellationToken.None);
    }

    private void Unfollow()
    {
        following?.Cancel();
        following?.Dispose();
        following = null;
        window = LiveWindow.After(window.Newest);
    }

    private async Task FollowAsync(CancellationTokenSource own, long after, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ledger.WaitAsync(after, cancellationToken);
                var start = clock.GetTimestamp();
                if (ledger.Newest - after > options.CatchUp)
                {
                    // An import writes faster than anybody reads: what it wrote is a gap to all.
                    after = ledger.Newest - options.Kept;
                    Replace(own, LiveWindow.After(after));
                    limits.UsedAnywhere();
                }

                var entries = await ledger.ReadAsync(after, options.Kept, cancellationToken);
                if (!entries.IsEmpty)
                {
                    after = entries[^1].Sequence;
                    Replace(own, window.With([.. entries.Select(LiveEntry.Of)], options.Kept));
                    NoteUse(entries);
                }

                // At most half of its time goes into reading, however much there is to read.
                var spent = clock.GetElapsedTime(start);
                await Task.Delay(spent > options.Pace ? spent : options.Pace, clock, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // A ledger that cannot be read now (a full disk, a locked file) is read later: nothing is lost by it.
                LogUnreadable(failure);
                await Task.Delay(options.Retry, clock, CancellationToken.None);
            }
        }
    }

    // Limits are of programs: a request that names none moves no estimate.
    private void NoteUse(ImmutableArray<LedgerEntry> entries)
    {
        foreach (
            var workspace in entries.Where(e => e.After.Client is not null).Select(e => e.After.Workspace).Distinct()
        )
        {
            limits.Of(workspace).Used();
        }
    }

    private void Replace(CancellationTokenSource own, LiveWindow next)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            // A follower that was told to stop may still have been reading.
            if (own != following)
            {
                return;
            }

            window = next;
            reached = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger's changes cannot be read; trying again")]
    private partial void LogUnreadable(Exception failure);

    private sealed class Place(LiveFeed feed, WorkspaceId workspace) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                feed.Leave(workspace);
            }
        }
    }
}
