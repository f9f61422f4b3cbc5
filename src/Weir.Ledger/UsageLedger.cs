using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Storage;
using Weir.Ledger.Storage.Sqlite;
using Weir.Ledger.Upkeep;

namespace Weir.Ledger;

/// <summary>
/// The one ledger of a data folder: the journal that takes records in, the writer that stores them, the queries and the
/// feed that read them, and the prices they are charged at. One per process and folder. Thread-safe.
/// </summary>
public sealed class UsageLedger : IAsyncDisposable
{
    private readonly FileStream folderLock;
    private readonly SegmentStore segments;
    private readonly JournalCaretaker caretaker;
    private readonly LedgerWriter writer;
    private readonly QueryConnections connections;
    private readonly MonthArchiver archiver;
    private readonly LedgerDoor door = new();
    private readonly Action<Exception>? failed;
    private readonly string dataFolder;
    private readonly TimeProvider clock;
    private long highestStored;
    private int disposed;

    private UsageLedger(LedgerFiles files, LedgerOptions options, TimeProvider clock, JournalDisk disk)
    {
        this.clock = clock;
        folderLock = files.FolderLock;
        dataFolder = options.DataFolder;
        failed = options.WriteFailed;
        highestStored = files.HighestId.Value;
        segments = new SegmentStore(files.Journal, options, files.Replay, files.Store?.State.Written, disk, clock);
        caretaker = new JournalCaretaker(segments, clock);
        var signal = new EntrySignal();
        signal.Advance(files.Store?.State.Entries ?? 0);
        if (files.Fault is { } fault)
        {
            door.Shut(LedgerFiles.Describe(fault));
            failed?.Invoke(fault);
        }

        Measures = new LedgerMeasures(clock);
        writer = new LedgerWriter(files, segments, door, options, clock, signal.Advance, OnOpened, Measures.Batches);
        Journal = new UsageJournal(segments, clock, Measures.Appends);
        connections = new QueryConnections(files.Database, door, Measures);
        Queries = new UsageQueries(connections, files.Names);
        Lineage = new LineageQueries(connections, files.Names);
        Spend = new SpendHistory(connections, files.Names);
        Feed = new UsageFeed(files.Database, door, files.Names, writer, signal);
        archiver = new MonthArchiver(files.Database, door, writer, options.DataFolder, clock);
        Archive = new RecordArchive(archiver, options.DataFolder);
        caretaker.Start();
        writer.Start();
    }

    /// <summary>
    /// Migrates and opens the ledger, replays what the journal still holds, and starts the writer. A folder that cannot be
    /// used (a newer version's, another process's, unreadable) is a refusal; a full disk is not. With
    /// <see cref="LedgerOptions.GoesOnWithout"/> a file that is damaged or cannot be opened is none either: <see cref="LedgerStatus.Unavailable"/> says so.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static LedgerOpenResult Open(LedgerOptions options, TimeProvider clock) =>
        OpenOver(options, clock, new JournalDisk());

    /// <summary>The way in.</summary>
    public UsageJournal Journal { get; }

    /// <summary>The way out: sums, series, single records.</summary>
    public UsageQueries Queries { get; }

    /// <summary>The records of sessions, and those that were handed over.</summary>
    public LineageQueries Lineage { get; }

    /// <summary>What the gateway's requests came to, for budgets and limits.</summary>
    public SpendHistory Spend { get; }

    /// <summary>What it measures of its own work.</summary>
    public LedgerMeasures Measures { get; }

    /// <summary>The records of old months.</summary>
    public RecordArchive Archive { get; }

    /// <summary>What changed, in order, for followers with a cursor.</summary>
    public UsageFeed Feed { get; }

    /// <summary>The largest record id stored or journalled; default when there is none.</summary>
    public RecordId HighestId => new(Math.Max(segments.Status.HighestId.Value, Interlocked.Read(ref highestStored)));

    /// <summary>
    /// Is called when <c>ledger.db</c> can be read that could not be before: readers may pass, and nothing that the journal holds is stored until
    /// it returns. To be set before that may happen; null for nobody.
    /// </summary>
    public Action? Opened { get; set; }

