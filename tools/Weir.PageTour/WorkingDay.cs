using Weir.Demo;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.PageTour;

/// <summary>
/// A working day that ends now, whatever day and hour it is, of eight teams like the simulated one: pictures need it.
/// </summary>
internal static class WorkingDay
{
    private const int Teams = 8;
    private static readonly TimeSpan Evening = TimeSpan.FromHours(15.5);

    /// <summary>Writes it into a data folder that no server holds.</summary>
    public static async Task WriteAsync(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        var now = TimeProvider.System.GetUtcNow();
        var year = new DemoYear(WorkspaceId.Default, now, new PriceBook().Current);
        // Each team is the same one on another day.
        var records = Enumerable
            .Range(1, DemoYear.Days)
            .Select(back => year.Day(DemoYear.Days - back))
            .Where(day => day is [{ StartedAt.DayOfWeek: >= DayOfWeek.Monday and <= DayOfWeek.Friday }, ..])
            .Take(Teams)
            .SelectMany(day => Until(now, day))
            .OrderBy(record => record.StartedAt)
            .ToList();
        var clock = new FakeClock(records[0].StartedAt);
        var ids = new RecordIdSource(clock, DemoYear.Node);
        for (var i = 0; i < records.Count; i++)
        {
            clock.Set(records[i].StartedAt);
            records[i] = records[i] with { Id = ids.Next() };
        }

        await using var ledger =
            UsageLedger.Open(new LedgerOptions { DataFolder = dataFolder }, TimeProvider.System).Ledger
            ?? throw new InvalidOperationException($"{dataFolder} cannot be used.");
        foreach (var batch in records.Chunk(1_000))
        {
            await ledger.ImportAsync(batch, CancellationToken.None);
        }
    }

    private static IEnumerable<UsageRecord> Until(DateTimeOffset now, IReadOnlyList<UsageRecord> day)
    {
        var evening = new DateTimeOffset(day[0].StartedAt.Date, TimeSpan.Zero) + Evening;
        return day.Where(record => record.StartedAt + record.Duration < evening)
            .Select(record =>
                record with
                {
                    StartedAt = record.StartedAt + (now - evening),
                    Billing = Billing.Metered,
                }
            );
    }
}
