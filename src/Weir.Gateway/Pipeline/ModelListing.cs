using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Routing;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>A model that callers may ask for.</summary>
/// <param name="Id">The name to ask for.</param>
/// <param name="Owner">The provider's configured name, or the route's.</param>
/// <param name="Price">What the catalogue knows of it; null when nothing.</param>
/// <param name="IsAlias">Whether a route gave the name to another model, of which <paramref name="Price"/> tells.</param>
internal sealed record ListedModel(string Id, string Owner, ModelPrice? Price, bool IsAlias = false)
{
    /// <summary>Its name for people.</summary>
    public string DisplayName => IsAlias ? Id : Price?.DisplayName ?? Id;

    /// <summary>Whether it makes vectors, and no text: the catalogues tell it by the name alone.</summary>
    public bool IsEmbedding => Id.Contains("embed", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Gathers the models that a caller may ask for, in whatever dialect, out of the configuration, the price catalogue and what
/// providers list that no catalogue knows. Ordered by name, each name once: the first of routes, then providers in their order.
/// </summary>
internal static class ModelListing
{
    /// <summary>
    /// The names that routes give; and of every provider the models that its configuration lists by name, and of its
    /// catalogue those that the configuration's patterns match (all, where it lists none).
    /// </summary>
    public static async Task<ImmutableArray<ListedModel>> GatherAsync(
        GatewayModel gateway,
        PriceSnapshot prices,
        TimeProvider clock,
        ILogger logger,
        CancellationToken shutdown
    )
    {
        var asked = gateway.Asked.RemoveAll(p => !OwnModels.AreAskedFor(p));
        var told = await Task.WhenAll(asked.Select(p => p.Upstream.Models.OfAsync(p, clock, logger, shutdown)));
        return Gather(gateway, prices, [.. asked.Zip(told)]);
    }

    private static ImmutableArray<ListedModel> Gather(
        GatewayModel gateway,
        PriceSnapshot prices,
        ImmutableArray<(ProviderModel Provider, ImmutableArray<string> Models)> own
    )
    {
        var found = new SortedDictionary<string, ListedModel>(StringComparer.Ordinal);
        foreach (var alias in gateway.Config.Aliases)
        {
            if (Alias(gateway, prices, alias) is { } named)
            {
                found.TryAdd(alias.Name, named);
            }
        }

        foreach (var route in gateway.Config.Routes)
        {
            if (route.Model is { } name && !name.Contains('*') && Alias(gateway, prices, route, name) is { } alias)
            {
                found.TryAdd(name, alias);
            }
        }

        foreach (var provider in gateway.Asked)
        {
            Gather(provider, prices, found);
            foreach (var name in own.Where(o => o.Provider == provider).SelectMany(o => o.Models))
            {
                found.TryAdd(name, new ListedModel(name, provider.Name, prices.Find(provider.Catalogue, name)));
            }
        }

        return [.. found.Values];
    }

    /// <summary>
    /// One model by the name that a caller gives it: one that is listed, or that a provider serves under a pattern, with a date
    /// behind it or with its own name before it (<c>openai/gpt-5</c>). Null when no provider is known to serve it.
    /// </summary>
    public static ListedModel? Find(
        GatewayModel gateway,
        PriceSnapshot prices,
        ImmutableArray<ListedModel> gathered,
        string id
    )
    {
        if (gathered.FirstOrDefault(m => m.Id == id) is { } listed)
        {
            return listed;
        }

        foreach (var provider in gateway.Asked)
        {
            if (Serves(provider, prices, id, out var price))
            {
                return new ListedModel(id, provider.Name, price);
            }
        }

        var slash = id.IndexOf('/');
        return
            slash > 0
            && gateway.Provider(id[..slash]) is { } named
            && gateway.Asked.Contains(named)
            && Serves(named, prices, id[(slash + 1)..], out var known)
            ? new ListedModel(id, named.Name, known)
            : null;
    }

    private static bool Serves(ProviderModel provider, PriceSnapshot prices, string id, out ModelPrice? price)
    {
        price = prices.Find(provider.Catalogue, id);
        return provider.Kind == ProviderKind.Simulator
            ? SimulatorHandler.Models.Contains(id)
            : provider.Lists(id) || (price is not null && provider.Listed.IsEmpty);
    }

    /// <summary>What an alias names, whoever asks, before all other names; null where no provider for it is left.</summary>
    private static ListedModel? Alias(GatewayModel gateway, PriceSnapshot prices, AliasConfig alias)
    {
        if (alias.Model is not { } model)
        {
            return Alias(gateway, prices, new RouteConfig { Name = alias.Name, Targets = alias.Targets }, alias.Name);
        }

        var slash = model.IndexOf('/');
        var named = slash > 0 ? gateway.Provider(model[..slash]) : null;
        var bare = named is null ? model : model[(slash + 1)..];
        ModelPrice? price = null;
        foreach (var provider in gateway.Asked)
        {
            if (named is null || named == provider)
            {
                price ??= prices.Find(provider.Catalogue, bare);
            }
        }

        return new ListedModel(alias.Name, "alias", price, IsAlias: true);
    }

    private static ListedModel? Alias(GatewayModel gateway, PriceSnapshot prices, RouteConfig route, string name)
    {
        foreach (var target in route.Targets)
        {
            if (gateway.Provider(target.Provider) is { } provider && gateway.Asked.Contains(provider))
            {
                return new ListedModel(
                    name,
                    route.Name,
                    prices.Find(provider.Catalogue, target.Model ?? name),
                    IsAlias: target.Model is not null && target.Model != name
                );
            }
        }

        return null;
    }

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
