using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;
using Weir.Ledger.Rollups.Pages;
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
    private const int MostDerived = 8;

    // Below that a row each costs less than writing the page anew.
#if DEBUG
    private const int Many = 3; // so that tests meet it
#else
    private const int Many = 256;
#endif

    private readonly Dictionary<RollupKey, long> keys = [];
    private readonly Dictionary<RollupSubkey, long> subkeys = [];
    private readonly RollupBatch batch = new();
    private RollupStatements? statements;
    private PageSweep? sweep;

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

    /// <summary>
    /// Stores what the entries since <see cref="Begin"/> change: as rows beside the pages, and many of a day that has come to rest
    /// in its page at once.
    /// </summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="until">Spans that end by then have come to rest, in seconds since 1970.</param>
    /// <returns>How many rows it left behind that moment.</returns>
    public int Store(SqliteConnection connection, long until)
    {
        var changes = CollectionsMarshal.AsSpan(batch.Changes());
        var behind = 0;
        while (!changes.IsEmpty)
        {
            var resting = Resting(changes, until);
            if (resting >= Many)
            {
                (sweep ??= new PageSweep(connection)).Add(changes[..resting]);
                Stretch(changes[..resting]);
            }
            else
            {
                behind += resting;
                resting = Math.Max(1, resting);
                foreach (var (cell, difference) in changes[..resting])
                {
                    statements!.Merge(cell, difference);
                }
            }

            changes = changes[resting..];
        }

        batch.Clear();
        return behind;
    }

    /// <summary>Moves cells that ended before a moment from rows into pages.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="until">The moment, in seconds since 1970.</param>
    /// <param name="most">About so many at most.</param>
    /// <returns>Whether none is left.</returns>
    public bool Sweep(SqliteConnection connection, long until, int most)
    {
        statements ??= new RollupStatements(connection);
        sweep ??= new PageSweep(connection);
        foreach (var workspace in statements.Workspaces())
        {
            foreach (var set in RollupWidths.Sets)
            {
                most -= sweep.Run(workspace, set, until, most);
                if (most <= 0)
                {
                    return false;
                }
            }
        }

        return sweep.Derive(until, MostDerived);
    }

    /// <summary>Sums of a day were taken away by somebody else.</summary>
    public void Forget(SqliteConnection connection, long workspace, long day) =>
        (sweep ??= new PageSweep(connection)).Forget(workspace, day);

    /// <summary>The combination that a record is summed up in, stored now when it is new.</summary>
    public long CombinationOf(SqliteConnection connection, UsageRecord record, in RecordNames names)
    {
        statements ??= new RollupStatements(connection);
        return IdOf(RollupKey.Of(record, names));
    }

    /// <summary>Combinations of a workspace are of other names than before.</summary>
    public void Rename(SqliteConnection connection, long workspace)
    {
        keys.Clear();
        (sweep ??= new PageSweep(connection)).RemakeMonths(workspace);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        statements?.Dispose();
        sweep?.Dispose();
    }

    /// <summary>How many of the next changes are of one page and have come to rest.</summary>
    private static int Resting(ReadOnlySpan<KeyValuePair<RollupCell, RollupSums>> changes, long until)
    {
        var first = changes[0].Key;
        var day = RollupWidths.Floor(first.Start, RollupWidth.Day.Seconds());
        var end = Math.Min(day + RollupWidth.Day.Seconds(), until);
        var count = 0;
        foreach (var (cell, _) in changes)
        {
            if (cell.Workspace != first.Workspace || cell.Set != first.Set || cell.Start + cell.Width.Seconds() > end)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private void Stretch(ReadOnlySpan<KeyValuePair<RollupCell, RollupSums>> changes)
    {
        foreach (var (cell, _) in changes)
        {
            if (cell.Set == RollupSet.Lineage)
            {
                statements!.Stretch(cell);
            }
        }
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
