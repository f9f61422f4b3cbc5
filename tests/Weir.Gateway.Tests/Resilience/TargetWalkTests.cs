using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class TargetWalkTests
{
    private readonly Health health = new();

    [Fact]
    public void Healthy_targets_are_asked_in_the_route_s_order_and_sick_ones_last_the_least_bad_first()
    {
        TargetState[] targets = [.. "abcdef".Select(name => health.Target(name: $"{name}"))];
        Health.Break(targets[0]);
        Health.Ask(targets[1], AttemptOutcome.Limited, Said(60));
        Health.Ask(targets[3], AttemptOutcome.Limited, Said(20));

        Assert.Equal([2, 4, 5, 3, 1, 0], Walked(targets));
        Assert.Equal([0], Walked(targets.AsSpan(0, 1)));
    }

    [Fact]
    public void One_request_tries_an_open_target_whose_time_is_up_and_the_others_pass_it_over()
    {
        TargetState[] targets = [health.Target(name: "a"), health.Target(name: "b")];
        Health.Break(targets[0]);
        health.After(5);

        var first = new TargetWalk(0.5);
        Assert.True(first.TryNext(targets, out var probe));
        Assert.Equal((0, true), (probe.Index, probe.Attempt.IsProbe));
        Assert.Equal([1, 0], Walked(targets));

        // A caller who goes leaves the trying to the next one.
        probe.Attempt.Dispose();
        Assert.Equal([0, 1], Walked(targets));
    }

    [Fact]
    public void Only_a_rest_that_is_nearly_over_is_waited_for_and_only_where_there_is_no_other()
    {
        TargetState[] targets = [health.Target(name: "a"), health.Target(name: "b")];
        Health.Ask(targets[0], AttemptOutcome.Limited, Said(1.5));
        var walk = new TargetWalk(0.5);
        Assert.True(walk.TryNext(targets, out var step));
        Assert.Equal((1, TimeSpan.Zero), (step.Index, step.WaitFirst));

        var alone = new TargetWalk(0.5);
        Assert.True(alone.TryNext(targets.AsSpan(0, 1), out step));
        Assert.Equal(1.5, step.WaitFirst.TotalSeconds);

        Health.Ask(targets[1], AttemptOutcome.Limited, Said(10));
        alone = new TargetWalk(0.5);
        Assert.True(alone.TryNext(targets.AsSpan(1, 1), out step));
        Assert.Equal(TimeSpan.Zero, step.WaitFirst);
    }

    [Fact]
    public void A_full_target_sheds_to_the_next_and_the_last_one_waits()
    {
        var bounded = Health.Quick with { Concurrency = new ConcurrencyConfig(false, 1, 1) };
        TargetState[] targets = [health.Target(bounded, "a"), health.Target(bounded, "b")];
        var steps = new List<WalkStep>();
        for (var i = 0; i < 3; i++)
        {
            var walk = new TargetWalk(0.5);
            Assert.True(walk.TryNext(targets, out var step));
            steps.Add(step);
        }

        Assert.Equal([(0, false), (1, false), (0, true)], steps.Select(s => (s.Index, s.Attempt.NeedsSlot)));
        Assert.Equal(StandingKind.Full, targets[0].Stand().Kind);
        steps.ForEach(step => step.Attempt.Dispose());
        Assert.Equal((0, 0), (targets[0].Governor!.InUse, targets[1].Governor!.InUse));
    }

    [Fact]
    public async Task Who_has_waited_for_a_slot_gives_it_back_with_the_attempt()
    {
        var target = health.Target(Health.Quick with { Concurrency = new ConcurrencyConfig(false, 1, 1) });
        Assert.True(target.TryBegin(0, out var first));
        var second = target.Begin();
        Assert.True(second.NeedsSlot);
        var waiting = target.Governor!.EnterAsync(TimeSpan.FromSeconds(1), default);
        health.After(0.5);
        first.Dispose();

        using (var sent = second.With(await waiting, health.Context.Now))
        {
            Assert.False(sent.NeedsSlot);
            Assert.Equal((1, 500), (target.Governor.InUse, sent.StartedAt.TotalMilliseconds));
        }

        Assert.Equal(0, target.Governor.InUse);
    }

    [Fact]
    public void A_probe_that_finds_no_slot_is_left_to_the_next_request()
    {
        var bounded = Health.Quick with { Concurrency = new ConcurrencyConfig(false, 1, 1) };
        var target = health.Target(bounded);
        Assert.True(target.TryBegin(0, out var long1));
        long1.Tell(AttemptOutcome.Failed);
        for (var i = 0; i < 2; i++)
        {
            using var forced = target.Begin();
            forced.Tell(AttemptOutcome.Failed);
        }

        health.After(5);
        Assert.False(target.TryBegin(0, out _));
        long1.Dispose();
        Assert.True(target.TryBegin(0, out var probe));
        Assert.True(probe.IsProbe);
    }

    [Fact]
    public void Whether_another_target_lives_is_known()
    {
        TargetState[] targets = [health.Target(name: "a"), health.Target(name: "b")];
        var walk = new TargetWalk(0.5);
        walk.TryNext(targets, out _);
        Assert.True(walk.HasGood(targets));
        Health.Break(targets[1]);
        Assert.False(walk.HasGood(targets));
        Assert.True(walk.HasMore(2));
        walk.TryNext(targets, out _);
        Assert.False(walk.HasMore(2));
        Assert.False(walk.TryNext(targets, out _));
    }

    [Fact]
    public void What_callers_name_is_bounded_and_nothing_that_is_known_is_forgotten_for_it()
    {
        var book = new HealthBook(health.Context);
        var provider = book.Of(WorkspaceId.Default, "p", Health.Quick);
        var broken = provider.Of("broken");
        Health.Break(broken);
        var resting = provider.Of("resting");
        Health.Ask(resting, AttemptOutcome.Limited, Said(3600));
        var busy = provider.Of("busy");
        for (var i = 0; i < 100_000; i++)
        {
            health.Clock.Set(health.Clock.GetUtcNow() + TimeSpan.FromMicroseconds(1));
            Health.Ask(provider.Of($"made-up-{i}"), AttemptOutcome.Good);
            Health.Ask(busy, AttemptOutcome.Good);
            Assert.Same(busy, provider.Of("busy"));
        }

        Assert.InRange(provider.States.Count(), 64, ProviderHealth.MostModels);
        Assert.Same(broken, provider.Of("broken"));
        Assert.Same(resting, provider.Of("resting"));
        Assert.Same(provider.Of(null), provider.Of(""));
    }

    [Fact]
    public void Where_all_that_is_remembered_is_sick_a_further_one_is_served_and_not_remembered()
    {
        var provider = new HealthBook(health.Context).Of(WorkspaceId.Default, "p", Health.Quick);
        for (var i = 0; i < ProviderHealth.MostModels; i++)
        {
            Health.Break(provider.Of($"m{i}"));
        }

        Assert.True(Health.Ask(provider.Of("further"), AttemptOutcome.Good));
        Assert.NotSame(provider.Of("further"), provider.Of("further"));
        Assert.Equal(ProviderHealth.MostModels, provider.States.Count());
    }

    [Fact]
    public void What_is_known_outlives_configurations_and_not_the_provider()
    {
        var book = new HealthBook(health.Context);
        Health.Break(book.Of(WorkspaceId.Default, "p", Health.Quick).Of("m"));
        var again = book.Of(WorkspaceId.Default, "p", Health.Quick with { Retries = 1 });
        Assert.Equal(StandingKind.Open, again.Of("m").Stand().Kind);
        Assert.Equal(1, again.Config.Retries);
        // Another workspace's provider of that name is another one.
        Assert.Equal(StandingKind.Ready, book.Of(new WorkspaceId(7), "p", Health.Quick).Of("m").Stand().Kind);

        book.Retain(new HashSet<(WorkspaceId, string)> { (new WorkspaceId(7), "p") });
        Assert.Single(book.Providers);
        Assert.Equal(StandingKind.Ready, book.Of(WorkspaceId.Default, "p", Health.Quick).Of("m").Stand().Kind);
    }

    [Fact]
    public void An_open_target_that_nobody_asks_is_probed_until_it_is_forsaken()
    {
        var book = new HealthBook(health.Context);
        var target = book.Of(WorkspaceId.Default, "p", Health.Quick with { Probe = TimeSpan.FromSeconds(30) }).Of("m");
        Health.Break(target);
        health.After(34.9);
        Assert.Empty(book.DueProbes());
        health.After(0.1);
        Assert.Same(target, Assert.Single(book.DueProbes()));

        Assert.True(target.TryBeginProbe(out var probe));
        Assert.False(target.TryBeginProbe(out _));
        Assert.Empty(book.DueProbes());
        probe.Tell(AttemptOutcome.Good);
        Assert.True(target.TryBeginProbe(out probe));
        probe.Tell(AttemptOutcome.Good);
        Assert.Equal(StandingKind.Returning, target.Stand().Kind);
        Assert.False(target.TryBeginProbe(out _));

        Health.Break(target);
        health.After(3601);
        Assert.Empty(book.DueProbes());
    }

    [Fact]
    public void The_end_of_a_rest_is_told_though_nobody_asks()
    {
        var book = new HealthBook(health.Context);
        var target = book.Of(WorkspaceId.Default, "p", Health.Quick).Of("m");
        Health.Ask(target, AttemptOutcome.Limited, Said(60));
        health.After(61);
        book.DueProbes();

        Assert.Equal(61, health.Told.OfType<TargetReturned>().Single().After.TotalSeconds);
    }

    private static List<int> Walked(ReadOnlySpan<TargetState> targets)
    {
        var walk = new TargetWalk(0.5);
        var order = new List<int>();
        while (walk.TryNext(targets, out var step))
        {
            order.Add(step.Index);
            step.Attempt.Dispose();
        }

        return order;
    }

    private static CooldownWord Said(double seconds) => new(TimeSpan.FromSeconds(seconds), "retry");
}
