using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.Live;

/// <summary>One change as listeners get it, written once for all of them.</summary>
/// <param name="Sequence">Its number in the ledger.</param>
/// <param name="Workspace">Who may see it.</param>
/// <param name="Json">A <see cref="LiveChange"/>.</param>
internal sealed record LiveEntry(long Sequence, WorkspaceId Workspace, byte[] Json)
{
    /// <summary>Writes an entry of the ledger.</summary>
    public static LiveEntry Of(LedgerEntry entry) =>
        new(
            entry.Sequence,
            entry.After.Workspace,
            JsonSerializer.SerializeToUtf8Bytes(
                new LiveChange(
                    entry.Sequence,
                    Words.Of(entry.Kind),
                    entry.Before is { } before ? Item(before, entry.Revision - 1, entry.Sequence) : null,
                    Item(entry.After, entry.Revision, entry.Sequence)
                ),
                WeirJson.Written.LiveChange
            )
        );

    private static RequestItem Item(UsageRecord record, int revision, long sequence) =>
        UsageShapes.Request(new StoredRecord(record, revision, sequence));
}
