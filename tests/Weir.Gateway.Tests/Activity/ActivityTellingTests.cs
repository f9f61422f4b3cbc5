using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Gateway.Admission;
using Weir.Gateway.Resilience;
using Weir.Identity;
using static Weir.Gateway.Tests.Activities.FeedFolder;

namespace Weir.Gateway.Tests.Activities;

public sealed class ActivityTellingTests : IAsyncDisposable
{
    private static readonly ScopeValue Ci = new() { Key = "ci" };

    private readonly FeedFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task A_target_that_breaks_and_comes_back_is_told_as_it_goes()
    {
        var context = new HealthContext(folder.Clock, () => 0, folder.Feed.Tell);
        var target = new TargetState(
            new TargetKey(Other, "anthropic", "claude-sonnet-5"),
            new ResilienceConfig
            {
                Breaker = new BreakerConfig { Failures = 3, OpenFor = TimeSpan.FromSeconds(5) },
            },
            context
        );
        while (target.Stand().Kind != StandingKind.Open)
        {
            Ask(AttemptOutcome.Failed);
        }

        folder.Clock.Advance(TimeSpan.FromSeconds(6));
        Ask(AttemptOutcome.Failed);
        folder.Clock.Advance(TimeSpan.FromSeconds(11));
        Ask(AttemptOutcome.Good);
        Ask(AttemptOutcome.Good);

        var told = await folder.ReadAsync(after: 0, workspace: Other, withInstance: false);

        Assert.Equal(
            ["breaker.opened", "target.left", "probe.failed", "breaker.closed", "target.returned"],
            told.Items.Select(item => item.Event.Kind.Name)
        );
        Assert.All(told.Items, item => Assert.Equal("claude-sonnet-5", item.Event.Subject.Model));
        Assert.Equal(17_000, Assert.IsType<TargetReturnedDetails>(told.Items[^1].Event.Details).AfterMs);
        Assert.Empty((await folder.ReadAsync()).Items);

        void Ask(AttemptOutcome outcome)
        {
            Assert.True(target.TryBegin(0, out var attempt));
            using (attempt)
            {
                attempt.Tell(outcome, null);
            }
        }
    }

    [Fact]
    public async Task A_rest_is_told_from_its_beginning_to_its_end()
    {
        var key = new TargetKey(WorkspaceId.Default, "openai", "gpt-5");
        var at = folder.Clock.GetUtcNow();
        folder.Feed.Tell(new CooldownBegan(key, at, TimeSpan.FromSeconds(30), "tokens"));
        folder.Feed.Tell(new TargetLeft(key, at, StandingKind.Cooling));
        folder.Feed.Tell(new TargetReturned(key, at.AddSeconds(31), TimeSpan.FromSeconds(31)));
        folder.Feed.Tell(new TargetReturned(key, at.AddSeconds(99), TimeSpan.FromSeconds(9)));

        Assert.Equal(
            [
                "cooldown.began: openai/gpt-5: the provider's limit on tokens is used up for 30 s",
                "target.left: openai/gpt-5: passed over, it rests",
                "cooldown.ended: openai/gpt-5: has rested for 31 s",
                "target.returned: openai/gpt-5: asked again after 31 s",
                "target.returned: openai/gpt-5: asked again after 9 s",
            ],
            Lines(await folder.ReadAsync(after: 0))
        );
    }

