using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Gateway.Activities;

/// <summary>
/// What changed how Weir stands, kept in <c>activity.db</c> (docs/operations/activity.md). Whoever changes something publishes it and goes
/// on; one writer numbers the events and stores them in batches; readers go through them by number. Thread-safe.
/// </summary>
public sealed partial class ActivityFeed : IAsyncDisposable
{
    /// <summary>How many events may wait for the writer; what comes beyond is let go, and the hole told.</summary>
    public const int Room = 4096;

    /// <summary>How many events of one workspace are kept, and of the instance.</summary>
    public const int MostKept = 20_000;

    /// <summary>The file in the data folder.</summary>
    public const string FileName = "activity.db";

    private const int MostInBatch = 256;
    private const int BetweenTrims = 1000;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly SqliteDatabase database;
    private readonly ActivityStore store;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly int mostKept;
    private readonly ActivitySignal signal;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock reading = new();
    private readonly Lock dropping = new();
    private readonly Dictionary<int, long> dropped = []; // by workspace, 0 for the instance: what the writer has yet to tell
    private readonly Channel<Work> queue;
    private readonly Task writing;
    private ActivityReader? reader;
    private long lost;
    private int disposed;

    internal ActivityFeed(
        SqliteDatabase database,
        ActivityStore store,
        TimeProvider clock,
        ILogger log,
        int room = Room,
        int mostKept = MostKept
    )
    {
        (this.database, this.store, this.clock, this.log, this.mostKept) = (database, store, clock, log, mostKept);
        queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(room) { SingleReader = true });
        signal = new ActivitySignal(store.Newest);
        refusals = new RefusalTally(Publish, clock, log);
        stages = new StageWatch(store.Stages());
        writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>The newest event's cursor; 0 before the first.</summary>
    public long Newest => signal.Newest;

    /// <summary>How many events were let go since the process began.</summary>
    public long Dropped => Interlocked.Read(ref lost);

    /// <summary>Migrates and opens the file.</summary>
    /// <param name="dataFolder">Where it is.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Where troubles are told.</param>
    public static ActivityOpenResult Open(string dataFolder, TimeProvider clock, ILogger log)
    {
        var path = Path.Combine(dataFolder, FileName);
        try
        {
            var file = new SqliteDatabase(path);
            var migration = SqliteMigrator.Migrate(file, ActivityStore.Migrations, clock);
            return migration.IsUsable
                ? new ActivityOpenResult(new ActivityFeed(file, new ActivityStore(file), clock, log), null)
                : new ActivityOpenResult(null, $"{path}: {migration.Reason}");
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new ActivityOpenResult(null, $"{path}: {failure.Message}");
        }
    }

    /// <summary>
    /// Takes an event. Never waits and never throws, from any thread: where too many wait already it is let go and counted, and after
    /// the feed has been closed it is let go.
    /// </summary>
    public void Publish(ActivityEvent happened)
    {
        if (queue.Writer.TryWrite(new Work(happened, null)))
        {
            return;
        }

        Interlocked.Increment(ref lost);
        lock (dropping)
        {
            var workspace = happened.Workspace?.Value ?? 0;
            dropped[workspace] = dropped.GetValueOrDefault(workspace) + 1;
        }
    }

    /// <summary>Completes when there is an event after a cursor, of whatever workspace.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken) =>
        signal.WaitAsync(after, cancellationToken);

    /// <summary>Reads events. Short: some milliseconds for a page.</summary>
    /// <exception cref="SqliteException">The file cannot be read now.</exception>
    public ActivityReading Read(ActivityQuery query)
    {
        lock (reading)
        {
            ObjectDisposedException.ThrowIf(disposed != 0, this);
            return (reader ??= new ActivityReader(database)).Read(query);
        }
    }

    /// <summary>Completes when everything that was published before can be read.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(_ => 0, cancellationToken);

    /// <summary>Lets go of what is older than a time.</summary>
    /// <param name="workspace">Whose; null for the instance's.</param>
    /// <param name="before">What happened before it goes.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many events went.</returns>
    public Task<int> PruneAsync(WorkspaceId? workspace, DateTimeOffset before, CancellationToken cancellationToken) =>
        RunAsync(own => own.Prune(workspace, before), cancellationToken);

