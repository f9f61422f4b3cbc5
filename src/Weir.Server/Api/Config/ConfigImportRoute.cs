using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Configuration.Imports;

namespace Weir.Server.Api.Config;

/// <summary>Another program's configuration as one of Weir's. Nothing is changed, and no key of it is answered.</summary>
internal static class ConfigImportRoute
{
    /// <summary>Maps it below <c>/config</c>.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapPost("/import", Import)
            .WithName("importConfig")
            .WithSummary("Makes Weir's configuration of claude-code-router's or LiteLLM's; nothing is changed")
            .Needs(Permission.ConfigRead)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity);

    private static Results<Ok<ConfigImportResult>, ApiProblem> Import(ConfigImportRequest body)
    {
        if (body.Text is not { } text)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"text\": \"…\" } with the whole text.");
        }

        var (outcome, faults) = ConfigImport.Read(text, body.From);
        return outcome is null ? ApiProblem.Faulty(faults) : TypedResults.Ok(ImportShapes.Result(outcome));
    }
}
