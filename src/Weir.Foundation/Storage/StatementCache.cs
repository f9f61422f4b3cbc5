using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Measuring;

namespace Weir.Foundation.Storage;

/// <summary>
/// The statements that a connection has compiled and nobody runs, kept for whoever asks the same again: a short question spends more time in
/// SQLite's parser than on its rows. Belongs to one connection; not thread-safe.
/// </summary>
public sealed class StatementCache
{
    private const int Most = 64;
    private static readonly ConditionalWeakTable<SqliteConnection, StatementCache> Caches = [];

    private readonly Dictionary<string, PreparedStatement> kept = new(StringComparer.Ordinal);
    private readonly CacheCounts? counts;
    private bool isClosed;

    private StatementCache(CacheCounts? counts) => this.counts = counts;

    /// <summary>Lets a connection keep its statements. <see cref="Close"/> comes before the connection is disposed.</summary>
    public static void Open(SqliteConnection connection, CacheCounts? counts = null) =>
        Caches.Add(connection, new StatementCache(counts));

    /// <summary>Disposes what a connection keeps; a connection that keeps nothing is as well.</summary>
    public static void Close(SqliteConnection connection)
    {
        if (!Caches.TryGetValue(connection, out var cache))
        {
            return;
        }

        cache.isClosed = true;
        var all = cache.kept.Values.ToList();
        cache.kept.Clear();
        all.ForEach(statement => statement.Dispose());
    }

    /// <summary>A statement of a text: a kept one where the connection has it. Values of the last run may still be bound.</summary>
    /// <exception cref="SqliteException">The text is not valid against the schema.</exception>
    public static PreparedStatement Prepare(SqliteConnection connection, string sql)
    {
        if (!Caches.TryGetValue(connection, out var cache))
        {
            return new PreparedStatement(connection, sql);
        }

        if (cache.kept.Remove(sql, out var statement))
        {
            cache.counts?.Hit();
            return statement;
        }

        cache.counts?.Miss();
        return new PreparedStatement(connection, sql, cache);
    }

    /// <summary>Takes a statement back, also twice. False when there is no room for it, or another of its text is kept.</summary>
    internal bool TryKeep(string sql, PreparedStatement statement) =>
        kept.TryGetValue(sql, out var same)
            ? ReferenceEquals(same, statement)
            : !isClosed && kept.Count < Most && kept.TryAdd(sql, statement);
}
