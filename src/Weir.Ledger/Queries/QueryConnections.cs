using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Queries;

/// <summary>Reading connections to <c>ledger.db</c>, kept for the next query, with the functions that queries use. Thread-safe.</summary>
internal sealed class QueryConnections(SqliteDatabase database) : IDisposable
{
    private const int MostKept = 8;
    private readonly ConcurrentBag<SqliteConnection> idle = [];
    private volatile bool disposed;

    /// <summary>
    /// Runs a query on a thread of the pool, in one read transaction. A cancelled one is interrupted inside SQLite.
    /// </summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        Task.Run(() => Read(query, cancellationToken), cancellationToken);

    /// <summary>Runs a query on the caller's thread, in one read transaction.</summary>
    public T Read<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken)
    {
        if (!idle.TryTake(out var connection))
        {
            connection = Open();
        }

        try
        {
            T result;
            using (cancellationToken.Register(c => raw.sqlite3_interrupt(((SqliteConnection)c!).Handle), connection))
            using (connection.BeginTransaction(deferred: true))
            {
                result = query(connection);
            }

            if (!disposed && idle.Count < MostKept)
            {
                idle.Add(connection);
                connection = null;
            }

            return result;
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private SqliteConnection Open()
    {
        var connection = database.OpenReader();
        connection.CreateFunction(
            "tag",
            (byte[]? tags, string name) => tags is null ? null : RecordCodec.DecodeTags(tags).GetValueOrDefault(name),
            isDeterministic: true
        );
        return connection;
    }
}
