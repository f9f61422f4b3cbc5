using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Demo;

/// <summary>What is being done with a ledger's simulated year.</summary>
public enum DemoState
{
    /// <summary>There is none.</summary>
    Empty,

    /// <summary>It is being written.</summary>
    Filling,

    /// <summary>It is there.</summary>
    Filled,

    /// <summary>It is being taken out.</summary>
    Removing,

    /// <summary>The work broke off; what was done is there, and can be taken out.</summary>
    Failed,
}

/// <summary>How far it is.</summary>
/// <param name="State">What is being done.</param>
/// <param name="Records">Written or taken out by the work at hand or the last one; 0 when there was none.</param>
/// <param name="Progress">0 to 1; 1 when nothing is being done.</param>
/// <param name="Failure">Why it broke off; null unless <see cref="DemoState.Failed"/>.</param>
public sealed record DemoProgress(DemoState State, long Records, double Progress, string? Failure = null);

/// <summary>Writes a simulated year into a ledger, or takes it out, beside whatever else goes on. Thread-safe.</summary>
public sealed class DemoJob(UsageLedger ledger, PriceBook prices, TimeProvider clock) : IAsyncDisposable
{
    private const int RemovedAtOnce = 2_000;

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private Task work = Task.CompletedTask;
    private int disposed;
    private volatile DemoProgress progress = new(DemoState.Empty, 0, 1);

    /// <summary>How far it is. The first call after a start looks into the ledger.</summary>
    public async Task<DemoProgress> ProgressAsync(CancellationToken cancellationToken)
    {
        var now = progress;
        if (now.State != DemoState.Empty)
        {
            return now;
        }

        return await ledger.CountAsync(DemoYear.Node, cancellationToken) > 0 && progress.State == DemoState.Empty
            ? now with
            {
                State = DemoState.Filled,
            }
            : progress;
    }

    /// <summary>Begins to write a year that ends now. False when one is there, or something is being done already.</summary>
    public async Task<bool> TryFillAsync(WorkspaceId workspace, CancellationToken cancellationToken) =>
        (await ProgressAsync(cancellationToken)).State == DemoState.Empty
        && TryStart(DemoState.Filling, () => FillAsync(workspace));

    /// <summary>Begins to take out what is there. False when something is being done already.</summary>
    public bool TryRemove() => TryStart(DemoState.Removing, RemoveAsync);

    /// <summary>Breaks off after the transaction at hand.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stopping.CancelAsync();
            await work;
            stopping.Dispose();
        }
    }

    private bool TryStart(DemoState state, Func<Task> run)
    {
        lock (gate)
        {
            if (!work.IsCompleted || disposed != 0)
            {
                return false;
            }

            progress = new DemoProgress(state, 0, 0);
            work = Task.Run(() => WatchAsync(run));
            return true;
        }
    }

    private async Task WatchAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception broken)
        {
            // Told to whoever asks for the progress; a full disk and a server that stops are the likely ones.
            progress = progress with
            {
                State = DemoState.Failed,
                Failure = broken is OperationCanceledException ? "it was stopped" : broken.Message,
            };
        }
    }

    private async Task FillAsync(WorkspaceId workspace)
    {
        var year = new DemoYear(workspace, clock.GetUtcNow(), prices.Current);
        var records = 0L;
        var next = Task.Run(() => year.Day(0), stopping.Token);
        for (var day = 0; day < DemoYear.Days; day++)
        {
            var batch = await next;
            var following = day + 1;
            next = following < DemoYear.Days ? Task.Run(() => year.Day(following), stopping.Token) : next;
            records += (await ledger.ImportAsync(batch, stopping.Token)).Changed;
            progress = new DemoProgress(DemoState.Filling, records, (double)following / DemoYear.Days);
        }

        progress = new DemoProgress(DemoState.Filled, records, 1);
    }

    private async Task RemoveAsync()
    {
        var total = await ledger.CountAsync(DemoYear.Node, stopping.Token);
        var records = 0L;
        var last = default(RecordId);
        while (true)
        {
            (var count, last) = await ledger.RemoveAsync(DemoYear.Node, last, RemovedAtOnce, stopping.Token);
            if (count == 0)
            {
                break;
            }

            records += count;
            progress = new DemoProgress(DemoState.Removing, records, Math.Min(1, (double)records / total));
        }

        progress = new DemoProgress(DemoState.Empty, records, 1);
    }
}
