using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api.Usage;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Prices;

/// <summary>What tokens cost.</summary>
internal static class PriceRoutes
{
    private const int MaxItems = 20_000;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Prices");
        group
            .MapGet("/", List)
            .WithName("listPrices")
            .WithSummary("What tokens cost: the configuration's own prices, then the catalogue's")
            .TakesQuery("search", "catalogue")
            .Needs(Permission.BillingView);
        group
            .MapPost("/reprice", Reprice)
            .WithName("repriceHistory")
            .WithSummary("Prices history again at the prices in force; the old figures are kept")
            .Needs(Permission.PricesManage)
            .Refuses(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<RepriceResult>, ApiProblem>> Reprice(
        RepriceRequest body,
        ApiCaller caller,
        UsageLedger ledger,
        PriceBook prices,
        Documents documents,
        AuditTrail trail,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var to = Time("to", body.To, now, errors) ?? now;
        var from = Time("from", body.From, now, errors);
        if (body.From is null)
        {
            errors["from"] = "is missing: history is priced again only as far back as you say";
        }
        else if (from >= to)
        {
            errors["from"] = "must be before to";
        }

        if (errors.Count > 0 || from is null)
        {
            return ApiProblem.Invalid(errors);
        }

        if (!body.DryRun)
        {
            await trail.NoteAsync(
                caller.Actor,
                "prices.reprice",
                $"usage:{TimeText.Of(from.Value)}/{TimeText.Of(to)}",
                null,
                null,
                cancellationToken
            );
        }

        var summary = await new Repricer(ledger).RunAsync(
            new RepriceScope
            {
                Workspace = caller.Workspace,
                From = from.Value,
                To = to,
            },
            prices.Current,
            provider => documents.CatalogueOf(caller.Workspace, provider),
            apply: !body.DryRun,
            cancellationToken
        );
        return TypedResults.Ok(
            new RepriceResult
            {
                DryRun = body.DryRun,
                Examined = summary.Examined,
                Changed = summary.Changed,
                Unpriced = summary.Unpriced,
                BeforeUsd = summary.Before.ToUsd(),
                AfterUsd = summary.After.ToUsd(),
                PriceVersion = summary.PriceVersion,
            }
        );
    }

    private static DateTimeOffset? Time(
        string name,
        string? text,
        DateTimeOffset now,
        Dictionary<string, string> errors
    )
    {
        if (text is null)
        {
            return null;
        }

        if (TimeText.TryParse(text, now, out var time))
        {
            return time;
        }

        errors[name] = TimeText.Expected;
        return null;
    }

    private static Ok<PriceList> List(PriceBook prices, string? search, string? catalogue)
    {
        var current = prices.Current;
        var own = current
            .SearchOverrides(search ?? "")
            .Where(price => catalogue is null || price.Provider is null || price.Provider == catalogue)
            .Select(PriceShapes.Item);
        var listed = current
            .Search(search ?? "")
            .Where(price => catalogue is null || price.Catalogue == catalogue)
            .Select(PriceShapes.Item);
        return TypedResults.Ok(new PriceList(current.Version, [.. own.Concat(listed).Take(MaxItems)]));
    }
}
