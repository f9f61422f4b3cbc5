using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Ledger;

namespace Weir.Server.Api.Prices;

/// <summary>What tokens cost.</summary>
internal static class PriceRoutes
{
    private const int MaxItems = 20_000;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Prices");
        group.MapGet("/", List).WithName("listPrices").ForReaders();
    }

    private static Ok<PriceList> List(PriceBook prices, string? search, string? catalogue)
    {
        var current = prices.Current;
        var items = current
            .Catalogues.Where(name => catalogue is null || name == catalogue)
            .SelectMany(name => current.Models(name))
            .Where(price => search is null || Matches(price, search))
            .Take(MaxItems)
            .Select(PriceShapes.Item);
        return TypedResults.Ok(new PriceList(current.Version, [.. items]));
    }

    // Every word must be somewhere in the name.
    private static bool Matches(ModelPrice price, string search)
    {
        var name = $"{price.Catalogue}/{price.Model} {price.DisplayName}";
        return search
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
