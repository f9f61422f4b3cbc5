using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Ingest;

/// <summary>
/// One entry on its way into the ledger, with the numbers of its names already known. Rollups subtract
/// <paramref name="Before"/> and add <paramref name="After"/>.
/// </summary>
/// <param name="Sequence">The entry's place in the ledger.</param>
/// <param name="Revision">1 when the record was created by it.</param>
/// <param name="Kind">What kind of change.</param>
/// <param name="Before">The record before; null when created.</param>
/// <param name="BeforeNames">The names of <paramref name="Before"/>; default when created.</param>
/// <param name="After">The record after; null when it is taken out for good, which leaves no entry.</param>
/// <param name="AfterNames">The names of <paramref name="After"/>; default when taken out.</param>
internal readonly record struct EntryDelta(
    long Sequence,
    int Revision,
    EntryKind Kind,
    UsageRecord? Before,
    RecordNames BeforeNames,
    UsageRecord? After,
    RecordNames AfterNames
);
