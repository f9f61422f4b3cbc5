using System.Text.Json;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Capture.Agents.OpenCode;

/// <summary>
/// Reads the program's database beside the program: nothing is written, no lock is held longer than the reading. New and
/// changed messages alone are read; a call of a tool is read with its message, which changes once more when the call is over.
/// </summary>
internal static class OpenCodeDatabase
{
    private const int DeepestAgent = 16;
    private const int LongestRow = 16 * 1024 * 1024;

    /// <summary>As <see cref="CodingAgent.ReadDatabase"/>.</summary>
    public static byte[]? Read(string path, byte[]? saved, Catch caught)
    {
        try
        {
            var database = new SqliteDatabase(path);
            var isAtRest = IsAtRest(path);
            Position position;
            using (var connection = isAtRest ? database.OpenAtRest() : database.OpenReader())
            {
                position = new Reading(connection, caught).Messages(Position.Restore(saved));
            }

            // Whoever began to write meanwhile may have changed what was read: it is read again the next time.
            return isAtRest && !IsAtRest(path) ? saved : position.Save();
        }
        catch (Exception fault)
            when (fault is SqliteException or IOException or UnauthorizedAccessException or InvalidCastException)
        {
            caught.Skip(
                fault is SqliteException { SqliteErrorCode: 5 or 6 } ? "database locked"
                : fault is SqliteException { SqliteErrorCode: 1 } ? "another layout"
                : "database unreadable"
            );
            return saved;
        }
    }

    /// <summary>Whether nothing waits to be taken over into the file: nobody writes to it.</summary>
    private static bool IsAtRest(string path) => new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 };

    /// <summary>Where a reading ended: the latest change, in the program's milliseconds, and the latest row.</summary>
    private readonly record struct Position(long Updated, long Row)
    {
        public byte[] Save() => JsonSerializer.SerializeToUtf8Bytes(new[] { Updated, Row });

        public static Position Restore(byte[]? saved)
        {
            try
            {
                return saved is not null && JsonSerializer.Deserialize<long[]>(saved) is [var updated, var row]
                    ? new Position(updated, row)
                    : default;
            }
            catch (JsonException)
            {
                return default;
            }
        }
    }

    /// <summary>One reading over one connection.</summary>
    private sealed class Reading(SqliteConnection connection, Catch caught)
    {
        private readonly Dictionary<string, OpenCodeSession> sessions = new(StringComparer.Ordinal);

        public Position Messages(Position from)
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            using var parts = Command(
                """
                SELECT id, data FROM part
                WHERE message_id = $id AND length(data) <= $longest AND (instr(substr(data, 1, 200), '"type":"tool"') > 0
                    OR instr(substr(data, 1, 200), '"type":"step-finish"') > 0)
                ORDER BY id
                """
            );
            parts.Parameters.AddWithValue("$longest", LongestRow);
            var partOf = parts.Parameters.Add("$id", SqliteType.Text);
            using var messages = Command(
                """
                SELECT rowid, id, session_id, time_updated, CASE WHEN length(data) <= $longest THEN data END
                FROM message WHERE time_updated >= $updated OR rowid > $row ORDER BY time_updated, rowid
                """
            );
            messages.Parameters.AddWithValue("$longest", LongestRow);
            messages.Parameters.AddWithValue("$updated", from.Updated);
            messages.Parameters.AddWithValue("$row", from.Row);
            using var rows = messages.ExecuteReader();
            while (rows.Read())
            {
                from = new Position(Math.Max(from.Updated, rows.GetInt64(3)), Math.Max(from.Row, rows.GetInt64(0)));
                if (rows.IsDBNull(4))
                {
                    caught.Skip("too long");
                    continue;
                }

                var data = rows.GetFieldValue<byte[]>(4);
                var (id, session) = (rows.GetString(1), rows.GetString(2));
                if (
                    id.Length > Fields.LongestName
                    || session.Length > Fields.LongestName
                    || !AgentLine.IsObject(data, caught)
                )
                {
                    continue;
                }

                var place = Session(session);
                var read = caught.Sightings.Count;
                if (OpenCodeMessage.Read(data, id, place, caught))
                {
                    var message = caught.Sightings.Count > read ? caught.Sightings[read] : null;
                    var steps = new OpenCodeSteps();
                    partOf.Value = id;
                    using var rowsOfParts = parts.ExecuteReader();
                    while (rowsOfParts.Read())
                    {
                        var part = rowsOfParts.GetFieldValue<byte[]>(1);
                        OpenCodeMessage.Tool(part, id, place, caught);
                        if (rowsOfParts.GetString(0) is { Length: <= Fields.LongestName } partId)
                        {
                            steps.Add(partId, part, message?.Provider);
                        }
                    }

                    steps.Tell(message, caught);
                }
            }

            return from;
        }

        /// <summary>Where a session stands, by its parents; told once for each reading.</summary>
        private OpenCodeSession Session(string id)
        {
            if (sessions.TryGetValue(id, out var known))
            {
                return known;
            }

            using var command = Command(
                "SELECT parent_id, directory, version, time_created, time_updated FROM session WHERE id = $id"
            );
            var idOf = command.Parameters.Add("$id", SqliteType.Text);
            var (root, parent) = (id, (string?)null);
            SessionFacts? facts = null;
            for (var depth = 0; depth < DeepestAgent; depth++)
            {
                idOf.Value = root;
                using var row = command.ExecuteReader();
                if (!row.Read())
                {
                    break;
                }

                facts ??= Facts(root, row);
                if (row.IsDBNull(0) || row.GetString(0) is not { Length: > 0 and <= Fields.LongestName } next)
                {
                    break;
                }

                parent ??= next;
                root = next;
            }

            var madeAt = facts?.FirstAt;
            var session =
                root == id
                    ? new OpenCodeSession(id, MadeAt: madeAt)
                    : new OpenCodeSession(root, id, parent == root ? null : parent, madeAt);
            sessions.Add(id, session);
            Tell(session, facts);
            return session;
        }

        private void Tell(OpenCodeSession session, SessionFacts? told)
        {
            if (told is not { } facts)
            {
                return;
            }

            if (session.Agent is { } agent)
            {
                caught.Events.Add(
                    OpenCodeMessage.NewEvent(session, SessionEventKind.Agent, agent, facts.FirstAt) with
                    {
                        Agent = session.ParentAgent,
                    }
                );
            }
            else
            {
                caught.Session(facts);
            }
        }

        private static SessionFacts? Facts(string id, SqliteDataReader row) =>
            Fields.UnixMilliseconds(row.GetInt64(3)) is { } created
            && Fields.UnixMilliseconds(row.GetInt64(4)) is { } updated
                ? new SessionFacts
                {
                    Session = id,
                    Client = OpenCodeMessage.Client,
                    FirstAt = created,
                    LastAt = updated > created ? updated : created,
                    Folder = Text(row, 1, Fields.LongestPath),
                    Version = Text(row, 2, Fields.LongestName),
                }
                : null;

        private static string? Text(SqliteDataReader row, int column, int longest) =>
            !row.IsDBNull(column) && row.GetString(column) is { Length: > 0 } text && text.Length <= longest
                ? text
                : null;

        private SqliteCommand Command(string text)
        {
            var command = connection.CreateCommand();
            command.CommandText = text;
            return command;
        }
    }
}
