using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class ConcurrencyGovernorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_slot_given_back_twice_takes_nobody_else_s()
    {
        var governor = Fixed(1);
        Assert.True(governor.TryEnter(out var first));
        var copy = first;
        first.Dispose();
        copy.Dispose();
        Assert.Equal(0, governor.InUse);
        Assert.True(governor.TryEnter(out var second));
        copy.Dispose();
        Assert.Equal(1, governor.InUse);
        Assert.False(governor.TryEnter(out _));
        second.Dispose();
        default(ConcurrencySlot).Dispose();
        Assert.Equal(0, governor.InUse);
    }

    [Fact]
    public async Task Who_waits_is_served_in_order_and_nobody_passes_him()
    {
        var governor = Fixed(1);
        governor.TryEnter(out var held);
        var first = governor.EnterAsync(Patience, default).AsTask();
        var second = governor.EnterAsync(Patience, default).AsTask();
        held.Dispose();
        Assert.False(governor.TryEnter(out _));

        using (var slot = await first)
        {
            Assert.True(slot.IsTaken);
            Assert.False(second.IsCompleted);
        }

        Assert.True((await second).IsTaken);
    }

    [Fact]
    public async Task Patience_ends_a_wait_and_so_does_a_caller_who_goes()
    {
        var health = new Health();
        var governor = new ConcurrencyGovernor(new ConcurrencyConfig(false, 1, 1), health.Context);
        governor.TryEnter(out var held);
        using var caller = new CancellationTokenSource();
        var patient = governor.EnterAsync(Patience, default).AsTask();
        var gone = governor.EnterAsync(Patience * 2, caller.Token).AsTask();
        Assert.False((await governor.EnterAsync(TimeSpan.Zero, default)).IsTaken);
        await caller.CancelAsync();
        Assert.False((await gone).IsTaken);
        health.After(1);
        Assert.False((await patient).IsTaken);
        Assert.Equal(0, governor.Waiting);

        held.Dispose();
        Assert.True(governor.TryEnter(out _));
    }

    [Fact]
    public async Task A_line_has_an_end()
    {
        var governor = Fixed(1);
        governor.TryEnter(out var held);
        var line = Enumerable
            .Range(0, ConcurrencyGovernor.MostWaiting)
            .Select(_ => governor.EnterAsync(Patience, default).AsTask())
            .ToList();
        Assert.False((await governor.EnterAsync(Patience, default)).IsTaken);
        held.Dispose();
        foreach (var waiting in line)
        {
            (await waiting).Dispose();
        }

        Assert.Equal((0, 0), (governor.InUse, governor.Waiting));
    }

    /// <summary>Comes, goes, gives up and time, in any order, against a line kept in a list.</summary>
    [Fact]
    public void It_does_what_a_plain_line_does() =>
        Prop.ForAll(Gen.Choose(0, 99).Two().ListOf().ToArbitrary(), Agrees)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public async Task Nothing_leaks_among_threads()
    {
        var governor = new ConcurrencyGovernor(
            new ConcurrencyConfig(false, 1, 3),
            new HealthContext(TimeProvider.System, () => 0, _ => { })
        );
        var (inside, most, served) = (0, 0, 0);
        await Parallel.ForAsync(
            0,
            20_000,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) =>
            {
                using var caller = new CancellationTokenSource();
                if (i % 3 == 0)
                {
                    caller.CancelAfter(TimeSpan.FromMicroseconds(i % 50));
                }

                using var slot = await governor.EnterAsync(TimeSpan.FromSeconds(30), caller.Token);
                if (slot.IsTaken)
                {
                    var now = Interlocked.Increment(ref inside);
                    InterlockedMax(ref most, now);
                    Interlocked.Increment(ref served);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
            }
        );

        Assert.InRange(most, 1, 3);
        Assert.InRange(served, 13_000, 20_000);
        Assert.Equal((0, 0), (governor.InUse, governor.Waiting));
    }

    [Fact]
    public void The_bound_falls_when_even_the_shortest_first_byte_is_late_and_rises_again()
    {
        var limit = new AdaptiveLimit(4, 200);
        Assert.Equal(20, limit.Limit);
        var now = TimeSpan.Zero;
        Feed(100, 600);
        var healthy = limit.Limit;
        Assert.InRange(healthy, 50, 200);
        Feed(1000, 600);
        Assert.Equal(4, limit.Limit);
        Assert.Equal(100, limit.Shortest!.Value.TotalMilliseconds);
        Feed(100, 3000);
        Assert.True(limit.Limit >= healthy);

        void Feed(int milliseconds, int count)
        {
            for (var i = 0; i < count; i++)
            {
                now += TimeSpan.FromMilliseconds(20);
                limit.FirstByte(TimeSpan.FromMilliseconds(milliseconds), limit.Limit, now);
            }
        }
    }

    [Fact]
    public void Long_prompts_among_short_ones_lower_nothing()
    {
        var limit = new AdaptiveLimit(4, 100);
        for (var i = 0; i < 5000; i++)
        {
            // Nine in ten are thirty times as late.
            var took = TimeSpan.FromMilliseconds(i % 10 == 0 ? 300 : 9000);
            limit.FirstByte(took, limit.Limit, TimeSpan.FromMilliseconds(i * 50));
        }

        Assert.Equal(100, limit.Limit);
    }

    [Fact]
    public void What_is_slow_for_ten_minutes_is_the_new_measure_and_what_is_idle_does_not_grow()
    {
        var limit = new AdaptiveLimit(4, 100);
        var now = TimeSpan.Zero;
        Feed(100, inUse: 1);
        Assert.Equal(20, limit.Limit);
        now += TimeSpan.FromMinutes(11);
        Feed(1000, inUse: 100);
        Assert.Equal(100, limit.Limit);
        Assert.Equal(1000, limit.Shortest!.Value.TotalMilliseconds);

        void Feed(int milliseconds, int inUse)
        {
            for (var i = 0; i < 1000; i++)
            {
                now += TimeSpan.FromMilliseconds(20);
                limit.FirstByte(TimeSpan.FromMilliseconds(milliseconds), inUse, now);
            }
        }
    }

    [Fact]
    public void Refusals_lower_it_once_a_second()
    {
        var limit = new AdaptiveLimit(4, 200);
        for (var i = 0; i < 300; i++)
        {
            limit.Refused(TimeSpan.FromMilliseconds(i * 10));
        }

        // 20, 16, 12, 9.
        Assert.Equal(9, limit.Limit);
    }

    private static ConcurrencyGovernor Fixed(int most) =>
        new(new ConcurrencyConfig(false, 1, most), new Health().Context);

    private static bool Agrees(List<(int Step, int Size)> steps)
    {
        var health = new Health();
        var governor = new ConcurrencyGovernor(new ConcurrencyConfig(false, 1, 3), health.Context);
        var inside = new List<ConcurrencySlot>();
        var line = new List<(Task<ConcurrencySlot> Task, CancellationTokenSource Caller, double Until)>();
        var now = 0.0;
        foreach (var (step, size) in steps)
        {
            switch (step)
            {
                case < 40:
                    var caller = new CancellationTokenSource();
                    var task = governor.EnterAsync(Patience, caller.Token).AsTask();
                    if (task.IsCompleted)
                    {
                        inside.Add(task.GetAwaiter().GetResult());
                    }
                    else
                    {
                        line.Add((task, caller, now + 1));
                    }

                    break;
                case < 70 when inside.Count > 0:
                    inside[size % inside.Count].Dispose();
                    inside.RemoveAt(size % inside.Count);
                    if (line.Count > 0)
                    {
                        inside.Add(Got(line[0].Task));
                        line.RemoveAt(0);
                    }

                    break;
                case < 80 when line.Count > 0:
                    var (left, gone, _) = line[size % line.Count];
                    line.RemoveAt(size % line.Count);
                    gone.Cancel();
                    if (Got(left).IsTaken)
                    {
                        return false;
                    }

                    break;
                case >= 90:
                    now += size / 50.0;
                    health.After(size / 50.0);
                    line.RemoveAll(waiting => waiting.Until <= now + 1e-9);
                    break;
            }

            if (governor.InUse != inside.Count || governor.Waiting != line.Count || inside.Count > 3)
            {
                return false;
            }
        }

        return inside.TrueForAll(slot => slot.IsTaken);

        static ConcurrencySlot Got(Task<ConcurrencySlot> task) => task.GetAwaiter().GetResult();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        { }
    }
}
