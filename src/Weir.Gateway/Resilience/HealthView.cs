using System.Collections.Immutable;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Resilience;

/// <summary>What a workspace may know of how its providers stand. Stateless.</summary>
internal static class HealthView
{
    /// <summary>The providers that it sees, in the order of its view.</summary>
    public static ImmutableArray<ProviderStanding> Of(GatewayModel gateway) =>
        [
            .. gateway.Providers.Select(provider =>
            {
                var isShared = provider.Health.Owner != gateway.Workspace;
                var states = isShared ? Named(gateway, provider) : provider.Health.States;
                return new ProviderStanding(
                    provider.Name,
                    isShared,
                    [.. states.OrderBy(state => state.Key.Model, StringComparer.Ordinal).Select(Of)],
                    gateway.Overrides.IsOff(provider.Name)
                );
            }),
        ];

    /// <summary>How one model stands.</summary>
    public static ModelStanding Of(TargetState state)
    {
        var standing = state.Stand();
        var (failures, attempts) = state.Seen;
        return new ModelStanding
        {
            Model = state.Key.Model,
            Stands = standing.Kind.Word(),
            For = standing.For > TimeSpan.Zero ? standing.For : null,
            Share = standing.Share,
            Failures = failures,
            Attempts = attempts,
            Slots = state.Governor is { } bound ? (bound.InUse, bound.Waiting, bound.Limit) : null,
        };
    }

    private static IEnumerable<TargetState> Named(GatewayModel gateway, ProviderModel provider) =>
        gateway
            .Routes.Concat(gateway.Aliases.Select(alias => alias.Route).OfType<RouteModel>())
            .SelectMany(route => route.Targets)
            .Where(target => target.Provider == provider && target.Model is not null)
            .Select(target => provider.Health.Find(target.Model))
            .OfType<TargetState>()
            .Distinct();
}
