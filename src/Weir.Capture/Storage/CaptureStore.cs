using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Capture.Agents;
using Weir.Capture.Joining;
using Weir.Capture.Sources;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Storage;

/// <summary>
/// The one writing connection to <c>capture.db</c>: how far files were read, which requests were met, what happened in
/// sessions. All of it can be had again from the files and the ledger. Not thread-safe.
/// </summary>
internal sealed class CaptureStore : IDisposable
{
    /// <summary>How many events of one session are kept; a page shows far fewer.</summary>
    public const int MostEvents = 200_000;

    private const string LedgerKey = "ledger";
    private const int EventsBetweenCounts = 10_000;
    private const int MostCounted = 10_000;
    private const int Full = int.MaxValue;

    private readonly SqliteConnection connection;
    private readonly PreparedStatement putFile;
    private readonly PreparedStatement putSkipped;
    private readonly PreparedStatement putKey;
    private readonly PreparedStatement findKey;
    private readonly PreparedStatement putSession;
    private readonly PreparedStatement findSession;
    private readonly PreparedStatement putEvent;
    private readonly PreparedStatement putWord;
    private readonly PreparedStatement setMeta;
    private readonly Action<IReadOnlyCollection<(WorkspaceId Workspace, string Session)>>? news;
    private readonly Action<IReadOnlyCollection<WorkspaceId>>? limitNews;
    private readonly HashSet<(WorkspaceId Workspace, string Session)> told = [];
    private readonly HashSet<WorkspaceId> limited = [];
    private readonly Dictionary<long, int> events = []; // by session: how many came since they were counted, or Full
    private (WorkspaceId Workspace, string Name, long Key) session; // the last event's, until the transaction ends

