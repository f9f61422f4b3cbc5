using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Rollups;

/// <summary>
/// Applies entries to the rollups inside the writer's transaction. One instance belongs to one writer connection and is
/// disposed with it. After a failure the writer disposes both and starts anew: nothing that it remembers of an undone
/// transaction stays.
/// </summary>
internal sealed class RollupWriter : IDisposable
{
    private const int KeyCacheLimit = 8_192;

    private readonly Dictionary<RollupKey, long> keys = [];
    private readonly Dictionary<RollupSubkey, long> subkeys = [];
    private readonly RollupBatch batch = new();
    private RollupStatements? statements;

    /// <summary>Adds each entry's after and subtracts its before.</summary>
    public void Apply(
        SqliteConnection connection,
        SqliteTransaction transaction,
        NameTable names,
        IReadOnlyList<EntryDelta> deltas
    )
    {
        statements ??= new RollupStatements(connection);
        batch.Clear();
        for (var i = 0; i < deltas.Count; i++)
        {
            var delta = deltas[i];
            if (delta.Before is { } before)
            {
                Add(connection, names, before, delta.BeforeNames, -1);
            }

            if (delta.After is { } after)
            {
                Add(connection, names, after, delta.AfterNames, 1);
            }
        }

        foreach (var (cell, difference) in batch.Fold())
        {
            statements.Merge(cell, difference);
        }

        batch.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => statements?.Dispose();

    private void Add(SqliteConnection connection, NameTable names, UsageRecord record, in RecordNames named, int sign)
    {
        var seconds = RollupWidths.Floor(RecordCodec.ToMicroseconds(record.StartedAt), 1_000_000) / 1_000_000;
        var workspace = record.Workspace.Value;
        var combination = RollupKey.Of(record, named);
        var key = IdOf(combination);
        batch.At(workspace, RollupSet.Wide, key, seconds).Add(record, sign);
        if (combination.HasLineage)
        {
            var lineage = new RollupSubkey(workspace, RollupSet.Lineage, key, named.Session, named.Agent);
            batch.At(workspace, RollupSet.Lineage, IdOf(lineage, seconds), seconds).Add(record, sign);
        }

        foreach (var (name, value) in record.Tags)
        {
            var tag = new RollupSubkey(
                workspace,
                RollupSet.Tags,
                key,
                names.Intern(connection, record.Workspace, name),
                names.Intern(connection, record.Workspace, value)
            );
            batch.At(workspace, RollupSet.Tags, IdOf(tag, seconds), seconds).Add(record, sign);
        }
    }

    private long IdOf(in RollupKey key)
    {
        if (keys.TryGetValue(key, out var id))
        {
            return id;
        }

        if (keys.Count >= KeyCacheLimit)
        {
            keys.Clear();
        }

        return keys[key] = statements!.IdOf(key);
    }

    private long IdOf(in RollupSubkey key, long seconds)
    {
        if (subkeys.TryGetValue(key, out var id))
        {
            return id;
        }

        if (subkeys.Count >= KeyCacheLimit)
        {
            subkeys.Clear();
        }

        return subkeys[key] = statements!.IdOf(key, seconds);
    }
}
