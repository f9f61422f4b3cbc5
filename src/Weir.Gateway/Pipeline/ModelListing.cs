using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>A model that callers of a dialect may ask for.</summary>
/// <param name="Id">The name to ask for.</param>
/// <param name="Owner">The provider's configured name, or the route's.</param>
/// <param name="Price">What the catalogue knows of it; null when nothing.</param>
internal sealed record ListedModel(string Id, string Owner, ModelPrice? Price);

/// <summary>
/// Gathers the models that a caller may ask for in a dialect, out of the configuration and the price catalogue; no
/// upstream is asked. Ordered by name, each name once.
/// </summary>
internal static class ModelListing
{
    /// <summary>
    /// The models of every provider that speaks the dialect: those that its configuration lists by name, and of its
    /// catalogue those that the configuration's patterns match (all, where it lists none); and the names that routes
    /// give to such providers' models.
    /// </summary>
    public static ImmutableArray<ListedModel> Gather(GatewayModel gateway, PriceSnapshot prices, Dialect dialect)
    {
        var found = new SortedDictionary<string, ListedModel>(StringComparer.Ordinal);
        foreach (var route in gateway.Config.Routes)
        {
            if (
                route.Model is { } name
                && !name.Contains('*')
                && route.Targets.Any(t => Speaks(gateway.Provider(t.Provider), dialect))
            )
            {
                found.TryAdd(name, new ListedModel(name, route.Name, Price: null));
            }
        }

        foreach (var provider in gateway.Providers)
        {
            if (Speaks(provider, dialect))
            {
                Gather(provider, prices, found);
            }
        }

        return [.. found.Values];
    }

    private static bool Speaks(ProviderModel? provider, Dialect dialect) =>
        provider?.Speaks(dialect, model: null) == true;

    private static void Gather(
        ProviderModel provider,
        PriceSnapshot prices,
        SortedDictionary<string, ListedModel> found
    )
    {
        foreach (var pattern in provider.Listed)
        {
            var name = pattern.ToString();
            if (pattern.IsExact)
            {
                found.TryAdd(name, new ListedModel(name, provider.Name, prices.Find(provider.Catalogue, name)));
            }
        }

        if (provider.Kind == ProviderKind.Simulator)
        {
            foreach (var name in SimulatorHandler.Models)
            {
                found.TryAdd(name, new ListedModel(name, provider.Name, Price: null));
            }
        }

        foreach (var price in prices.Models(provider.Catalogue))
        {
            if (provider.Listed.IsEmpty || provider.Lists(price.Model))
            {
                found.TryAdd(price.Model, new ListedModel(price.Model, provider.Name, price));
            }
        }
    }
}
