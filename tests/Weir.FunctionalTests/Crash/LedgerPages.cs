using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

internal static class LedgerPages
{
    /// <summary>All records, once nothing is pending.</summary>
    public static async Task<IReadOnlyList<LedgerRecord>> ReadAsync(WeirProcess weir)
    {
        await weir.SettleAsync();
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
