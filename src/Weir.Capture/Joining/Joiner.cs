using System.Threading.Channels;
using Weir.Capture.Archive;
using Weir.Capture.Storage;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Joining;

/// <summary>
/// The one way from catches into the ledger: drops what was told before, makes records of the rest and stores them; then what
/// happened in sessions, and last how far the files were read. When the process dies in between, the keys of what the ledger got
/// are had again from the ledger, and the files are read again from where they stood: nothing is lost and nothing counted twice.
/// The archive gets each word before the ledger or the store does: it may have one twice, but never lacks one. While the ledger
/// takes in one batch, the next is joined.
/// </summary>
internal sealed class Joiner
{
    // Its telemetry has no id that its log or the gateway knows (docs/formats/otlp.md): counting it would count twice.
    private const string Unjoinable = "codex";

    private const int BatchRecords = 2_000;
    private const int BatchHauls = 40;
    private const int MostUnstoredKeys = 500_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100); // a file of usual length is read meanwhile

    private readonly CaptureStore store;
    private readonly UsageLedger ledger;
    private readonly RecordMaker maker;
    private readonly RecordIdSource ids;
    private readonly RequestKeys keys;
    private readonly UsageArchive? archive;
    private readonly Dictionary<RecordId, UsageRecord> records = [];
    private readonly Dictionary<RecordId, (Origin Origin, Sighting Seen)> met = [];
    private readonly List<Haul> hauls = [];
    private readonly Queue<JoinedBatch> underway = [];
    private readonly TimeProvider clock;
    private TaskCompletionSource nextFailure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? failure;
    private long imported;

    /// <summary>Takes up where the store and the ledger stand; without an archive nothing is archived.</summary>
    public Joiner(
        CaptureStore store,
        UsageLedger ledger,
        RecordMaker maker,
        RecordIdSource ids,
        UsageArchive? archive,
        TimeProvider clock
    )
    {
        this.archive = archive;
        this.store = store;
        this.ledger = ledger;
        this.maker = maker;
        this.ids = ids;
        this.clock = clock;
        keys = new RequestKeys(store);
    }

    /// <summary>Records that are new or better known, since it was made.</summary>
    public long Told { get; private set; }

    /// <summary>Sightings that said nothing new.</summary>
    public long Repeated { get; private set; }

    /// <summary>Brings the keys up to the ledger: what was stored there before capture's own file could be.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        imported = store.LedgerSequence;
        if (imported > ledger.Feed.Newest)
        {
            // The ledger was put back to an earlier state.
            store.Forget();
            imported = 0;
        }

        while (true)
        {
            var (words, reached) = await ledger.Feed.ReadWordsAsync(imported, BatchRecords, cancellationToken);
            if (reached == imported)
            {
                break;
            }

            foreach (var word in words)
            {
                Recall(word);
            }

            imported = reached;
        }

        store.Begin();
        keys.Flush();
        store.Commit(imported);
        keys.Stored();
    }

    /// <summary>Why nothing can be stored just now; null when it can.</summary>
    public string? Failure => failure;

    /// <summary>Completes when storing fails for the next time, or ends.</summary>
    public Task NextFailure => nextFailure.Task;

    /// <summary>
    /// Takes hauls in until there are no more. What cannot be stored (a full disk) is kept and tried again, and no more is taken in
    /// meanwhile.
    /// </summary>
    /// <param name="from">The hauls.</param>
    /// <param name="giveUp">
    /// Ends the trying again, and with it the taking in: what is not stored then is read again next time, for neither its cursors nor
    /// its keys are stored.
    /// </param>
    public async Task RunAsync(ChannelReader<Haul> from, CancellationToken giveUp)
    {
        bool hasMore;
        Func<Task> begin = BeginAsync;
        Haul? last = null;
        do
        {
            while (from.TryRead(out var haul))
            {
                if (haul.Work is { } work)
                {
                    if (!await StoreAsync(withKeys: true, giveUp))
                    {
                        return;
                    }

                    work(store);
                    continue;
                }

                // Looking up what was met before costs a lock for each request when no transaction is open.
                if (!store.HasBegun && !await KeepTryingAsync(begin, giveUp))
                {
                    return;
                }

                Take(haul);
                last = haul;
                if (
                    (records.Count >= BatchRecords || hauls.Count >= BatchHauls)
                    && !await StoreAsync(keys.Unstored >= MostUnstoredKeys, giveUp)
                )
                {
                    return;
                }
            }

            var next = from.WaitToReadAsync(CancellationToken.None).AsTask();
            if (last is { MoreFollows: true })
            {
                await Task.WhenAny(next, Task.Delay(Linger, clock, giveUp));
            }

            if (!next.IsCompletedSuccessfully || !await next)
            {
                // Nothing is waiting just now: what there is should be seen.
                last = null;
                if (!await StoreAsync(withKeys: true, giveUp))
                {
                    return;
                }
            }

            hasMore = await next;
        } while (hasMore);
    }

    /// <summary>Tells who waits that nothing more is stored. Comes when nothing more can be handed over.</summary>
    public void End(string reason) => Fail(reason);

    private Task BeginAsync()
    {
        store.Begin();
        return Task.CompletedTask;
    }

    private void Take(Haul haul)
    {
        hauls.Add(haul);
        foreach (var seen in haul.Caught.Sightings)
        {
            if ((seen.MessageId ?? seen.OwnId ?? seen.RequestId) is not { } name)
            {
                haul.Caught.Skip("no id");
                continue;
            }

            if (seen is { Source: UsageSource.Otlp, Client: Unjoinable, MessageId: null, RequestId: null })
            {
                haul.Caught.Skip("joins with nothing");
                continue;
            }

            var output = Output(seen.Usage);
            var (place, known) = keys.Find(
                haul.Origin.Workspace,
                seen.Source,
                seen.Client,
                name,
                seen.RequestId,
                seen.IsSidechain
            );
            var traits = TraitsOf(seen);
            if (
                known is { } told
                && (output < told.Output || (output == told.Output && !SaysMore(traits, told.Traits)))
            )
            {
                Repeated++;
                continue;
            }

            var id = known?.Record ?? ids.Next();
            keys.Set(place, new KnownRequest(id, output, RequestKeys.Short(seen.RequestId), traits));
            var record = records[id] = maker.Make(id, seen, haul.Origin);
            haul.New += known is null ? 1 : 0;
            if (archive is not null)
            {
                met[id] = (haul.Origin, seen with { Project = record.Project, User = record.User });
            }
        }
    }

    private void Recall(UsageRecord word)
    {
        if ((word.MessageId ?? word.UpstreamId) is not { } name || word.Client is not { } client)
        {
            return;
        }

        var output = Output(word.Usage);
        var isSidechain = word.Agent is not null;
        var (place, known) = keys.Find(word.Workspace, word.Source, client, name, word.UpstreamId, isSidechain);
        var traits =
            (isSidechain ? WordTraits.Sidechain : WordTraits.None)
            | (word.Billing == Billing.Metered ? WordTraits.None : WordTraits.ShowsBilling);
        if (known is null || known.Value.Output <= output)
        {
            keys.Set(place, new KnownRequest(word.Id, output, RequestKeys.Short(word.UpstreamId), traits));
        }
    }

    private Task<bool> StoreAsync(bool withKeys, CancellationToken giveUp) =>
        KeepTryingAsync(() => StoreOnceAsync(withKeys), giveUp);

    // False when it was given up.
    private async Task<bool> KeepTryingAsync(Func<Task> work, CancellationToken giveUp)
    {
        while (true)
        {
            try
            {
                await work();
                return true;
            }
            catch (Exception e)
            {
                // Whatever it is, what was caught is kept: it may go tomorrow, and the server goes on meanwhile.
                foreach (var batch in underway)
                {
                    await batch.BreakOffAsync();
                }

                store.RollBack();
                archive?.DiscardLife();
                Fail(e.Message);
                await Task.Delay(Pause, clock, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (giveUp.IsCancellationRequested)
                {
                    return false;
                }
            }
        }
    }

    private void Fail(string reason)
    {
        failure = reason;
        Interlocked
            .Exchange(ref nextFailure, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();
    }

    // While the ledger takes in one batch on its own thread, the one before is stored here, and the next one joined.
    private async Task StoreOnceAsync(bool withKeys)
    {
        foreach (var (origin, seen) in met.Values)
        {
            archive?.Met(origin, seen);
        }

        met.Clear();
        archive?.Flush();
        if (hauls.Count > 0)
        {
            underway.Enqueue(new JoinedBatch([.. hauls], [.. records.Values.OrderBy(r => r.Id)]));
            hauls.Clear();
            records.Clear();
        }

        foreach (var batch in underway)
        {
            batch.Import ??=
                batch.Records.Length == 0 ? null : ledger.ImportAsync(batch.Records, CancellationToken.None);
        }

        while (underway.Count > (withKeys ? 0 : 1))
        {
            // The keys know of every batch up to the last, and of none after it.
            await FinishAsync(underway.Peek(), withKeys && underway.Count == 1);
            underway.Dequeue();
        }

        if (withKeys && keys.Unstored > 0)
        {
            Commit(withKeys);
        }

        failure = null;
    }

    private async Task FinishAsync(JoinedBatch batch, bool withKeys)
    {
        store.Begin();
        foreach (var haul in batch.Hauls)
        {
            StoreLife(haul);
        }

        archive?.Flush();
        if (batch.Import is { } import)
        {
            (var changed, imported) = await import;
            Told += changed;
        }

        foreach (var haul in batch.Hauls)
        {
            if (haul.Cursor is { } cursor)
            {
                store.Put(cursor);
            }
        }

        Commit(withKeys);
        foreach (var haul in batch.Hauls)
        {
            haul.Done?.Invoke(haul);
        }
    }

    private void Commit(bool withKeys)
    {
        if (withKeys)
        {
            store.Begin();
            keys.Flush();
        }

        store.Commit(withKeys ? imported : null);
        if (withKeys)
        {
            keys.Stored();
        }
    }

    private void StoreLife(Haul haul)
    {
        var workspace = haul.Origin.Workspace;
        var sessions = haul.Caught.Sessions;
        foreach (var known in sessions.Values)
        {
            var facts = WithHost(known, haul);
            if (store.Put(workspace, facts))
            {
                archive?.Known(haul.Origin, facts);
            }
        }

        foreach (var seen in haul.Caught.Events)
        {
            if (store.Put(workspace, seen))
            {
                SessionFacts? facts = sessions.TryGetValue(seen.Session, out var told) ? WithHost(told, haul) : null;
                archive?.Happened(haul.Origin, seen, facts);
            }
        }

        foreach (var word in haul.Caught.Limits)
        {
            if (store.Put(workspace, word))
            {
                archive?.Said(haul.Origin, word);
            }
        }
    }

    private static SessionFacts WithHost(in SessionFacts facts, Haul haul) =>
        facts.Host is not null || haul.Origin.Host is null ? facts : facts with { Host = haul.Origin.Host };

    private static WordTraits TraitsOf(Sighting seen) =>
        (seen.IsSidechain ? WordTraits.Sidechain : WordTraits.None)
        | (seen.Billing is null ? WordTraits.None : WordTraits.ShowsBilling)
        | (seen is { Source: UsageSource.Otlp, Agent: not null } ? WordTraits.NamesAgent : WordTraits.None);

    // Of two words with as much output the first stands, but for what the second alone can tell.
    private static bool SaysMore(WordTraits seen, WordTraits told) =>
        seen.HasFlag(WordTraits.Sidechain) == told.HasFlag(WordTraits.Sidechain)
            ? (seen & ~told & (WordTraits.ShowsBilling | WordTraits.NamesAgent)) != WordTraits.None
            : told.HasFlag(WordTraits.Sidechain);

    private static uint Output(in TokenUsage usage) => (uint)Math.Clamp(usage.Output ?? 0, 0, uint.MaxValue);
}
