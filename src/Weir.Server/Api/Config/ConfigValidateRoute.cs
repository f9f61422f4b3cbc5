using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>Says what is wrong with a text of the caller's workspace's configuration, for editors. Nothing is changed.</summary>
internal static class ConfigValidateRoute
{
    /// <summary>Maps it below <c>/config</c>.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapPost("/validate", Validate)
            .WithName("validateConfig")
            .WithSummary("Says every fault that PUT would refuse a text of the configuration for; changes nothing")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static Results<Ok<ConfigCheck>, ApiProblem> Validate(ConfigText body, ApiCaller caller, Documents documents)
    {
        if (body.Text is not { } text)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"text\": \"…\" } with the whole text.");
        }

        if (documents.Of(caller.Workspace) is not { } store)
        {
            return ConfigRoutes.None();
        }

        var trial = documents.Try(caller.Workspace, store, text);
        return trial.Outcome == ConfigReplacementOutcome.NoFile
            ? ConfigRoutes.NoFile(store)
            : TypedResults.Ok(new ConfigCheck(trial.InForce is not null, [.. trial.Faults.Select(ConfigShapes.Fault)]));
    }
}
