using System.ComponentModel;
using System.Globalization;
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

/// <summary>The accepted texts of the caller's workspace's configuration: looked through, compared, brought back.</summary>
internal static class ConfigVersionRoutes
{
    private const int MostItems = 500;
    private const int UsualItems = 50;

    /// <summary>Maps them below <c>/config</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group
            .MapGet("/versions", List)
            .WithName("listConfigVersions")
            .WithSummary("Every text of the configuration that was accepted, newest first, without the texts")
            .TakesQuery("cursor", "limit")
            .NeedsWithDefault(Permission.ConfigRead, Permission.InstanceView);
        group
            .MapGet("/versions/{n}", Read)
            .WithName("getConfigVersion")
            .WithSummary("One accepted text of the configuration, its secrets masked")
            .TakesQuery()
            .NeedsWithDefault(Permission.ConfigRead, Permission.InstanceView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapGet("/versions/{n}/diff", Diff)
            .WithName("diffConfigVersion")
            .WithSummary("What a version of the configuration changed, as a unified diff, secrets masked")
            .TakesQuery("against")
            .NeedsWithDefault(Permission.ConfigRead, Permission.InstanceView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/rollback", RollBackAsync)
            .WithName("rollBackConfig")
            .WithSummary("Puts an earlier text of the configuration back in force, its secrets with it")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status428PreconditionRequired
            );
    }

    private static Results<Ok<ConfigVersionPage>, ApiProblem> List(
        [Description("Where the page before ended.")] string? cursor,
        [Description("At most so many versions: 1 to 500, 50 unless told otherwise.")] int? limit,
        ApiCaller caller,
        Documents documents,
        DocumentVersions versions
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var before = cursor is null ? null : Number(cursor);
        if (cursor is not null && before is null)
        {
            errors["cursor"] = "is not one that a page ended with";
        }

        if (limit is < 1 or > MostItems)
        {
            errors["limit"] = $"from 1 to {MostItems}";
        }

        if (errors.Count > 0)
        {
            return ApiProblem.Invalid(errors);
        }

        var most = limit ?? UsualItems;
        var found = versions.List(caller.Workspace, before, most + 1);
        var items = found.Length > most ? found[..most] : found;
        var inForce = InForce(caller, documents, versions);
        return TypedResults.Ok(
            new ConfigVersionPage(
                [.. items.Select(version => ConfigShapes.Version(version, inForce))],
                found.Length > most ? items[^1].Number.ToString(CultureInfo.InvariantCulture) : null
            )
        );
    }

    private static Results<Ok<ConfigVersionDetail>, ApiProblem> Read(
        [FromRoute(Name = "n")] [Description("The version's number.")] string version,
        ApiCaller caller,
        Documents documents,
        DocumentVersions versions
    ) =>
        Number(version) is { } number && versions.Find(caller.Workspace, number) is { } found
            ? TypedResults.Ok(ConfigShapes.Detail(found, InForce(caller, documents, versions)))
            : Unknown(version);

    private static Results<Ok<ConfigDiff>, ApiProblem> Diff(
        [FromRoute(Name = "n")] [Description("The version's number.")] string version,
        [Description("Against this version; the one before it unless told otherwise.")] string? against,
        ApiCaller caller,
        DocumentVersions versions
    )
    {
        if (Number(version) is not { } number || versions.Find(caller.Workspace, number) is not { } to)
        {
            return Unknown(version);
        }

        var other = against is null ? versions.Before(caller.Workspace, number) : Number(against) ?? -1;
        var from = other is { } known ? versions.Find(caller.Workspace, known) : null;
        if (against is not null && from is null)
        {
            return Unknown(against);
        }

        var diff = UnifiedDiff.Of(from?.Text, to.Text, Name(from?.Number), Name(to.Number));
        return TypedResults.Ok(
            new ConfigDiff(from?.Number, to.Number, from?.Etag == to.Etag, diff.Added, diff.Removed, diff.Text)
        );
    }

    private static async Task<Results<Ok<ConfigDocument>, ApiProblem>> RollBackAsync(
        ConfigRollback body,
        [FromHeader(Name = "If-Match")]
        [Description("The ETag of the text in force; \"none\" where a workspace has no document now.")]
            string? ifMatch,
        ApiCaller caller,
        Documents documents,
        SecretStore secrets,
        DocumentVersions versions,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (body.Version is not { } number)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"version\": N } with the version's number.");
        }

        if (versions.Find(caller.Workspace, number) is not { } version)
        {
            return Unknown(number.ToString(CultureInfo.InvariantCulture));
        }

        if (await versions.OpenAsync(version, cancellationToken) is not { } text)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                $"The keys of version {number} do not open any more: put its text in force with keys given again."
            );
        }

        return await ConfigRoutes.PutAsync(
            text,
            new ConfigAuthor(caller.Actor, body.Comment, number),
            ifMatch,
            caller,
            documents,
            secrets,
            versions,
            response,
            cancellationToken
        );
    }

    // Numbers stand in paths as texts, so that one that is none is answered like one that is not there.
    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Name(long? number) => string.Create(CultureInfo.InvariantCulture, $"version {number}");

    private static long? InForce(ApiCaller caller, Documents documents, DocumentVersions versions) =>
        documents.Of(caller.Workspace)?.Current is { Text: not null } current
        && versions.Newest(caller.Workspace) is { } newest
        && newest.Etag == current.ETag
            ? newest.Number
            : null;

    private static ApiProblem Unknown(string version) =>
        ApiProblem.Of(StatusCodes.Status404NotFound, $"There is no version {Shortened(version)} of the configuration.");

    private static string Shortened(string text) => text.Length > 20 ? text[..20] + "…" : text;
}
