using System.Collections.Immutable;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The steps of <c>ledger.db</c>'s schema.</summary>
internal static class LedgerSchema
{
    /// <summary>All steps that this build knows, in order.</summary>
    public static ImmutableArray<Migration> Migrations { get; } =
        Migration.Embedded(typeof(LedgerSchema).Assembly, "Weir.Ledger.Migrations.Sqlite.");
}
