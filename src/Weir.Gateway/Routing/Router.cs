using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Routing.Strategies;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Routing;

/// <summary>Where a request goes: at least one target, or the reason why there is none.</summary>
/// <param name="Targets">Tried in order.</param>
/// <param name="Route">The route that chose; null when the provider was found by the model.</param>
/// <param name="Model">The model to ask for where a target names none; null to leave it as it stands (a pass-through).</param>
/// <param name="Refusal">For the caller; null when there are targets.</param>
/// <param name="Status">The refusal's HTTP status.</param>
/// <param name="By">How the targets were found; without meaning beside a refusal.</param>
/// <param name="Reason">
/// What put the targets into that order (see <see cref="Order"/>), or <c>alias</c> where an alias found the model; null where
/// they stand as they are written.
/// </param>
/// <param name="Plan">What a route with a strategy or affinity wants to hear of the attempts; null for none.</param>
internal readonly record struct RouteDecision(
    ImmutableArray<Target> Targets,
    string? Route,
    string? Model,
    string? Refusal = null,
    int Status = 0,
    RouteFinding By = RouteFinding.Route,
    string? Reason = null,
    RoutePlan? Plan = null
);

/// <summary>
/// Chooses targets. The first route that matches decides. With none, a model goes to the first that holds of: a provider
/// whose configuration lists it; a configured provider named before its slash (<c>openai/gpt-5</c>); a provider whose
/// catalogue knows it; the vendor whose dialect the caller speaks; any other provider of that dialect. Where several know the
/// model, one that speaks the caller's dialect goes before one that is translated for. Stateless.
/// </summary>
internal static class Router
{
    /// <summary>The decision for one request.</summary>
    /// <param name="gateway">What its workspace sees.</param>
    /// <param name="prices">Which know the models.</param>
    /// <param name="state">What is remembered of targets and sessions.</param>
    /// <param name="asked">The request.</param>
    public static RouteDecision Decide(
        GatewayModel gateway,
        PriceSnapshot prices,
        RouteState state,
        in RouteQuestion asked
    )
    {
        var question = Resolve(gateway, asked);
        return Decide(gateway, prices, state, question, RouteFor(gateway, question));
    }

    /// <summary>The decision for one request of which the route is known.</summary>
    /// <param name="gateway">What its workspace sees.</param>
    /// <param name="prices">Which know the models.</param>
    /// <param name="state">What is remembered of targets and sessions.</param>
    /// <param name="question">The request, its alias resolved.</param>
    /// <param name="by">The route; null where the model finds its provider.</param>
    public static RouteDecision Decide(
        GatewayModel gateway,
        PriceSnapshot prices,
        RouteState state,
        in RouteQuestion question,
        RouteModel? by
    )
    {
        return by is { } route
            ? ByRoute(new RankContext(gateway.Workspace, route, question, prices, state))
            : ByModel(gateway, prices, question) with
            {
                Reason = AliasReasonOf(question),
            };
    }

    /// <summary>The question with the model that an alias stands for; the same one where the model is no such alias.</summary>
    public static RouteQuestion Resolve(GatewayModel gateway, in RouteQuestion asked) =>
        gateway.AliasOf(asked.Model) is { } alias && alias.ModelFor(asked) is { } model
            ? asked with
            {
                Model = model,
                Alias = asked.Model,
            }
            : asked;

    /// <summary>
    /// The route that decides: an alias that is one, else the first that matches; null where the model finds its provider.
    /// </summary>
    /// <param name="gateway">What its workspace sees.</param>
    /// <param name="question">The request, its alias resolved.</param>
    public static RouteModel? RouteFor(GatewayModel gateway, in RouteQuestion question)
    {
        if (gateway.AliasOf(question.Model)?.Route is { } own)
        {
            return own;
        }

        foreach (var route in gateway.Routes)
        {
            if (route.Matches(question))
            {
                return route;
            }
        }

        return null;
    }

    /// <summary>What is said of a provider that nothing is sent to.</summary>
    public static string OffReason(ProviderModel provider) => $"Provider {provider.Name} is switched off.";

    /// <summary>Why a provider that a route names is passed over, for a person.</summary>
    public static string WhyPassedOver(ProviderModel provider, in RouteQuestion question) =>
        $"Provider {provider.Name} speaks {provider.SpokenInWords}, not {question.Dialect.InWords()}"
        + $"{KeyHint(provider.AsTarget, question.MayTranslate)}.";

    private static RouteDecision ByRoute(in RankContext context)
    {
        var (route, question) = (context.Route, context.Question);
        var dialect = question.Dialect;
        if (route.Targets.IsEmpty && !route.Written.IsEmpty)
        {
            return Refuse(
                503,
                question.Model,
                $"Route {route.Name} sends this request to {Names(route.Written)}, and nothing is sent there: "
                    + "what it names is switched off."
            );
        }

        if (route.Targets.IsEmpty)
        {
            return Refuse(
                404,
                question.Model,
                $"Route {route.Name} sends this request to providers that this workspace no longer has."
            );
        }

        var (asked, mayTranslate) = (question.Model, question.MayTranslate);
        var serving = 0;
        foreach (var target in route.Targets)
        {
            serving += Reach.Serves(target.Provider, dialect, target.Model ?? asked, mayTranslate) ? 1 : 0;
        }

        if (serving == route.Targets.Length)
        {
            return Arrange(route.Targets, context);
        }

        var targets = route.Targets.RemoveAll(t => !Reach.Serves(t.Provider, dialect, t.Model ?? asked, mayTranslate));
        return targets.IsEmpty
            ? Refuse(
                400,
                question.Model,
                $"Route {route.Name} sends this request to {Names(route.Targets)}, and none of them speaks "
                    + $"{dialect.InWords()}{KeyHint(route.Targets, mayTranslate)}."
            )
            : Arrange(targets, context);
    }

