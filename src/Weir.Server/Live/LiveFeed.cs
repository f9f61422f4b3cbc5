using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Ledger;

namespace Weir.Server.Live;

/// <summary>
/// The newest changes of the ledger, read once for all listeners, and only while somebody listens. Listeners have no
/// queue: each keeps the number it has come to and reads from here at its own pace, so that a slow one costs nothing but
/// its own place. Thread-safe.
/// </summary>
internal sealed partial class LiveFeed(
    UsageFeed ledger,
    LiveOptions options,
    TimeProvider clock,
    ILogger<LiveFeed> log
) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<LiveEntry> kept = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? following;
    private int listeners;

    // Everything above floor, up to newest, is in kept.
    private long floor;
    private long newest;

    /// <summary>Takes a place among the listeners; null when all are taken. Disposing it gives it back.</summary>
    public IDisposable? TryListen()
    {
        lock (gate)
        {
            if (listeners == options.Listeners)
            {
                return null;
            }

            if (listeners++ == 0)
            {
                // What happened while nobody listened is read by those who ask for it.
                kept.Clear();
                floor = newest = ledger.Newest;
                following = new CancellationTokenSource();
                _ = FollowAsync(newest, following, following.Token);
            }

            return new Place(this);
        }
    }

    /// <summary>Changes after a number, at most a batch; null when they are no longer kept, empty when there are none yet.</summary>
    public ImmutableArray<LiveEntry>? Read(long after)
    {
        lock (gate)
        {
            if (after < floor)
            {
                return null;
            }

            return [.. kept.SkipWhile(entry => entry.Sequence <= after).Take(options.Batch)];
        }
    }

    /// <summary>Completes when there is something after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return newest > after ? Task.CompletedTask : changed.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => StopFollowing();

    private async Task FollowAsync(long after, CancellationTokenSource own, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ledger.WaitAsync(after, cancellationToken);
                var entries = await ledger.ReadAsync(after, options.Kept, cancellationToken);
                if (!entries.IsEmpty)
                {
                    after = entries[^1].Sequence;
                    Add(own, [.. entries.Select(LiveEntry.Of)]);
                }

                await Task.Delay(options.Pace, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception failure)
            {
                // A ledger that cannot be read now (a full disk, a locked file) is read later: nothing is lost by it.
                LogUnreadable(failure);
                await Task.Delay(options.Retry, clock, CancellationToken.None);
            }
        }
    }

    private void Add(CancellationTokenSource own, ImmutableArray<LiveEntry> entries)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            // A follower that was told to stop may still have been reading.
            if (own != following)
            {
                return;
            }

            foreach (var entry in entries)
            {
                kept.Enqueue(entry);
                newest = entry.Sequence;
            }

            while (kept.Count > options.Kept)
            {
                floor = kept.Dequeue().Sequence;
            }

            reached = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--listeners > 0)
            {
                return;
            }
        }

        StopFollowing();
    }

    private void StopFollowing()
    {
        CancellationTokenSource? last = null;
        lock (gate)
        {
            if (listeners > 0)
            {
                return;
            }

            (last, following) = (following, null);
            kept.Clear();
            floor = newest;
        }

        last?.Cancel();
        last?.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger's changes cannot be read; trying again")]
    private partial void LogUnreadable(Exception failure);

    private sealed class Place(LiveFeed feed) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                feed.Leave();
            }
        }
    }
}
