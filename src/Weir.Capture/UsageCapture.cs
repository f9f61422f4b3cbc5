using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Content;
using Weir.Capture.Joining;
using Weir.Capture.Privacy;
using Weir.Capture.Sessions;
using Weir.Capture.Sources;
using Weir.Capture.Storage;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Capture;

/// <summary>
/// What coding agents leave behind, brought into the ledger: reads their files once or follows them. One for each data folder.
/// Thread-safe.
/// </summary>
public sealed class UsageCapture : IAsyncDisposable
{
    private const int MostProblems = 100;

    // Ids that capture gives; those of the gateway's node and of others never meet them.
    private const int Node = 1022;

    // Agents write a line in several pieces, and several lines at once.
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(20);

    private readonly CaptureOptions options;
    private readonly ImmutableArray<AgentHome> homes;
    private readonly CaptureStore store;
    private readonly Joiner joiner;
    private readonly UsageArchive? archive;
    private readonly SealedContent? content;
    private readonly TrustedDay trusted;
    private readonly RecentBatches batches = new();
    private readonly Channel<Haul> hauls;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private SourceScan scan = null!; // set before anybody has it
    private Task joining = Task.CompletedTask;
    private Task following = Task.CompletedTask;
    private int disposed;

    private UsageCapture(
        CaptureOptions options,
        ImmutableArray<AgentHome> homes,
        CaptureStore store,
        SessionQueries sessions,
        UsageLedger ledger,
        PriceBook prices,
        TimeProvider clock
    )
    {
        Sessions = sessions;
        this.options = options;
        this.homes = homes;
        this.store = store;
        this.clock = clock;
        trusted = new TrustedDay(options.DataFolder, clock);
        if (options.Archive.IsOn)
        {
            var days = options.Archive.KeepDays;
            archive = new UsageArchive(options.DataFolder, days, trusted, clock);
            content = options.Archive.SealsContent
                ? new SealedContent(options.DataFolder, new ContentKeys(options.DataFolder), days, trusted, clock)
                : null;
        }

        joiner = new Joiner(
            store,
            ledger,
            new RecordMaker(prices, new ProjectNames()),
            new RecordIdSource(clock, Node, ledger.HighestId),
            archive,
            clock
        );
        hauls = Channel.CreateBounded<Haul>(new BoundedChannelOptions(16) { SingleReader = true });
    }

