using System.Collections.Concurrent;
using System.Diagnostics;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Bench.Ledger;

/// <summary>
/// A filled ledger at work: first one person asks, one question after another; then a hundred people do, each with a page of six every ten seconds,
/// while a thousand sessions write a record a second.
/// </summary>
internal static class Busy
{
    private const int Sessions = 1_000;
    private const int People = 100;
    private const int Page = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs and tells how long answers took in milliseconds, alone and among others.</summary>
    public static async Task<object> RunAsync(string folder, int seconds)
    {
        var clock = new RecordClock();
        clock.Reach(Year.End);
        await using var ledger =
            UsageLedger.Open(new LedgerOptions { DataFolder = folder }, clock).Ledger
            ?? throw new InvalidOperationException("The folder is taken.");
        var template = new Year(1_000).Records().First(record => record.Session is not null);
        var ids = new RecordIdSource(clock, 0, ledger.HighestId);
        var alone = new ConcurrentBag<double>();
        for (var i = 0; i < 12; i++)
        {
            await AskPageAsync(ledger, i, i < 2 ? [] : alone);
        }

        var among = new ConcurrentBag<double>();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var watch = Stopwatch.StartNew();
        var written = 0L;
        var writers = Enumerable
            .Range(0, Sessions)
            .Select(async session =>
            {
                try
                {
                    await Task.Delay(session, end.Token);
                    while (true)
                    {
                        var now = Year.End + watch.Elapsed;
                        clock.Reach(now);
                        if (!ledger.Journal.TryReserve())
                        {
                            throw new InvalidOperationException(ledger.Status.RefusesBecause);
                        }

                        ledger.Journal.Append(
                            template with
                            {
                                Id = ids.Next(),
                                StartedAt = now,
                                Session = $"busy-{session}",
                                UpstreamId = $"req_{Interlocked.Increment(ref written):x16}{session:x16}",
                            }
                        );
                        ledger.Journal.Release();
                        await Task.Delay(1_000, end.Token);
                    }
                }
                catch (OperationCanceledException) { }
            });
        var people = Enumerable
            .Range(0, People)
            .Select(async person =>
            {
                try
                {
                    await Task.Delay(Pause / People * person, end.Token);
                    for (var i = person; ; i++)
                    {
                        await AskPageAsync(ledger, i, among);
                        await Task.Delay(Pause, end.Token);
                    }
                }
                catch (OperationCanceledException) { }
            });
        await Task.WhenAll(writers.Concat(people).ToArray());
        await ledger.FlushAsync(CancellationToken.None);
        return new
        {
            seconds,
            written,
            questions = among.Count,
            aloneP50 = At(alone, 0.5),
            aloneP95 = At(alone, 0.95),
            amongP50 = At(among, 0.5),
            amongP95 = At(among, 0.95),
            ratioP95 = Math.Round(At(among, 0.95) / At(alone, 0.95), 2),
            peakMegabytes = Fill.PeakMegabytes(),
        };
    }

    private static async Task AskPageAsync(UsageLedger ledger, int which, ConcurrentBag<double> took)
    {
        for (var i = 0; i < Page; i++)
        {
            var question = Questions.All[((which * Page) + i) % Questions.All.Length];
            var watch = Stopwatch.StartNew();
            await question.AskAsync(ledger, Year.End);
            took.Add(watch.Elapsed.TotalMilliseconds);
        }
    }

    private static double At(ConcurrentBag<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return Math.Round(sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(quantile * sorted.Length) - 1)], 2);
    }
}
