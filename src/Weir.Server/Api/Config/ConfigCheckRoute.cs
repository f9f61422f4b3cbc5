using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>
/// Has the providers of the caller's workspace's document asked for their models. Those that the server shares with it are not its
/// to ask: what they say would tell of the server's key and address.
/// </summary>
internal static class ConfigCheckRoute
{
    /// <summary>Maps it below <c>/config</c>.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapPost("/check", CheckAsync)
            .WithName("checkConfig")
            .WithSummary(
                "Asks each provider of the configuration in force for its models, with its own keys; never what is billed"
            )
            .TakesQuery()
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ConfigLiveCheck>, ApiProblem>> CheckAsync(
        ApiCaller caller,
        Documents documents,
        SecretStore secrets,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (documents.Of(caller.Workspace) is not { } store)
        {
            return ConfigRoutes.None();
        }

        var document = store.Current.Config.Gateway;
        var network = documents.Server.Current.Config.Server.WorkspaceNetwork;
        return TypedResults.Ok(
            ConfigShapes.LiveCheck(
                await ModelGateway.CheckAsync(
                    caller.Workspace,
                    document with
                    {
                        Providers =
                        [
                            .. document
                                .Providers.Select(provider =>
                                    provider.Opened(name =>
                                        secrets
                                            .Find(caller.Workspace, name, SecretRules.OriginOf(provider.Address!))
                                            .Value
                                    )
                                )
                                .Select(provider => store.IsServers ? provider : provider with { Network = network }),
                        ],
                    },
                    clock,
                    cancellationToken
                )
            )
        );
    }
}
