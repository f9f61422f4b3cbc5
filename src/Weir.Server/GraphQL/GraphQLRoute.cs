using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Weir.GraphQL;
using Weir.Server.Api;
using Weir.Server.Live;

namespace Weir.Server.GraphQL;

/// <summary>
/// <c>/graphql</c>: over HTTP as the GraphQL-over-HTTP draft has it, as server-sent events (one operation a connection), and over a
/// WebSocket. Whoever shows who he is may ask; each field asks for the permission that its route of REST asks for.
/// </summary>
internal static class GraphQLRoute
{
    /// <summary>Where it is.</summary>
    public const string Path = "/graphql";

    private const string Json = "application/json";
    private const string ResponseJson = "application/graphql-response+json";

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Path, PostAsync)
            .WithMetadata(new AcceptsMetadata([Json], typeof(object)))
            .WithName("graphql")
            .WithTags("GraphQL")
            .WithSummary("Answers a GraphQL request; the schema is told by introspection")
            .ForCallers()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status406NotAcceptable);
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Connect], GetAsync).ForCallers().ExcludeFromDescription();
    }

    private static async Task PostAsync(
        HttpContext context,
        ApiCaller caller,
        WeirSchema schema,
        IHostApplicationLifetime lifetime
    )
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        string? why = "The body is no JSON in UTF-8.";
        var request = RequestReader.Json(body.GetBuffer().AsMemory(0, (int)body.Length)) is { } json
            ? RequestReader.Read(json, out why)
            : null;
        await AnswerAsync(context, caller, schema, lifetime, request, why);
    }

    private static async Task GetAsync(
        HttpContext context,
        ApiCaller caller,
        WeirSchema schema,
        IHostApplicationLifetime lifetime
    )
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await GraphQLSocket.AcceptAsync(
                context,
                schema.Engine,
                new GraphQLCall(caller, context.RequestServices),
                lifetime.ApplicationStopping
            );
            return;
        }

        var request = RequestReader.Read(context.Request.Query, out var why);
        await AnswerAsync(context, caller, schema, lifetime, request, why);
    }

    private static async Task AnswerAsync(
        HttpContext context,
        ApiCaller caller,
        WeirSchema schema,
        IHostApplicationLifetime lifetime,
        GraphQLRequest? request,
        string? why
    )
    {
        if (Accepted(context.Request) is not { } type)
        {
            await ApiProblem
                .Of(
                    StatusCodes.Status406NotAcceptable,
                    $"Ask for {ResponseJson}, {Json} or {EventStreamConnection.ContentType}."
                )
                .ExecuteAsync(context);
            return;
        }

        if (request is null)
        {
            var bad = GraphQLResponse.Refused(GraphQLError.Of(why!, "BAD_REQUEST"));
            await SendAsync(context, bad, type, StatusCodes.Status400BadRequest);
            return;
        }

        var call = new GraphQLCall(caller, context.RequestServices);
        var (operation, refusal) = schema.Engine.Prepare(request);
        if (type == EventStreamConnection.ContentType)
        {
            await GraphQLEvents.SendAsync(context, operation, refusal, call, lifetime.ApplicationStopping);
            return;
        }

        if (operation is null)
        {
            // By the draft, an answer of application/json has its errors in its body alone.
            var status = type == Json ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
            await SendAsync(context, refusal!, type, status);
            return;
        }

        if (operation.IsSubscription || (!operation.IsQuery && HttpMethods.IsGet(context.Request.Method)))
        {
            var word = operation.IsSubscription
                ? $"A subscription goes over a WebSocket, or with Accept: {EventStreamConnection.ContentType}."
                : "A mutation comes by POST.";
            context.Response.Headers.Allow = HttpMethods.Post;
            var refused = GraphQLResponse.Refused(GraphQLError.Of(word, "BAD_REQUEST"));
            await SendAsync(context, refused, type, StatusCodes.Status405MethodNotAllowed);
            return;
        }

        var answer = await operation.RunAsync(call, context.RequestAborted);
        schema.NoteAsked(call.Asked);
        await SendAsync(context, answer, type, StatusCodes.Status200OK);
    }

    private static async Task SendAsync(HttpContext context, GraphQLResponse answer, string type, int status)
    {
        var json = answer.ToJson();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = type + "; charset=utf-8";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    // What the caller likes best of what there is; null when he takes nothing of it.
    private static string? Accepted(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        if (accept.Count == 0)
        {
            return Json;
        }

        foreach (var wanted in accept.Where(one => one.Quality is not 0).OrderByDescending(one => one.Quality ?? 1))
        {
            var charset = wanted.Charset.Value;
            if (charset is not null && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            switch (wanted.MediaType.Value?.ToLowerInvariant())
            {
                case ResponseJson:
                    return ResponseJson;
                case EventStreamConnection.ContentType:
                    return EventStreamConnection.ContentType;
                case Json or "*/*" or "application/*":
                    return Json;
            }
        }

        return null;
    }
}
