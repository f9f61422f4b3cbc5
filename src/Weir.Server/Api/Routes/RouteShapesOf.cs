using System.Collections.Immutable;
using Weir.Client;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Ledger;
using Weir.Server.Api.Providers;

namespace Weir.Server.Api.Routes;

/// <summary>From the gateway's own types to the public API's.</summary>
internal static class RouteShapesOf
{
    /// <summary>An explanation.</summary>
    public static RouteExplanationItem Item(RouteExplanation from, string? key) =>
        new()
        {
            Dialect = UsageNames.Of(from.Dialect),
            Path = from.Path,
            Model = from.Model,
            Streams = from.Streams,
            Client = from.Client,
            Key = key,
            Route = from.Route,
            By = from.By is { } by ? Word(by) : null,
            Alias = from.Alias,
            Kinds = from.Kinds,
            Missed = [.. from.Missed.Select(route => new MissedRouteItem(route.Name, route.Why))],
            Strategy = from.Strategy,
            OrderedBy = from.OrderedBy,
            Targets = [.. from.Targets.Select(Target)],
            Refusal = from.Refusal is { } refusal ? new RouteRefusalItem(refusal.Status, refusal.Reason) : null,
        };

    /// <summary>A route that is in force.</summary>
    public static RouteItem Item(RouteStanding from) =>
        new()
        {
            Name = from.Name,
            Model = from.Model,
            Strategy = Word(from.Strategy),
            Moved = from.IsMoved,
            Targets =
            [
                .. from.Targets.Select(target => new RouteTargetStandingItem(
                    target.Provider,
                    target.Model,
                    target.Weight,
                    target.IsOff
                )),
            ],
        };

    private static RouteTargetItem Target(ExplainedTarget from) =>
        new()
        {
            Provider = from.Provider,
            Model = from.Model,
            Handling = from.Handling == TargetHandling.PassedOver ? "passed-over" : Word(from.Handling),
            Dialect = from.Dialect == Dialect.None ? null : UsageNames.Of(from.Dialect),
            Reason = from.Reason,
            Edits = from.Edits,
            Transforms = from.Transforms,
            Dropped = Notes(from.Dropped),
            Refused = Notes(from.Refused),
            Standing = from.Standing,
            Health = from.Health is { } health ? ProviderHealthRoutes.Item(health) : null,
            Credential = Word(from.Credential),
        };

    private static ImmutableArray<RouteFeatureItem> Notes(ImmutableArray<FeatureNote> notes) =>
        [.. notes.Select(note => new RouteFeatureItem(note.Name, note.Note))];

    private static string Word<T>(T value)
        where T : struct, Enum => $"{value}".ToLowerInvariant();
}
