namespace Weir.Ledger.Ingest;

/// <summary>
/// Does for the journal what must not happen on the request path: brings appended records to the disk within a second,
/// makes the next segment ahead, and tries again what failed.
/// </summary>
internal sealed class JournalCaretaker(SegmentStore segments, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    /// <summary>Starts the loop.</summary>
    public void Start() => loop = Task.Run(RunAsync);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var again = false;
        long? flushAt = null;
        while (true)
        {
            try
            {
                await segments.Attention.WaitAsync(PauseUntil(flushAt, again), stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            again = segments.Maintain();
            var now = clock.GetTimestamp();
            if (flushAt <= now)
            {
                segments.Flush();
                flushAt = null;
            }

            if (flushAt is null && segments.NeedsFlush)
            {
                flushAt = now + (long)(Rhythm.TotalSeconds * clock.TimestampFrequency);
            }
        }
    }

    // With nothing to flush and nothing failed it sleeps until there is: an idle Weir does not wake.
    private TimeSpan? PauseUntil(long? flushAt, bool again)
    {
        if (flushAt is { } due)
        {
            var left = clock.GetElapsedTime(clock.GetTimestamp(), due);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        return again ? Rhythm : null;
    }
}
