using System.Globalization;
using System.Text;
using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

/// <summary>
/// Whether the intervals hold what they promise, on made-up accounts whose true limit is known. <c>WEIR_SIMULATION=2000</c>
/// takes that many accounts of each family and writes the table.
/// </summary>
public class LimitCoverageTests
{
    [Fact]
    public void NineInTenIntervalsHoldTheTruth()
    {
        var size = int.TryParse(Environment.GetEnvironmentVariable("WEIR_SIMULATION"), out var asked) ? asked : 40;
        var rows = new List<Outcome>();
        foreach (var truth in Enum.GetValues<Truth>())
        {
            rows.AddRange(
                Enumerable
                    .Range(0, size)
                    .AsParallel()
                    .AsOrdered()
                    .Select(i => Outcome.Of(truth, new Random((i * 31) + (int)truth + 11_000_000)))
            );
        }

        var estimates = rows.Where(row => row.Learned.Kind == LearnedLimitKind.Estimate).ToList();
        Report(Table(rows));
        Assert.InRange(estimates.Average(row => row.Holds ? 1.0 : 0), 0.87, 0.95);
        // Neither end gives way for the other.
        Assert.InRange(estimates.Average(row => row.Limit < row.Learned.Low ? 1.0 : 0), 0.02, 0.09);
        Assert.InRange(estimates.Average(row => row.Limit > row.Learned.High ? 1.0 : 0), 0.02, 0.09);
    }

    /// <summary>The table goes to standard error, and only where it was asked for.</summary>
    internal static void Report(string table)
    {
        if (Environment.GetEnvironmentVariable("WEIR_SIMULATION") is not null)
        {
            Console.Error.WriteLine(table);
        }
    }

    private static string Table(List<Outcome> rows)
    {
        var text = new StringBuilder();
        foreach (var group in rows.GroupBy(row => row.Truth))
        {
            Line(text, group.Key.ToString(), [.. group]);
        }

        foreach (var group in rows.GroupBy(row => Math.Min(row.Learned.Evidence.LimitsMet, 10)).OrderBy(g => g.Key))
        {
            Line(text, "met " + group.Key, [.. group]);
        }

        foreach (var group in rows.GroupBy(row => (row.Truth, Math.Min(row.Met, 4))).OrderBy(g => g.Key))
        {
            Line(text, group.Key.ToString(), [.. group]);
        }

        Line(text, "all", rows);
        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, List<Outcome> rows)
    {
        var estimates = rows.Where(row => row.Learned.Kind == LearnedLimitKind.Estimate).ToList();
        var bounds = rows.Where(row => row.Learned.Kind == LearnedLimitKind.LowerBound).ToList();
        text.AppendLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name, -16} n={estimates.Count, 6} holds {Share(estimates, row => row.Holds)} below {Share(estimates, row => row.Limit < row.Learned.Low)} above {Share(estimates, row => row.Limit > row.Learned.High)} width x{Width(estimates):0.00} | bounds {bounds.Count, 5} hold {Share(bounds, row => row.Limit >= row.Learned.AtLeast)}"
            )
        );
    }

    private static double Width(List<Outcome> rows) =>
        rows.Count == 0
            ? double.NaN
            : rows.Select(row => row.Learned.High!.Value / row.Learned.Low!.Value).Order().ElementAt(rows.Count / 2);

    private static string Share(List<Outcome> rows, Func<Outcome, bool> holds) =>
        rows.Count == 0
            ? "    –"
            : (100.0 * rows.Count(holds) / rows.Count).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(5);

    private sealed record Outcome(Truth Truth, LearnedLimit Learned, double Limit, int Met)
    {
        public bool Holds => Limit >= Learned.Low && Limit <= Learned.High;

        public static Outcome Of(Truth truth, Random random)
        {
            var history = LimitHistory.Make(truth, random);
            return new Outcome(
                truth,
                LimitLearner.Learn(history.Past, history.Running),
                history.Limit,
                history.Past.Count(window => window.Met is not null)
            );
        }
    }
}
