using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Capture.Sessions;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.Api.Sessions;

/// <summary>Sessions of coding agents, and handoffs. Always of the key's own workspace.</summary>
internal static class SessionRoutes
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/sessions").WithTags("Sessions");
        group
            .MapGet("/", List)
            .WithName("listSessions")
            .WithSummary("Sessions of coding agents, the one last heard of first, page by page")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);
        group
            .MapGet("/activity", Activity)
            .WithName("getSessionActivity")
            .WithSummary("What sessions did: by tool, MCP server, kind of agent and model")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);
        group
            .MapGet("/{id}", Session)
            .WithName("getSession")
            .WithSummary("One session: the tree of its prompts, agents, tools and requests")
            .TakesQuery()
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        ContentRoute.Map(group);
        api.MapGet("/handoffs", Handoffs)
            .WithTags("Sessions")
            .WithName("listHandoffs")
            .WithSummary("Requests, work and sessions that were handed over, newest first, page by page")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Results<Ok<SessionPage>, ApiProblem>> List(
        [AsParameters] SessionListParameters parameters,
        [AsParameters] PageParameters paging,
        ApiCaller caller,
        ServerState state,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false, "active", "id", "cursor", "limit");
        reader.TakesOnly(UsageDimensionKind.Client, UsageDimensionKind.Project, UsageDimensionKind.User);
        var range = reader.Read(caller, clock);
        var (cursor, limit) = Page(reader);
        var active = reader.One("active");
        if (active is not (null or "true" or "false"))
        {
            reader.Fault("active", "true or false");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        if (await SessionsAsync(state) is not { } sessions)
        {
            return Unreadable(caller, state);
        }

        var page = await sessions.ListAsync(
            new SessionListQuery
            {
                Workspace = caller.Workspace,
                From = range.From,
                To = range.To,
                Clients = Values(range, UsageDimensionKind.Client),
                Projects = Values(range, UsageDimensionKind.Project),
                Users = Values(range, UsageDimensionKind.User),
                ActiveOnly = active == "true",
                IdPrefix = reader.One("id"),
            },
            cursor,
            limit,
            cancellationToken
        );
        return TypedResults.Ok(
            new SessionPage(range.From, range.To, [.. page.Items.Select(SessionShapesOf.Item)], page.Next)
        );
    }

    private static async Task<Results<Ok<SessionDetail>, ApiProblem>> Session(
        string id,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        if (await SessionsAsync(state) is not { } sessions)
        {
            return Unreadable(caller, state);
        }

        var tree = await sessions.TreeAsync(
            caller.Workspace,
            id,
            provider => CatalogueOf(state, caller.Workspace, provider),
            cancellationToken
        );
        return tree is null
            ? ApiProblem.Of(StatusCodes.Status404NotFound, "There is no session of that id.")
            : TypedResults.Ok(
                new SessionDetail(SessionShapesOf.Item(tree.Overview), SessionShapesOf.Node(tree.Root), tree.IsCut)
            );
    }

    /// <summary>The catalogue of a provider's prices. A log names the vendor, whose catalogue goes by the same name.</summary>
    public static string? CatalogueOf(ServerState state, WorkspaceId workspace, string provider) =>
        state.Documents.CatalogueOf(workspace, provider)
        ?? (state.Modules.Prices.Current.Catalogues.Contains(provider) ? provider : null);

    private static async Task<Results<Ok<SessionActivityResult>, ApiProblem>> Activity(
        [AsParameters] UsageParameters parameters,
        ApiCaller caller,
        ServerState state,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false);
        var query = reader.Read(caller, clock);
        if (reader.Errors.Count == 0 && query.To - query.From > SessionQueries.LongestActivity)
        {
            reader.Fault("from", $"the range is longer than {SessionQueries.LongestActivity.TotalDays:0} days");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        if (await SessionsAsync(state) is not { } sessions)
        {
            return Unreadable(caller, state);
        }

        var activity = await sessions.ActivityAsync(query, cancellationToken);
        return TypedResults.Ok(SessionShapesOf.Activity(query.From, query.To, activity));
    }

    private static async Task<Results<Ok<HandoffPage>, ApiProblem>> Handoffs(
        [AsParameters] HandoffParameters parameters,
        [AsParameters] PageParameters paging,
        ApiCaller caller,
        ServerState state,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false, "kind", "cursor", "limit");
        reader.TakesOnly(UsageDimensionKind.Session);
        var range = reader.Read(caller, clock);
        var (cursor, limit) = Page(reader);
        var kinds = ImmutableArray.CreateBuilder<HandoffKind>();
        foreach (var word in reader.One("kind")?.Split(',') ?? [])
        {
            HandoffKind? kind = word switch
            {
                "model" => HandoffKind.Model,
                "subagent" => HandoffKind.Subagent,
                "session" => HandoffKind.Session,
                _ => null,
            };
            if (kind is { } known)
            {
                kinds.Add(known);
            }
            else
            {
                reader.Fault("kind", "model, subagent, session or several of them, separated by commas");
            }
        }

        var sessionNames = Values(range, UsageDimensionKind.Session);
        if (sessionNames is not ([] or [not null]))
        {
            reader.Fault("session", "takes one session");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        if (await SessionsAsync(state) is not { } sessions)
        {
            return Unreadable(caller, state);
        }

        var query = new HandoffQuery
        {
            Workspace = caller.Workspace,
            From = range.From,
            To = range.To,
            Session = sessionNames.FirstOrDefault(),
        };
        var page = await sessions.HandoffsAsync(
            kinds.Count == 0 ? query : query with { Kinds = kinds.ToImmutable() },
            cursor,
            limit,
            cancellationToken
        );
        return TypedResults.Ok(new HandoffPage([.. page.Items.Select(SessionShapesOf.Handoff)], page.Next));
    }

    /// <summary>The sessions; null when nothing can be read.</summary>
    public static Task<SessionQueries?> SessionsAsync(ServerState state) =>
        state.Modules.Capture.SessionsAsync(state.Config.Current.Config.Capture);

    /// <summary>What is said then.</summary>
    public static ApiProblem Unreadable(ApiCaller caller, ServerState state) =>
        ApiProblem.Of(
            StatusCodes.Status503ServiceUnavailable,
            $"What coding agents left cannot be read: {caller.Told(state.Modules.Capture.Failure)}"
        );

    private static (string? Cursor, int Limit) Page(UsageQueryReader reader)
    {
        var cursor = reader.One("cursor");
        if (cursor is not null && !SessionQueries.IsCursor(cursor))
        {
            reader.Fault("cursor", "is no cursor: give the next of the page before");
        }

        return (cursor, reader.Whole("limit", 1, MaxLimit, DefaultLimit));
    }

    private static ImmutableArray<string?> Values(UsageQuery query, UsageDimensionKind kind) =>
        [.. query.Filters.Where(f => f.Dimension.Kind == kind).SelectMany(f => f.Values)];
}
