namespace Weir.Ledger.Ingest;

/// <summary>
/// How far the journal is stored in the ledger: every record up to <paramref name="Sequence"/> is. Kept in the ledger, in the
/// transaction that stored the records.
/// </summary>
/// <param name="Segment">The segment of the last stored record; 0 before the first.</param>
/// <param name="Sequence">Its sequence; 0 before the first.</param>
internal readonly record struct JournalPosition(long Segment, long Sequence);