    /// <summary>
    /// Gives a person another name in every event of one workspace, so that afterwards it stands nowhere in the file. Events that
    /// were published before are reached too.
    /// </summary>
    /// <param name="workspace">Where.</param>
    /// <param name="name">What events call him, exactly.</param>
    /// <param name="instead">What they call him from now on.</param>
    /// <param name="keys">The names of his own keys, and what is put in their place.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many events changed.</returns>
    /// <exception cref="SqliteException">It could not be stored.</exception>
    public Task<int> PseudonymiseAsync(
        WorkspaceId workspace,
        string name,
        string instead,
        IReadOnlyDictionary<string, string> keys,
        CancellationToken cancellationToken
    )
    {
        refusals.TellAll();
        stages.Forget(workspace);
        return RunAsync(own => own.Pseudonymise(workspace, name, instead, keys), cancellationToken);
    }

    /// <summary>Stores what waits, as far as the disk takes it, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        refusals.TellAll();
        refusals.Dispose();
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await writing;
        lock (reading)
        {
            reader?.Dispose();
        }

        store.Dispose();
        stopping.Dispose();
    }

    private async Task<int> RunAsync(Func<ActivityStore, int> job, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync(new Work(null, new Job(job, done)), cancellationToken);
        return await done.Task.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync()
    {
        var batch = new List<ActivityEvent>(MostInBatch);
        var sinceTrim = 0;
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            Job? job = null;
            batch.Clear();
            while (job is null && batch.Count < MostInBatch && queue.Reader.TryRead(out var work))
            {
                job = work.Job;
                if (work.Event is { } happened)
                {
                    batch.Add(happened);
                }
            }

            AddDropped(batch);
            await StoreAsync(batch);
            sinceTrim += batch.Count;
            if (sinceTrim >= BetweenTrims || sinceTrim >= mostKept)
            {
                sinceTrim = 0;
                Try(() => store.Trim(mostKept));
            }

            job?.Run(store);
        }
    }

    private void AddDropped(List<ActivityEvent> batch)
    {
        lock (dropping)
        {
            foreach (var (workspace, count) in dropped)
            {
                batch.Add(
                    new ActivityEvent(
                        clock.GetUtcNow(),
                        workspace == 0 ? null : new WorkspaceId(workspace),
                        ActivitySubject.None,
                        new ActivityDroppedDetails(count)
                    )
                );
            }

            dropped.Clear();
        }
    }

    private async Task StoreAsync(List<ActivityEvent> batch)
    {
        var isTold = false;
        while (batch.Count > 0)
        {
            try
            {
                signal.Advance(store.Add(batch));
                return;
            }
            catch (SqliteException failure)
            {
                if (!isTold)
                {
                    LogUnwritable(failure.Message);
                    isTold = true;
                }
            }

            if (stopping.IsCancellationRequested)
            {
                LogLost(batch.Count);
                return;
            }

            // A disk that is full now may have room later; meanwhile events wait, up to their bound.
            await Task.Delay(Retry, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Try(Action change)
    {
        try
        {
            change();
        }
        catch (SqliteException failure)
        {
            LogUnwritable(failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The activity feed cannot be written; it is tried again: {Reason}")]
    private partial void LogUnwritable(string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "{Count} events of the activity feed could not be stored before the server stopped"
    )]
    private partial void LogLost(int count);

    /// <summary>What waits for the writer: an event or a job.</summary>
    private readonly record struct Work(ActivityEvent? Event, Job? Job);

    private sealed record Job(Func<ActivityStore, int> What, TaskCompletionSource<int> Done)
    {
        public void Run(ActivityStore store)
        {
            try
            {
                Done.TrySetResult(What(store));
            }
            catch (SqliteException failure)
            {
                Done.TrySetException(failure);
            }
        }
    }
}

/// <summary>What <see cref="ActivityFeed.Open"/> came to: a feed, or the reason why there is none.</summary>
public sealed record ActivityOpenResult(ActivityFeed? Feed, string? Refusal);
