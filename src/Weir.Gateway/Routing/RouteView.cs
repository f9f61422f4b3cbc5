using System.Collections.Immutable;

namespace Weir.Gateway.Routing;

/// <summary>The routes of a workspace for people. Stateless.</summary>
internal static class RouteView
{
    /// <summary>In the order of the document.</summary>
    public static ImmutableArray<RouteStanding> Of(GatewayModel gateway) =>
        [
            .. gateway
                .Config.Routes.Zip(gateway.Routes)
                .Select(pair => new RouteStanding(
                    pair.Second.Name,
                    pair.First.Model,
                    pair.Second.Strategy,
                    pair.Second.IsMoved,
                    [
                        .. pair.Second.Written.Select(target => new RouteTargetStanding(
                            target.Provider.Name,
                            target.Model,
                            target.Weight,
                            gateway.Overrides.IsOff(target.Provider.Name)
                        )),
                    ]
                )),
        ];
}