    private static RouteDecision Arrange(ImmutableArray<Target> targets, in RankContext context)
    {
        var (route, question) = (context.Route, context.Question);
        if (!route.IsPlanned)
        {
            return new RouteDecision(targets, route.Name, question.Model, Reason: AliasReasonOf(question));
        }

        var order = TargetOrder.Arrange(targets, context);
        var session = route.StaysWithSession && question.CachesPrompts ? question.Session : null;
        return new RouteDecision(
            order.Targets,
            route.Name,
            question.Model,
            Reason: order.Reason ?? AliasReasonOf(question)
        )
        {
            Plan = new RoutePlan(context.State, context.Workspace, route, session, targets[0]),
        };
    }

    private static string? AliasReasonOf(in RouteQuestion question) =>
        question.Alias is null ? null : Settlement.AliasReason;

    /// <summary>
    /// As if those that are switched off were not there; but what names one of them, or what one is known to serve, is not sent to
    /// another one by a guess.
    /// </summary>
    private static RouteDecision ByModel(GatewayModel gateway, PriceSnapshot prices, in RouteQuestion question)
    {
        var found = ByModel(gateway, gateway.Providers, prices, question);
        if (found.Targets is not [var wanted] || !gateway.Overrides.IsOff(wanted.Provider.Name))
        {
            return found;
        }

        var instead = ByModel(gateway, gateway.Asked, prices, question);
        var isFound =
            found.By != RouteFinding.Named && instead.Refusal is null && (!IsGuess(instead.By) || IsGuess(found.By));
        return isFound ? instead : Refuse(503, question.Model, OffReason(wanted.Provider));
    }

    private static bool IsGuess(RouteFinding by) => by is RouteFinding.Vendor or RouteFinding.Dialect;

    private static RouteDecision ByModel(
        GatewayModel gateway,
        ImmutableArray<ProviderModel> providers,
        PriceSnapshot prices,
        in RouteQuestion question
    )
    {
        var (dialect, model) = (question.Dialect, question.Model);
        ProviderModel? elsewhere = null;
        ProviderModel? translated = null;
        foreach (var provider in providers)
        {
            if (provider.Lists(model))
            {
                if (provider.Speaks(dialect, model))
                {
                    return To(provider, model, RouteFinding.Listed);
                }

                elsewhere ??= provider;
                translated ??= Reach.Serves(provider, dialect, model, question.MayTranslate) ? provider : null;
            }
        }

        if (translated is not null)
        {
            return To(translated, model, RouteFinding.Listed);
        }

        var slash = model.IndexOf('/');
        if (slash > 0 && gateway.Provider(model[..slash]) is { } named && providers.Contains(named))
        {
            var bare = model[(slash + 1)..];
            return Reach.Serves(named, dialect, bare, question.MayTranslate)
                ? To(named, bare, RouteFinding.Named)
                : Refuse(400, model, OtherDialect(named, dialect));
        }

        ProviderModel? vendor = null;
        ProviderModel? compatible = null;
        foreach (var provider in providers)
        {
            if (provider.Kind == ProviderKind.Simulator)
            {
                continue;
            }

            var speaks = provider.Speaks(dialect, model);
            if (prices.Find(provider.Catalogue, model) is not null)
            {
                if (speaks)
                {
                    return To(provider, model, RouteFinding.Catalogue);
                }

                elsewhere ??= provider;
                translated ??= Reach.Serves(provider, dialect, model, question.MayTranslate) ? provider : null;
            }

            if (speaks && provider.Kind.IsHost())
            {
                compatible ??= provider;
            }
            else if (speaks)
            {
                vendor ??= provider;
            }
        }

        if (translated is not null)
        {
            return To(translated, model, RouteFinding.Catalogue);
        }

        if (elsewhere is not null)
        {
            return Refuse(400, model, $"The model {Shown(model)} is served by {OtherDialect(elsewhere, dialect)}");
        }

        return (vendor ?? compatible) is { } last
            ? To(last, model, vendor is null ? RouteFinding.Dialect : RouteFinding.Vendor)
            : Refuse(
                404,
                model,
                $"No provider is configured for the model {Shown(model)} that speaks {dialect.InWords()}. "
                    + "Add a provider, list the model under its models, or add a route."
            );
    }

    private static RouteDecision To(ProviderModel provider, string model, RouteFinding by) =>
        new(provider.AsTarget, Route: null, model, By: by);

    private static RouteDecision Refuse(int status, string model, string reason) =>
        new([], Route: null, model, reason, status);

    private static string OtherDialect(ProviderModel provider, Dialect dialect) =>
        $"provider {provider.Name}, which speaks {provider.SpokenInWords}, not {dialect.InWords()}"
        + $"{KeyHint(provider.AsTarget, mayTranslate: true)}.";

    private static string KeyHint(ImmutableArray<Target> targets, bool mayTranslate) =>
        mayTranslate && targets.FirstOrDefault(t => Reach.LacksKey(t.Provider)) is { } keyless
            ? $" (Weir translates for a provider that it has a key for: give {keyless.Provider.Name} an apiKey)"
            : "";

    private static string Names(ImmutableArray<Target> targets) =>
        string.Join(", ", targets.Select(t => t.Provider.Name));

    private static string Shown(string model) => model.Length <= 128 ? model : string.Concat(model.AsSpan(0, 128), "…");
}
