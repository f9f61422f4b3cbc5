using System.Collections.Immutable;
using Weir.Gateway.Routing;
using Weir.Ledger;

namespace Weir.Gateway.DryRuns;

/// <summary>
/// Asks the routes of one configuration for requests of the past, in the order in which they came: a session that is to stay is
/// followed as the gateway follows it. What a record does not tell is never guessed: all that could have been is kept side by side,
/// and only where all of it leads to one target is that target sure. Not thread-safe.
/// </summary>
internal sealed class RecordedRouting(GatewayModel gateway, PriceSnapshot prices, TimeProvider clock)
{
    // What the body weighed and what output it bounded is in no record: a choice by cost is sure where these four agree.
    private static readonly ImmutableArray<(double Weight, long? Output)> Corners =
    [
        (1, null),
        (1, 1),
        (16, null),
        (16, 1),
    ];

    private readonly RouteState state = new(clock);

    /// <summary>What the configuration says.</summary>
    public GatewayModel Gateway => gateway;

    /// <summary>What tokens cost by it.</summary>
    public PriceSnapshot Prices => prices;

    /// <summary>Where a request would go.</summary>
    /// <param name="request">A request that routes decide on.</param>
    /// <param name="model">The model to ask for in the place of the one that was; null for that one.</param>
    public Whereabouts Ask(PastRequest request, string? model = null)
    {
        var question = Router.Resolve(gateway, request.Question(model));
        var branches = ImmutableArray.CreateBuilder<Branch>(1);
        if (gateway.AliasOf(question.Model)?.Route is { } own)
        {
            branches.Add(Decide(request, question, own, []));
        }
        else
        {
            AddRoutes(branches, request, question);
        }

        var whereabouts = new Whereabouts(branches.ToImmutable());
        if (model is null && whereabouts.Sure is { Plan: { Session: { } session } plan } && branches.Count == 1)
        {
            var target = whereabouts.Sure.Target!;
            state.Keep(
                new SessionKey(gateway.Workspace, plan.Route.Name, session),
                target.Provider.Name,
                target.Model ?? question.Model,
                request.Usage.CacheWrite1h > 0
            );
        }

        return whereabouts;
    }

    private void AddRoutes(ImmutableArray<Branch>.Builder branches, PastRequest request, in RouteQuestion question)
    {
        foreach (var route in gateway.Routes)
        {
            var open = new List<RouteCondition>();
            var matches = route.MatchesRecorded(question, open);
            if (matches != false)
            {
                branches.Add(Decide(request, question, route, open));
            }

            if (matches == true)
            {
                return;
            }
        }

        branches.Add(Decide(request, question, null, []));
    }

    private Branch Decide(
        PastRequest request,
        in RouteQuestion question,
        RouteModel? route,
        IReadOnlyCollection<RouteCondition> conditions
    )
    {
        var decision = Router.Decide(gateway, prices, state, question, route);
        var ordered =
            decision.Targets.Length < 2 || decision.Reason == "affinity" ? null
            : route?.Strategy is RouteStrategy.Latency ? "latency"
            : route?.Strategy is RouteStrategy.Adaptive ? "adaptive"
            : route?.Strategy is RouteStrategy.Cost && !IsCheapestSurely(request, question, route) ? Branch.CostWord
            : null;
        return new Branch(decision, question.Model, ordered, conditions, prices.Version);
    }

    private bool IsCheapestSurely(PastRequest request, RouteQuestion question, RouteModel route)
    {
        var firsts = Corners.Select(corner =>
            Router
                .Decide(
                    gateway,
                    prices,
                    state,
                    question with
                    {
                        BodyLength = (long)Math.Min(request.Usage.Prompt * corner.Weight, long.MaxValue / 2),
                        OutputBound = corner.Output,
                    },
                    route
                )
                .Targets[0]
        );
        return firsts.Distinct().Count() == 1;
    }
}
