using Weir.Demo;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.PageTour;

/// <summary>A working day of the simulated team that ends now, whatever day and hour it is: pictures need one.</summary>
internal static class WorkingDay
{
    private static readonly TimeSpan Evening = TimeSpan.FromHours(15.5);

    /// <summary>Writes it into a data folder that no server holds.</summary>
    public static async Task WriteAsync(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        var now = TimeProvider.System.GetUtcNow();
        var year = new DemoYear(WorkspaceId.Default, now, new PriceBook().Current);
        var day = Enumerable
            .Range(1, DemoYear.Days)
            .Select(back => year.Day(DemoYear.Days - back))
            .First(records => records is [{ StartedAt.DayOfWeek: DayOfWeek.Wednesday }, ..]);
        var end = new DateTimeOffset(day[0].StartedAt.Date, TimeSpan.Zero) + Evening;
        var clock = new FakeClock(end - TimeSpan.FromDays(1));
        var ids = new RecordIdSource(clock, DemoYear.Node);
        List<UsageRecord> shifted = [];
        foreach (var record in day.Where(record => record.StartedAt < end))
        {
            var at = record.StartedAt + (now - end);
            clock.Set(at);
            shifted.Add(record with { Id = ids.Next(), StartedAt = at, Billing = Billing.Metered });
        }

        await using var ledger =
            UsageLedger.Open(new LedgerOptions { DataFolder = dataFolder }, TimeProvider.System).Ledger
            ?? throw new InvalidOperationException($"{dataFolder} cannot be used.");
        foreach (var batch in shifted.Chunk(1_000))
        {
            await ledger.ImportAsync(batch, CancellationToken.None);
        }
    }
}
