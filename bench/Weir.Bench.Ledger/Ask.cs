using System.Diagnostics;
using Weir.Ledger;

namespace Weir.Bench.Ledger;

/// <summary>Asks every question of a filled ledger, over ranges that end at moments of the last three days.</summary>
internal static class Ask
{
    /// <summary>Asks and tells how long it took, in milliseconds; beside DuckDB when its file is given.</summary>
    public static async Task<object> RunAsync(string folder, int times, string? duckFile, string? library, string only)
    {
        var clock = new RecordClock();
        clock.Reach(Year.End);
        await using var ledger =
            UsageLedger.Open(new LedgerOptions { DataFolder = folder }, clock).Ledger
            ?? throw new InvalidOperationException("The folder is taken.");
        using var duck = duckFile is null ? null : new Duck(library!, duckFile, 2);
        var rows = new List<object>();
        foreach (var question in Questions.All.Where(q => q.Name.Contains(only, StringComparison.Ordinal)))
        {
            var chance = new Random(7);
            var own = new List<double>();
            var theirs = new List<double>();
            for (var i = -2; i < times; i++)
            {
                var to = Year.End.AddSeconds(-chance.Next(3 * 86_400));
                var watch = Stopwatch.StartNew();
                await question.AskAsync(ledger, to);
                if (i >= 0)
                {
                    own.Add(watch.Elapsed.TotalMilliseconds);
                }

                if (duck is not null && question.Sql is { } sql && i < times / 4)
                {
                    var range =
                        $"t >= TIMESTAMP '{to.AddDays(-question.Days):yyyy-MM-dd HH:mm:ss}' AND t < TIMESTAMP '{to:yyyy-MM-dd HH:mm:ss}'";
                    watch.Restart();
                    duck.Query(sql.Replace("{range}", range, StringComparison.Ordinal));
                    if (i >= 0)
                    {
                        theirs.Add(watch.Elapsed.TotalMilliseconds);
                    }
                }
            }

            var row = new
            {
                question = question.Name,
                p50 = At(own, 0.5),
                p95 = At(own, 0.95),
                duck = theirs.Count == 0 ? (double?)null : At(theirs, 0.5),
                ratio = theirs.Count == 0 ? (double?)null : Math.Round(At(own, 0.5) / At(theirs, 0.5), 3),
            };
            rows.Add(row);
            Console.Error.WriteLine($"{row.question, -48} {row.p50, 9} {row.p95, 9} {row.duck, 9} {row.ratio, 7}");
        }

        return new { peakMegabytes = Fill.PeakMegabytes(), rows };
    }

    private static double At(List<double> values, double quantile)
    {
        values.Sort();
        return Math.Round(values[(int)Math.Min(values.Count - 1, Math.Ceiling(quantile * values.Count) - 1)], 2);
    }
}