    /// <summary>
    /// Migrates and opens <c>capture.db</c>, and takes up where it and the ledger stand. A file that cannot be used is a refusal.
    /// </summary>
    public static Task<CaptureOpenResult> OpenAsync(
        CaptureOptions options,
        UsageLedger ledger,
        PriceBook prices,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        OpenAsync(
            options,
            CodingAgents.All,
            Places.OfThisMachine(options.Variable),
            ledger,
            prices,
            clock,
            cancellationToken
        );

    /// <summary>As the public one, with other agents on another machine.</summary>
    internal static async Task<CaptureOpenResult> OpenAsync(
        CaptureOptions options,
        ImmutableArray<CodingAgent> agents,
        Places places,
        UsageLedger ledger,
        PriceBook prices,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        CaptureStore? opened = null;
        try
        {
            var database = new SqliteDatabase(Path.Combine(options.DataFolder, "capture.db"));
            var migration = SqliteMigrator.Migrate(database, CaptureSchema.Migrations, clock);
            if (!migration.IsUsable)
            {
                return new CaptureOpenResult(null, $"{database.Path}: {migration.Reason}");
            }

            var sessions = new SessionQueries(database, ledger, prices, clock);
            opened = new CaptureStore(database, sessions.Changes.Add, options.LimitsTold);
            var read = AgentHomes.Of(options, agents, places);
            var capture = new UsageCapture(options, read, opened, sessions, ledger, prices, clock);
            await capture.joiner.CatchUpAsync(cancellationToken);
            capture.scan = new SourceScan(opened.Cursors(), capture.hauls.Writer, capture.OriginOf, capture.content);
            capture.joining = Task.Run(capture.JoinAsync, CancellationToken.None);
            opened = null;
            return new CaptureOpenResult(capture, null);
        }
        catch (SqliteException e)
        {
            return new CaptureOpenResult(null, $"capture.db in {options.DataFolder} cannot be opened: {e.Message}");
        }
        finally
        {
            opened?.Dispose();
        }
    }

    /// <summary>The agents whose files are read, by the names of their clients.</summary>
    public static ImmutableArray<string> Agents { get; } = [.. CodingAgents.All.Select(agent => agent.Name)];

    /// <summary>The sessions that were met.</summary>
    public SessionQueries Sessions { get; }

    /// <summary>Requests that were new or better known than before, since it was opened.</summary>
    public long Told => joiner.Told;

    /// <summary>How much of what agents delete is kept; null when nothing is.</summary>
    public ArchiveStatus? Archive => archive?.Status();

    /// <summary>How many bytes of sealed content there are; null when none is kept.</summary>
    public long? SealedBytes => content?.Bytes();

    /// <summary>Why content cannot be sealed; null when it can, or is not asked for.</summary>
    public string? SealFailure => content?.Failure;

    /// <summary>The lines of a session, where they are kept or were: also when nothing is sealed any more.</summary>
    internal ContentReading ContentOf(WorkspaceId workspace, string session) => Content().Read(workspace, session);

    /// <summary>Reads everything that is new in the agents' files into the ledger, and returns when it is there.</summary>
    /// <param name="progress">Told after each file; null for nobody.</param>
    /// <param name="cancellationToken">Breaks off; what was read until then is kept.</param>
    /// <exception cref="IOException">It cannot be stored; it is tried again until the capture is disposed.</exception>
    public async Task<CaptureProgress> CatchUpAsync(
        IProgress<CaptureProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            Sweep();
            var told = joiner.Told;
            var files = scan.Changed(FileFinder.Find(homes));
            var (read, bytes, all) = (0, 0L, files.Sum(file => file.Length));
            await StoredAsync(
                async stop =>
                {
                    await scan.ReadAsync(
                        files,
                        file =>
                        {
                            read++;
                            bytes += file.Length;
                            progress?.Report(new CaptureProgress(read, files.Count, bytes, all, joiner.Told - told));
                        },
                        stop
                    );
                    await SettleAsync(stop);
                },
                cancellationToken
            );

            return new CaptureProgress(read, files.Count, bytes, all, joiner.Told - told);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Begins to follow the files until it is disposed. To be called once.</summary>
    /// <param name="failed">Told when a look at the files broke off; it goes on with the next.</param>
    public void Follow(Action<Exception> failed) =>
        following = Task.Run(() => FollowAsync(failed), CancellationToken.None);

    /// <summary>Why nothing can be stored just now; null when it can.</summary>
    public string? Failure => joiner.Failure;

    /// <summary>As <see cref="ICaptureIntake.NextFailure"/>.</summary>
    internal Task NextFailure => joiner.NextFailure;

    /// <summary>As <see cref="ICaptureIntake.TryTake"/>.</summary>
    internal bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var origin = new Origin(workspace, User: options.User, Billing: options.Billing);
        var isTaken = hauls.Writer.TryWrite(new Haul(origin, caught, null, _ => done.TrySetResult()));
        stored = isTaken ? done.Task : null;
        return isTaken;
    }

    /// <summary>
    /// Takes in what another machine sent, and completes when it is stored: what was answered for is not lost when this process
    /// dies. A batch that comes again changes nothing, and is answered as it was the first time.
    /// </summary>
    /// <param name="workspace">Whose it is, from the sender's key.</param>
    /// <param name="user">Whom it is attributed to when the batch names nobody; null for nobody.</param>
    /// <param name="batch">What was sent.</param>
    /// <param name="cancellationToken">Ends the waiting; it may be stored nevertheless.</param>
    internal async Task<IngestOutcome> IngestAsync(
        WorkspaceId workspace,
        string? user,
        CaptureBatch batch,
        CancellationToken cancellationToken
    )
    {
        if (batches.Find(workspace, batch.Id) is { } answered)
        {
            return answered;
        }

        var failing = joiner.NextFailure;
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = batch.Parts.Length - 1;
        var own = batch
            .Parts.Select(
                (part, i) =>
                    new Haul(
                        new Origin(
                            workspace,
                            User: batch.User ?? (batch.IsAttributed ? null : user),
                            Host: part.Host,
                            Billing: part.Billing ?? options.Billing
                        ),
                        part.Caught,
                        null,
                        i == last ? _ => stored.TrySetResult() : null
                    )
                    {
                        MoreFollows = i < last,
                    }
            )
            .ToArray();
        if (!hauls.Writer.TryWrite(own[0]))
        {
            return new IngestOutcome(IngestState.Busy, 0, "too much is waiting to be stored");
        }

        try
        {
            foreach (var haul in own[1..])
            {
                await hauls.Writer.WriteAsync(haul, cancellationToken);
            }
        }
        catch (ChannelClosedException)
        {
            return new IngestOutcome(IngestState.NotStored, 0, "Weir is stopping");
        }

        await Task.WhenAny(stored.Task, failing).WaitAsync(cancellationToken);
        if (!stored.Task.IsCompleted)
        {
            return new IngestOutcome(IngestState.NotStored, 0, joiner.Failure ?? "Weir is stopping");
        }

        var outcome = new IngestOutcome(IngestState.Stored, own.Sum(haul => haul.New), null);
        batches.Add(workspace, batch.Id, outcome);
        return outcome;
    }

    /// <summary>
    /// Forgets a person's sessions, with what is kept of their content, and calls him otherwise in the archive. What agents'
    /// own files still say of him is theirs: it is not read again as long as they do not grow.
    /// </summary>
    /// <exception cref="IOException">It cannot be stored just now; what is done by then stays done.</exception>
    public async Task<CapturedErasure> EraseAsync(CapturedPerson person, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<CapturedErasure>(TaskCreationOptions.RunContinuationsAsynchronously);
        await hauls.Writer.WriteAsync(
            new Haul(new Origin(person.Workspace), new Catch(), null)
            {
                Work = target => Do(done, () => Erase(target, person)),
            },
            cancellationToken
        );
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The midnight, UTC, that ages are counted from: today's, or an earlier one after the clock has jumped ahead.</summary>
    public DateTimeOffset Today => new(DateOnly.FromDayNumber(trusted.Today), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Lets go of what is older than a workspace keeps.</summary>
    /// <exception cref="IOException">It cannot be stored just now; what is done by then stays done.</exception>
    public async Task<CapturedErasure> RetainAsync(
        WorkspaceId workspace,
        CaptureRetention retention,
        CancellationToken cancellationToken
    )
    {
        var done = new TaskCompletionSource<CapturedErasure>(TaskCreationOptions.RunContinuationsAsynchronously);
        await hauls.Writer.WriteAsync(
            new Haul(new Origin(workspace), new Catch(), null)
            {
                Work = target => Do(done, () => Retain(target, workspace, retention)),
            },
            cancellationToken
        );
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The newest words on limits of a workspace, the latest first.</summary>
    internal ImmutableArray<LimitWord> LimitWords(WorkspaceId workspace, DateTimeOffset since, int most) =>
        LimitWordRows.Read(new SqliteDatabase(Path.Combine(options.DataFolder, "capture.db")), workspace, since, most);

    /// <summary>The folders that are read.</summary>
    public ImmutableArray<CaptureSource> Sources()
    {
        var cursors = scan.Cursors.ToArray();
        return
        [
            .. homes.Select(home =>
            {
                var below = home.Path.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
                var own = cursors
                    .Where(c => c.Agent == home.Agent.Name && c.Path.StartsWith(below, StringComparison.Ordinal))
                    .ToArray();
                return new CaptureSource(
                    home.Agent.Name,
                    home.Path,
                    Directory.Exists(home.Path),
                    own.Length,
                    own.Sum(c => c.Length),
                    own.Length == 0 ? null : Times.FromMicroseconds(own.Max(c => c.Modified)),
                    Sum(own, isOrdinary: false),
                    Sum(own, isOrdinary: true),
                    [.. own.Where(c => c.Problem is not null).Select(c => (c.Path, c.Problem!)).Take(MostProblems)]
                );
            }),
        ];
    }

    private static ImmutableSortedDictionary<string, long> Sum(FileCursor[] files, bool isOrdinary) =>
        files
            .SelectMany(file => file.Skipped)
            .Where(skipped => PassedOver.IsOrdinary(skipped.Key) == isOrdinary)
            .GroupBy(skipped => skipped.Key, skipped => skipped.Value)
            .ToImmutableSortedDictionary(kind => kind.Key, kind => kind.Sum(), StringComparer.Ordinal);

    /// <summary>Stores what has been read and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stopping.CancelAsync();
            await following;
            hauls.Writer.TryComplete();
            // What it broke off with is told by Failure, and must not hinder the rest of the server from stopping well.
            await joining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            store.Dispose();
            archive?.Dispose();
            stopping.Dispose();
            turn.Dispose();
        }
    }

    // Where capture stores nothing may throw: a fault of Weir's goes to who asked, and the storing goes on.
    private static void Do(TaskCompletionSource<CapturedErasure> done, Func<CapturedErasure> work)
    {
        try
        {
            done.TrySetResult(work());
        }
        catch (Exception e)
        {
            done.TrySetException(e);
        }
    }

    private CapturedErasure Erase(CaptureStore target, CapturedPerson person)
    {
        var trials = new Trials();
        return new CapturedErasure(
            trials.Try(() => target.Forget(person.Workspace, person.Sessions)),
            trials.Try(() => ArchiveErasure.Run(options.DataFolder, person)),
            trials.Try(() => Content().Forget(person.Workspace, person.Sessions)),
            trials.Problem
        );
    }

    private CapturedErasure Retain(CaptureStore target, WorkspaceId workspace, CaptureRetention retention)
    {
        var trials = new Trials();
        var (sessions, lines) = (0, 0L);
        if (retention.SessionDays is { } kept)
        {
            sessions = trials.Try(() => target.ForgetBefore(workspace, Times.ToMicroseconds(Today.AddDays(-kept))));
            lines = trials.Try(() => ArchiveErasure.Before(options.DataFolder, workspace, trusted.Today - kept));
        }

        var stretches = retention.ContentDays is { } days ? trials.Try(() => Content().Sweep(workspace, days)) : 0;
        return new CapturedErasure(sessions, lines, stretches, trials.Problem);
    }

    // One day for all: each that counts for itself goes forward for itself.
    private SealedContent Content() =>
        content ?? new SealedContent(options.DataFolder, new ContentKeys(options.DataFolder), null, trusted, clock);

    private async Task JoinAsync()
    {
        var reason = "Weir is stopping";
        try
        {
            await joiner.RunAsync(hauls.Reader, stopping.Token);
        }
        catch (Exception e)
        {
            reason = e.Message;
            throw;
        }
        finally
        {
            // Nobody is to wait for room, or for storing, that never comes.
            hauls.Writer.TryComplete();
            joiner.End(reason);
        }
    }

    private async Task FollowAsync(Action<Exception> failed)
    {
        using var watch = new FileWatch();
        var lastLook = 0L;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                watch.Watch(homes);
                if (lastLook == 0 || clock.GetElapsedTime(lastLook) >= options.PollInterval)
                {
                    lastLook = clock.GetTimestamp();
                    await CatchUpAsync(null, stopping.Token);
                }

                await watch.WaitAsync(
                    watch.IsWhole ? options.PollInterval : options.PollInterval / 10,
                    clock,
                    stopping.Token
                );
                await Task.Delay(Settles, clock, stopping.Token);
                await ReadAsync(watch.Take(), stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A full disk, most likely: what was not stored is read again with the next look.
                failed(e);
                await Task.Delay(options.PollInterval, clock, stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadAsync(List<(AgentHome Home, string Path)> changed, CancellationToken cancellationToken)
    {
        var files = changed.Select(c => FileFinder.Find(c.Home, c.Path)).OfType<FoundFile>().ToList();
        await turn.WaitAsync(cancellationToken);
        try
        {
            await StoredAsync(stop => scan.ReadAsync(scan.Changed(files), null, stop), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private void Sweep()
    {
        try
        {
            archive?.Sweep();
            content?.Sweep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A day that cannot be deleted today is deleted tomorrow.
        }
    }

    // Breaks off when storing fails: what was handed on by then is kept and tried again, the rest is read with the next look.
    private async Task StoredAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var failing = joiner.NextFailure;
        var working = work(stop.Token);
        if (await Task.WhenAny(working, failing) == failing && !working.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"what was read could not be stored: {joiner.Failure}");
        }

        await working;
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await hauls.Writer.WriteAsync(
            new Haul(new Origin(options.Workspace), new Catch(), null, _ => stored.TrySetResult()),
            cancellationToken
        );
        await stored.Task.WaitAsync(cancellationToken);
    }

    private Origin OriginOf(AgentHome home) =>
        new(options.Workspace, IsHere: true, options.User, null, home.Agent.BillingOf(home.Path) ?? options.Billing);
}

/// <summary>What opening a <see cref="UsageCapture"/> came to: a capture, or the reason why there is none.</summary>
public sealed record CaptureOpenResult(UsageCapture? Capture, string? Refusal);