    /// <summary>Counts and states, now.</summary>
    public LedgerStatus Status
    {
        get
        {
            // Written is read first: it only grows, and never beyond what the journal has taken.
            var written = writer.Written;
            var journal = segments.Status;
            var pending = Math.Max(0, journal.Accepted - journal.Lost - written);
            return new LedgerStatus
            {
                Journalled = written + pending,
                Written = written,
                Pending = pending,
                JournalBytes = journal.Bytes,
                RefusesBecause = journal.Refusal,
                WriteFailure = writer.Failure ?? journal.Failure,
                Unavailable = door.Reason,
                ReplayWarning = journal.Warning,
            };
        }
    }

    /// <summary>
    /// Completes when everything journalled before the call is stored in <c>ledger.db</c> (or throws on cancellation).
    /// </summary>
    public Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

    /// <summary>
    /// Prices stored records anew, in the one writer and in one transaction: <paramref name="price"/> gets each record as it
    /// then stands, and only the cost fields (cost, requested cost, price version, the attempts' costs) of what it returns
    /// are taken over, as a revision of kind <see cref="EntryKind.Repriced"/> that keeps the old figures. Ids that the
    /// workspace does not have are passed over. To be called with some hundred ids at a time: the writer waits for it.
    /// </summary>
    /// <returns>How many records changed.</returns>
    internal Task<int> RepriceAsync(
        WorkspaceId workspace,
        IReadOnlyList<RecordId> ids,
        Func<UsageRecord, UsageRecord> price,
        CancellationToken cancellationToken
    ) => writer.RunAsync(store => store.Reprice(workspace, ids, price, clock.GetUtcNow()), cancellationToken);

    /// <summary>
    /// Stores records past the journal, in one transaction: for history that can be had again, not for what happens now. Ids
    /// that are there already are merged, as those of the journal are. To be called with some thousand records at a time,
    /// rising by id: the writer waits for it.
    /// </summary>
    public Task<ImportOutcome> ImportAsync(IReadOnlyList<UsageRecord> batch, CancellationToken cancellationToken) =>
        writer.RunAsync(store => store.Import(batch, clock.GetUtcNow()), cancellationToken);

    /// <summary>How many records of a node there are, in all workspaces. Looks at every record.</summary>
    public async Task<long> CountAsync(int node, CancellationToken cancellationToken)
    {
        await RestoreAllAsync(cancellationToken);
        return await writer.RunAsync(store => store.Count(node), cancellationToken);
    }

    /// <summary>
    /// Takes out what a node recorded, whatever the workspace, with its entries and its part in all sums: as if it had never
    /// been. To be called again with the last id until it returns zero; only then are the entries gone too.
    /// </summary>
    /// <param name="node">The node in the records' ids, 0 to 1023.</param>
    /// <param name="after">The id to go on behind; default for the first call.</param>
    /// <param name="limit">At most so many records in this transaction, for which the writer waits.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction under way is finished.</param>
    /// <returns>How many records went, and the last of their ids.</returns>
    public async Task<(int Count, RecordId Last)> RemoveAsync(
        int node,
        RecordId after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await RestoreAllAsync(cancellationToken);
        return await writer.RunAsync(store => store.Remove(node, after, limit), cancellationToken);
    }

    private void OnOpened(LedgerStore store)
    {
        Interlocked.Exchange(ref highestStored, store.HighestId().Value);
        try
        {
            Opened?.Invoke();
        }
        catch (Exception e)
        {
            // Whoever was to be told goes without it; the ledger is open.
            failed?.Invoke(e);
        }
    }

    // What a node recorded may stand in any month.
    private async Task RestoreAllAsync(CancellationToken cancellationToken)
    {
        foreach (var month in await Archive.ListAsync(cancellationToken))
        {
            await Archive.RestoreAsync(month.Workspace, month.Month, cancellationToken);
        }
    }

    /// <summary>
    /// Gives a person another name in every record, its revisions and its sums, of one workspace: no figure changes, and after
    /// it the name stands neither in <c>ledger.db</c> nor in the journal, whose kept segments go: a restore to a
    /// time needs a backup made after this. The writer waits for it, and rewrites the whole file: some
    /// seconds for each gigabyte, during which the journal takes what comes. Requests that are journalled meanwhile under the
    /// old name keep it.
    /// </summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It could not be stored; nothing has changed.</exception>
    public async Task<PseudonymOutcome> PseudonymiseAsync(Pseudonym person, CancellationToken cancellationToken)
    {
        segments.Rotate();
        await writer.FlushAsync(cancellationToken);
        var outcome = await writer.RunAndRetireAsync(store => store.Pseudonymise(person), cancellationToken);
        segments.ForgetKept();
        return outcome;
    }

