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
    private const long Hour = 3_600;

    private readonly Dictionary<RollupKey, long> keys = [];
    private readonly Dictionary<RollupSubkey, long> subkeys = [];
    private readonly RollupBatch batch = new();
    private RollupStatements? statements;

    /// <summary>Forgets what an undone transaction left.</summary>
    public void Begin() => batch.Clear();

    /// <summary>Takes an entry up: adds its after and subtracts its before, once <see cref="Store"/> is called.</summary>
    public void Add(SqliteConnection connection, NameTable names, in EntryDelta delta)
    {
        statements ??= new RollupStatements(connection);
        if (delta.Before is { } before)
        {
            Add(connection, names, before, delta.BeforeNames, -1);
        }

        if (delta.After is { } after)
        {
            Add(connection, names, after, delta.AfterNames, 1);
        }
    }

    /// <summary>Stores what the entries since <see cref="Begin"/> change.</summary>
    /// <param name="folded">Up to where wider cells are kept, in seconds since 1970; a whole hour.</param>
    public void Store(long folded) => Merge(batch.Fold(folded));

    /// <summary>Adds the finest cells that start in a range to the wider ones. The range has never been folded before.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="from">Inclusive, in seconds since 1970; a whole hour.</param>
    /// <param name="to">Exclusive; a whole hour.</param>
    public void Fold(SqliteConnection connection, long from, long to)
    {
        statements ??= new RollupStatements(connection);
        foreach (var workspace in statements.Workspaces())
        {
            foreach (var set in Enum.GetValues<RollupSet>().Where(set => set.Finest() < set.Widest()))
            {
                // Hour by hour: what is held at once are the combinations of one.
                var start = from;
                while (statements.NextStart(workspace, set, start) is { } next && next < to)
                {
                    start = RollupWidths.Floor(next, Hour) + Hour;
                    batch.Clear();
                    statements.Widen(batch, workspace, set, start - Hour, start);
                    Merge(batch.Changes());
                }
            }
        }
    }

    /// <summary>Combinations are of other names than before: they are looked up anew.</summary>
    public void Forget() => keys.Clear();

    /// <inheritdoc />
    public void Dispose() => statements?.Dispose();

    private void Merge(List<KeyValuePair<RollupCell, RollupSums>> changes)
    {
        foreach (var (cell, difference) in changes)
        {
            statements!.Merge(cell, difference);
        }

        batch.Clear();
    }

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
