using System.Runtime.InteropServices;

namespace Weir.Gateway.Admission;

/// <summary>
/// The counters of every budget and limit of the process. A request is let in by every rule that holds for it, or by none; what
/// it may come to is set aside until it ends. The counters outlive the snapshots of the configuration, by their rules' ids.
/// Thread-safe: one lock, held for the time that a handful of sums takes, and never across a wait.
/// </summary>
/// <param name="clock">Where the time comes from, both the wall's and the steady one.</param>
internal sealed partial class AdmissionBook(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, RuleCounters> counters = new(StringComparer.Ordinal);
    private readonly LearnedUse learned = new();

    // What the request being looked at would take, counter by counter: under the lock, and used again for each.
    private readonly List<Entry> entries = [];
    private long turns;
    private long looks;

    /// <summary>Lets a request in at once, or refuses it; it does not wait. A delay is the caller's to keep.</summary>
    public AdmissionOutcome Admit(AdmissionRules rules, AdmissionRequest request)
    {
        if (rules.IsEmpty)
        {
            return AdmissionOutcome.Free;
        }

        var shares = rules.Learns ? learned.Of(request.Subject) : LearnedShares.Worst;
        lock (gate)
        {
            var now = Moment.Now(clock);
            return Outcome(Look(rules, request, shares, long.MaxValue, now), rules, request, now);
        }
    }

    /// <summary>Charges what a request came to.</summary>
    internal void Settle(AdmissionTicket ticket, in AdmissionActuals actuals)
    {
        if (ticket.Learns)
        {
            learned.Note(ticket.Request!, actuals);
        }

        lock (gate)
        {
            foreach (ref readonly var hold in ticket.Holds.AsSpan())
            {
                var actual = hold.Rule.Scope.CountsFor(actuals.Provider, hold.Provider)
                    ? hold.Rule.Actual(actuals, hold.Amount)
                    : 0;
                hold.Counter.End(hold, actual);
            }

            PumpAll(ticket);
        }
    }

    /// <summary>Gives back what was set aside.</summary>
    internal void Release(AdmissionTicket ticket)
    {
        lock (gate)
        {
            foreach (ref readonly var hold in ticket.Holds.AsSpan())
            {
                hold.Counter.End(hold, 0);
            }

            PumpAll(ticket);
        }
    }

    /// <summary>Finds every counter that holds for a request, and what it would take there.</summary>
    private void Gather(AdmissionRules rules, AdmissionRequest request, in LearnedShares shares, in Moment now)
    {
        entries.Clear();
        looks++;
        var subject = request.Subject;
        foreach (var rule in rules.Rules)
        {
            if (!rule.Scope.Holds(subject))
            {
                continue;
            }

            var (amount, risk) = rule.Expected(request, shares);
            if (!rule.Scope.EachProvider)
            {
                Add(rule, subject, null, amount, risk, now);
                continue;
            }

            foreach (var provider in subject.Providers)
            {
                Add(rule, subject, provider, amount, risk, now);
            }
        }
    }

    private void Add(
        AdmissionRule rule,
        AdmissionSubject subject,
        string? provider,
        long amount,
        long risk,
        in Moment now
    )
    {
        entries.Add(
            new Entry(rule, CounterOf(rule, subject, provider, now), amount, risk, provider, IsThrottle: false)
        );
        if (rule.Throttle is { } throttle)
        {
            // Directly behind its budget, whose stage says whether it holds.
            entries.Add(
                new Entry(throttle, CounterOf(throttle, subject, provider, now), 1, 0, provider, IsThrottle: true)
            );
        }
    }

    private AdmissionCounter CounterOf(AdmissionRule rule, AdmissionSubject subject, string? provider, in Moment now) =>
        CountersOf(rule).Of(rule.Scope.ValueOf(subject, provider, rule.ByKey), looks, now);

    private RuleCounters CountersOf(AdmissionRule rule)
    {
        ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(counters, rule.Id, out _);
        return own ??= new RuleCounters(rule);
    }

    /// <summary>
    /// Holds a request against every rule. Another model comes before a refusal, for it may fit where this one does not; a
    /// refusal before a wait, which would be for nothing.
    /// </summary>
    private Verdict Look(
        AdmissionRules rules,
        AdmissionRequest request,
        in LearnedShares shares,
        long turn,
        in Moment now
    )
    {
        Gather(rules, request, shares, now);
        var verdict = default(Verdict);
        var throttled = false;
        var all = CollectionsMarshal.AsSpan(entries);
        for (var i = 0; i < all.Length; i++)
        {
            ref readonly var entry = ref all[i];
            if (entry.IsThrottle && !throttled)
            {
                continue;
            }

            throttled = false;
            var level = entry.Counter.Tally.Read(now);
            var granted = entry.Counter.Granted(now);
            var isUnpriced = entry.Rule.RefusesUnpriced && request.IsBilled && request.Estimate.Cost is null;
            if (isUnpriced)
            {
                verdict.Raise(VerdictKind.Refuse, i, new BudgetStage(100, StageAction.Block));
            }

            // What takes nothing is in nobody's way.
            if (entry.Amount == 0)
            {
                continue;
            }

            foreach (var stage in entry.Rule.Stages)
            {
                var bound = Amounts.Plus(Amounts.Percent(entry.Rule.Bound, stage.Percent), granted);
                if (Amounts.Plus(level.Taken, entry.Amount) <= bound)
                {
                    break;
                }

                throttled |= Judge(ref verdict, i, entry, stage, bound, level, request);
            }

            if (entry.Rule.FreesRoom && entry.Counter.IsAwaitedBefore(turn))
            {
                verdict.Raise(VerdictKind.Wait, i, entry.Rule.Stages[^1]);
            }
        }

        return verdict;
    }

    /// <summary>What a stage that a request goes beyond makes of it; true when its key is to have one request at a time.</summary>
    private static bool Judge(
        ref Verdict verdict,
        int index,
        in Entry entry,
        BudgetStage stage,
        long bound,
        in Level level,
        AdmissionRequest request
    )
    {
        switch (stage.Action)
        {
            case StageAction.Downgrade when !IsCheapAlready(request, stage):
                verdict.Raise(VerdictKind.Downgrade, index, stage);
                return false;
            case StageAction.Approve or StageAction.Block:
                var passes = entry.Rule.FreesRoom && Amounts.Plus(level.Spent, entry.Amount) <= bound;
                verdict.Raise(passes ? VerdictKind.Wait : VerdictKind.Refuse, index, stage);
                return false;
            case StageAction.Throttle when stage.Delay is { } delay:
                verdict.Delay = delay > verdict.Delay ? delay : verdict.Delay;
                break;
        }

        (verdict.Warnings ??= []).Add(
            new AdmissionWarning(entry.Rule.Name, entry.Counter.Scope, stage.Percent, stage.Action)
        );
        return stage is { Action: StageAction.Throttle, Delay: null };
    }

    private static bool IsCheapAlready(AdmissionRequest request, BudgetStage stage) =>
        request.IsDowngraded || string.Equals(request.Subject.Model, stage.Model, StringComparison.OrdinalIgnoreCase);

    /// <summary>Carries out a verdict that is not to wait.</summary>
    private AdmissionOutcome Outcome(
        in Verdict verdict,
        AdmissionRules rules,
        AdmissionRequest request,
        in Moment now
    ) =>
        verdict.Kind switch
        {
            VerdictKind.Admit => new AdmissionOutcome
            {
                Ticket = Take(rules, request, now),
                Warnings = verdict.Warnings is { } warnings ? [.. warnings] : [],
                Delay = verdict.Delay,
            },
            VerdictKind.Downgrade => new AdmissionOutcome
            {
                DowngradeTo = verdict.Stage!.Model,
                DowngradedBy = entries[verdict.Index].Rule.Name,
            },
            _ => new AdmissionOutcome { Refusal = Refuse(verdict, request, now) },
        };

    private AdmissionTicket Take(AdmissionRules rules, AdmissionRequest request, in Moment now)
    {
        if (entries.Count == 0)
        {
            return AdmissionTicket.Nothing;
        }

        var holds = new AdmissionHold[entries.Count];
        for (var i = 0; i < holds.Length; i++)
        {
            var (rule, counter, amount, risk, provider, _) = entries[i];
            holds[i] = new AdmissionHold(rule, counter, counter.Begin(now, amount, risk), amount, risk, provider);
        }

        return new AdmissionTicket(this, request, rules.Learns, holds);
    }

    private AdmissionRefusal Refuse(in Verdict verdict, AdmissionRequest request, in Moment now)
    {
        var (rule, counter, amount, _, _, _) = entries[verdict.Index];
        var stage = verdict.Stage!;
        var level = counter.Tally.Read(now);
        var bound = Amounts.Plus(Amounts.Percent(rule.Bound, stage.Percent), counter.Granted(now));
        var isPassing = verdict.Kind == VerdictKind.Wait;
        var isUnpriced = rule.RefusesUnpriced && request.IsBilled && request.Estimate.Cost is null;
        return new AdmissionRefusal
        {
            Rule = rule.Name,
            Kind = rule.Measure switch
            {
                Measure.Cost when stage.Action == StageAction.Approve => RefusalKind.Approval,
                Measure.Cost => RefusalKind.Budget,
                Measure.Requests => RefusalKind.Requests,
                Measure.Concurrent => RefusalKind.Concurrency,
                _ => RefusalKind.Tokens,
            },
            Measure = rule.Measure,
            Scope = counter.Scope,
            Stage = stage.Percent,
            Bound = bound,
            Spent = level.Spent,
            Reserved = level.Reserved,
            Estimate = amount,
            IsPassing = isPassing,
            IsUnpriced = isUnpriced,
            HidesSums = rule.HidesSumsFrom(request.Subject),
            RetryAfter =
                isUnpriced ? null
                : isPassing ? PassingWait
                : amount > bound ? null
                : counter.Tally.FreeAfter(now, Amounts.Minus(Amounts.Plus(level.Taken, amount), bound)),
        };
    }

    private readonly record struct Entry(
        AdmissionRule Rule,
        AdmissionCounter Counter,
        long Amount,
        long Risk,
        string? Provider,
        bool IsThrottle
    );

    /// <summary>By rising weight: the heaviest of all rules decides.</summary>
    private enum VerdictKind
    {
        Admit,
        Wait,
        Refuse,
        Downgrade,
    }

    private struct Verdict
    {
        public VerdictKind Kind;
        public int Index;
        public BudgetStage? Stage;
        public TimeSpan Delay;
        public List<AdmissionWarning>? Warnings;

        /// <summary>Makes it heavier; of two of one weight the first stands.</summary>
        public void Raise(VerdictKind kind, int index, BudgetStage stage)
        {
            if (kind > Kind)
            {
                (Kind, Index, Stage) = (kind, index, stage);
            }
        }
    }
}
