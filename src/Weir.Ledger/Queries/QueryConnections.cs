using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage;

namespace Weir.Ledger.Queries;

/// <summary>
/// Reading connections to <c>ledger.db</c>, kept for the next query, with the functions that queries use. A query that turns out to need
/// archived months is run again when they are unpacked. Thread-safe.
/// </summary>
/// <param name="database">The ledger.</param>
/// <param name="door">What every query passes.</param>
/// <param name="measures">What is measured of queries.</param>
/// <param name="cache">The name of the file in <c>cache</c> that archived months are unpacked into; no other process may use it.</param>
internal sealed class QueryConnections(
    SqliteDatabase database,
    LedgerDoor door,
    LedgerMeasures measures,
    string cache = "records.db"
) : IDisposable
{
    private const int MostKept = 8;
#if DEBUG
    private const long MostCached = 50; // so that tests go beyond
#else
    private const long MostCached = 5_000_000;
#endif
    private readonly MonthCache months = new(Path.GetDirectoryName(database.Path)!, cache, MostCached, measures.Months);
    private readonly ConcurrentBag<SqliteConnection> idle = [];
    private volatile bool disposed;

    /// <summary>Which ids archived months have.</summary>
    public MonthIds Ids { get; } = new(Path.Combine(Path.GetDirectoryName(database.Path)!, ArchivedMonth.Folder));

    /// <summary>
    /// Runs a query on a thread of the pool, in one read transaction. A cancelled one is interrupted inside SQLite.
    /// </summary>
    /// <exception cref="ArchiveException">It needs records of a month whose file cannot be read.</exception>
    /// <exception cref="LedgerUnavailableException">The file cannot be read just now.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        Task.Run(() => Read(query, cancellationToken), cancellationToken);

    /// <summary>The same, of a question that has a name, and may be told of as a slow one.</summary>
    /// <param name="kind">What kind of question it is.</param>
    /// <param name="asked">What is asked.</param>
    /// <param name="query">Answers it.</param>
    /// <param name="rows">How many rows an answer has.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<T> ReadAsync<T>(
        QueryKind kind,
        UsageQuery? asked,
        Func<SqliteConnection, T> query,
        Func<T, int>? rows,
        CancellationToken cancellationToken
    ) => Task.Run(() => Read(kind, asked, query, rows, cancellationToken), cancellationToken);

    /// <summary>Runs a query on the caller's thread, in one read transaction.</summary>
    public T Read<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        Read(QueryKind.Other, null, query, null, cancellationToken);

    private T Read<T>(
        QueryKind kind,
        UsageQuery? asked,
        Func<SqliteConnection, T> query,
        Func<T, int>? rows,
        CancellationToken cancellationToken
    ) => measures.Queries.Measure(kind, asked, () => Answer(query, cancellationToken), rows);

    private T Answer<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken)
    {
        using var passage = door.Pass();
        if (idle.TryTake(out var connection))
        {
            measures.Connections.Hit();
            measures.Connections.Hold(idle.Count);
        }
        else
        {
            measures.Connections.Miss();
            connection = Open();
        }

        List<ArchivedMonth> held = [];
        try
        {
            T result;
            using (cancellationToken.Register(c => raw.sqlite3_interrupt(((SqliteConnection)c!).Handle), connection))
            {
                result = Run(connection, query, held, cancellationToken);
            }

            if (!disposed && idle.Count < MostKept)
            {
                idle.Add(connection);
                measures.Connections.Hold(idle.Count);
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
            Close(connection);
            months.Release(held);
        }
    }

    private T Run<T>(
        SqliteConnection connection,
        Func<SqliteConnection, T> query,
        List<ArchivedMonth> held,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            try
            {
                using var transaction = connection.BeginTransaction(deferred: true);
                return query(connection);
            }
            catch (MonthsNeededException needed)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (needed.Months.All(month => held.Exists(one => one.Id == month.Id)))
                {
                    throw new InvalidDataException(
                        "Archived months were unpacked and are gone again: \"cache\" in the data folder belongs to Weir alone.",
                        needed
                    );
                }

                months.Hold(needed.Months);
                held.AddRange(needed.Months);
                months.AttachTo(connection);
            }
        }
    }

    /// <summary>Closes those that nobody uses: the file is to be replaced.</summary>
    public void CloseIdle()
    {
        while (idle.TryTake(out var connection))
        {
            Close(connection);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        disposed = true;
        CloseIdle();
        months.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = database.OpenReader();
        connection.CreateFunction(
            "tag",
            (byte[]? tags, string name) => tags is null ? null : RecordCodec.DecodeTags(tags).GetValueOrDefault(name),
            isDeterministic: true
        );
        StatementCache.Open(connection, measures.Statements);
        return connection;
    }

    private static void Close(SqliteConnection? connection)
    {
        if (connection is not null)
        {
            StatementCache.Close(connection);
            connection.Dispose();
        }
    }
}
