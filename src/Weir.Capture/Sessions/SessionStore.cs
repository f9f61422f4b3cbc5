using Microsoft.Data.Sqlite;
using Weir.Capture.Storage;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Sessions;

/// <summary>A session as <c>capture.db</c> has it.</summary>
/// <param name="Key">Its number there.</param>
/// <param name="Facts">What is known of it.</param>
internal sealed record StoredSession(long Key, SessionFacts Facts);

/// <summary>One consistent look into <c>capture.db</c>. Not thread-safe.</summary>
internal sealed class SessionStore : IDisposable
{
    private const string SessionColumns = """
        s.id, s.name, s.client, s.first_at, s.last_at, s.parent, s.version, s.folder, s.repository, s.branch, s.entrypoint,
        s.host, s.terminal, s.process
        """;

    private const string EventColumns = """
        e.kind, e.name_in_session, e.started_at, e.ended_at, e.duration, e.agent, e.parent, e.name, e.tokens, e.succeeded
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    /// <summary>Opens a connection of its own.</summary>
    public SessionStore(SqliteDatabase database)
    {
        connection = database.OpenReader();
        transaction = connection.BeginTransaction(deferred: true);
    }

    /// <summary>The sessions that were alive at some moment between two, in no order.</summary>
    public List<StoredSession> Alive(WorkspaceId workspace, DateTimeOffset from, DateTimeOffset to)
    {
        using var row = Prepare(
            $"SELECT {SessionColumns} FROM session s WHERE s.workspace = ? AND s.last_at >= ? AND s.first_at < ?"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, Times.ToMicroseconds(from));
        row.Bind(3, Times.ToMicroseconds(to));
        var found = new List<StoredSession>();
        while (row.Step())
        {
            found.Add(ReadSession(row));
        }

        return found;
    }

    /// <summary>One session; null when the workspace has none of that name.</summary>
    public StoredSession? Find(WorkspaceId workspace, string name)
    {
        using var row = Prepare($"SELECT {SessionColumns} FROM session s WHERE s.workspace = ? AND s.name = ?");
        row.Bind(1, workspace.Value);
        row.Bind(2, name);
        return row.Step() ? ReadSession(row) : null;
    }

    /// <summary>The sessions that a range's first moments fall into and that name another they come from, in no order.</summary>
    public List<StoredSession> Continued(WorkspaceId workspace, DateTimeOffset from, DateTimeOffset to) =>
        Alive(workspace, from, to).FindAll(s => s.Facts.Parent is not null && s.Facts.FirstAt >= from);

    /// <summary>The events of one session, in no order.</summary>
    public List<SessionEvent> Events(StoredSession session, params ReadOnlySpan<SessionEventKind> kinds)
    {
        var which = kinds.IsEmpty ? "" : $" AND e.kind IN ({Numbers(kinds)})";
        using var row = Prepare($"SELECT {EventColumns} FROM event e WHERE e.session = ?{which}");
        row.Bind(1, session.Key);
        var events = new List<SessionEvent>();
        while (row.Step())
        {
            events.Add(ReadEvent(row, session.Facts.Session, 0));
        }

        return events;
    }

    /// <summary>The events of some kinds of all sessions that were alive at some moment between two.</summary>
    public List<SessionEvent> Events(
        WorkspaceId workspace,
        DateTimeOffset from,
        DateTimeOffset to,
        params ReadOnlySpan<SessionEventKind> kinds
    )
    {
        using var row = Prepare(
            $"""
            SELECT s.name, {EventColumns} FROM session s CROSS JOIN event e ON e.session = s.id AND e.kind IN ({Numbers(
                kinds
            )})
            WHERE s.workspace = ? AND s.last_at >= ? AND s.first_at < ?
            """
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, Times.ToMicroseconds(from));
        row.Bind(3, Times.ToMicroseconds(to));
        var events = new List<SessionEvent>();
        while (row.Step())
        {
            events.Add(ReadEvent(row, row.Text(0)!, 1));
        }

        return events;
    }

    /// <summary>
    /// What happened in a session between two moments. One failure or compaction is told by a log and by a hook under different ids:
    /// of the two counts the larger one stands.
    /// </summary>
    public SessionCounts Counts(StoredSession session, DateTimeOffset from, DateTimeOffset to)
    {
        using var row = Prepare(
            """
            SELECT kind, name_in_session LIKE 'hook:%' OR name_in_session LIKE 'stop:%', count(*), sum(succeeded IS 0) FROM event
            WHERE session = ?1 AND coalesce(started_at, ended_at) >= ?2 AND coalesce(started_at, ended_at) < ?3
            GROUP BY 1, 2
            """
        );
        row.Bind(1, session.Key);
        row.Bind(2, Times.ToMicroseconds(from));
        row.Bind(3, Times.ToMicroseconds(to));
        var counts = new SessionCounts();
        while (row.Step())
        {
            var count = row.Int64(2);
            counts = (SessionEventKind)row.Int64(0) switch
            {
                SessionEventKind.Prompt => counts with { Prompts = counts.Prompts + count },
                SessionEventKind.Agent => counts with { Subagents = counts.Subagents + count },
                SessionEventKind.Tool => counts with
                {
                    ToolCalls = counts.ToolCalls + count,
                    ToolErrors = counts.ToolErrors + row.Int64(3),
                },
                SessionEventKind.Error => counts with { Errors = Math.Max(counts.Errors, count) },
                SessionEventKind.Compaction => counts with { Compactions = Math.Max(counts.Compactions, count) },
                SessionEventKind.Turn => counts with { Turns = counts.Turns + count },
                SessionEventKind.Permission => counts with { Permissions = counts.Permissions + count },
                _ => counts,
            };
        }

        return counts;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        transaction.Dispose();
        connection.Dispose();
    }

    private static StoredSession ReadSession(PreparedStatement row) =>
        new(
            row.Int64(0),
            new SessionFacts
            {
                Session = row.Text(1)!,
                Client = row.Text(2)!,
                FirstAt = Times.FromMicroseconds(row.Int64(3)),
                LastAt = Times.FromMicroseconds(row.Int64(4)),
                Parent = row.Text(5),
                Version = row.Text(6),
                Folder = row.Text(7),
                Repository = row.Text(8),
                Branch = row.Text(9),
                Entrypoint = row.Text(10),
                Host = row.Text(11),
                Terminal = row.Text(12),
                ProcessId = row.IsNull(13) ? null : (int)row.Int64(13),
            }
        );

    private static SessionEvent ReadEvent(PreparedStatement row, string session, int first) =>
        new()
        {
            Session = session,
            Kind = (SessionEventKind)row.Int64(first),
            Id = row.Text(first + 1)!,
            StartedAt = row.IsNull(first + 2) ? null : Times.FromMicroseconds(row.Int64(first + 2)),
            EndedAt = row.IsNull(first + 3) ? null : Times.FromMicroseconds(row.Int64(first + 3)),
            Duration = row.IsNull(first + 4) ? null : new TimeSpan(row.Int64(first + 4) * TimeSpan.TicksPerMicrosecond),
            Agent = row.Text(first + 5),
            Parent = row.Text(first + 6),
            Name = row.Text(first + 7),
            Tokens = row.IsNull(first + 8) ? null : row.Int64(first + 8),
            Succeeded = row.IsNull(first + 9) ? null : row.Int64(first + 9) != 0,
        };

    private static string Numbers(ReadOnlySpan<SessionEventKind> kinds) =>
        string.Join(", ", kinds.ToArray().Select(kind => (int)kind));

    private PreparedStatement Prepare(string sql) => new(connection, sql);
}