    [Fact]
    public async Task A_stage_is_told_once_however_many_requests_meet_it_and_once_when_it_is_left()
    {
        for (var i = 0; i < 100; i++)
        {
            folder.Feed.Tell(WorkspaceId.Default, Warned(80, StageAction.Warn));
            folder.Feed.Tell(WorkspaceId.Default, Stood(80));
        }

        folder.Feed.Tell(WorkspaceId.Default, Warned(95, StageAction.Throttle));
        folder.Feed.Tell(Other, Warned(80, StageAction.Warn));
        folder.Feed.Tell(WorkspaceId.Default, Stood(80));
        folder.Feed.Tell(WorkspaceId.Default, Stood(0));
        folder.Feed.Tell(WorkspaceId.Default, Stood(0));

        Assert.Equal(
            [
                "budget.stage_reached: budget team (key ci): 80 % is taken",
                "budget.stage_reached: budget team (key ci): 95 % is taken; requests are held back",
                "budget.stage_left: budget team (key ci): back from the stage of 95 % to that of 80 %",
                "budget.stage_left: budget team (key ci): has room again",
            ],
            Lines(await folder.ReadAsync(after: 0))
        );
        Assert.Single((await folder.ReadAsync(workspace: Other, withInstance: false)).Items);
    }

    [Fact]
    public async Task A_stage_that_was_told_before_a_restart_is_not_told_again()
    {
        folder.Feed.Tell(WorkspaceId.Default, Warned(80, StageAction.Warn));
        folder.Feed.Tell(Other, Warned(80, StageAction.Warn));
        folder.Feed.Tell(Other, Stood(0));
        await folder.RestartAsync();

        folder.Feed.Tell(WorkspaceId.Default, Warned(80, StageAction.Warn));
        folder.Feed.Tell(Other, Warned(80, StageAction.Warn));
        folder.Feed.Tell(WorkspaceId.Default, Stood(0));

        Assert.Equal(
            ["budget.stage_reached", "budget.stage_left"],
            (await folder.ReadAsync(after: 0)).Items.Select(item => item.Event.Kind.Name)
        );
        Assert.Equal(3, (await folder.ReadAsync(workspace: Other, withInstance: false)).Items.Length);
    }

    [Fact]
    public async Task How_a_counter_of_all_workspaces_stands_tells_nobody_of_others()
    {
        // The sweep goes over a server's rule with every workspace's rules: only who was told that it was reached is told that it is left.
        folder.Feed.Tell(Other, Stood(80));
        folder.Feed.Tell(Other, Stood(0));

        Assert.Empty((await folder.ReadAsync(workspace: Other)).Items);
    }

