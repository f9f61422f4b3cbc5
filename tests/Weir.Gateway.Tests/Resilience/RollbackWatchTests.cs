using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class RollbackWatchTests
{
    private readonly Health health = new();

    /// <summary>The example of statsmodels' documentation of <c>proportions_ztest</c>: 5 of 83 and 12 of 99, p = 0.159 (two-sided).</summary>
    [Fact]
    public void The_distance_is_the_one_of_the_books()
    {
        var distance = RollbackWatch.Distance(new Tally(12, 99), new Tally(5, 83));

        Assert.Equal(-1.4078, distance, 4);
        Assert.Equal(0, RollbackWatch.Distance(new Tally(50, 50), new Tally(70, 70)));
        Assert.Equal(0, RollbackWatch.Distance(default, new Tally(1, 2)));
    }

    [Fact]
    public void A_change_that_breaks_things_is_found_and_told_once()
    {
        var watch = new RollbackWatch(RollbackConfig.Default, health.Context);
        Run(watch, 1000, i => i % 100 != 0);
        watch.Changed();

        var findings = Run(watch, 1000, i => i % 2 == 0);

        var worse = Assert.Single(findings, f => f.Verdict == RollbackVerdict.Worse);
        Assert.Equal((50, 990, 1000), (worse.After.All, worse.Before.Good, worse.Before.All));
        Assert.Equal(RollbackVerdict.None, findings[^1].Verdict);
    }

    [Fact]
    public void What_is_certain_but_small_is_no_harm()
    {
        var watch = new RollbackWatch(RollbackConfig.Default, health.Context);
        Run(watch, 20_000, _ => true, 0.02);
        watch.Changed();

        // Two in a hundred.
        var findings = Run(watch, 40_000, i => i % 50 != 0, 0.02);

        Assert.DoesNotContain(findings, f => f.Verdict == RollbackVerdict.Worse);
        Assert.Contains(findings, f => f.Verdict == RollbackVerdict.Unharmed);
    }

    [Fact]
    public void Of_few_requests_nothing_is_said()
    {
        var watch = new RollbackWatch(RollbackConfig.Default, health.Context);
        Run(watch, 1000, _ => true);
        watch.Changed();

        var findings = Run(watch, 49, _ => false, seconds: 13);

        Assert.Equal(RollbackVerdict.TooFew, findings.Last(f => f.Verdict != RollbackVerdict.None).Verdict);
    }

    [Fact]
    public void What_failed_before_the_window_is_not_held_for_the_change()
    {
        var watch = new RollbackWatch(RollbackConfig.Default, health.Context);
        Run(watch, 1000, _ => true, 0.1);
        health.After(700);
        Run(watch, 300, i => i % 2 == 0, 0.1);
        watch.Changed();

        var findings = Run(watch, 2000, i => i % 2 == 0, 0.4);

        var end = findings.Last(f => f.Verdict != RollbackVerdict.None);
        Assert.Equal((RollbackVerdict.Unharmed, 300), (end.Verdict, end.Before.All));
    }

    /// <summary>Seeded histories: what a change that did nothing is blamed for, and what one that did something gets away with.</summary>
    [Fact]
    public void The_innocent_are_seldom_blamed_and_the_guilty_seldom_missed()
    {
        var random = new Random(7);
        var (blamed, missed) = (0, 0);
        for (var run = 0; run < 400; run++)
        {
            var share = 0.8 + (0.19 * random.NextDouble());
            blamed += Verdict(random, share, share) == RollbackVerdict.Worse ? 1 : 0;
            missed += Verdict(random, share, share - 0.15) == RollbackVerdict.Worse ? 0 : 1;
        }

        Assert.InRange(blamed, 0, 6);
        Assert.InRange(missed, 0, 6);
    }

    private RollbackVerdict Verdict(Random random, double before, double after)
    {
        var watch = new RollbackWatch(RollbackConfig.Default, health.Context);
        Run(watch, 1000, _ => random.NextDouble() < before, 0.5);
        watch.Changed();
        var findings = Run(watch, 1400, _ => random.NextDouble() < after, 0.5);
        return findings.Last(f => f.Verdict is not (RollbackVerdict.None or RollbackVerdict.Watching)).Verdict;
    }

    private List<RollbackFinding> Run(RollbackWatch watch, int count, Func<int, bool> isGood, double seconds = 0.1)
    {
        var findings = new List<RollbackFinding>(count);
        for (var i = 0; i < count; i++)
        {
            health.Clock.Set(health.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds));
            findings.Add(watch.Count(isGood(i)));
        }

        return findings;
    }
}
