using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Live;

namespace Weir.Server.Api.Dashboards;

/// <summary>What people lay out to look at.</summary>
internal static class DashboardRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Dashboards");
        group
            .MapGet("/", List)
            .WithName("listDashboards")
            .WithSummary("The workspace's shared dashboards and the caller's own")
            .TakesQuery()
            .Needs(Permission.AnalyticsView);
        group
            .MapGet("/{id}", Get)
            .WithName("getDashboard")
            .WithSummary("One dashboard and what is on it")
            .TakesQuery()
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/", CreateAsync)
            .WithName("createDashboard")
            .WithSummary("Makes a dashboard")
            .Needs(Permission.DashboardsEdit)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapPut("/{id}", ChangeAsync)
            .WithName("changeDashboard")
            .WithSummary("Puts another dashboard in the place of one")
            .Needs(Permission.DashboardsEdit)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status428PreconditionRequired
            );
        group
            .MapDelete("/{id}", RemoveAsync)
            .WithName("removeDashboard")
            .WithSummary("Removes a dashboard")
            .Needs(Permission.DashboardsEdit)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static Ok<DashboardList> List(ApiCaller caller, ServerState state) =>
        TypedResults.Ok(
            new DashboardList([
                .. Book(state).List(caller.Workspace, caller.Principal.OwnerId).Select(found => Info(caller, found)),
            ])
        );

    private static Results<Ok<DashboardItem>, ApiProblem> Get(
        string id,
        ApiCaller caller,
        ServerState state,
        HttpResponse response
    ) =>
        Book(state).Find(caller.Workspace, caller.Principal.OwnerId, id) is { } found
            ? TypedResults.Ok(Answer(caller, found, response))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "there is no dashboard of that id");

    private static async Task<Results<Created<DashboardItem>, ApiProblem>> CreateAsync(
        DashboardText body,
        ApiCaller caller,
        ServerState state,
        DashboardNews news,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (DashboardRules.Faults(body) is { Count: > 0 } faults)
        {
            return ApiProblem.Invalid(faults);
        }

        var change = await Book(state)
            .CreateAsync(caller.Actor, caller.Principal.OwnerId, Draft(caller, body), cancellationToken);
        if (change.Value is not { } made)
        {
            return change.Problem();
        }

        news.Tell(made);
        return TypedResults.Created($"/api/v1/dashboards/{made.Id}", Answer(caller, made, response));
    }

    private static async Task<Results<Ok<DashboardItem>, ApiProblem>> ChangeAsync(
        string id,
        DashboardText body,
        [FromHeader(Name = "If-Match"), Description("The ETag of the dashboard that was changed.")] string? ifMatch,
        ApiCaller caller,
        ServerState state,
        DashboardNews news,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var match = ifMatch?.Trim().Trim('"') ?? "";
        if (match.Length == 0)
        {
            return ApiProblem.Of(
                StatusCodes.Status428PreconditionRequired,
                "Send If-Match with the ETag of the dashboard that you changed."
            );
        }

        if (DashboardRules.Faults(body) is { Count: > 0 } faults)
        {
            return ApiProblem.Invalid(faults);
        }

        // What is no number is no version of any dashboard.
        var version = long.TryParse(match, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
        var change = await Book(state)
            .ChangeAsync(caller.Actor, caller.Principal.OwnerId, id, version, Draft(caller, body), cancellationToken);
        if (change.Value is not { } changed)
        {
            return change.Problem();
        }

        news.Tell(changed);
        return TypedResults.Ok(Answer(caller, changed, response));
    }

    private static async Task<Results<Ok<DashboardItem>, ApiProblem>> RemoveAsync(
        string id,
        ApiCaller caller,
        ServerState state,
        DashboardNews news,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var change = await Book(state).RemoveAsync(caller.Actor, caller.Principal.OwnerId, id, cancellationToken);
        if (change.Value is not { } removed)
        {
            return change.Problem();
        }

        news.Tell(removed);
        return TypedResults.Ok(Answer(caller, removed, response));
    }

    private static DashboardBook Book(ServerState state) => state.Modules.Identity.Dashboards;

    private static DashboardDraft Draft(ApiCaller caller, DashboardText body) =>
        new(
            body.Title!,
            (body.Visibility ?? (caller.Principal.OwnerId is null ? "shared" : "private")) == "shared",
            DashboardRules.Write(body.Widgets ?? [])
        );

    private static DashboardInfo Info(ApiCaller caller, Dashboard found) => Item(caller, found).WithoutWidgets();

    private static DashboardItem Answer(ApiCaller caller, Dashboard found, HttpResponse response)
    {
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{found.Version}\"");
        return Item(caller, found);
    }

    private static DashboardItem Item(ApiCaller caller, Dashboard found)
    {
        var widgets = DashboardRules.Read(found.Draft.Body);
        return new DashboardItem
        {
            Id = found.Id,
            Title = found.Draft.Title,
            Visibility = found.Draft.IsShared ? "shared" : "private",
            Owner = found.OwnerName,
            Own = found.Owner is not null && found.Owner == caller.Principal.OwnerId,
            Version = found.Version,
            Count = widgets.Count,
            CreatedAt = found.CreatedAt,
            UpdatedAt = found.UpdatedAt,
            Widgets = widgets,
        };
    }

    private static DashboardInfo WithoutWidgets(this DashboardItem item) =>
        new()
        {
            Id = item.Id,
            Title = item.Title,
            Visibility = item.Visibility,
            Owner = item.Owner,
            Own = item.Own,
            Version = item.Version,
            Count = item.Count,
            CreatedAt = item.CreatedAt,
            UpdatedAt = item.UpdatedAt,
        };
}
