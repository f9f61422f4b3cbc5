using Microsoft.Data.Sqlite;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Rollups;

/// <summary>
/// Applies entries to the rollups inside the writer's transaction. One instance belongs to one writer connection and is
/// disposed with it; it may keep prepared statements. After a failure the writer disposes both and starts anew.
/// </summary>
internal sealed class RollupWriter : IDisposable
{
    /// <summary>Adds each entry's after and subtracts its before.</summary>
    public void Apply(
        SqliteConnection connection,
        SqliteTransaction transaction,
        NameTable names,
        IReadOnlyList<EntryDelta> deltas
    ) { }

    /// <inheritdoc />
    public void Dispose() { }
}
