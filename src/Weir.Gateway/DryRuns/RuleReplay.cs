using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Routing;
using Weir.Ledger;

namespace Weir.Gateway.DryRuns;

/// <summary>
/// Holds the requests of the past to the budgets and limits of one document, in the order in which they came, in a book of its own
/// that knows what was spent before. Of each is set aside what it came to: the gateway sets aside more, so that what is refused here
/// is the least that would have been. A refused one spends nothing. Not thread-safe.
/// </summary>
internal sealed class RuleReplay
{
    // What a record tells may be absurd, and time ends in the year 9999.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly AdmissionRules rules;
    private readonly AdmissionSubject whose;
    private readonly ReplayClock clock;
    private readonly AdmissionBook book;
    private readonly Dictionary<(string Name, Measure Measure, long Bound), Count> counts = [];
    private readonly PriorityQueue<(AdmissionTicket Ticket, AdmissionActuals Actuals), DateTimeOffset> underWay = new();

    /// <summary>Reads what was spent before the clock's moment.</summary>
    /// <param name="ledger">Where that stands.</param>
    /// <param name="snapshot">The documents.</param>
    /// <param name="workspace">Whose document it is, and whose requests; what others spend is not counted.</param>
    /// <param name="clock">Stands at the start.</param>
    public RuleReplay(UsageLedger ledger, GatewaySnapshot snapshot, WorkspaceId workspace, ReplayClock clock)
    {
        var gateway = snapshot.Of(workspace)!;
        this.clock = clock;
        whose = gateway.Subject;
        rules = gateway.Rules.Only(rule => rule.Owner == workspace);
        book = new AdmissionBook(clock);
        foreach (var rule in rules.Rules)
        {
            counts.TryAdd(KeyOf(rule.Name, rule.Measure, rule.Bound), new Count(rule));
        }

        var start = clock.GetUtcNow();
        var ranges = rules
            .Rules.ToLookup(rule => AdmissionKeeper.RangeOf(rule, start))
            .Where(range => range.Key != default)
            .ToImmutableArray();
        if (ranges.IsEmpty)
        {
            return;
        }

        var (_, sums) = ledger.Spend.Read([
            .. ranges.Select(range => range.Key with { To = start, Workspace = workspace }),
        ]);
        for (var i = 0; i < ranges.Length; i++)
        {
            AdmissionKeeper.Restore(book, snapshot, ranges[i], ranges[i].Key, sums[i]);
        }
    }

    /// <summary>Whether there is nothing to hold anybody to.</summary>
    public bool IsEmpty => rules.IsEmpty;

    /// <summary>What was found so far, in the order of the document.</summary>
    public ImmutableArray<DryRunRule> Results => [.. counts.Values.Select(count => count.Result)];

    /// <summary>Holds one request to the rules.</summary>
    /// <param name="request">The request; not before the one that was held last.</param>
    /// <param name="would">What it would come to.</param>
    /// <param name="instead">What it would come to with another model, where that one is routed anywhere.</param>
    public void Hold(PastRequest request, in WouldCome would, Func<string, WouldCome> instead)
    {
        while (underWay.TryPeek(out _, out var end) && end <= request.StartedAt)
        {
            clock.GoTo(end);
            var (ticket, actuals) = underWay.Dequeue();
            ticket.Settle(actuals);
        }

        clock.GoTo(request.StartedAt);
        var (now, model, isDowngraded) = (would, request.Asked, false);
        var outcome = Admit(request, now, model, isDowngraded);
        if (outcome is { DowngradeTo: { } cheaper, DowngradedBy: { } budget })
        {
            counts[BudgetOf(budget)].Downgraded++;
            (now, model, isDowngraded) = (instead(cheaper), cheaper, true);
            outcome = Admit(request, now, model, isDowngraded);
        }

        foreach (var warning in outcome.Warnings)
        {
            counts[BudgetOf(warning.Rule)].Warned++;
        }

        if (outcome.Refusal is { } refusal)
        {
            // What holds one request of a key at a time bears its budget's name.
            var count =
                counts.GetValueOrDefault(KeyOf(refusal.Rule, refusal.Measure, refusal.Bound))
                ?? counts[BudgetOf(refusal.Rule)];
            count.Note(refusal, request);
        }

        if (outcome.Ticket is { } held)
        {
            var took = request.Duration ?? TimeSpan.Zero;
            underWay.Enqueue((held, now.Actuals), request.StartedAt + (took < Longest ? took : Longest));
        }
    }

    // A limit may have several bounds of one measure, for spans of their own.
    private static (string Name, Measure Measure, long Bound) KeyOf(string name, Measure measure, long bound) =>
        (name, measure, measure == Measure.Cost ? 0 : bound);

    private static (string Name, Measure Measure, long Bound) BudgetOf(string name) => KeyOf(name, Measure.Cost, 0);

    private AdmissionOutcome Admit(PastRequest request, in WouldCome would, string? model, bool isDowngraded) =>
        book.Admit(
            rules,
            new AdmissionRequest
            {
                Subject = whose with
                {
                    Team = request.Team,
                    User = request.User,
                    Key = request.Key,
                    Model = model,
                    Providers = would.Provider is { } provider ? [provider] : [],
                    Tags = request.Tags,
                },
                Estimate = new CostEstimate(would.Cost, request.Usage.Prompt, request.Usage.Output ?? 0),
                IsBilled = would.Billing == Billing.Metered,
                IsDowngraded = isDowngraded,
            }
        );

    private sealed class Count(AdmissionRule rule)
    {
        private long refused;
        private long waited;
        private Money cost;
        private DateTimeOffset? firstAt;
        private string? firstScope;

        public long Downgraded { get; set; }

        public long Warned { get; set; }

        public DryRunRule Result =>
            new()
            {
                Name = rule.Name,
                Measure = rule.Measure,
                Window = rule.Window,
                Refused = refused,
                RefusedCost = cost,
                FirstAt = firstAt,
                FirstScope = firstScope,
                Waited = waited,
                Downgraded = Downgraded,
                Warned = Warned,
            };

        public void Note(AdmissionRefusal refusal, PastRequest request)
        {
            if (refusal.IsPassing)
            {
                waited++;
                return;
            }

            refused++;
            cost = new Money(Amounts.Plus(cost.NanoUsd, request.Cost?.NanoUsd ?? 0));
            if (firstAt is null)
            {
                firstAt = request.StartedAt;
                firstScope = refusal.Scope.ToString() is { Length: > 0 } scope ? scope : null;
            }
        }
    }
}

/// <summary>What a request would come to.</summary>
/// <param name="Provider">Who would serve; null when nobody knows.</param>
/// <param name="Cost">List cost; null when its price is not known.</param>
/// <param name="Billing">Who would pay.</param>
/// <param name="Actuals">The same, as it is charged.</param>
internal readonly record struct WouldCome(string? Provider, Money? Cost, Billing Billing, AdmissionActuals Actuals)
{
    /// <summary>What a request's tokens come to somewhere.</summary>
    public static WouldCome Of(PastRequest request, string? provider, Money? cost, Billing billing) =>
        new(
            provider,
            cost,
            billing,
            new AdmissionActuals
            {
                Cost = cost,
                Billed = billing == Billing.Metered ? cost : Money.Zero,
                Usage = request.Usage,
                Requests = 1,
                Provider = provider,
            }
        );
}
