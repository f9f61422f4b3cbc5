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
            .Search(search ?? "")
            .Where(price => catalogue is null || price.Catalogue == catalogue)
            .Take(MaxItems)
            .Select(PriceShapes.Item);
        return TypedResults.Ok(new PriceList(current.Version, [.. items]));
    }
}