    [Fact]
    public async Task A_thousand_refusals_are_two_events_that_count_them()
    {
        for (var i = 0; i < 1000; i++)
        {
            folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Requests, Measure.Requests));
        }

        folder.Clock.Advance(RefusalTally.Pace);
        folder.Clock.Advance(RefusalTally.Pace);
        folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Requests, Measure.Requests));

        Assert.Equal(
            [
                "limit.refused: limit pace (key ci): a request was refused; it allows 600 requests",
                "limit.refused: limit pace (key ci): 999 requests were refused within 5 minutes; it allows 600 requests",
                "limit.refused: limit pace (key ci): a request was refused; it allows 600 requests",
            ],
            Lines(await folder.ReadAsync(after: 0))
        );
    }

    [Fact]
    public async Task What_was_counted_is_told_when_the_feed_is_closed()
    {
        folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Budget, Measure.Cost));
        folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Budget, Measure.Cost));
        folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Approval, Measure.Cost));
        await folder.RestartAsync();

        var told = (await folder.ReadAsync(after: 0)).Items;
        Assert.Equal(
            ["budget.exhausted", "approval.asked", "budget.exhausted"],
            told.Select(item => item.Event.Kind.Name)
        );
        Assert.Equal("pace", told[0].Event.Subject.Budget);
        Assert.Equal(new Money(600), Assert.IsType<BudgetExhaustedDetails>(told[0].Event.Details).Bound);
    }

    [Fact]
    public async Task A_refused_request_is_told_to_its_own_workspace_alone()
    {
        folder.Feed.Tell(Other, Refused(RefusalKind.Concurrency, Measure.Concurrent));

        Assert.Empty((await folder.ReadAsync()).Items);
        Assert.Single((await folder.ReadAsync(workspace: Other, withInstance: false)).Items);
    }

    [Fact]
    public async Task What_passes_at_the_door_is_no_news()
    {
        folder.Feed.Tell(WorkspaceId.Default, AdmissionOutcome.Free);

        Assert.Empty((await folder.ReadAsync()).Items);
    }

    [Fact]
    public async Task Grants_keys_and_harmful_changes_are_told()
    {
        var until = new DateTimeOffset(2026, 7, 3, 0, 0, 0, TimeSpan.Zero);
        var grant = new BudgetGrant
        {
            Id = "grt_1",
            Workspace = WorkspaceId.Default,
            Budget = "team",
            Scope = Ci.Parts,
            Amount = Money.FromUsd(5),
            At = until.AddHours(-1),
            Until = until,
            ActorKind = "user",
            ActorId = "ada",
        };
        folder.Feed.Granted(grant);
        folder.Feed.GrantEnded(grant);
        folder.Feed.AccountRests(WorkspaceId.Default, "openai", "second", 401, TimeSpan.FromMinutes(5));
        folder.Feed.AccountRests(WorkspaceId.Default, "openai", "second", 429, TimeSpan.FromMinutes(5));
        folder.Feed.Tell(WorkspaceId.Default, new RollbackFinding(RollbackVerdict.Unharmed, new(9, 9), new(9, 9)));
        folder.Feed.Tell(WorkspaceId.Default, new RollbackFinding(RollbackVerdict.Worse, new(99, 100), new(60, 80)));

        Assert.Equal(
            [
                "approval.granted: budget team (key ci): ada granted 5 USD until 2026-07-03 00:00 UTC",
                "approval.ended: budget team (key ci): the grant of 5 USD by ada has ended",
                "provider_key.refused: openai: the key second is refused (401) and passed over for 5 minutes",
                "provider_key.rested: openai: the key second is used up and rests for 5 minutes",
                "config.warned: configuration: 75 % of 80 requests succeed since the last change, 99 % did before it",
            ],
            Lines(await folder.ReadAsync(after: 0))
        );
    }

    [Fact]
    public async Task Counters_without_end_are_bounded()
    {
        for (var i = 0; i < 30_000; i++)
        {
            var scope = new ScopeValue { Key = $"key {i}" };
            folder.Feed.Tell(WorkspaceId.Default, Refused(RefusalKind.Requests, Measure.Requests, scope));
            folder.Feed.Tell(WorkspaceId.Default, Warned(80, StageAction.Warn, scope));
        }

        var told = await folder.ReadAsync(after: 0, limit: 100_000);
        Assert.InRange(told.Items.Length, 1, ActivityFeed.MostKept + 2000);
        await folder.Feed.FlushAsync(Cancel);
    }

    private static AdmissionOutcome Warned(int percent, StageAction action, ScopeValue? scope = null) =>
        AdmissionOutcome.Free with
        {
            Warnings = [new AdmissionWarning("team", scope ?? Ci, percent, action)],
        };

    private static Gateway.Admission.CounterStanding Stood(int stage) =>
        new()
        {
            Owner = WorkspaceId.Default,
            Rule = "team",
            Window = WindowConfig.Day,
            Measure = Measure.Cost,
            Scope = Ci,
            Bound = 100,
            Granted = 0,
            Grants = [],
            Spent = stage,
            Reserved = 0,
            AtRisk = 0,
            Waiting = 0,
            ResetsAt = null,
            Stage = stage,
        };

    private static AdmissionOutcome Refused(RefusalKind kind, Measure measure, ScopeValue? scope = null) =>
        new()
        {
            Refusal = new AdmissionRefusal
            {
                Rule = "pace",
                Kind = kind,
                Measure = measure,
                Scope = scope ?? Ci,
                Stage = 100,
                Bound = 600,
                Spent = 600,
                Reserved = 0,
                Estimate = 1,
                IsPassing = false,
            },
        };
}
