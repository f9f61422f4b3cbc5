using System.Text.Json;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Bench.AgentLogs;

/// <summary>Writes sessions into a database as the program lays it, with the columns that tell something.</summary>
internal sealed class OpenCodeTables : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    public OpenCodeTables(string path)
    {
        connection = new SqliteDatabase(path).OpenWriter();
        transaction = connection.BeginTransaction();
        Run(
            """
            CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER,
                time_updated INTEGER);
            CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
            CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT);
            """
        );
    }

    /// <summary>Writes one.</summary>
    /// <param name="session">The session.</param>
    /// <param name="parent">Whose subagent's it is; null for nobody's.</param>
    public void Write(MadeSession session, string? parent)
    {
        Run(
            "INSERT INTO session VALUES ($1, $2, '/home/ada/engine', '1.2.0', $3, $3)",
            session.Id,
            parent,
            session.Milliseconds
        );
        foreach (var message in session.Messages)
        {
            Run(
                "INSERT INTO message VALUES ($1, $2, $3, $3, $4)",
                message.Id,
                session.Id,
                message.Milliseconds,
                JsonSerializer.Serialize(OpenCodeFiles.Body(message))
            );
            foreach (var step in message.Steps)
            {
                // A fork's copies lack them: nothing of a copy counts.
                Run(
                    "INSERT OR IGNORE INTO part VALUES ($1, $2, $3, $4)",
                    step.Id,
                    message.Id,
                    session.Id,
                    JsonSerializer.Serialize(
                        new
                        {
                            type = "step-finish",
                            tokens = step.Written(),
                            cost = 0,
                        }
                    )
                );
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        transaction.Commit();
        transaction.Dispose();
        connection.Dispose();
    }

    private void Run(string sql, params object?[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        }

        command.ExecuteNonQuery();
    }
}
