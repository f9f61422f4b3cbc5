using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Joining;

/// <summary>Hauls that are being stored, and the records that they came to.</summary>
/// <param name="Hauls">What was caught; its cursors are stored once the ledger has the records.</param>
/// <param name="Records">What the ledger is to take in; once more does no harm.</param>
internal sealed record JoinedBatch(ImmutableArray<Haul> Hauls, ImmutableArray<UsageRecord> Records)
{
    /// <summary>The ledger's taking in; null when there is nothing to take in, it has not begun, or is to begin again.</summary>
    public Task<ImportOutcome>? Import { get; set; }

    /// <summary>Waits for the ledger, however it ends: the batch is to be taken in again, in its turn.</summary>
    public async Task BreakOffAsync()
    {
        if (Import is { } import)
        {
            await ((Task)import).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Import = null;
        }
    }
}
