using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

internal static class LedgerPages
{
    /// <summary>All records, once these are among them.</summary>
    public static async Task<IReadOnlyList<LedgerRecord>> WithAsync(WeirProcess weir, IReadOnlySet<string> ids)
    {
        List<LedgerRecord> records = [];
        await weir.UntilAsync(
            async () =>
            {
                records = await ReadAsync(weir);
                return ids.IsSubsetOf(records.Select(r => r.Id));
            },
            "write every answered request"
        );
        return records;
    }

    private static async Task<List<LedgerRecord>> ReadAsync(WeirProcess weir)
    {
        List<LedgerRecord> records = [];
        string? cursor = null;
        do
        {
            var page = await weir.GetAsync(
                "/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=500"
                    + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))
            );
            records.AddRange(page.Items("items").Select(LedgerRecord.Read));
            cursor = page.Text("next");
        } while (cursor is not null);

        return records;
    }
}
