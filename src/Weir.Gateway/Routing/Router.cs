using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Routing;

/// <summary>What routes look at.</summary>
internal readonly record struct RouteQuestion(
    Dialect Dialect,
    bool MayTranslate,
    string Model,
    string? Client,
    string? Key,
    IHeaderDictionary Headers
);

/// <summary>Where a request goes: at least one target, or the reason why there is none.</summary>
/// <param name="Targets">Tried in order.</param>
/// <param name="Route">The route that chose; null when the provider was found by the model.</param>
/// <param name="Model">The model to ask for where a target names none; null to leave it as it stands (a pass-through).</param>
/// <param name="Refusal">For the caller; null when there are targets.</param>
/// <param name="Status">The refusal's HTTP status.</param>
/// <param name="By">How the targets were found; without meaning beside a refusal.</param>
internal readonly record struct RouteDecision(
    ImmutableArray<Target> Targets,
    string? Route,
    string? Model,
    string? Refusal = null,
    int Status = 0,
    RouteFinding By = RouteFinding.Route
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
    public static RouteDecision Decide(GatewayModel gateway, PriceSnapshot prices, in RouteQuestion question)
    {
        return RouteFor(gateway, question) is { } route ? ByRoute(route, question) : ByModel(gateway, prices, question);
    }

    /// <summary>The route that decides: the first that matches; null where the model finds its provider.</summary>
    public static RouteModel? RouteFor(GatewayModel gateway, in RouteQuestion question)
    {
        foreach (var route in gateway.Routes)
        {
            if (route.Matches(question))
            {
                return route;
            }
        }

        return null;
    }

    /// <summary>Why a provider that a route names is passed over, for a person.</summary>
    public static string WhyPassedOver(ProviderModel provider, in RouteQuestion question) =>
        $"Provider {provider.Name} speaks {provider.SpokenInWords}, not {question.Dialect.InWords()}"
        + $"{KeyHint(provider.AsTarget, question.MayTranslate)}.";

    private static RouteDecision ByRoute(RouteModel route, in RouteQuestion question)
    {
        var dialect = question.Dialect;
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
            return new RouteDecision(route.Targets, route.Name, question.Model);
        }

        var targets = route.Targets.RemoveAll(t => !Reach.Serves(t.Provider, dialect, t.Model ?? asked, mayTranslate));
        return targets.IsEmpty
            ? Refuse(
                400,
                question.Model,
                $"Route {route.Name} sends this request to {Names(route.Targets)}, and none of them speaks "
                    + $"{dialect.InWords()}{KeyHint(route.Targets, mayTranslate)}."
            )
            : new RouteDecision(targets, route.Name, question.Model);
    }

    private static RouteDecision ByModel(GatewayModel gateway, PriceSnapshot prices, in RouteQuestion question)
    {
        var (dialect, model) = (question.Dialect, question.Model);
        ProviderModel? elsewhere = null;
        ProviderModel? translated = null;
        foreach (var provider in gateway.Providers)
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
        if (slash > 0 && gateway.Provider(model[..slash]) is { } named)
        {
            var bare = model[(slash + 1)..];
            return Reach.Serves(named, dialect, bare, question.MayTranslate)
                ? To(named, bare, RouteFinding.Named)
                : Refuse(400, model, OtherDialect(named, dialect));
        }

        ProviderModel? vendor = null;
        ProviderModel? compatible = null;
        foreach (var provider in gateway.Providers)
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
