namespace Weir.Gateway.Admission;

/// <summary>
/// The counters of one rule. Callers choose some of the names that counters are kept by, so their number is bounded: the idle
/// ones are let go of as others come, and beyond the bound those that come share one. As long as that one holds anything,
/// newcomers stay with it: nobody loses what was counted by getting a counter of his own. Guarded by the book's lock.
/// </summary>
internal sealed class RuleCounters(AdmissionRule rule)
{
    /// <summary>How many counters a rule has, the shared one aside.</summary>
    internal const int Most = 32_768;

    private const int LookedAt = 4;

    private static readonly ScopeValue Rest = new() { IsRest = true };

    private readonly Dictionary<ScopeValue, AdmissionCounter> byScope = [];
    private readonly List<AdmissionCounter> all = [];
    private AdmissionCounter? rest;

    // Of a rule with one counter for all it is that one: nothing is hashed for it.
    private AdmissionCounter? latest;
    private int hand;

    /// <summary>Every counter.</summary>
    public IEnumerable<AdmissionCounter> All => rest is null ? all : all.Append(rest);

    /// <summary>How many there are.</summary>
    public int Count => all.Count + (rest is null ? 0 : 1);

    /// <summary>The counter of a value.</summary>
    /// <param name="scope">The value.</param>
    /// <param name="look">Numbers the looks at requests: what this one has found is not let go of before it is used.</param>
    /// <param name="now">Now.</param>
    public AdmissionCounter Of(in ScopeValue scope, long look, in Moment now)
    {
        if (latest is not null && latest.Scope.IsSpelledAs(scope))
        {
            latest.Look = look;
            return latest;
        }

        if (byScope.TryGetValue(scope, out var counter))
        {
            latest = counter;
            counter.Look = look;
            return counter;
        }

        LetGo(look, now);
        if (rest is not null && rest.Look != look && rest.IsIdle(now))
        {
            rest = null;
        }

        if (rest is not null || all.Count >= Most || scope.IsRest)
        {
            rest ??= new AdmissionCounter(rule.Window, Rest);
            rest.Look = look;
            return rest;
        }

        counter = new AdmissionCounter(rule.Window, scope) { Look = look };
        byScope.Add(scope, counter);
        all.Add(counter);
        return counter;
    }

    /// <summary>Looks at a few counters, in turn, and forgets the idle ones: faster than one a time comes.</summary>
    private void LetGo(long look, in Moment now)
    {
        for (var i = 0; i < LookedAt && all.Count > 0; i++)
        {
            hand = hand < all.Count ? hand : 0;
            if (all[hand].Look != look && all[hand].IsIdle(now))
            {
                byScope.Remove(all[hand].Scope);
                latest = latest == all[hand] ? null : latest;
                all[hand] = all[^1];
                all.RemoveAt(all.Count - 1);
            }
            else
            {
                hand++;
            }
        }
    }
}
