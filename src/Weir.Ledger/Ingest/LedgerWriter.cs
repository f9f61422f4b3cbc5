using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Foundation.Storage;
using Weir.Ledger.Storage;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Ingest;

/// <summary>
/// The ledger's one writer: moves records from the journal into <c>ledger.db</c> in batches, and does between them what else
/// writes there (cursors, re-pricing). A batch that cannot be stored stays in the journal and is tried again, with a
/// pause that doubles from a tenth of a second to five.
/// </summary>
internal sealed class LedgerWriter : IAsyncDisposable
{
    private const int BatchRecords = 8_000;
    private const int BatchBytes = 8 * 1024 * 1024;
    private const int BusyRecords = 500;
    private const int BusyIntervals = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SqliteDatabase database;
    private readonly NameTable names;
    private readonly SegmentStore segments;
    private readonly TimeProvider clock;
    private readonly TimeSpan interval;
    private readonly LedgerDoor door;
    private readonly Func<LedgerStore> open;
    private readonly Action<LedgerStore> opened;
    private readonly ConcurrentQueue<Pause> pauses = new();
    private JournalCursor? cursor; // null until the file was opened for the first time
    private bool isShut; // the file is to be opened anew, and nobody reads before that
    private readonly WakeUp hurry;
    private readonly WriterThread thread = new("ledger");
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<Job> jobs = new();
    private readonly Lock gate = new();
    private readonly Action<long> stored;
    private readonly Action<Exception>? failed;
    private readonly RecentDurations batches;
    private TaskCompletionSource progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerStore? store;
    private LedgerState state;
    private string? failure;
    private long newest; // records of the last drain
    private Task loop = Task.CompletedTask;

    /// <summary>Prepares the writer over an open store.</summary>
    /// <param name="files">The files; the writer disposes the store, and opens the file again after a failure.</param>
    /// <param name="segments">The journal.</param>
    /// <param name="door">What readers pass: shut by the caller when there is no store, opened when there is.</param>
    /// <param name="options">The pace.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stored">Called with the newest entry's sequence after each commit.</param>
    /// <param name="opened">Called with a store that could not be opened before, when readers may pass and before anything is stored.</param>
    /// <param name="batches">How long storing takes.</param>
    public LedgerWriter(
        LedgerFiles files,
        SegmentStore segments,
        LedgerDoor door,
        LedgerOptions options,
        TimeProvider clock,
        Action<long> stored,
        Action<LedgerStore> opened,
        RecentDurations batches
    )
    {
        this.batches = batches;
        database = files.Database;
        names = files.Names;
        this.segments = segments;
        this.door = door;
        this.clock = clock;
        this.stored = stored;
        this.opened = opened;
        open = () => LedgerFiles.OpenStore(database, names, clock);
        failed = options.WriteFailed;
        interval = options.WriteInterval;
        hurry = new WakeUp(clock);
        store = files.Store;
        failure = door.Reason;
        isShut = store is null;
        if (store is not null)
        {
            state = store.State;
            cursor = new JournalCursor(segments, state.Position);
        }
    }

    /// <summary>Records stored since the journal was first made.</summary>
    public long Written
    {
        get
        {
            lock (gate)
            {
                return state.Written;
            }
        }
    }

    /// <summary>The newest failure; null when the last attempt succeeded.</summary>
    public string? Failure
    {
        get
        {
            lock (gate)
            {
                return failure;
            }
        }
    }

    /// <summary>Starts the loop.</summary>
    public void Start() => loop = Task.Run(RunAsync);

    /// <summary>Completes when what was appended before the call is stored.</summary>
    /// <exception cref="LedgerUnavailableException">The file cannot be opened.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        door.ThrowIfShut();
        var target = segments.Status.Accepted;

        // Once: a ledger that cannot be written is tried again at the writer's own pace.
        hurry.Set();
        segments.Appended.Set();
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (state.Written + segments.Status.Lost >= target)
                {
                    return;
                }

