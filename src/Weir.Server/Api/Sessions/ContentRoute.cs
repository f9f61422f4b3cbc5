using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Capture.Content;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Sessions;

/// <summary>
/// What was said in a session, where that was kept. It asks for more than a key that reads figures, and nothing of it is ever
/// logged.
/// </summary>
internal static class ContentRoute
{
    private const string IsOff =
        "Content is not kept: only names, ids, numbers and times are. \"capture: { content: sealed }\" in weir.yaml, and a start of the server, keep from then on what agents write, encrypted.";

    private const string IsNone =
        "Nothing of this session was kept: it was read before content was asked for, or is older than what is kept.";

    /// <summary>Maps the route.</summary>
    public static void Map(RouteGroupBuilder sessions) =>
        sessions
            .MapGet("/{id}/content", ContentAsync)
            .WithName("getSessionContent")
            .WithSummary("What was said in one session: prompts, answers and calls of tools, where they are kept")
            .TakesQuery()
            .Needs(Permission.ContentView)
            .Uncompressed()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<SessionContent>, ApiProblem>> ContentAsync(
        string id,
        ApiCaller caller,
        ServerState state,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        var config = state.Config.Current.Config.Capture;
        if (await SessionRoutes.SessionsAsync(state) is not { } sessions)
        {
            return SessionRoutes.Unreadable(caller, state);
        }

        if (!await sessions.HasLogAsync(caller.Workspace, id))
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "No agent's log has told of a session of that id.");
        }

        if (await state.Modules.Capture.ContentAsync(caller.Workspace, id, config) is not { } reading)
        {
            return SessionRoutes.Unreadable(caller, state);
        }

        if (reading.Refusal is { } refusal)
        {
            return ApiProblem.Of(
                StatusCodes.Status503ServiceUnavailable,
                $"The content cannot be opened: {caller.Told(refusal)}."
            );
        }

        await trail.NoteAsync(caller.Actor, "content.view", $"session:{id}", null, null, cancellationToken);
        var (items, unreadable) = ContentReader.Read(reading.Lines);
        return TypedResults.Ok(
            new SessionContent
            {
                Session = id,
                Absence =
                    items.Length > 0 ? null
                    : config.Archive is { IsOn: true, SealsContent: true } ? IsNone
                    : IsOff,
                IsCut = reading.IsCut,
                UnreadableLines = unreadable + reading.Damages,
                Items = [.. items.Select(Item)],
            }
        );
    }

    private static SessionContentItem Item(ContentItem item) =>
        new()
        {
            Kind = item.Kind switch
            {
                ContentKind.Prompt => "prompt",
                ContentKind.System => "system",
                ContentKind.Answer => "answer",
                ContentKind.Thinking => "thinking",
                ContentKind.ToolCall => "tool_call",
                _ => "tool_result",
            },
            At = item.At,
            Agent = item.Agent,
            Name = item.Name,
            Text = item.Text,
            IsCut = item.IsCut,
        };
}
