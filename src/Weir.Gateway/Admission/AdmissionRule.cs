using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>One bound of a budget or a limit, ready to be held. Immutable.</summary>
internal sealed class AdmissionRule
{
    private const string BudgetKind = "budget";

    private AdmissionRule(
        WorkspaceId owner,
        string kind,
        string name,
        Measure measure,
        long bound,
        WindowConfig window,
        ScopeMatch scope,
        bool isThrottle
    )
    {
        Owner = owner;
        Name = name;
        Measure = measure;
        Bound = bound;
        Window = window;
        Scope = scope;
        Id = $"{owner}/{kind}/{name}/{measure}/{(isThrottle ? "throttle" : window.Text)}/{scope.Text}";
    }

    /// <summary>
    /// What its counters are kept by: whose it is, its name, what it counts, its window and its scope. Another bound, other
    /// stages or another estimate leave the counters as they are; another window or scope makes new ones.
    /// </summary>
    public string Id { get; }

    /// <summary>Whose document it stands in; the default workspace's is the server's.</summary>
    public WorkspaceId Owner { get; }

    /// <summary>The name that it was written under.</summary>
    public string Name { get; }

    /// <summary>What it counts.</summary>
    public Measure Measure { get; }

    /// <summary>The bound, in the measure's unit.</summary>
    public long Bound { get; }

    /// <summary>Over which time.</summary>
    public WindowConfig Window { get; }

    /// <summary>Whose requests.</summary>
    public ScopeMatch Scope { get; }

    /// <summary>What happens beyond which share of the bound, by rising share; the last is of the whole.</summary>
    public ImmutableArray<BudgetStage> Stages { get; private init; } = [new(100, StageAction.Block)];

    /// <summary>How much is set aside.</summary>
    public EstimateMode Estimate { get; private init; } = EstimateMode.Worst;

    /// <summary>Which money counts.</summary>
    public CostBasis Counts { get; private init; }

    /// <summary>Whether what has no known price is refused.</summary>
    public bool RefusesUnpriced { get; private init; }

    /// <summary>How much of a cache read counts, in percent.</summary>
    public int CacheReadPercent { get; private init; } = 100;

    /// <summary>Holds the requests of each key to one at a time, while a stage of this rule asks for it; null when none does.</summary>
    public AdmissionRule? Throttle { get; private init; }

    /// <summary>Whether each key has a counter of its own whatever the scope says.</summary>
    public bool ByKey { get; private init; }

    /// <summary>Whether room comes back when requests end: a request that was counted stays counted.</summary>
    public bool FreesRoom => Measure != Measure.Requests;

    /// <summary>A budget's rule.</summary>
    /// <param name="owner">Whose document it stands in.</param>
    /// <param name="config">What was written.</param>
    public static AdmissionRule Of(WorkspaceId owner, BudgetConfig config)
    {
        var scope = new ScopeMatch(config.Scope);
        var stages = config.Stages.Add(config.OnExceed with { Percent = 100 });
        return new AdmissionRule(
            owner,
            BudgetKind,
            config.Name,
            Measure.Cost,
            config.Limit.NanoUsd,
            config.Window,
            scope,
            false
        )
        {
            Stages = stages,
            Estimate = config.Estimate,
            Counts = config.Counts,
            RefusesUnpriced = config.RefusesUnpriced,
            Throttle = stages.Any(s => s is { Action: StageAction.Throttle, Delay: null })
                ? new AdmissionRule(
                    owner,
                    BudgetKind,
                    config.Name,
                    Measure.Concurrent,
                    1,
                    WindowConfig.Forever,
                    scope,
                    true
                )
                {
                    ByKey = true,
                }
                : null,
        };
    }

    /// <summary>A limit's rules: one for each bound.</summary>
    /// <param name="owner">Whose document it stands in.</param>
    /// <param name="config">What was written.</param>
    public static IEnumerable<AdmissionRule> Of(WorkspaceId owner, LimitConfig config)
    {
        var scope = new ScopeMatch(config.Scope);
        return config.Bounds.Select(bound => new AdmissionRule(
            owner,
            "limit",
            config.Name,
            bound.Measure,
            bound.Most,
            bound.Measure == Measure.Concurrent ? WindowConfig.Forever : bound.Window,
            scope,
            false
        )
        {
            Estimate = config.Estimate,
            CacheReadPercent = config.CacheReadPercent,
        });
    }

    /// <summary>Whether its sums are of other workspaces' requests too, and not for the callers of this one to know.</summary>
    public bool HidesSumsFrom(AdmissionSubject subject) =>
        Owner == WorkspaceId.Default
        && subject.Workspace != AdmissionSubject.ServersWorkspace
        && !Scope.IsOfOneWorkspace;

    /// <summary>What is set aside for a request, and how much more it can come to.</summary>
    public (long Amount, long Risk) Expected(AdmissionRequest request, in LearnedShares learned)
    {
        var estimate = request.Estimate;
        var shares = Estimate == EstimateMode.Learned ? learned : LearnedShares.Worst;
        var (worst, amount) = Measure switch
        {
            Measure.Cost when Counts == CostBasis.Billed && !request.IsBilled => (0, 0),
            Measure.Cost => Pair(estimate.Cost?.NanoUsd ?? 0, shares.Cost),
            Measure.InputTokens => Pair(estimate.Input, InputShare(shares.Fresh)),
            Measure.OutputTokens => Pair(estimate.Output, shares.Output),
            Measure.Tokens => Both(
                Pair(estimate.Input, InputShare(shares.Fresh)),
                Pair(estimate.Output, shares.Output)
            ),
            _ => (1, 1),
        };
        return (amount, worst - amount);

        static (long, long) Both((long Worst, long Amount) a, (long Worst, long Amount) b) =>
            (Math.Min(a.Worst + b.Worst, Amounts.Most), Math.Min(a.Amount + b.Amount, Amounts.Most));

        static (long, long) Pair(long worst, int share)
        {
            worst = Math.Clamp(worst, 0, Amounts.Most);
            return (worst, Amounts.Share(worst, share));
        }
    }

    /// <summary>What a request came to, or a record was changed by, in the measure's unit.</summary>
    /// <param name="actuals">What is known of it.</param>
    /// <param name="reserved">What was set aside: that stands where nothing is known.</param>
    public long Actual(in AdmissionActuals actuals, long reserved)
    {
        var usage = actuals.Usage;
        switch (Measure)
        {
            case Measure.Cost:
                return (Counts == CostBasis.Billed ? actuals.Billed : actuals.Cost)?.NanoUsd ?? reserved;
            case Measure.Requests:
                return actuals.Requests;
            case Measure.InputTokens:
                return usage.IsUnknown ? reserved : Input(usage);
            case Measure.OutputTokens:
                return usage.IsUnknown ? reserved : usage.Output ?? 0;
            case Measure.Tokens:
                return usage.IsUnknown ? reserved : Amounts.Plus(Input(usage), usage.Output ?? 0);
            default:
                return 0;
        }
    }

    // Of a prompt of which the share f is fresh, f + (1 - f) · c counts when c of a cache read does: it rises with f.
    private int InputShare(int fresh)
    {
        var cached = Amounts.Whole * CacheReadPercent / 100;
        return cached + (int)((long)(Amounts.Whole - cached) * fresh / Amounts.Whole) + 1;
    }

    private long Input(in TokenUsage usage)
    {
        var read = usage.CacheRead ?? 0;
        return Amounts.Plus(Amounts.Minus(usage.Prompt, read), Amounts.Percent(read, CacheReadPercent));
    }
}
