using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;

namespace Weir.Server.Api.Providers;

/// <summary>How providers stand.</summary>
internal static class ProviderHealthRoutes
{
    /// <summary>Maps the route.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapGet("/health", List)
            .WithTags("Providers")
            .WithName("listProviderHealth")
            .WithSummary("How each provider stands for each model that was asked for there: ready, at rest, left alone")
            .WithDescription(
                "What is known since the server started. Where no gateway runs, nothing is. Of a provider that the server shares with "
                    + "the workspace only the models are told that the workspace's own routes and aliases name."
            )
            .Needs(Permission.ConfigRead);

    /// <summary>A model's standing in the public shape.</summary>
    public static ModelHealthItem Item(ModelStanding from) =>
        new()
        {
            Model = from.Model,
            Stands = from.Stands,
            ForSeconds = from.For is { } time ? Math.Round(time.TotalSeconds, 1) : null,
            Share = Math.Round(from.Share, 3),
            Failures = from.Failures,
            Attempts = from.Attempts,
            UnderWay = from.Slots?.InUse,
            Waiting = from.Slots?.Waiting,
            Limit = from.Slots?.Limit,
        };

    /// <summary>How each provider of a workspace stands; empty where no gateway runs.</summary>
    public static IReadOnlyList<ProviderHealthItem> Read(ServerState state, WorkspaceId workspace) =>
        [
            .. (state.Modules.Gateway?.HealthOf(workspace) ?? []).Select(provider => new ProviderHealthItem
            {
                Provider = provider.Provider,
                Shared = provider.IsShared,
                Off = provider.IsOff,
                Models = [.. provider.Models.Select(Item)],
            }),
        ];

    private static Ok<ProviderHealthList> List(ApiCaller caller, ServerState state) =>
        TypedResults.Ok(new ProviderHealthList(Read(state, caller.Workspace)));
}
