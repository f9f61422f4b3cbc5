using Weir.Client;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Server.Api.Upkeep;

/// <summary>What a workspace keeps, for REST and GraphQL.</summary>
internal static class KeptAnswers
{
    /// <summary>Since when it keeps what, and which months are archived.</summary>
    public static async Task<KeptResult> ReadAsync(
        UsageLedger ledger,
        WorkspaceId workspace,
        CancellationToken cancellationToken
    )
    {
        var (records, sums) = await ledger.Queries.KeptSinceAsync(workspace, cancellationToken);
        var months = await ledger.Archive.ListAsync(cancellationToken);
        return new KeptResult(
            records,
            sums,
            [
                .. months
                    .Where(month => month.Workspace == workspace)
                    .Select(month => new ArchivedMonthItem(month.Month, month.Records, Size(month.File))),
            ]
        );
    }

    private static long? Size(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : null;
}