                next = progress.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Runs something on the writer's connection, after the batch at hand.</summary>
    /// <exception cref="SqliteException">The file could not be written.</exception>
    /// <exception cref="LedgerUnavailableException">The file cannot be opened.</exception>
    public async Task<T> RunAsync<T>(Func<LedgerStore, T> work, CancellationToken cancellationToken)
    {
        door.ThrowIfShut();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        jobs.Enqueue(new Job(s => done.TrySetResult(work(s)), e => done.TrySetException(e), cancellationToken));
        hurry.Set();
        segments.Appended.Set();
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// As <see cref="RunAsync{T}"/>, and completes only when what the journal held before is gone from its folder too, as far as
    /// segments have ended.
    /// </summary>
    /// <exception cref="SqliteException">The file could not be written.</exception>
    public async Task<T> RunAndRetireAsync<T>(Func<LedgerStore, T> work, CancellationToken cancellationToken)
    {
        var (result, retired) = await RunAsync(
            store =>
            {
                var done = work(store);
                // The drain that this runs in looks for segments to retire, and reports after that.
                lock (gate)
                {
                    return (done, progress.Task);
                }
            },
            cancellationToken
        );
        await retired.WaitAsync(cancellationToken);
        return result;
    }

    /// <summary>
    /// Keeps the writer from the file, which it closes, until what is returned is disposed; the journal goes on. When the door is shut by
    /// then, the file is opened anew before it opens.
    /// </summary>
    public async Task<IDisposable> PauseAsync(CancellationToken cancellationToken)
    {
        var pause = new Pause(this);
        pauses.Enqueue(pause);
        hurry.Set();
        segments.Appended.Set();
        try
        {
            await pause.Begun.Task.WaitAsync(cancellationToken);
            return pause;
        }
        catch
        {
            // It may begin later: it is over then.
            pause.Dispose();
            throw;
        }
    }

    /// <summary>Stores what is there, once, and closes the connection. What cannot be stored stays in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        thread.Dispose();
        var spilled = segments.Close();
        if (TryDrain() && TryKeep(spilled))
        {
            store?.Checkpoint();
        }

        foreach (var job in jobs)
        {
            job.Fail(new ObjectDisposedException(nameof(UsageLedger)));
        }

        Drop();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            try
            {
                if (pause == TimeSpan.Zero)
                {
                    // Records gather for one interval, so that a transaction carries many; a hurry cuts it short.
                    await segments.Appended.WaitAsync(null, stopping.Token);
                    // Under load twice as long: the more there are, the more of them share a rollup.
                    await hurry.WaitAsync(newest >= BusyRecords ? interval * BusyIntervals : interval, stopping.Token);
                }
                else
                {
                    await hurry.WaitAsync(pause, stopping.Token);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause =
                await thread.RunAsync(TryDrain) ? TimeSpan.Zero
                : pause == TimeSpan.Zero ? FirstPause
                : pause * 2 < LongestPause ? pause * 2
                : LongestPause;
        }
    }

    private bool TryDrain()
    {
        Rest();
        if (isShut && !TryOpen())
        {
            return false;
        }

        try
        {
            var before = Store().State.Written;
            do
            {
                RunJobs();
            } while (TryStoreBatch() || Store().Sweep());

            newest = Store().State.Written - before;

            Report(null);
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, the records stay in the journal; a writer that gave up would keep them there for ever.
            Drop();
            if (Failure is null)
            {
                failed?.Invoke(e);
            }

            Report($"the ledger could not be written: {e.Message}");
            return false;
        }
    }

    private bool TryStoreBatch()
    {
        var target = Store();
        cursor!.Rewind();
        var any = cursor.TryRead(out var first);
        if (any)
        {
            var begun = batches.Begin();
            target.Store(Batch(first), () => cursor.Position, clock.GetUtcNow());
            batches.End(begun);
        }

        cursor.Accept();
        var reached = target.State.Position;
        if (segments.HasRetirable(reached.Sequence))
        {
            target.MakeDurable(reached.Segment);
            segments.Retire(reached.Sequence);
        }

        if (any)
        {
            Report(null);
        }

        return any;
    }

    /// <summary>Keeps its hands off the file as long as others work on it alone.</summary>
    private void Rest()
    {
        while (pauses.TryDequeue(out var pause))
        {
            Drop();
            pause.Begun.TrySetResult();
            // The thread is the writer's own, and has nothing else to do.
            pause.Ended.Wait();
            isShut |= door.Reason is not null;
        }
    }

    /// <summary>Opens the file that could not be opened at the start, or was replaced.</summary>
    private bool TryOpen()
    {
        try
        {
            store = open();
            if (cursor is null)
            {
                segments.TakeUp(store.State);
                cursor = new JournalCursor(segments, store.State.Position);
            }

            lock (gate)
            {
                state = store.State;
            }

            stored(state.Entries);
            isShut = false;
            door.Open();
            opened(store);
            Report(null);
            return true;
        }
        catch (Exception e)
        {
            // As with a batch: a writer that gave up would never see it mended.
            Drop();
            var reason = LedgerFiles.Describe(e);
            door.Shut(reason);
            Report(reason);
            return false;
        }
    }

    private IEnumerable<UsageRecord> Batch(UsageRecord first)
    {
        yield return first;
        for (
            var count = 1;
            count < BatchRecords && cursor!.Bytes < BatchBytes && cursor.TryRead(out var record);
            count++
        )
        {
            yield return record;
        }
    }

    private void RunJobs()
    {
        while (jobs.TryDequeue(out var job))
        {
            if (job.Cancelled.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                job.Run(Store());
            }
            catch (Exception e)
            {
                // The caller hears of it; what it left half done goes with the connection.
                Drop();
                job.Fail(e);
            }
        }
    }

    /// <summary>The last chance of records that the journal's disk never took.</summary>
    private bool TryKeep(List<UsageRecord> spilled)
    {
        try
        {
            if (spilled.Count > 0)
            {
                Store().Store(spilled, () => Store().State.Position, clock.GetUtcNow());
            }

            return true;
        }
        catch (Exception e)
        {
            Drop();
            Report($"{spilled.Count} records could be written neither to the journal nor to the ledger: {e.Message}");
            return false;
        }
    }

    private LedgerStore Store() => store ??= new LedgerStore(database, names);

    private void Drop()
    {
        store?.Dispose();
        store = null;
    }

    private void Report(string? problem)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            failure = problem;
            state = store?.State ?? state;
            reached = progress;
            progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
        stored(state.Entries);
    }

    private sealed class Pause(LedgerWriter writer) : IDisposable
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Ended { get; } = new();

        public void Dispose()
        {
            Ended.Set();
            writer.hurry.Set();
            writer.segments.Appended.Set();
        }
    }

    private sealed record Job(Action<LedgerStore> Run, Action<Exception> Fail, CancellationToken Cancelled);
}
