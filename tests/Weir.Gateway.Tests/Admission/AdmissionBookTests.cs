using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Tests.Admission;

public sealed class AdmissionBookTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly TwoClocks clock = new();
    private readonly AdmissionBook book;

    public AdmissionBookTests() => book = new AdmissionBook(clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void All_rules_let_in_or_none()
    {
        var rules = Rooms.Rules(Rooms.Budget(100, "wide"), Rooms.Budget(50, "narrow"));

        Assert.True(book.Admit(rules, Rooms.Request(50)).IsAdmitted);
        var refusal = book.Admit(rules, Rooms.Request(1)).Refusal!;

        Assert.Equal(("narrow", RefusalKind.Budget, true), (refusal.Rule, refusal.Kind, refusal.IsPassing));
        Assert.Equal([50L, 50L], book.Standings(rules).Select(s => s.Reserved));
    }

    [Fact]
    public void A_ticket_ends_once()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        var ticket = book.Admit(rules, Rooms.Request(60)).Ticket!;

        ticket.Settle(Rooms.Came(40));
        ticket.Settle(Rooms.Came(40));
        ticket.Dispose();

        Assert.Equal((40L, 0L), (book.Only(rules).Spent, book.Only(rules).Reserved));
    }

    [Fact]
    public void What_was_spent_refuses_until_the_window_ends_and_what_is_larger_than_the_bound_for_good()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        book.Admit(rules, Rooms.Request(90)).Ticket!.Settle(Rooms.Came(95));

        var spent = book.Admit(rules, Rooms.Request(10)).Refusal!;
        var large = book.Admit(rules, Rooms.Request(101)).Refusal!;

        // The clock stands at noon.
        Assert.Equal(
            (false, TimeSpan.FromHours(12), 95L, 100L),
            (spent.IsPassing, spent.RetryAfter, spent.Spent, spent.Bound)
        );
        Assert.Equal((false, (TimeSpan?)null), (large.IsPassing, large.RetryAfter));
        clock.Advance(TimeSpan.FromHours(12));
        Assert.True(book.Admit(rules, Rooms.Request(10)).IsAdmitted);
    }

    [Fact]
    public async Task Who_waits_is_let_in_in_turn_as_others_end()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        var first = book.Admit(rules, Rooms.Request(80)).Ticket!;
        var large = book.AdmitAsync(rules, Rooms.Request(70), Patience, Cancel).AsTask();
        var small = book.AdmitAsync(rules, Rooms.Request(10), Patience, Cancel).AsTask();

        // The small one would fit, and does not overtake.
        Assert.False(small.IsCompleted);
        Assert.Equal(2, book.Only(rules).Waiting);
        first.Settle(Rooms.Came(20));

        var (one, two) = (await large, await small);
        Assert.True(one is { IsAdmitted: true, Waited: true } && two is { IsAdmitted: true, Waited: true });
        Assert.Equal((20L, 80L, 0), (book.Only(rules).Spent, book.Only(rules).Reserved, book.Only(rules).Waiting));
    }

    [Fact]
    public async Task Who_waits_for_one_counter_does_not_hold_up_another()
    {
        var rules = Rooms.Rules(
            Rooms.Budget(1000),
            Rooms.Budget(100, "each") with
            {
                Scope = new AdmissionScope { Key = "*" },
            }
        );
        using var first = book.Admit(rules, Rooms.Request(80, key: "a")).Ticket!;
        var waits = book.AdmitAsync(rules, Rooms.Request(80, key: "a"), Patience, Cancel);

        Assert.True(book.Admit(rules, Rooms.Request(80, key: "b")).IsAdmitted);
        Assert.False(waits.IsCompleted);
        first.Dispose();
        Assert.True((await waits).IsAdmitted);
    }

    [Fact]
    public async Task Patience_ends_with_a_refusal_that_passes()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        using var first = book.Admit(rules, Rooms.Request(80)).Ticket!;
        var waits = book.AdmitAsync(rules, Rooms.Request(80), Patience, Cancel).AsTask();
        var behind = book.AdmitAsync(rules, Rooms.Request(10), TimeSpan.FromSeconds(60), Cancel).AsTask();

        clock.Advance(Patience);

        var refusal = (await waits).Refusal!;
        Assert.Equal((true, RefusalKind.Budget), (refusal.IsPassing, refusal.Kind));
        Assert.NotNull(refusal.RetryAfter);
        // He who stood behind has his turn.
        Assert.True((await behind).IsAdmitted);
    }

    [Fact]
    public async Task Who_hangs_up_gives_his_place_to_the_next()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        using var first = book.Admit(rules, Rooms.Request(80)).Ticket!;
        using var caller = new CancellationTokenSource();
        var waits = book.AdmitAsync(rules, Rooms.Request(80), Patience, caller.Token).AsTask();
        var behind = book.AdmitAsync(rules, Rooms.Request(10), Patience, Cancel).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        Assert.True((await behind).IsAdmitted);
        Assert.Equal(0, book.Only(rules).Waiting);
    }

    [Fact]
    public async Task Who_waits_is_refused_once_it_is_in_vain()
    {
        var rules = Rooms.Rules(Rooms.Budget(100));
        var first = book.Admit(rules, Rooms.Request(80)).Ticket!;
        var waits = book.AdmitAsync(rules, Rooms.Request(80), Patience, Cancel).AsTask();

        first.Settle(Rooms.Came(80));

        Assert.False((await waits).Refusal!.IsPassing);
    }

    [Fact]
    public void Stages_warn_then_throttle_then_ask_for_another_model_then_block()
    {
        var rules = Rooms.Rules(
            Rooms.Budget(100) with
            {
                Stages =
                [
                    new BudgetStage(50, StageAction.Warn),
                    new BudgetStage(60, StageAction.Throttle),
                    new BudgetStage(80, StageAction.Downgrade, "claude-haiku"),
                ],
            }
        );

        book.Admit(rules, Rooms.Request(50)).Ticket!.Settle(Rooms.Came(50));
        Assert.Equal([50], book.Admit(rules, Rooms.Request(10)).Warnings.Select(w => w.Percent));
        book.Apply(rules, Rooms.Someone(), Rooms.Came(10), clock.GetUtcNow());
        // The one of this key that is let in above is still under way; another key is none of its business.
        Assert.Equal(RefusalKind.Concurrency, book.Admit(rules, Rooms.Request(5)).Refusal!.Kind);
        var throttled = book.Admit(rules, Rooms.Request(5, key: "other"));
        Assert.Equal([StageAction.Warn, StageAction.Throttle], throttled.Warnings.Select(w => w.Action));
        var other = book.Admit(rules, Rooms.Request(20, key: "third"));
        Assert.Equal(("claude-haiku", "team"), (other.DowngradeTo, other.DowngradedBy));
        Assert.True(book.Admit(rules, Rooms.Request(20, key: "third") with { IsDowngraded = true }).IsAdmitted);
        Assert.Equal(100, book.Admit(rules, Rooms.Request(20, key: "4") with { IsDowngraded = true }).Refusal!.Stage);
    }

    [Fact]
    public async Task A_throttle_with_a_delay_holds_back_and_lets_go_when_the_caller_does()
    {
        var rules = Rooms.Rules(
            Rooms.Budget(100) with
            {
                Stages = [new BudgetStage(1, StageAction.Throttle, Delay: TimeSpan.FromSeconds(3))],
            }
        );
        using var caller = new CancellationTokenSource();
        var held = book.AdmitAsync(rules, Rooms.Request(10), Patience, Cancel).AsTask();
        var leaves = book.AdmitAsync(rules, Rooms.Request(10), Patience, caller.Token).AsTask();

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.False(held.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True((await held).IsAdmitted);
        Assert.Equal(10, book.Only(rules).Reserved);
    }

    [Fact]
    public async Task A_grant_makes_room_until_it_ends()
    {
        var rules = Rooms.Rules(Rooms.Budget(100) with { OnExceed = new BudgetStage(100, StageAction.Approve) });
        book.Apply(rules, Rooms.Someone(), Rooms.Came(100), clock.GetUtcNow());
        Assert.Equal(RefusalKind.Approval, book.Admit(rules, Rooms.Request(10)).Refusal!.Kind);

        book.Grant(Granted(rules, 30));
        using var first = book.Admit(rules, Rooms.Request(30)).Ticket;
        var waits = book.AdmitAsync(rules, Rooms.Request(10), Patience, Cancel).AsTask();
        Assert.NotNull(first);
        Assert.Equal((30L, "grt_0"), (book.Only(rules).Granted, Assert.Single(book.Only(rules).Grants).Id));

        book.Grant(Granted(rules, 30, 10));
        Assert.True((await waits).IsAdmitted);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((RefusalKind.Approval, 100L), (Refused().Kind, Refused().Bound));

        // What was granted before is not granted any more where it is not said again.
        book.Grant(Granted(rules));
        Assert.Equal(0, book.Only(rules).Granted);

        AdmissionRefusal Refused() => book.Admit(rules, Rooms.Request(1)).Refusal!;
    }

    private ILookup<AdmissionRule, (ScopeValue, AdmissionGrant)> Granted(AdmissionRules rules, params long[] amounts) =>
        amounts
            .Select((amount, i) => new AdmissionGrant($"grt_{i}", amount, clock.GetUtcNow() + TimeSpan.FromHours(1)))
            .ToLookup(_ => rules.Rules[0], grant => (default(ScopeValue), grant));

    [Fact]
    public void Only_the_provider_that_served_is_charged()
    {
        var rules = Rooms.Rules(
            Rooms.Budget(100) with
            {
                Scope = new AdmissionScope { Provider = "*" },
            },
            Rooms.Budget(100, "some") with
            {
                Scope = new AdmissionScope { Provider = "open*" },
            }
        );

        book.Admit(rules, Rooms.Request(30)).Ticket!.Settle(Rooms.Came(20, provider: "anthropic"));

        var spent = book.Standings(rules).Select(s => (s.Rule, s.Scope.Provider, s.Spent, s.Reserved));
        Assert.Equal([("team", "anthropic", 20, 0), ("team", "openrouter", 0, 0), ("some", null, 0L, 0L)], spent);
    }

    [Fact]
    public void A_difference_goes_where_the_request_is_counted()
    {
        var rules = AdmissionRules.ForServer(
            [Rooms.Budget(1000), Rooms.Budget(1000, "each") with { Scope = new AdmissionScope { Key = "*" } }],
            [Rooms.Limit(Measure.Requests, 10)]
        );
        book.Admit(rules, Rooms.Request(30)).Ticket!.Settle(Rooms.Came(20));
        var delta = new AdmissionActuals { Cost = new Money(-5), Billed = new Money(-5) };

        book.Apply(rules, Rooms.Someone(), delta, clock.GetUtcNow());
        book.Apply(rules, Rooms.Someone(), delta, clock.GetUtcNow() - TimeSpan.FromDays(2));

        Assert.Equal([15L, 15L, 1L], book.Standings(rules).Select(s => s.Spent));
    }

    [Fact]
    public void Counters_outlive_a_snapshot_and_a_new_bound_holds_at_once()
    {
        var before = Rooms.Rules(Rooms.Budget(100));
        var after = Rooms.Rules(Rooms.Budget(30) with { Stages = [new BudgetStage(10, StageAction.Warn)] });
        var other = Rooms.Rules(Rooms.Budget(30, window: WindowConfig.Week));
        var ticket = book.Admit(before, Rooms.Request(50)).Ticket!;

        book.Keep([before, after]);

        Assert.True(after.NotIn(before).IsEmpty);
        Assert.Single(other.NotIn(before).Rules);
        Assert.False(book.Admit(after, Rooms.Request(1)).IsAdmitted);
        ticket.Settle(Rooms.Came(20));
        Assert.Equal((20L, 10), (book.Only(after).Spent, book.Only(after).Stage));
        book.Keep([other]);
        Assert.Equal(0, book.Only(after).Spent);
    }

    [Fact]
    public void What_nobody_pays_for_and_what_nobody_can_price()
    {
        var rules = Rooms.Rules(Rooms.Budget(0));
        var strict = Rooms.Rules(Rooms.Budget(100, "strict") with { RefusesUnpriced = true });
        var unpriced = Rooms.Request(1) with { Estimate = new CostEstimate(null, 10, 10) };

        Assert.False(book.Admit(rules, Rooms.Request(1)).IsAdmitted);
        Assert.True(book.Admit(rules, Rooms.Request(1) with { IsBilled = false }).IsAdmitted);
        Assert.True(book.Admit(rules, unpriced).IsAdmitted);
        Assert.True(book.Admit(strict, unpriced).Refusal is { IsUnpriced: true, RetryAfter: null });
        Assert.True(book.Admit(strict, unpriced with { IsBilled = false }).IsAdmitted);
    }

    [Fact]
    public void A_free_request_that_came_dear_is_charged_though_nothing_was_set_aside_and_many_others_came()
    {
        var rules = Rooms.Rules(Rooms.Budget(100) with { Scope = new AdmissionScope { Key = "*" } });
        var ticket = book.Admit(rules, Rooms.Request(0, key: "quiet")).Ticket!;
        for (var i = 0; i < 1000; i++)
        {
            book.Admit(rules, Rooms.Request(1, key: $"k{i}")).Ticket!.Dispose();
        }

        ticket.Settle(Rooms.Came(70));

        Assert.InRange(book.Standings(rules).Length, 1, 20);
        Assert.Equal(70, Assert.Single(book.Standings(rules), s => s.Scope.Key == "quiet").Spent);
    }

    [Fact]
    public void A_flood_of_names_shares_one_counter_and_no_name_is_a_way_to_a_fresh_one()
    {
        var rules = Rooms.Rules(
            Rooms.Limit(Measure.Requests, 5, WindowConfig.Sliding(TimeSpan.FromDays(1))) with
            {
                Scope = new AdmissionScope { Model = "*" },
            }
        );
        for (var i = 0; i < RuleCounters.Most + 5; i++)
        {
            book.Admit(rules, Rooms.Request(1, model: $"m{i}")).Ticket!.Settle(Rooms.Came(1));
        }

        Assert.Equal(RuleCounters.Most + 1, book.Standings(rules).Length);
        var refusal = book.Admit(rules, Rooms.Request(1, model: "one-more")).Refusal!;
        Assert.True(refusal.Scope.IsRest);
        Assert.True(book.Admit(rules, Rooms.Request(1, model: "M7")).IsAdmitted);
        Assert.Equal(2, book.Standings(rules).Where(s => s.Scope.Model == "m7").Sum(s => s.Spent + s.Reserved));
    }

    [Fact]
    public void A_scope_holds_who_fits_all_of_it()
    {
        Assert.True(Holds(new AdmissionScope()));
        Assert.True(
            Holds(
                new AdmissionScope
                {
                    Workspace = "default",
                    Team = "bl*",
                    TagName = "project",
                    Tag = "WEIR",
                }
            )
        );
        Assert.True(Holds(new AdmissionScope { Provider = "open*", Model = "claude-*" }));
        Assert.False(Holds(new AdmissionScope { Workspace = "default", Team = "red" }));
        Assert.False(Holds(new AdmissionScope { Provider = "azure" }));
        Assert.False(Holds(new AdmissionScope { TagName = "branch", Tag = "*" }));
        Assert.False(new ScopeMatch(new AdmissionScope { Key = "*" }).Holds(Rooms.Someone(key: null)));

        static bool Holds(AdmissionScope scope) => new ScopeMatch(scope).Holds(Rooms.Someone());
    }

    [Fact]
    public void Absurd_amounts_stop_at_the_ends()
    {
        var rules = AdmissionRules.ForServer(
            [Rooms.Budget(long.MaxValue - 1)],
            [Rooms.Limit(Measure.Tokens, long.MaxValue - 1)]
        );
        for (var i = 0; i < 50; i++)
        {
            book.Admit(rules, Rooms.Request(long.MaxValue, long.MaxValue, long.MaxValue))
                .Ticket?.Settle(Rooms.Came(long.MaxValue, long.MaxValue, long.MaxValue));
        }

        Assert.All(book.Standings(rules), s => Assert.Equal(long.MaxValue, s.Spent));
        Assert.False(book.Admit(rules, Rooms.Request(1)).IsAdmitted);
    }
}
