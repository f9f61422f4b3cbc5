using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Doors;
using Weir.Wire;

namespace Weir.Server.Api.Routes;

/// <summary>Says where a request would go, and sends nothing. What it is told of the request is neither kept nor logged.</summary>
internal static class RouteRoutes
{
    /// <summary>What the question may hold beside the body that it is about, in bytes.</summary>
    public const long Envelope = 1024 * 1024;

    // As routing matches: letters of either case, with the version or without, and a slash behind it or not.
    private const string Path = "/api/v1/routes/explain";
    private const string PathOfNewest = "/api/routes/explain";

    /// <summary>Whether it is the path of a question, whose body holds one of the gateway's.</summary>
    public static bool IsQuestion(PathString path) =>
        path.Equals(Path, StringComparison.OrdinalIgnoreCase)
        || path.Equals(Path + "/", StringComparison.OrdinalIgnoreCase)
        || path.Equals(PathOfNewest, StringComparison.OrdinalIgnoreCase)
        || path.Equals(PathOfNewest + "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Maps <c>GET</c> and <c>POST /explain</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Routes");
        group
            .MapGet("/", List)
            .WithName("listRoutes")
            .WithSummary("The routes that are in force, in the order in which they are looked at")
            .Needs(Permission.ConfigRead);
        group
            .MapPost("/explain", Explain)
            .WithName("explainRoute")
            .WithSummary(
                "Says where a request would go, how it would be translated and what would be dropped; sends nothing"
            )
            .WithDescription(
                "The question is answered for the workspace of the caller. Its body is bounded as the gateway bounds requests "
                    + "(server.maxBodyMb), and nothing of it is stored, logged or answered but the model's name. A request that "
                    + "Weir would refuse is explained too: refusal then says so, and the answer is 200."
            )
            .Needs(Permission.ConfigRead)
            .WithMetadata(new DeepPayload(JsonCursor.MaxDepth + 1))
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge);
    }

    private static Ok<RouteList> List(ApiCaller caller, ServerState state) =>
        TypedResults.Ok(new RouteList([.. state.Modules.Routes(caller.Workspace).Select(RouteShapesOf.Item)]));

    private static async Task<Results<Ok<RouteExplanationItem>, ApiProblem>> Explain(
        RouteQuestionItem body,
        ApiCaller caller,
        ServerState state,
        KeyRing keys,
        CancellationToken cancellationToken
    )
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Dialect? dialect = null;
        if (body.Dialect is { } word && (dialect = DialectOf(word)) is null)
        {
            faults["/dialect"] = "is one of anthropic, openai-chat, openai-responses, openai-embeddings, gemini";
        }

        KeyBounds? bounds = null;
        string? team = null;
        if (body.Key is { Length: > 0 } name)
        {
            if (!caller.Principal.Permissions.Has(Permission.KeysView))
            {
                return ApiProblem.Of(
                    StatusCodes.Status403Forbidden,
                    "To count as a key of the workspace needs the permission keys:view."
                );
            }

            var living = await keys.ListAsync(caller.Workspace, includeRevoked: false, cancellationToken);
            if (living.FirstOrDefault(key => key.Name == name) is { } found)
            {
                (bounds, team) = (found.Bounds, found.Team);
            }
            else
            {
                faults["/key"] = "is none of this workspace's keys";
            }
        }

        var answer = state.Modules.Explain(
            caller.Workspace,
            new RouteQuery
            {
                Path = body.Path,
                Dialect = dialect,
                Headers = [.. body.Headers ?? ImmutableDictionary<string, string>.Empty],
                Body = body.Body is { } sent ? BytesOf(sent) : null,
                Model = body.Model,
                Client = body.Client,
                Key = body.Key,
                Team = team,
                At = body.At,
                Bounds = bounds,
            }
        );
        foreach (var (at, fault) in answer.Faults)
        {
            // A dialect that is no word is missing to those who read on, and that is no fault of the path.
            if (!(at == "/path" && faults.ContainsKey("/dialect")))
            {
                faults.TryAdd(at, fault);
            }
        }

        return faults.Count > 0
            ? ApiProblem.Invalid(faults)
            : TypedResults.Ok(RouteShapesOf.Item(answer.Explanation!, body.Key));
    }

    private static ReadOnlyMemory<byte>? BytesOf(JsonElement body) => JsonMarshal.GetRawUtf8Value(body).ToArray();

    private static Dialect? DialectOf(string word) =>
        word == "anthropic"
            ? Dialect.AnthropicMessages
            : new[]
            {
                Dialect.AnthropicMessages,
                Dialect.OpenAIChat,
                Dialect.OpenAIResponses,
                Dialect.OpenAIEmbeddings,
                Dialect.Gemini,
            }
                .Select(dialect => (Dialect?)dialect)
                .FirstOrDefault(dialect => UsageNames.Of(dialect!.Value) == word);
}
