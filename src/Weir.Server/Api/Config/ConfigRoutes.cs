using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>The instance's configuration: read with its secrets masked, replaced as a whole.</summary>
internal static class ConfigRoutes
{
    /// <summary>Maps <c>GET</c> and <c>PUT</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Configuration");
        group
            .MapGet("/", Read)
            .WithName("getConfig")
            .WithSummary("The configuration in force, its secrets masked")
            .TakesQuery()
            .ForReaders(instanceOnly: true);
        group
            .MapPut("/", Replace)
            .WithName("putConfig")
            .WithSummary("Replaces the configuration as a whole, or refuses it with all its faults")
            .ForAdmins(instanceOnly: true)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status428PreconditionRequired
            );
    }

    private static Ok<ConfigDocument> Read(ConfigStore store, HttpResponse response)
    {
        var document = ConfigShapes.Document(store);
        response.Headers.ETag = $"\"{document.Etag}\"";
        return TypedResults.Ok(document);
    }

    private static Results<Ok<ConfigDocument>, ApiProblem> Replace(
        ConfigText body,
        [FromHeader(Name = "If-Match")] [Description("The ETag of the text that was changed.")] string? ifMatch,
        ConfigStore store,
        HttpResponse response
    )
    {
        if (body.Text is not { } text)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"text\": \"…\" } with the whole new text.");
        }

        var match = ifMatch?.Trim() ?? "";
        if (match.Length == 0)
        {
            return ApiProblem.Of(
                StatusCodes.Status428PreconditionRequired,
                "Send If-Match with the ETag of the text that you changed."
            );
        }

        var replacement = store.Replace(text, match.Trim('"'));
        switch (replacement.Outcome)
        {
            case ConfigReplacementOutcome.Done:
                var document = ConfigShapes.Document(store);
                response.Headers.ETag = $"\"{document.Etag}\"";
                return TypedResults.Ok(document);
            case ConfigReplacementOutcome.NoFile:
                return ApiProblem.Of(
                    StatusCodes.Status409Conflict,
                    $"The server runs without a configuration file; write {store.WatchedPath} and it is taken into force."
                );
            case ConfigReplacementOutcome.ReadOnly:
                return ApiProblem.Of(StatusCodes.Status409Conflict, "The configuration file cannot be written.");
            case ConfigReplacementOutcome.Changed:
                return ApiProblem.Of(
                    StatusCodes.Status412PreconditionFailed,
                    "The configuration is another one by now; read it again."
                );
            case ConfigReplacementOutcome.Faulty:
                return ApiProblem.Faulty(replacement.Faults);
            default:
                throw new InvalidOperationException($"Unknown outcome {replacement.Outcome}.");
        }
    }
}
