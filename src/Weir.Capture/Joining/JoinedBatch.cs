using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Joining;

/// <summary>Hauls that are being stored, and the records that they came to.</summary>
internal sealed class JoinedBatch(ImmutableArray<Haul> hauls, ImmutableArray<UsageRecord> records)
{
    /// <summary>What was caught; its cursors are stored once the ledger has the records.</summary>
    public ImmutableArray<Haul> Hauls { get; } = hauls;

    /// <summary>What the ledger is to take in; nothing once it has.</summary>
    public ImmutableArray<UsageRecord> Records { get; set; } = records;

    /// <summary>The ledger's taking in; null when it has not begun, or is to begin again.</summary>
    public Task<ImportOutcome>? Import { get; set; }
}