    /// <summary>
    /// Writes <c>ledger.db</c> anew without the room that it no longer uses. Requests are journalled meanwhile and reading goes on, but for the moment
    /// in which the new file takes the place of the old one. One such work at a time.
    /// </summary>
    public Task<CompactionOutcome> CompactAsync(CancellationToken cancellationToken) =>
        ApartAsync("compacted", replacing => LedgerCompaction.Run(dataFolder, replacing), cancellationToken);

    /// <summary>
    /// Looks the ledger over, its indexes too, and makes anew what sums differ. Requests are journalled meanwhile; reading goes on as in
    /// <see cref="CompactAsync"/>. Of a file that cannot be opened too. What is done when it is cancelled stays.
    /// </summary>
    /// <returns>What was found, and what was done about it: nothing when nothing was wrong.</returns>
    public async Task<(LedgerInspection Found, RepairOutcome Outcome)> RepairAsync(
        Action<string, double>? progress,
        CancellationToken cancellationToken
    )
    {
        var found = await Task.Run(
            () => LedgerInspector.Inspect(dataFolder, everyIndex: true, 1, progress, cancellationToken),
            cancellationToken
        );
        return found.IsSound
            ? (found, new RepairOutcome(0, null, null))
            : (
                found,
                await ApartAsync(
                    "repaired",
                    replacing => LedgerRepair.Run(dataFolder, found, clock, progress, replacing, cancellationToken),
                    cancellationToken
                )
            );
    }

    private Task<T> ApartAsync<T>(string what, Func<Action, T> work, CancellationToken cancellationToken) =>
        archiver.AloneAsync(
            async () =>
            {
                using var pause = await writer.PauseAsync(cancellationToken);
                return await Task.Run(
                    () =>
                        work(() =>
                        {
                            door.ShutAndWait(
                                $"ledger.db is being {what}: ask again in a moment; requests are answered and journalled"
                            );
                            connections.CloseIdle();
                        }),
                    CancellationToken.None
                );
            },
            cancellationToken
        );

    /// <summary>
    /// Stores what is journalled, synchronises the files and closes them. What cannot be stored stays in the journal for the
    /// next opening.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await caretaker.DisposeAsync();
            await writer.DisposeAsync();
            connections.Dispose();
            archiver.Dispose();
            segments.Flush();
            segments.Dispose();
            await folderLock.DisposeAsync();
        }
    }

    /// <summary>Opens over a disk that a test may have its way with.</summary>
    internal static LedgerOpenResult OpenOver(LedgerOptions options, TimeProvider clock, JournalDisk disk)
    {
        options.Validate();
        var (files, refusal) = LedgerFiles.Open(options, clock, disk);
        return new LedgerOpenResult(files is null ? null : new UsageLedger(files, options, clock, disk), refusal);
    }
}

/// <summary>What <see cref="UsageLedger.ImportAsync"/> came to.</summary>
/// <param name="Changed">How many records are new or have changed.</param>
/// <param name="Sequence">The ledger's newest entry: everything imported stands at it or before.</param>
public readonly record struct ImportOutcome(int Changed, long Sequence);

/// <summary>What <see cref="UsageLedger.Open"/> came to: a ledger, or the reason why there is none.</summary>
public sealed record LedgerOpenResult(UsageLedger? Ledger, string? Refusal);

/// <summary>The ledger's account of itself. <c>Journalled = Written + Pending</c> always holds.</summary>
public sealed record LedgerStatus
{
    /// <summary>Records taken into the journal since it was first made.</summary>
    public required long Journalled { get; init; }

    /// <summary>Of these, those stored in <c>ledger.db</c>.</summary>
    public required long Written { get; init; }

    /// <summary>Of these, those still waiting.</summary>
    public required long Pending { get; init; }

    /// <summary>Bytes of the journal in use.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Why new work is refused; null when it is not.</summary>
    public string? RefusesBecause { get; init; }

    /// <summary>The newest failure to store (a full disk, say); null when the last attempt succeeded.</summary>
    public string? WriteFailure { get; init; }

    /// <summary>Why nothing can be read from the ledger, for anybody to read; null when it can. <see cref="Written"/> is zero until it could be.</summary>
    public string? Unavailable { get; init; }

    /// <summary>What replay skipped because it could not be read, in words; null when nothing.</summary>
    public string? ReplayWarning { get; init; }
}
