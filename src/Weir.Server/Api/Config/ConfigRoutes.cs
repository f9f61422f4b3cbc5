using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Life;

namespace Weir.Server.Api.Config;

/// <summary>
/// The configuration of the caller's workspace, the server's own for the workspace <c>default</c>: read with its secrets
/// masked, replaced as a whole.
/// </summary>
internal static class ConfigRoutes
{
    private const int LongestComment = 500;

    /// <summary>Maps <c>GET</c> and <c>PUT</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Configuration");
        group
            .MapGet("/", Read)
            .WithName("getConfig")
            .WithSummary("The workspace's configuration in force, its secrets masked")
            .TakesQuery()
            .NeedsWithDefault(Permission.ConfigRead, Permission.InstanceView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPut("/", Replace)
            .WithName("putConfig")
            .WithSummary("Replaces the workspace's configuration as a whole, or refuses it with all its faults")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status428PreconditionRequired
            );
        ConfigVersionRoutes.Map(group);
        ConfigImportRoute.Map(group);
        ConfigDryRunRoute.Map(group);
        ConfigValidateRoute.Map(group);
        ConfigCheckRoute.Map(group);
    }

    private static Results<Ok<ConfigDocument>, ApiProblem> Read(
        ApiCaller caller,
        Documents documents,
        DocumentVersions versions,
        HttpResponse response
    )
    {
        if (documents.Of(caller.Workspace) is not { } store)
        {
            return None();
        }

        return Answer(store, versions, caller, response);
    }

    private static async Task<Results<Ok<ConfigDocument>, ApiProblem>> Replace(
        ConfigText body,
        [FromHeader(Name = "If-Match")]
        [Description("The ETag of the text that was changed; \"none\" where a workspace has no document yet.")]
            string? ifMatch,
        ApiCaller caller,
        Documents documents,
        SecretStore secrets,
        DocumentVersions versions,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (body.Text is not { } text)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"text\": \"…\" } with the whole new text.");
        }

        return await PutAsync(
            text,
            new ConfigAuthor(caller.Actor, body.Comment),
            ifMatch,
            caller,
            documents,
            secrets,
            versions,
            response,
            cancellationToken
        );
    }

    /// <summary>Puts a text in the document's place, and answers the document.</summary>
    public static async Task<Results<Ok<ConfigDocument>, ApiProblem>> PutAsync(
        string text,
        ConfigAuthor author,
        string? ifMatch,
        ApiCaller caller,
        Documents documents,
        SecretStore secrets,
        DocumentVersions versions,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (author.Comment is { } comment && (comment.Length > LongestComment || comment.Any(char.IsControl)))
        {
            return ApiProblem.Of(
                StatusCodes.Status400BadRequest,
                $"comment: at most {LongestComment} characters on one line"
            );
        }

        var match = ifMatch?.Trim() ?? "";
        if (match.Length == 0)
        {
            return ApiProblem.Of(
                StatusCodes.Status428PreconditionRequired,
                "Send If-Match with the ETag of the text that you changed."
            );
        }

        if (documents.Of(caller.Workspace) is not { } store)
        {
            return None();
        }

        var replacement = documents.Replace(store, text, match.Trim('"'), author);
        if (replacement.Outcome != ConfigReplacementOutcome.Done)
        {
            return Refusal(replacement, store);
        }

        await author.Noted;
        await secrets.SettleAsync().WaitAsync(cancellationToken);
        return Answer(store, versions, caller, response);
    }

    /// <summary>What is answered where a text did not take force.</summary>
    public static ApiProblem Refusal(ConfigReplacement replacement, ConfigStore store) =>
        replacement.Outcome switch
        {
            ConfigReplacementOutcome.NoFile => NoFile(store),
            ConfigReplacementOutcome.ReadOnly => ApiProblem.Of(
                StatusCodes.Status409Conflict,
                "The configuration file cannot be written."
            ),
            ConfigReplacementOutcome.Changed => ApiProblem.Of(
                StatusCodes.Status412PreconditionFailed,
                "The configuration is another one by now; read it again."
            ),
            ConfigReplacementOutcome.Faulty => ApiProblem.Faulty(replacement.Faults),
            _ => throw new InvalidOperationException($"{replacement.Outcome} is no failure."),
        };

    private static Ok<ConfigDocument> Answer(
        ConfigStore store,
        DocumentVersions versions,
        ApiCaller caller,
        HttpResponse response
    )
    {
        var document = ConfigShapes.Document(store, versions.Newest(caller.Workspace));
        response.Headers.ETag = $"\"{document.Etag}\"";
        return TypedResults.Ok(document);
    }

    /// <summary>What is answered where the server has no file that could be replaced.</summary>
    public static ApiProblem NoFile(ConfigStore store) =>
        ApiProblem.Of(
            StatusCodes.Status409Conflict,
            $"The server runs without a configuration file; write {store.WatchedPath} and it is taken into force."
        );

    /// <summary>What a workspace without a document is answered.</summary>
    public static ApiProblem None() =>
        ApiProblem.Of(StatusCodes.Status404NotFound, "The caller's workspace has no configuration of its own.");
}
