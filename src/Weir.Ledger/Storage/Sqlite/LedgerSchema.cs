using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The steps of <c>ledger.db</c>'s schema.</summary>
internal static class LedgerSchema
{
    /// <summary>All steps that this build knows, in order.</summary>
    public static ImmutableArray<Migration> Migrations { get; } =
        Migration.Embedded(typeof(LedgerSchema).Assembly, "Weir.Ledger.Migrations.Sqlite.");

    /// <summary>Gives a connection the functions that the steps call.</summary>
    public static void AddFunctions(SqliteConnection connection)
    {
        connection.CreateFunction("pack_id", (string? id) => PackedId.Pack(id), isDeterministic: true);
        connection.CreateAggregate(
            "pack_sightings",
            (SightingRun?)null,
            (SightingRun? run, long hash, long place) =>
            {
                run ??= new SightingRun([]);
                run.Add(hash, place);
                return run;
            },
            run => run?.Bytes,
            isDeterministic: true
        );
    }
}
