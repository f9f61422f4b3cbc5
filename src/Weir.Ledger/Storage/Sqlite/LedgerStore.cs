using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Privacy;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// The one writing connection to <c>ledger.db</c> with its prepared statements. After any exception it is disposed and
/// another is opened; nothing of a failed transaction stays. Not thread-safe.
/// </summary>
internal sealed class LedgerStore : IDisposable
{
    private const int MostSwept = 50_000;
    private const int ManyRows = 100_000;

    private readonly SqliteConnection connection;
    private readonly NameTable names;
    private readonly RecordStatements statements;
    private readonly SightingIndex sightings;
    private readonly Witnesses witnesses;
    private readonly PreparedStatement setMeta;
    private readonly SqliteCommand find;
    private readonly MonthMoves moves;
    private readonly KeptSince kept;
    private readonly RollupWriter rollups = new();
    private long rests; // sums of spans that end by then have come to rest, in seconds since 1970
    private long swept; // what rested by then is in pages
    private long behind; // rows of what rests, about
    private readonly byte[] left = new byte[RecordLimits.MaxRecordBytes];
    private readonly byte[] right = new byte[RecordLimits.MaxRecordBytes];

    /// <summary>Opens the file, which has been migrated.</summary>
    public LedgerStore(SqliteDatabase database, NameTable names)
    {
        this.names = names;
        names.RolledBack();
        connection = database.OpenWriter();
        try
        {
            // A locked file is tried again by the writer's loop; until then nothing should be held up for long.
            connection.DefaultTimeout = 1;
            Execute("PRAGMA busy_timeout = 1000; PRAGMA cache_size = -8000;");
            statements = new RecordStatements(connection);
            sightings = new SightingIndex(connection);
            witnesses = new Witnesses(connection);
            setMeta = new PreparedStatement(connection, "REPLACE INTO meta (key, value) VALUES (?, ?)");
            find = RecordRows.FindCommand(connection);
            State = LedgerState.Read(connection);
            moves = new MonthMoves(connection, Path.GetDirectoryName(database.Path)!);
            kept = new KeptSince(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What the file says of itself, as of the last commit.</summary>
    public LedgerState State { get; private set; }

    /// <summary>The largest record id stored; default when there is none.</summary>
    public RecordId HighestId() =>
        LedgerState.HighestId(connection) is var here && here.CompareTo(moves.HighestId) > 0 ? here : moves.HighestId;

    /// <summary>The months that are archived, or on their way.</summary>
    public IReadOnlyList<ArchivedMonth> Months => moves.Months;

    /// <summary>As <see cref="MonthMoves.Begin"/>, in a transaction.</summary>
    public ArchivedMonth BeginMonth(ArchivedMonth month, IEnumerable<long> nameNumbers)
    {
        var stored = month;
        InTransaction(() =>
        {
            stored = moves.Begin(month, nameNumbers);
            return State;
        });
        return stored;
    }

    /// <summary>As <see cref="MonthMoves.Leave"/>, in a transaction.</summary>
    public bool LeaveMonth(long id, long to, long rows)
    {
        var done = false;
        InTransaction(() =>
        {
            done = moves.Leave(id, to, rows);
            return State;
        });
        return done;
    }

    /// <summary>As <see cref="MonthMoves.BringBack"/>, in a transaction; false when there is no such month any more.</summary>
    /// <exception cref="ArchiveException">Its file cannot be read; nothing is changed.</exception>
    public bool BringBackMonth(long id)
    {
        if (moves.Months.FirstOrDefault(one => one.Id == id) is not { } month)
        {
            return false;
        }

        InTransaction(() =>
        {
            moves.BringBack(month);
            return State;
        });
        return true;
    }

    /// <summary>Stores a batch and the place in the journal it ends at, in one transaction.</summary>
    /// <param name="batch">The records; read once, inside the transaction.</param>
    /// <param name="reached">The place, asked for behind the last record.</param>
    /// <param name="now">The time.</param>
    public void Store(IEnumerable<UsageRecord> batch, Func<JournalPosition> reached, DateTimeOffset now) =>
        InTransaction(() =>
        {
            var (state, count) = Apply(batch, now);
            return state with { Position = reached(), Written = state.Written + count };
        });

    /// <summary>Stores a batch that never was in the journal, in one transaction.</summary>
    public ImportOutcome Import(IReadOnlyList<UsageRecord> batch, DateTimeOffset now)
    {
        var before = State.Entries;
        InTransaction(() => Apply(batch, now).State);
        return new ImportOutcome((int)(State.Entries - before), State.Entries);
    }

    /// <summary>Keeps a workspace's records and sums since two moments only; what was told to be gone stays gone.</summary>
    /// <returns>How many cells and pages of sums went.</returns>
    public int KeepSince(WorkspaceId workspace, long records, long sums)
    {
        var gone = 0;
        InTransaction(() =>
        {
            kept.Advance(workspace.Value, records, sums);
            gone = kept.DeleteSums(workspace.Value);
            return State;
        });
        return gone;
    }

    /// <summary>Deletes some of the records that are kept no longer; 0 when there are no more.</summary>
    public int DeleteOld(WorkspaceId workspace, int limit)
    {
        var gone = 0;
        InTransaction(() =>
        {
            gone = kept.DeleteRecords(workspace.Value, limit);
            return State;
        });
        return gone;
    }

    /// <summary>Deletes what archived records were before, and who said what of them.</summary>
    public void DeleteWords(IReadOnlyCollection<long> ids) =>
        InTransaction(() =>
        {
            kept.DeleteWords(ids);
            return State;
        });

    /// <summary>Forgets an archived month whose records are kept no longer.</summary>
    public void ForgetMonth(long id) =>
        InTransaction(() =>
        {
            if (moves.Months.FirstOrDefault(one => one.Id == id) is { } month)
            {
                moves.Forget(month);
            }

            return State;
        });

    /// <summary>How many records a node made.</summary>
    public long Count(int node) => new NodeRemoval(connection, node).Count();

    /// <summary>Takes records out, with their entries and their part in the rollups, as if they had never been.</summary>
    /// <param name="node">Whose records: the node in their ids.</param>
    /// <param name="after">The id to go on behind; default for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>How many there were, and the last of them.</returns>
    public (int Count, RecordId Last) Remove(int node, RecordId after, int limit)
    {
        var removal = new NodeRemoval(connection, node);
        var ids = removal.Next(after, limit);
        if (ids.Count == 0)
        {
            InTransaction(() =>
            {
                removal.DeleteEntries();
                return State;
            });
            return (0, after);
        }

        InTransaction(() =>
        {
            foreach (var id in ids)
            {
                if (RecordRows.Find(find, names, id) is { } stored)
                {
                    var named = RecordNames.Intern(names, connection, stored.Record);
                    rollups.Add(connection, names, new EntryDelta(0, 0, default, stored.Record, named, null, default));
                }
            }

            removal.DeleteRecords(ids);
            return State;
        });
        return (ids.Count, ids[^1]);
    }

    /// <summary>
    /// Gives records another price: <paramref name="price"/> is asked for each as it now stands, and its cost fields are
    /// taken over. Records of another workspace, unknown ids and unchanged costs are passed over.
    /// </summary>
    /// <returns>How many got a new revision.</returns>
    public int Reprice(
        WorkspaceId workspace,
        IReadOnlyList<RecordId> ids,
        Func<UsageRecord, UsageRecord> price,
        DateTimeOffset now
    )
    {
        var before = State.Entries;
        InTransaction(() =>
        {
            var state = State;
            foreach (var id in ids)
            {
                moves.Fetch(workspace, id);
                if (RecordRows.Find(find, names, id) is { } stored && stored.Record.Workspace == workspace)
                {
                    var after = RecordMerge.Reprice(stored.Record, price(stored.Record));
                    witnesses.Reprice(after);
                    state = Revise(state, stored, after, EntryKind.Repriced, now);
                }
            }

            return state;
        });
        return (int)(State.Entries - before);
    }

    /// <summary>Gives a person another name in everything that is stored, in one transaction, and leaves no trace in freed pages.</summary>
    public PseudonymOutcome Pseudonymise(Pseudonym person)
    {
        (long Records, long Revisions, bool IsNameLeft) done = default;
        Execute("PRAGMA secure_delete = ON;");
        try
        {
            InTransaction(() =>
            {
                done = new Pseudonymiser(connection, names, moves, person).Run();
                rollups.Rename(connection, person.Workspace.Value);
                return State;
            });
        }
        finally
        {
            Execute("PRAGMA secure_delete = OFF;");
        }

        return new PseudonymOutcome(done.Records, done.Revisions, done.IsNameLeft, Clean());
    }

    /// <summary>
    /// Moves some of the sums that have come to rest from rows into pages, in a transaction of its own: whenever a quarter of an hour
    /// has, and when many rows have gathered.
    /// </summary>
    /// <returns>Whether there is more of it to do.</returns>
    public bool Sweep()
    {
        if (rests <= swept && behind < ManyRows)
        {
            return false;
        }

        var done = false;
        InTransaction(() =>
        {
            done = rollups.Sweep(connection, rests, MostSwept);
            return State;
        });
        if (done)
        {
            (swept, behind) = (rests, 0);
        }

        return !done;
    }

    /// <summary>
    /// Makes the sums of a day anew from its records, in one transaction, and with them its month's by single dimensions. What stood in
    /// the day's pages and rows is not looked at.
    /// </summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="day">The day's start in seconds since 1970.</param>
    /// <param name="now">The time.</param>
    public void RebuildDay(int workspace, long day, DateTimeOffset now) =>
        InTransaction(() =>
        {
            rests = Math.Max(rests, RestsBy(now));
            using var rebuild = new RollupRebuild(connection, workspace, day);
            rebuild.Clear();
            rollups.Forget(connection, workspace, day);
            var count = 0;
            foreach (var id in rebuild.Records())
            {
                var stored =
                    RecordRows.Find(find, names, id)
                    ?? throw new InvalidDataException($"Record {id} is there and cannot be read.");
                var named = RecordNames.Intern(names, connection, stored.Record);
                rollups.Add(connection, names, new EntryDelta(0, 0, default, null, default, stored.Record, named));
                if (++count % MostSwept == 0)
                {
                    behind += rollups.Store(connection, rests);
                }
            }

            return State;
        });

    /// <summary>Deletes pages of sums that cannot be read, so that none stands in the way of its neighbours.</summary>
    /// <returns>How many there were.</returns>
    public int DeleteUnreadablePages()
    {
        var deleted = 0;
        InTransaction(() =>
        {
            deleted = RollupRebuild.DeleteUnreadablePages(connection);
            return State;
        });
        return deleted;
    }

    /// <summary>Stores a follower's place.</summary>
    public void SetCursor(string follower, long sequence)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "REPLACE INTO cursor (follower, sequence) VALUES ($follower, $sequence)";
        command.Parameters.AddWithValue("$follower", follower);
        command.Parameters.AddWithValue("$sequence", sequence);
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Returns when every transaction so far has reached the disk. Ordinary commits are not synchronised; a commit under
    /// <c>synchronous=FULL</c> synchronises the whole write-ahead log, and with it the commits before it that are still in
    /// the log (those that have left it were synchronised by the checkpoint that moved them). It waits for no reader.
    /// </summary>
    public void MakeDurable(long segment)
    {
        Execute("PRAGMA synchronous = FULL;");
        try
        {
            SetMeta(LedgerState.RetiredKey, segment);
        }
        finally
        {
            Execute("PRAGMA synchronous = NORMAL;");
        }
    }

    /// <summary>Moves the write-ahead log into the file, as far as readers let it.</summary>
    public void Checkpoint() => Execute("PRAGMA wal_checkpoint(TRUNCATE);");

    // Pages that were split long ago hold copies of what has been overwritten since; only writing the file anew is without them.
    private string? Clean()
    {
        try
        {
            Execute("VACUUM;");
            using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
            using var row = checkpoint.ExecuteReader();
            return row.Read() && row.GetInt64(0) != 0
                ? "a query was reading ledger.db: its log goes with the next checkpoint"
                : null;
        }
        catch (SqliteException e)
        {
            return $"ledger.db could not be written anew: {e.Message}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        rollups.Dispose();
        statements.Dispose();
        sightings.Dispose();
        witnesses.Dispose();
        setMeta.Dispose();
        find.Dispose();
        connection.Dispose();
    }

    private (LedgerState State, int Count) Apply(IEnumerable<UsageRecord> batch, DateTimeOffset now)
    {
        var state = State;
        rests = Math.Max(rests, RestsBy(now));
        var count = 0;
        foreach (var record in batch)
        {
            state = Apply(state, record, now);
            count++;
        }

        return (state, count);
    }

    // The quarter of an hour before this one is left alone as well: what has just ended is often amended.
    private static long RestsBy(DateTimeOffset now) =>
        RollupWidths.Floor(now.ToUnixTimeSeconds(), RollupWidth.Quarter.Seconds()) - RollupWidth.Quarter.Seconds();

    private LedgerState Apply(LedgerState state, UsageRecord record, DateTimeOffset now)
    {
        if (kept.IsGone(record.Workspace.Value, RecordCodec.ToMicroseconds(record.StartedAt)))
        {
            return state;
        }

        var id = witnesses.Resolve(record.Id);
        var isDerived = DerivedRecordId.IsDerived(record.Id);
        if (isDerived && id != record.Id)
        {
            return state;
        }

        if (!moves.Fetch(record, id))
        {
            record = record with { Doubts = record.Doubts | Doubts.Identity };
        }

        if (
            id == record.Id
            && sightings.MayFind(record)
            && sightings.Find(record) is { Count: > 0 } same
            && RecordRows.Find(find, names, id) is null
        )
        {
            if (same.Count == 1)
            {
                id = same[0];
                witnesses.AddAlias(record.Id, id);
            }
            else
            {
                record = record with { Doubts = record.Doubts | Doubts.Identity };
            }
        }

        var recordNames = RecordNames.Intern(names, connection, record);
        if (id != record.Id || !TryCreate(record, recordNames, state.Entries + 1))
        {
            if (isDerived && id == record.Id)
            {
                // The same word again, at another time perhaps and from another mouth: the first one stands.
                return state;
            }

            var stored =
                RecordRows.Find(find, names, id)
                ?? throw new InvalidDataException($"Record {id} is there and cannot be read.");
            return Revise(state, stored, witnesses.Add(stored.Record, record), EntryKind.Enriched, now);
        }

        state = state with { Entries = state.Entries + 1 };
        Add(new EntryDelta(state.Entries, 1, EntryKind.Created, null, default, record, recordNames), now);
        return state;
    }

    private bool TryCreate(UsageRecord record, in RecordNames recordNames, long sequence)
    {
        var combination = rollups.CombinationOf(connection, record, recordNames);
        if (!statements.TryCreate(record, recordNames, combination, sequence))
        {
            return false;
        }

        sightings.File(record, record.UpstreamId, sequence);
        sightings.File(record, record.MessageId, sequence);
        return true;
    }

    private LedgerState Revise(
        LedgerState state,
        StoredRecord stored,
        UsageRecord after,
        EntryKind kind,
        DateTimeOffset now
    )
    {
        var before = stored.Record;
        if (
            left.AsSpan(0, RecordCodec.Encode(before, left))
                .SequenceEqual(right.AsSpan(0, RecordCodec.Encode(after, right)))
        )
        {
            return state;
        }

        state = state with { Entries = state.Entries + 1 };
        var afterNames = RecordNames.Intern(names, connection, after);
        var revision = stored.Revision + 1;
        var combination = rollups.CombinationOf(connection, after, afterNames);
        statements.Replace(after, afterNames, combination, revision, state.Entries);
        sightings.File(after, after.UpstreamId == before.UpstreamId ? null : after.UpstreamId, state.Entries);
        sightings.File(after, after.MessageId == before.MessageId ? null : after.MessageId, state.Entries);
        var beforeNames = RecordNames.Intern(names, connection, before);
        Add(new EntryDelta(state.Entries, revision, kind, before, beforeNames, after, afterNames), now);
        return state;
    }

    private void Add(in EntryDelta delta, DateTimeOffset now)
    {
        statements.AddEntry(delta, now.ToUnixTimeMilliseconds());
        if (delta.After is { } after && (after.MessageId ?? after.UpstreamId) is not null)
        {
            sightings.Add(after, delta.Sequence);
        }

        rollups.Add(connection, names, delta);
    }

    private void InTransaction(Func<LedgerState> change)
    {
        var transaction = connection.BeginTransaction(deferred: false);
        find.Transaction = transaction;
        try
        {
            rollups.Begin();
            var state = change();
            sightings.Store();
            behind += rollups.Store(connection, rests);
            SetMeta(LedgerState.SegmentKey, state.Position.Segment);
            SetMeta(LedgerState.SequenceKey, state.Position.Sequence);
            SetMeta(LedgerState.WrittenKey, state.Written);
            SetMeta(LedgerState.EntriesKey, state.Entries);
            transaction.Commit();
            names.Committed();
            State = state;
        }
        finally
        {
            Close(transaction);
        }
    }

    private void Close(SqliteTransaction transaction)
    {
        // On a full disk SQLite rolls back by itself; the object would then fail to, and the connection fail to close.
        if (transaction.Connection is not null && raw.sqlite3_get_autocommit(connection.Handle) != 0)
        {
            _ = raw.sqlite3_exec(connection.Handle, "BEGIN");
        }

        transaction.Dispose();
    }

    private void SetMeta(string key, long value)
    {
        setMeta.Bind(1, key);
        setMeta.Bind(2, value);
        setMeta.Run();
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
