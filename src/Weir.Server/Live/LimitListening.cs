using Weir.Server.Limits;

namespace Weir.Server.Live;

/// <summary>
/// What one listener has been told of limits, and when it is to be told more. What somebody said is told at once, and then at most
/// once a pace; what moves estimates after the time for which they are kept, so that who reads them then reads new ones. Not
/// thread-safe.
/// </summary>
internal sealed class LimitListening(WorkspaceLimitNews news, LiveOptions options, TimeProvider clock)
{
    private long told = news.ToldNumber;
    private long used = news.UsedNumber;
    private (long Number, long At)? moved;
    private long? lastTold;
    private long seen;

    /// <summary>How long until there is something to tell: nothing or less for now, null when there is nothing.</summary>
    public TimeSpan? Due()
    {
        // First: what comes while the rest is looked at ends the next waiting.
        seen = news.Number;
        TimeSpan? due = null;
        if (news.ToldNumber != told)
        {
            due = lastTold is { } at ? options.LimitsPace - clock.GetElapsedTime(at) : TimeSpan.Zero;
        }

        if (moved is null && news.UsedNumber is var number && number != used)
        {
            moved = (number, clock.GetTimestamp());
        }

        return moved is { } move && options.EstimatesPace - clock.GetElapsedTime(move.At) is var left && !(due < left)
            ? left
            : due;
    }

    /// <summary>What is due, told from now on; null when nothing is.</summary>
    public string? Take()
    {
        if (Due() is not { } due || due > TimeSpan.Zero)
        {
            return null;
        }

        var isTold = news.ToldNumber is var number && number != told;
        if (moved is { } move && options.EstimatesPace <= clock.GetElapsedTime(move.At))
        {
            // What was used since may not be in what is read now: it is told of after another pace.
            (used, moved) = (move.Number, null);
        }
        else if (!isTold)
        {
            return null;
        }

        if (isTold)
        {
            (told, lastTold) = (number, clock.GetTimestamp());
        }

        return isTold ? "told" : "estimate";
    }

    /// <summary>Completes when there is more than <see cref="Due"/> has seen.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        news.ToldNumber == told
            ? news.WaitAsync(seen, cancellationToken)
            : Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
}
