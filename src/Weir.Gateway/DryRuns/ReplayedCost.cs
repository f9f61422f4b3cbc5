using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Gateway.DryRuns;

/// <summary>What a request of the past would come to elsewhere, or at other prices: the same tokens. Stateless.</summary>
internal static class ReplayedCost
{
    /// <summary>What a request would come to. Where it is open where it would go, what it came to.</summary>
    /// <param name="request">The request.</param>
    /// <param name="outcome">What becomes of it.</param>
    /// <param name="now">The configuration in force.</param>
    /// <param name="then">The one that is tried.</param>
    /// <param name="would">Where it would go by that.</param>
    public static WouldCome Of(
        PastRequest request,
        DryRunOutcome outcome,
        RecordedRouting now,
        RecordedRouting then,
        Whereabouts would
    )
    {
        if (outcome == DryRunOutcome.Moved)
        {
            return At(request, then, would.Sure!);
        }

        if (
            outcome == DryRunOutcome.Open
            || request.Provider is not { } name
            || then.Gateway.Provider(name) is not { } provider
        )
        {
            return WouldCome.Of(request, request.Provider, request.Cost, request.Billing);
        }

        // It stays: what it came to, unless the prices are other ones.
        var billing = provider.BillingFor(request.Billing == Billing.Subscription);
        var after = Charge(request, then.Prices, provider.Catalogue, name, would.Place?.Model, isMoved: false);
        var isSame =
            now.Prices.Version == then.Prices.Version
            || Charge(
                request,
                now.Prices,
                now.Gateway.Provider(name)?.Catalogue ?? provider.Catalogue,
                name,
                would.Place?.Model,
                isMoved: false
            ) == after;
        return WouldCome.Of(request, name, isSame ? request.Cost : after, billing);
    }

    /// <summary>What it would come to with another model. Where nobody knows where that would go, what it came to.</summary>
    public static WouldCome With(PastRequest request, RecordedRouting then, string model) =>
        request.IsRouted && then.Ask(request, model).Sure is { Target: not null } sure
            ? At(request, then, sure)
            : WouldCome.Of(request, request.Provider, request.Cost, request.Billing);

    private static WouldCome At(PastRequest request, RecordedRouting then, Branch sure)
    {
        var target = sure.Target!;
        var (provider, model) = (target.Provider, sure.ModelAt(target));
        return WouldCome.Of(
            request,
            provider.Name,
            Charge(request, then.Prices, provider.Catalogue, provider.Name, model, isMoved: true),
            provider.BillingFor(request.Billing == Billing.Subscription)
        );
    }

    private static Money? Charge(
        PastRequest request,
        PriceSnapshot prices,
        string catalogue,
        string provider,
        string? model,
        bool isMoved
    ) =>
        // What used nothing, or broke before anything was told, costs there what it did here.
        request.Usage.IsUnknown
            ? request.Cost
            : prices
                .Charge(
                    new PriceRequest
                    {
                        Catalogue = catalogue,
                        Provider = provider,
                        Served = isMoved ? null : request.Model,
                        Requested = model ?? request.Asked,
                        Usage = request.Usage,
                        // Another provider's modes are its own.
                        Mode = isMoved ? null : request.PriceMode,
                        WebSearches = request.WebSearches,
                        At = request.StartedAt,
                    }
                )
                .Cost;
}