    /// <summary>Opens the file, which has been migrated.</summary>
    /// <param name="database">The file.</param>
    /// <param name="news">Told, once it is stored, of which sessions there was news; null for nobody.</param>
    /// <param name="limitNews">Told, once it is stored, of which workspaces' limits there was news; null for nobody.</param>
    public CaptureStore(
        SqliteDatabase database,
        Action<IReadOnlyCollection<(WorkspaceId Workspace, string Session)>>? news = null,
        Action<IReadOnlyCollection<WorkspaceId>>? limitNews = null
    )
    {
        this.news = news;
        this.limitNews = limitNews;
        connection = database.OpenWriter();
        try
        {
            Execute("PRAGMA cache_size = -4000;");
            putFile = Prepare(
                """
                INSERT INTO file (path, agent, length, modified, offset, head, tail, state, problem)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (path) DO UPDATE SET agent = excluded.agent, length = excluded.length,
                    modified = excluded.modified, offset = excluded.offset, head = excluded.head, tail = excluded.tail,
                    state = excluded.state, problem = excluded.problem
                """
            );
            putSkipped = Prepare(
                """
                INSERT INTO skipped (file, kind, count) SELECT id, ?2, ?3 FROM file WHERE path = ?1
                ON CONFLICT (file, kind) DO UPDATE SET count = excluded.count
                """
            );
            putKey = Prepare("REPLACE INTO request_key (hash, record, output, request, traits) VALUES (?, ?, ?, ?, ?)");
            findKey = Prepare("SELECT record, output, request, traits FROM request_key WHERE hash = ?");
            putSession = Prepare(
                """
                INSERT INTO session (workspace, name, client, first_at, last_at, parent, version, folder, repository, branch,
                    entrypoint, host, terminal, process)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (workspace, name) DO UPDATE SET first_at = min(first_at, excluded.first_at),
                    last_at = max(last_at, excluded.last_at), parent = coalesce(excluded.parent, parent),
                    version = coalesce(excluded.version, version), folder = coalesce(excluded.folder, folder),
                    repository = coalesce(excluded.repository, repository), branch = coalesce(excluded.branch, branch),
                    entrypoint = coalesce(excluded.entrypoint, entrypoint), host = coalesce(excluded.host, host),
                    terminal = coalesce(excluded.terminal, terminal), process = coalesce(excluded.process, process)
                WHERE excluded.first_at < first_at OR excluded.last_at > last_at
                    OR coalesce(excluded.parent, parent) IS NOT parent OR coalesce(excluded.version, version) IS NOT version
                    OR coalesce(excluded.folder, folder) IS NOT folder
                    OR coalesce(excluded.repository, repository) IS NOT repository
                    OR coalesce(excluded.branch, branch) IS NOT branch
                    OR coalesce(excluded.entrypoint, entrypoint) IS NOT entrypoint
                    OR coalesce(excluded.host, host) IS NOT host OR coalesce(excluded.terminal, terminal) IS NOT terminal
                    OR coalesce(excluded.process, process) IS NOT process
                """
            );
            findSession = Prepare("SELECT id FROM session WHERE workspace = ? AND name = ?");
            putEvent = Prepare(
                """
                INSERT INTO event (session, kind, name_in_session, started_at, ended_at, duration, agent, parent, name, tokens,
                    succeeded)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (session, kind, name_in_session) DO UPDATE SET
                    started_at = min(coalesce(started_at, excluded.started_at), coalesce(excluded.started_at, started_at)),
                    ended_at = max(coalesce(ended_at, excluded.ended_at), coalesce(excluded.ended_at, ended_at)),
                    duration = coalesce(excluded.duration, duration), agent = coalesce(excluded.agent, agent),
                    parent = coalesce(excluded.parent, parent), name = coalesce(excluded.name, name),
                    tokens = coalesce(excluded.tokens, tokens), succeeded = coalesce(excluded.succeeded, succeeded)
                WHERE coalesce(excluded.started_at, started_at) < coalesce(started_at, excluded.started_at + 1)
                    OR coalesce(excluded.ended_at, ended_at) > coalesce(ended_at, excluded.ended_at - 1)
                    OR coalesce(excluded.duration, duration) IS NOT duration OR coalesce(excluded.agent, agent) IS NOT agent
                    OR coalesce(excluded.parent, parent) IS NOT parent OR coalesce(excluded.name, name) IS NOT name
                    OR coalesce(excluded.tokens, tokens) IS NOT tokens
                    OR coalesce(excluded.succeeded, succeeded) IS NOT succeeded
                """
            );
            putWord = Prepare(
                """
                INSERT OR IGNORE INTO limit_word (workspace, at, client, session, kind, text, window, used_percent, resets_at,
                    scope, plan, account)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 / 1000.0, ?9, ?10, ?11, ?12)
                """
            );
            setMeta = Prepare("REPLACE INTO meta (key, value) VALUES (?, ?)");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The newest entry of the ledger whose requests are in the keys; 0 in a new file.</summary>
    public long LedgerSequence
    {
        get
        {
            using var row = Prepare($"SELECT value FROM meta WHERE key = '{LedgerKey}'");
            return row.Step() ? row.Int64(0) : 0;
        }
    }

    /// <summary>Whether any request is known.</summary>
    public bool HasKeys
    {
        get
        {
            using var row = Prepare("SELECT 1 FROM request_key LIMIT 1");
            return row.Step();
        }
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Opens a transaction, when none is open.</summary>
    public void Begin()
    {
        if (!HasBegun)
        {
            Execute("BEGIN IMMEDIATE");
            HasBegun = true;
        }
    }

    /// <summary>Closes the open transaction.</summary>
    /// <param name="ledger">The ledger's newest entry whose requests are in the keys; null for no change.</param>
    public void Commit(long? ledger)
    {
        if (ledger is { } sequence)
        {
            setMeta.Bind(1, LedgerKey);
            setMeta.Bind(2, sequence);
            setMeta.Run();
        }

        if (HasBegun)
        {
            Execute("COMMIT");
            HasBegun = false;
        }

        session = default;
        news?.Invoke(told);
        told.Clear();
        if (limited.Count > 0)
        {
            limitNews?.Invoke(limited);
            limited.Clear();
        }
    }

    /// <summary>Takes back what was done since <see cref="Begin"/>; nothing when no transaction is open.</summary>
    public void RollBack()
    {
        HasBegun = false;
        // On a full disk SQLite has rolled back by itself, and to roll back once more would be a failure.
        if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            try
            {
                Execute("ROLLBACK");
            }
            catch (SqliteException)
            {
                // Where the disk does not even allow that, the next beginning says so.
            }
        }

        session = default;
        told.Clear();
        limited.Clear();
    }

    /// <summary>Forgets every file and every request: the ledger is not the one that they were met with.</summary>
    public void Forget()
    {
        Begin();
        Execute("DELETE FROM file; DELETE FROM skipped; DELETE FROM request_key;");
        Commit(0);
    }

    /// <summary>Every file that was read, by path.</summary>
    public Dictionary<string, FileCursor> Cursors()
    {
        var cursors = new Dictionary<string, FileCursor>(StringComparer.Ordinal);
        using var row = Prepare("SELECT path, agent, length, modified, offset, head, tail, state, problem FROM file");
        while (row.Step())
        {
            var path = row.Text(0)!;
            cursors[path] = new FileCursor
            {
                Path = path,
                Agent = row.Text(1)!,
                Length = row.Int64(2),
                Modified = row.Int64(3),
                Offset = row.Int64(4),
                Head = row.Int64(5),
                Tail = row.Int64(6),
                State = row.IsNull(7) ? null : row.Bytes(7).ToArray(),
                Problem = row.Text(8),
            };
        }

        using var skipped = Prepare("SELECT f.path, s.kind, s.count FROM skipped s JOIN file f ON f.id = s.file");
        while (skipped.Step())
        {
            var path = skipped.Text(0)!;
            cursors[path] = cursors[path] with
            {
                Skipped = cursors[path].Skipped.SetItem(skipped.Text(1)!, skipped.Int64(2)),
            };
        }

        return cursors;
    }

    /// <summary>Stores how far a file was read.</summary>
    public void Put(FileCursor cursor)
    {
        putFile.Bind(1, cursor.Path);
        putFile.Bind(2, cursor.Agent);
        putFile.Bind(3, cursor.Length);
        putFile.Bind(4, cursor.Modified);
        putFile.Bind(5, cursor.Offset);
        putFile.Bind(6, cursor.Head);
        putFile.Bind(7, cursor.Tail);
        putFile.Bind(8, cursor.State.AsSpan());
        putFile.Bind(9, cursor.Problem);
        putFile.Run();
        foreach (var (kind, count) in cursor.Skipped)
        {
            putSkipped.Bind(1, cursor.Path);
            putSkipped.Bind(2, kind);
            putSkipped.Bind(3, count);
            putSkipped.Run();
        }
    }

    /// <summary>Finds a request; null when it was not met.</summary>
    public KnownRequest? Find(long hash)
    {
        findKey.Bind(1, hash);
        KnownRequest? found = findKey.Step()
            ? new KnownRequest(
                new RecordId(findKey.Int64(0)),
                (uint)findKey.Int64(1),
                (uint)findKey.Int64(2),
                (WordTraits)findKey.Int64(3)
            )
            : null;
        findKey.Reset();
        return found;
    }

    /// <summary>Stores a request.</summary>
    public void Put(long hash, in KnownRequest request)
    {
        putKey.Bind(1, hash);
        putKey.Bind(2, request.Record.Value);
        putKey.Bind(3, (long)request.Output);
        putKey.Bind(4, (long)request.Request);
        putKey.Bind(5, (long)request.Traits);
        putKey.Run();
    }

    /// <summary>Adds to what is known of a session; false when it said nothing new.</summary>
    public bool Put(WorkspaceId workspace, in SessionFacts facts)
    {
        putSession.Bind(1, workspace.Value);
        putSession.Bind(2, facts.Session);
        putSession.Bind(3, facts.Client);
        putSession.Bind(4, Times.ToMicroseconds(facts.FirstAt));
        putSession.Bind(5, Times.ToMicroseconds(facts.LastAt));
        putSession.Bind(6, facts.Parent);
        putSession.Bind(7, facts.Version);
        putSession.Bind(8, facts.Folder);
        putSession.Bind(9, facts.Repository);
        putSession.Bind(10, facts.Branch);
        putSession.Bind(11, facts.Entrypoint);
        putSession.Bind(12, facts.Host);
        putSession.Bind(13, facts.Terminal);
        putSession.Bind(14, (long?)facts.ProcessId);
        var isNew = putSession.Run() > 0;
        told.Add((workspace, facts.Session));
        return isNew;
    }

    /// <summary>
    /// Adds to what is known of an event. Of a session that is not known nothing is kept, nor what goes beyond <see cref="MostEvents"/>. False
    /// when it said nothing new.
    /// </summary>
    public bool Put(WorkspaceId workspace, SessionEvent seen)
    {
        if (session.Workspace != workspace || session.Name != seen.Session)
        {
            if (SessionKey(workspace, seen.Session) is not { } key)
            {
                return false;
            }

            session = (workspace, seen.Session, key);
            told.Add((workspace, seen.Session));
        }

        if (IsFull(session.Key))
        {
            return false;
        }

        putEvent.Bind(1, session.Key);
        putEvent.Bind(2, (long)seen.Kind);
        putEvent.Bind(3, seen.Id);
        putEvent.Bind(4, Times.ToMicroseconds(seen.StartedAt));
        putEvent.Bind(5, Times.ToMicroseconds(seen.EndedAt));
        putEvent.Bind(6, seen.Duration?.Ticks / TimeSpan.TicksPerMicrosecond);
        putEvent.Bind(7, seen.Agent);
        putEvent.Bind(8, seen.Parent);
        putEvent.Bind(9, seen.Name);
        putEvent.Bind(10, seen.Tokens);
        putEvent.Bind(11, seen.Succeeded is { } succeeded ? (succeeded ? 1L : 0L) : null);
        return putEvent.Run() > 0;
    }

    /// <summary>Stores a word on a limit; the same word a second time is nothing, and false.</summary>
    public bool Put(WorkspaceId workspace, LimitWord word)
    {
        putWord.Bind(1, workspace.Value);
        putWord.Bind(2, Times.ToMicroseconds(word.At));
        putWord.Bind(3, word.Client);
        putWord.Bind(4, word.Session);
        putWord.Bind(5, (long)word.Kind);
        putWord.Bind(6, word.Text);
        putWord.Bind(7, word.Window?.Ticks / TimeSpan.TicksPerMicrosecond);
        putWord.Bind(
            8,
            word.UsedPercent is { } used && double.IsFinite(used) ? (long)Math.Clamp(used * 1000, 0, 1e9) : null
        );
        putWord.Bind(9, Times.ToMicroseconds(word.ResetsAt));
        putWord.Bind(10, word.Scope);
        putWord.Bind(11, word.Plan);
        putWord.Bind(12, word.Account);
        if (putWord.Run() == 0)
        {
            return false;
        }

        limited.Add(workspace);
        return true;
    }

    /// <summary>Forgets the sessions of a workspace that were last heard of before a moment, and words on limits from before it.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="before">In microseconds since 1970.</param>
    /// <returns>How many sessions there were.</returns>
    /// <exception cref="SqliteException">They could not be deleted.</exception>
    public int ForgetBefore(WorkspaceId workspace, long before)
    {
        try
        {
            Begin();
            Run("DELETE FROM event WHERE session IN (SELECT id FROM session WHERE workspace = ? AND last_at < ?)");
            Run("DELETE FROM limit_word WHERE workspace = ? AND at < ?");
            var count = Run("DELETE FROM session WHERE workspace = ? AND last_at < ?");
            Commit(null);
            return count;
        }
        catch
        {
            RollBack();
            throw;
        }

        int Run(string sql)
        {
            using var delete = Prepare(sql);
            delete.Bind(1, workspace.Value);
            delete.Bind(2, before);
            return delete.Run();
        }
    }

    /// <summary>
    /// Forgets sessions, with what happened in them and to whom words on limits were said, in a transaction of its own, and leaves no trace
    /// of them in freed pages.
    /// </summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="SqliteException">They could not be deleted, or not without a trace.</exception>
    public int Forget(WorkspaceId workspace, IReadOnlyCollection<string> names)
    {
        Execute("PRAGMA secure_delete = ON;");
        try
        {
            var count = 0;
            Begin();
            using var happened = Prepare("DELETE FROM event WHERE session = ?");
            using var sessions = Prepare("DELETE FROM session WHERE id = ?");
            // The same word may have been said to another session too.
            using var words = Prepare(
                "UPDATE OR REPLACE limit_word SET session = NULL, account = NULL WHERE workspace = ? AND session = ?"
            );
            foreach (var name in names)
            {
                words.Bind(1, workspace.Value);
                words.Bind(2, name);
                words.Run();
                if (SessionKey(workspace, name) is not { } key)
                {
                    continue;
                }

                happened.Bind(1, key);
                happened.Run();
                sessions.Bind(1, key);
                sessions.Run();
                told.Add((workspace, name));
                count++;
            }

            Commit(null);
            Execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
            return count;
        }
        catch
        {
            RollBack();
            throw;
        }
        finally
        {
            Execute("PRAGMA secure_delete = OFF;");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        RollBack();
        foreach (
            var statement in ImmutableArray.Create(
                putFile,
                putSkipped,
                putKey,
                findKey,
                putSession,
                findSession,
                putEvent,
                putWord,
                setMeta
            )
        )
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private PreparedStatement Prepare(string sql) => new(connection, sql);

    // To count at each event, or at each session, costs a scan its speed; nobody writes so many in one process unseen.
    private bool IsFull(long key)
    {
        if (events.Count >= MostCounted)
        {
            events.Clear();
        }

        var since = events.GetValueOrDefault(key);
        if (since == Full)
        {
            return true;
        }

        events[key] = ++since;
        if (since < EventsBetweenCounts)
        {
            return false;
        }

        using var count = Prepare("SELECT count(*) FROM event WHERE session = ?");
        count.Bind(1, key);
        var isFull = count.Step() && count.Int64(0) >= MostEvents;
        // Nothing takes events away but forgetting the session: full it stays.
        events[key] = isFull ? Full : 0;
        return isFull;
    }

    private long? SessionKey(WorkspaceId workspace, string name)
    {
        findSession.Bind(1, workspace.Value);
        findSession.Bind(2, name);
        long? key = findSession.Step() ? findSession.Int64(0) : null;
        findSession.Reset();
        return key;
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
