using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class BreakerTests
{
    private static readonly BreakerConfig Written = new()
    {
        Failures = 3,
        Ratio = 0.5,
        Window = TimeSpan.FromSeconds(30),
        OpenFor = TimeSpan.FromSeconds(5),
        Longest = TimeSpan.FromSeconds(60),
    };

    [Fact]
    public void Half_of_twenty_opens_it_and_fewer_do_not()
    {
        var breaker = new Breaker(new BreakerConfig(), () => 0);
        for (var i = 0; i < 1000; i++)
        {
            // Nine in twenty.
            Assert.Equal(BreakerChange.None, Leave(breaker, i % 20 >= 11, i));
        }

        Assert.Equal(BreakerPhase.Closed, breaker.Phase);
        Assert.Equal(BreakerChange.Opened, Leave(breaker, failed: true, 1000));
    }

    [Fact]
    public void Failures_of_long_ago_do_not_count()
    {
        var breaker = new Breaker(Written, () => 0);
        for (var i = 0; i < 100; i++)
        {
            Leave(breaker, failed: true, i * 16_000);
        }

        Assert.Equal(BreakerPhase.Closed, breaker.Phase);
    }

    [Fact]
    public void It_stays_open_twice_as_long_each_time_and_never_longer_than_was_written()
    {
        var breaker = Opened(out var now);
        var spans = new List<double> { (breaker.OpenUntil - now).TotalSeconds };
        for (var i = 0; i < 5; i++)
        {
            now = breaker.OpenUntil;
            Assert.True(breaker.TryEnter(now, 0, must: false, out var probe));
            Assert.Equal(BreakerChange.OpenedAgain, breaker.Leave(probe, AttemptOutcome.Failed, now));
            spans.Add((breaker.OpenUntil - now).TotalSeconds);
        }

        Assert.Equal([5, 10, 20, 40, 60, 60], spans);
        Assert.Equal(6, breaker.Times);
    }

    [Fact]
    public void Chance_shortens_the_time_by_a_tenth_at_most()
    {
        var breaker = Opened(out var now, () => 0.999);

        Assert.InRange(breaker.OpenUntil - now, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(4.51));
    }

    [Fact]
    public void One_probe_at_a_time_and_two_good_ones_close_it()
    {
        var breaker = Opened(out _);
        var now = breaker.OpenUntil;
        Assert.True(breaker.TryEnter(now, 0, must: false, out var first));
        Assert.False(breaker.TryEnter(now, 0, must: false, out _));
        Assert.True(breaker.TryEnter(now, 0, must: true, out var forced));
        Assert.Equal((1, 0), (first.Probe, forced.Probe));

        Assert.Equal(BreakerChange.None, breaker.Leave(first, AttemptOutcome.Good, now));
        // The same probe has no second say.
        Assert.Equal(BreakerChange.None, breaker.Leave(first, AttemptOutcome.Good, now));
        Assert.True(breaker.TryEnter(now, 0, must: false, out var second));
        Assert.Equal(BreakerChange.Closed, breaker.Leave(second, AttemptOutcome.Good, now));
    }

    [Fact]
    public void A_probe_that_says_nothing_lets_another_try()
    {
        var breaker = Opened(out _);
        var now = breaker.OpenUntil;
        Assert.True(breaker.TryEnter(now, 0, must: false, out var aborted));
        breaker.Leave(aborted, AttemptOutcome.Undecided, now);
        Assert.True(breaker.TryEnter(now, 0, must: false, out var lost));

        now += Breaker.ProbePatience;
        Assert.True(breaker.TryEnter(now, 0, must: false, out _));
        breaker.Leave(lost, AttemptOutcome.Failed, now);
        Assert.Equal(BreakerPhase.HalfOpen, breaker.Phase);
    }

    [Fact]
    public void What_began_before_it_opened_says_nothing_of_the_present()
    {
        var breaker = new Breaker(Written, () => 0);
        Assert.True(breaker.TryEnter(TimeSpan.Zero, 0, must: false, out var old));
        Assert.True(breaker.TryEnter(TimeSpan.Zero, 0, must: false, out var older));
        for (var i = 0; i < 3; i++)
        {
            Leave(breaker, failed: true, 0);
        }

        var now = breaker.OpenUntil;
        Assert.True(breaker.TryEnter(now, 0, must: false, out _));
        breaker.Leave(old, AttemptOutcome.Good, now);
        breaker.Leave(older, AttemptOutcome.Good, now);
        Assert.Equal(BreakerPhase.HalfOpen, breaker.Phase);
    }

    [Fact]
    public void It_returns_by_shares_and_who_has_returned_stays()
    {
        var breaker = Opened(out _);
        var closed = Close(breaker);
        var before = 0;
        for (var i = 0; i <= 10; i++)
        {
            var now = closed + TimeSpan.FromSeconds(i * 0.5);
            var entered = Enumerable.Range(0, 1000).Count(n => breaker.TryEnter(now, n / 1000.0, must: false, out _));
            Assert.InRange(entered, 98 + (i * 90), 102 + (i * 90));
            Assert.True(entered > before);
            before = entered;
        }

        Assert.Equal(1000, before);
    }

    [Fact]
    public void Who_falls_again_soon_is_left_alone_for_longer()
    {
        var breaker = Opened(out _);
        var now = Close(breaker);
        for (var i = 0; i < 3; i++)
        {
            breaker.TryEnter(now, 0, must: true, out var ticket);
            breaker.Leave(ticket, AttemptOutcome.Failed, now);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), breaker.OpenUntil - now);
        now = Close(breaker) + TimeSpan.FromMinutes(5);
        for (var i = 0; i < 3; i++)
        {
            breaker.TryEnter(now, 0, must: true, out var ticket);
            breaker.Leave(ticket, AttemptOutcome.Failed, now);
        }

        Assert.Equal(TimeSpan.FromSeconds(5), breaker.OpenUntil - now);
    }

    /// <summary>The breaker against one that keeps every attempt and counts anew each time.</summary>
    [Fact]
    public void It_does_what_a_plain_model_does()
    {
        var steps = Gen.Choose(0, 99).Two().ListOf().SelectMany(l => Gen.Elements(1, 8).Select(n => Repeat(l, n)));
        Prop.ForAll(steps.ToArbitrary(), Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        static List<(int, int)> Repeat(IEnumerable<(int, int)> steps, int times) =>
            [.. Enumerable.Repeat(steps, times).SelectMany(all => all)];
    }

    private static bool Agrees(List<(int Step, int Size)> steps)
    {
        var breaker = new Breaker(Written, () => 0);
        var model = new PlainBreaker(Written);
        var open = new List<(BreakerTicket Real, PlainBreaker.Ticket Plain)>();
        var now = TimeSpan.Zero;
        foreach (var (step, size) in steps)
        {
            switch (step)
            {
                case < 25:
                    now += TimeSpan.FromMilliseconds(size * size);
                    break;
                case < 60:
                    var must = size < 30;
                    var entered = breaker.TryEnter(now, 0, must, out var ticket);
                    if (entered != model.TryEnter(now, must, out var plain) || (ticket.Probe != 0) != plain.IsProbe)
                    {
                        return false;
                    }

                    if (entered)
                    {
                        open.Add((ticket, plain));
                    }

                    break;
                default:
                    if (open.Count > 0)
                    {
                        var (real, held) = open[size % open.Count];
                        open.RemoveAt(size % open.Count);
                        var outcome = (AttemptOutcome)(step % 4);
                        breaker.Leave(real, outcome, now);
                        model.Leave(held, outcome, now);
                    }

                    break;
            }

            if (breaker.Phase != model.Phase || breaker.Phase == BreakerPhase.Open && breaker.OpenUntil != model.Until)
            {
                return false;
            }
        }

        return true;
    }

    private static BreakerChange Leave(Breaker breaker, bool failed, double milliseconds)
    {
        var now = TimeSpan.FromMilliseconds(milliseconds);
        breaker.TryEnter(now, 0, must: true, out var ticket);
        return breaker.Leave(ticket, failed ? AttemptOutcome.Failed : AttemptOutcome.Good, now);
    }

    private static Breaker Opened(out TimeSpan now, Func<double>? random = null)
    {
        var breaker = new Breaker(Written, random ?? (() => 0));
        for (var i = 0; i < 3; i++)
        {
            Leave(breaker, failed: true, 1000);
        }

        Assert.Equal(BreakerPhase.Open, breaker.Phase);
        now = TimeSpan.FromSeconds(1);
        return breaker;
    }

    private static TimeSpan Close(Breaker breaker)
    {
        var now = breaker.OpenUntil;
        for (var i = 0; i < 2; i++)
        {
            Assert.True(breaker.TryEnter(now, 0, must: false, out var probe));
            breaker.Leave(probe, AttemptOutcome.Good, now);
        }

        Assert.Equal(BreakerPhase.Closed, breaker.Phase);
        return now;
    }

    /// <summary>The same rules, written for reading: lists that are searched, and no counters.</summary>
    private sealed class PlainBreaker(BreakerConfig written)
    {
        private readonly List<(TimeSpan At, bool Failed)> attempts = [];
        private readonly List<Ticket> probes = [];
        private int era;
        private int good;
        private int openings;
        private TimeSpan? closedAt;
        private TimeSpan lasted;

        public BreakerPhase Phase { get; private set; }

        public TimeSpan Until { get; private set; }

        public bool TryEnter(TimeSpan now, bool must, out Ticket ticket)
        {
            ticket = new Ticket(era, false, now);
            if (Phase == BreakerPhase.Closed)
            {
                return true;
            }

            if (now < Until || probes.Exists(probe => now - probe.At < TimeSpan.FromMinutes(1)))
            {
                return must;
            }

            Phase = BreakerPhase.HalfOpen;
            ticket = new Ticket(era, true, now);
            probes.Clear();
            probes.Add(ticket);
            return true;
        }

        public void Leave(Ticket ticket, AttemptOutcome outcome, TimeSpan now)
        {
            if (ticket.Era != era)
            {
                return;
            }

            var isCurrent = probes.Remove(ticket);
            if (outcome is AttemptOutcome.Undecided or AttemptOutcome.Limited || (ticket.IsProbe && !isCurrent))
            {
                return;
            }

            if (Phase == BreakerPhase.Closed)
            {
                attempts.Add((now, outcome == AttemptOutcome.Failed));
                var seen = attempts.TakeLast(6).Where(a => now - a.At <= written.Window).ToList();
                var failed = seen.Count(a => a.Failed);
                if (outcome == AttemptOutcome.Failed && failed >= 3 && failed >= seen.Count * written.Ratio)
                {
                    var soon = closedAt + lasted + written.Window > now;
                    openings = soon ? openings : 0;
                    Open(now);
                }
            }
            else if (Phase == BreakerPhase.HalfOpen && outcome == AttemptOutcome.Good)
            {
                good++;
                if (good == 2)
                {
                    (Phase, closedAt) = (BreakerPhase.Closed, now);
                    era++;
                    attempts.Clear();
                    probes.Clear();
                }
            }
            else if (Phase == BreakerPhase.HalfOpen)
            {
                good = 0;
                if (ticket.IsProbe)
                {
                    Open(now);
                }
            }
        }

        private void Open(TimeSpan now)
        {
            var span = written.OpenFor;
            for (var i = 0; i < openings && span < written.Longest; i++)
            {
                span *= 2;
            }

            span = span < written.Longest ? span : written.Longest;
            (Phase, Until, good) = (BreakerPhase.Open, now + span, 0);
            lasted = span < TimeSpan.FromSeconds(30) ? span : TimeSpan.FromSeconds(30);
            openings++;
            era++;
            probes.Clear();
        }

        public sealed class Ticket(int era, bool isProbe, TimeSpan at)
        {
            public int Era => era;

            public bool IsProbe => isProbe;

            public TimeSpan At => at;
        }
    }
}
