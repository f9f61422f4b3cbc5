using System.Globalization;
using System.Text;
using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

/// <summary>Whether the moment that was foretold holds; <c>WEIR_SIMULATION=2000</c> as in <see cref="LimitCoverageTests"/>.</summary>
public class TimeToLimitCoverageTests
{
    [Fact]
    public void NineInTenForecastsHoldTheMoment()
    {
        var size = int.TryParse(Environment.GetEnvironmentVariable("WEIR_SIMULATION"), out var asked) ? asked : 150;
        var table = new StringBuilder();
        var hours = Run(table, "5 hours, days of work known", size, TimeSpan.FromHours(5), false, false);
        Run(table, "5 hours, this window alone", size, TimeSpan.FromHours(5), false, true);
        Run(table, "7 days, office hours", size / 2, TimeSpan.FromDays(7), true, false);
        LimitCoverageTests.Report(table.ToString());
        Assert.InRange(hours, 0.84, 0.96);
    }

    private static double Run(StringBuilder table, string name, int size, TimeSpan length, bool byDay, bool alone)
    {
        var rows = Enumerable
            .Range(0, size)
            .AsParallel()
            .AsOrdered()
            .Select(i => Outcome.Of(new Random((i * 17) + 5_000_000), length, byDay, alone))
            .OfType<Outcome>()
            .ToList();
        var holds = rows.Average(row => row.Rank is >= 0.05 and <= 0.95 ? 1.0 : 0);
        table.AppendLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: n={rows.Count} holds {holds:P1} (as shown {rows.Average(row => row.Shown ? 1.0 : 0):P1}) too early {rows.Average(row => row.Rank < 0.05 ? 1.0 : 0):P1} too late {rows.Average(row => row.Rank > 0.95 ? 1.0 : 0):P1}"
            )
        );
        foreach (var group in rows.GroupBy(row => Math.Min(4, (int)(row.NotBefore * 5))).OrderBy(group => group.Key))
        {
            table.AppendLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  not before the reset, foretold {group.Average(row => row.NotBefore):P0}, came {group.Average(row => row.Came ? 1.0 : 0):P0} (n={group.Count()})"
                )
            );
        }

        return holds;
    }

    private sealed record Outcome(double Rank, bool Shown, double NotBefore, bool Came)
    {
        public static Outcome? Of(Random random, TimeSpan length, bool byDay, bool alone)
        {
            if (WorkHistory.Make(random, length, byDay) is not { } work)
            {
                return null;
            }

            var limit = LimitLearner.Learn(work.Past, work.Running);
            var begin = work.ResetsAt - length;
            var recent = work.Recent.Where(point => point.At >= (alone ? begin : begin - (length * 10))).ToList();
            var moments = TimeToLimit.Moments(
                limit,
                work.Running.Used,
                recent,
                length,
                work.Running.Now,
                work.ResetsAt,
                work.Stops
            );
            if (moments is null)
            {
                return null;
            }

            var truth = work.Meets is { } meets ? (meets - work.Running.Now).TotalSeconds : double.PositiveInfinity;
            // Where many walks end at one place, "not before the reset", the place in their rank is drawn.
            var below = moments.Count(at => at < truth) / (double)moments.Length;
            var same = moments.Count(at => at == truth) / (double)moments.Length;
            var notBefore = moments.Count(double.IsPositiveInfinity) / (double)moments.Length;
            var (low, high) = (moments[moments.Length / 20], moments[moments.Length * 19 / 20]);
            return new Outcome(
                below + (same * random.NextDouble()),
                truth >= low && truth <= high,
                notBefore,
                work.Meets is null
            );
        }
    }
}
