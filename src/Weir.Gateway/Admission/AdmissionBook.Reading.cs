using System.Collections.Immutable;

namespace Weir.Gateway.Admission;

/// <content>What others tell the book, and what it tells them.</content>
internal sealed partial class AdmissionBook
{
    /// <summary>
    /// Charges what no ticket stands for: what was spent before the book counted, a record beside the one of its exchange, a new
    /// price, a late word on what was used. Who calls it sees to it that nothing is told twice.
    /// </summary>
    /// <param name="rules">The rules that hear of it.</param>
    /// <param name="subject">Whose it was; its provider alone among the candidates.</param>
    /// <param name="delta">By how much it changed. What is not known of it changes nothing.</param>
    /// <param name="at">
    /// When the request began; of a sum over a span, its end, so that it is not forgotten too soon. What is before a window is passed
    /// over, what is after now is now.
    /// </param>
    public void Apply(AdmissionRules rules, AdmissionSubject subject, in AdmissionActuals delta, DateTimeOffset at)
    {
        lock (gate)
        {
            var now = Moment.Now(clock);
            looks++;
            foreach (var rule in rules.Rules)
            {
                if (!rule.Scope.Holds(subject) || rule.Actual(delta, 0) is not (not 0 and var amount))
                {
                    continue;
                }

                if (!rule.Scope.EachProvider)
                {
                    Charge(CounterOf(rule, subject, null, now), at, amount, now);
                    continue;
                }

                foreach (var provider in subject.Providers)
                {
                    Charge(CounterOf(rule, subject, provider, now), at, amount, now);
                }
            }
        }
    }

    /// <summary>
    /// Says what is granted to the rules, in the place of all that was said before of any rule; those who wait for room are looked at
    /// anew.
    /// </summary>
    /// <param name="grants">By rule: which counter, and what it is given; each amount is positive.</param>
    public void Grant(ILookup<AdmissionRule, (ScopeValue Scope, AdmissionGrant Grant)> grants)
    {
        lock (gate)
        {
            var now = Moment.Now(clock);
            looks++;
            foreach (var (_, own) in counters)
            {
                foreach (var counter in own.All)
                {
                    counter.Grants = [];
                }
            }

            foreach (var rule in grants)
            {
                foreach (var (scope, grant) in rule)
                {
                    var counter = CountersOf(rule.Key).Of(scope, looks, now);
                    counter.Grants = counter.Grants.Add(grant);
                    Pump(counter, now);
                }
            }
        }
    }

    /// <summary>
    /// How every counter of the rules stands, in the order of the rules: of those that have one for each value, the ones that have been
    /// used.
    /// </summary>
    public ImmutableArray<CounterStanding> Standings(AdmissionRules rules)
    {
        var standings = ImmutableArray.CreateBuilder<CounterStanding>();
        lock (gate)
        {
            var now = Moment.Now(clock);
            looks++;
            foreach (var rule in rules.Rules)
            {
                if (!rule.Scope.EachPart.Any())
                {
                    CountersOf(rule).Of(default, looks, now);
                }

                if (counters.TryGetValue(rule.Id, out var own))
                {
                    foreach (var counter in own.All)
                    {
                        standings.Add(StandingOf(rule, counter, now));
                    }
                }
            }
        }

        return standings.ToImmutable();
    }

    /// <summary>Forgets the counters of rules that no snapshot has any more. Who brings such a rule back restores it.</summary>
    /// <param name="rules">Every snapshot in use.</param>
    public void Keep(IEnumerable<AdmissionRules> rules)
    {
        var kept = rules
            .SelectMany(r => r.Rules)
            .SelectMany(r => r.Throttle is { } throttle ? new[] { r.Id, throttle.Id } : [r.Id])
            .ToHashSet(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var (id, own) in counters)
            {
                // Who waits there holds its own snapshot, and is looked at until it gives up.
                if (!kept.Contains(id) && own.All.All(c => c.Waiting == 0))
                {
                    counters.Remove(id);
                }
            }
        }
    }

    /// <summary>What is left by measure, by the rule that leaves the smallest part of its bound: for headers.</summary>
    /// <param name="ticket">Of the request that is answered.</param>
    /// <param name="quotas">Room for one of each measure.</param>
    /// <returns>How many there are.</returns>
    public int ReadQuotas(AdmissionTicket ticket, Span<QuotaState> quotas)
    {
        var count = 0;
        lock (gate)
        {
            var now = Moment.Now(clock);
            foreach (ref readonly var hold in ticket.Holds.AsSpan())
            {
                if (hold.Rule.ByKey || hold.Rule.HidesSumsFrom(ticket.Request!.Subject))
                {
                    continue;
                }

                var quota = QuotaOf(hold, now);
                var at = 0;
                while (at < count && quotas[at].Measure != quota.Measure)
                {
                    at++;
                }

                if (at == count && count < quotas.Length)
                {
                    quotas[count++] = quota;
                }
                else if (
                    at < count
                    && (Int128)quota.Remaining * quotas[at].Limit < (Int128)quotas[at].Remaining * quota.Limit
                )
                {
                    quotas[at] = quota;
                }
            }
        }

        return count;
    }

    private static QuotaState QuotaOf(in AdmissionHold hold, in Moment now)
    {
        var (rule, tally) = (hold.Rule, hold.Counter.Tally);
        var limit = Amounts.Plus(rule.Bound, hold.Counter.Granted(now));
        return new QuotaState(
            rule.Name,
            rule.Measure,
            rule.Window.Kind == WindowKind.Sliding ? rule.Window.Length : null,
            limit,
            Math.Clamp(Amounts.Minus(limit, tally.Read(now).Taken), 0, Math.Max(0, limit)),
            tally.ResetAfter(now)
        );
    }

    private static CounterStanding StandingOf(AdmissionRule rule, AdmissionCounter counter, in Moment now)
    {
        var level = counter.Tally.Read(now);
        var granted = counter.Granted(now);
        var utc = now.Utc;
        var stage = 0;
        foreach (var candidate in rule.Stages)
        {
            if (level.Taken >= Amounts.Plus(Amounts.Percent(rule.Bound, candidate.Percent), granted))
            {
                stage = candidate.Percent;
            }
        }

        return new CounterStanding
        {
            Owner = rule.Owner,
            Rule = rule.Name,
            Window = rule.Window,
            Measure = rule.Measure,
            Scope = counter.Scope,
            Bound = rule.Bound,
            Granted = granted,
            Grants = [.. counter.Grants.Where(g => utc < g.Until.UtcTicks)],
            Spent = level.Spent,
            Reserved = level.Reserved,
            AtRisk = level.AtRisk,
            Waiting = counter.Waiting,
            ResetsAt =
                level.Taken != 0 && counter.Tally.ResetAfter(now) is { } wait
                    ? new DateTimeOffset(utc, TimeSpan.Zero) + wait
                    : null,
            Stage = stage,
        };
    }

    private void Charge(AdmissionCounter counter, DateTimeOffset at, long amount, in Moment now)
    {
        counter.Tally.Charge(now, now.At(at), amount);
        if (amount < 0)
        {
            Pump(counter, now);
        }
    }
}
