namespace Weir.Server.Performance;

/// <summary>Looks at the process every ten seconds and keeps what it saw, in memory alone. Thread-safe.</summary>
/// <param name="reader">What is looked at.</param>
/// <param name="clock">The time.</param>
internal sealed class ProcessSampler(ProcessReader reader, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly List<(DateTimeOffset Time, double Bytes)> collections = [];
    private Task sampling = Task.CompletedTask;
    private HeapGrowth? growth;
    private bool isGrowthKnown = true; // of no collections there is none

    /// <summary>Since when it looks; null where it does not.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>What it saw.</summary>
    public SampleRing Samples { get; } = new();

    /// <summary>Whether the heap grows and does not come down; null where nothing is to be told.</summary>
    public HeapGrowth? Growth
    {
        get
        {
            lock (gate)
            {
                if (!isGrowthKnown)
                {
                    growth = HeapGrowth.Of([.. collections]);
                    isGrowthKnown = true;
                }

                return growth;
            }
        }
    }

    /// <summary>Begins. To be called once.</summary>
    public void Start()
    {
        Since = clock.GetUtcNow();
        sampling = Task.Run(SampleAsync, CancellationToken.None);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await sampling;
        stopping.Dispose();
    }

    /// <summary>One look.</summary>
    public void Look()
    {
        var values = reader.Read();
        var now = clock.GetUtcNow();
        Samples.Add(now, values);
        if (reader.LeftByCollection is { } left)
        {
            Note(now, left);
        }
    }

    /// <summary>Takes in what a full collection left. Of several within five minutes the least stands.</summary>
    public void Note(DateTimeOffset now, double left)
    {
        lock (gate)
        {
            isGrowthKnown = false;
            collections.RemoveAll(one => one.Time < now - HeapGrowth.Window);
            if (collections.Count > 0 && now - collections[^1].Time < Apart)
            {
                collections[^1] = (collections[^1].Time, Math.Min(collections[^1].Bytes, left));
                return;
            }

            collections.Add((now, left));
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(SampleRing.Pace, clock);
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
