using System.Globalization;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Capture.Agents.OpenCode;

/// <summary>The session a message stands in: where it is one of a subagent's, that and the session the user talks to.</summary>
/// <param name="Session">The session the user talks to.</param>
/// <param name="Agent">The subagent's session; null in the main one.</param>
/// <param name="ParentAgent">The subagent that started it; null when the main one did.</param>
/// <param name="MadeAt">When the session was made that the message stands in; null when not known.</param>
internal readonly record struct OpenCodeSession(
    string Session,
    string? Agent = null,
    string? ParentAgent = null,
    DateTimeOffset? MadeAt = null
);

/// <summary>
/// Reads a message, which is the same object in the database and in a file. An assistant's is one request. Whoever forks a
/// session gets its messages once more under new ids, with their old times: older than their session, and than their ids, which
/// hold the moment they were made.
/// </summary>
internal static class OpenCodeMessage
{
    /// <summary>The client's name.</summary>
    public const string Client = "opencode";

    /// <summary>An id and its message's time come from one clock, a call apart; in milliseconds.</summary>
    private const long LongestToName = 2000;

    /// <summary>Reads one.</summary>
    /// <returns>Whether it is an assistant's, and no copy.</returns>
    public static bool Read(ReadOnlySpan<byte> json, string id, OpenCodeSession session, Catch caught) =>
        Read(json, Fields.Find(json, "time"u8), json, Fields.Find(json, "error"u8), id, session, caught);

    /// <summary>Reads one of the first layout, where all but its role and its parts stands in <c>metadata</c>.</summary>
    public static void ReadFirst(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> metadata,
        string id,
        OpenCodeSession session,
        Catch caught
    ) =>
        Read(
            json,
            Fields.Find(metadata, "time"u8),
            Fields.Find(metadata, "assistant"u8),
            Fields.Find(metadata, "error"u8),
            id,
            session,
            caught
        );

    private static bool Read(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> time,
        ReadOnlySpan<byte> answer,
        ReadOnlySpan<byte> error,
        string id,
        OpenCodeSession session,
        Catch caught
    )
    {
        if (Fields.UnixMilliseconds(time, "created"u8) is not { } created)
        {
            caught.Skip("no time");
            return false;
        }

        var role = Fields.Find(json, "role"u8);
        var isAnswer = Fields.Is(role, "assistant"u8);
        if (!isAnswer && !Fields.Is(role, "user"u8))
        {
            caught.Skip("unknown type");
            return false;
        }

        if (created < session.MadeAt || IsOlderThanId(id, created))
        {
            caught.Skip("replayed");
            return false;
        }

        if (isAnswer)
        {
            Answer(answer, error, id, session, created, Fields.UnixMilliseconds(time, "completed"u8), caught);
        }
        else
        {
            caught.Events.Add(NewEvent(session, SessionEventKind.Prompt, id, created));
            caught.Session(Facts(session, created, created, null));
        }

        return isAnswer;
    }

    /// <summary>Reads a part that is a tool's call.</summary>
    public static void Tool(ReadOnlySpan<byte> part, string message, OpenCodeSession session, Catch caught)
    {
        if (
            !Fields.Is(Fields.Find(part, "type"u8), "tool"u8)
            || (Fields.Name(part, "callID"u8) ?? Fields.Name(part, "id"u8)) is not { } call
        )
        {
            return;
        }

        var state = Fields.Find(part, "state"u8);
        var status = Fields.Find(state, "status"u8);
        var time = Fields.Find(state, "time"u8);
        caught.Events.Add(
            NewEvent(session, SessionEventKind.Tool, call, Fields.UnixMilliseconds(time, "start"u8)) with
            {
                Name = Fields.Name(part, "tool"u8),
                Parent = message,
                EndedAt = Fields.UnixMilliseconds(time, "end"u8),
                Succeeded =
                    Fields.Is(status, "completed"u8) ? true
                    : Fields.Is(status, "error"u8) ? false
                    : null,
            }
        );
    }

    /// <summary>The facts of a message's session.</summary>
    public static SessionFacts Facts(OpenCodeSession session, DateTimeOffset from, DateTimeOffset to, string? folder) =>
        new()
        {
            Session = session.Session,
            Client = Client,
            FirstAt = from,
            LastAt = to > from ? to : from,
            Folder = session.Agent is null ? folder : null,
        };

    /// <summary>An event of a message's session.</summary>
    public static SessionEvent NewEvent(
        OpenCodeSession session,
        SessionEventKind kind,
        string id,
        DateTimeOffset? startedAt
    ) =>
        new()
        {
            Kind = kind,
            Session = session.Session,
            Id = id,
            StartedAt = startedAt,
            Agent = session.Agent,
        };

    private static void Answer(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> error,
        string id,
        OpenCodeSession session,
        DateTimeOffset created,
        DateTimeOffset? completed,
        Catch caught
    )
    {
        var folder = Fields.Text(Fields.Find(json, "path"u8), "cwd"u8, Fields.LongestPath);
        var provider = Fields.Name(json, "providerID"u8);
        var failed = new JsonCursor(error).Peek() == JsonKind.Object;
        var usage = OpenCodeTokens.Read(Fields.Find(json, "tokens"u8), provider, out var impossible);
        if (impossible)
        {
            caught.Skip("impossible numbers");
        }

        caught.Session(Facts(session, created, completed ?? created, folder));
        if (usage is { Total: > 0 } used)
        {
            caught.Sightings.Add(
                new Sighting
                {
                    Source = UsageSource.Transcript,
                    Client = Client,
                    At = created,
                    Status = failed ? StatusOf(error) : RequestStatus.Ok,
                    HttpStatus = failed ? HttpStatusOf(error) : null,
                    ErrorType = failed ? Fields.Word(error, "name"u8) : null,
                    Provider = provider,
                    Model = Fields.Name(json, "modelID"u8),
                    OwnId = id,
                    Usage = used,
                    Session = session.Session,
                    Agent = session.Agent,
                    ParentAgent = session.ParentAgent,
                    Folder = folder,
                }
            );
        }

        if (failed)
        {
            caught.Events.Add(
                NewEvent(session, SessionEventKind.Error, id, completed ?? created) with
                {
                    Name = Fields.Word(error, "name"u8),
                    Succeeded = false,
                }
            );
            if (HttpStatusOf(error) == 429)
            {
                caught.Events.Add(NewEvent(session, SessionEventKind.Limit, id, completed ?? created));
            }
        }

        if (Fields.Bool(json, "summary"u8) == true)
        {
            caught.Events.Add(
                NewEvent(session, SessionEventKind.Compaction, id, created) with
                {
                    EndedAt = completed,
                    Tokens = usage?.Prompt,
                }
            );
        }
        else if (completed is not null && Fields.Is(Fields.Find(json, "finish"u8), "stop"u8))
        {
            var prompt = Fields.Name(json, "parentID"u8);
            caught.Events.Add(
                NewEvent(session, SessionEventKind.Turn, prompt ?? id, null) with
                {
                    EndedAt = completed,
                    Parent = prompt,
                    Succeeded = !failed,
                }
            );
        }
    }

    private static RequestStatus StatusOf(ReadOnlySpan<byte> error) =>
        Fields.Is(Fields.Find(error, "name"u8), "MessageAbortedError"u8)
            ? RequestStatus.CallerAborted
            : HttpStatusOf(error) switch
            {
                429 => RequestStatus.RateLimited,
                503 or 529 => RequestStatus.Overloaded,
                >= 500 => RequestStatus.UpstreamError,
                >= 400 => RequestStatus.RequestError,
                _ => RequestStatus.Unknown,
            };

    private static int? HttpStatusOf(ReadOnlySpan<byte> error) =>
        Fields.Count(Fields.Find(error, "data"u8), "statusCode"u8) is >= 100 and <= 599 and var status
            ? (int)status
            : null;

    /// <summary>
    /// Whether an id was made later than its message. It is <c>msg_</c> and twelve hexadecimal digits and more: nine are the
    /// lower 36 bits of the milliseconds since 1970, three a counter.
    /// </summary>
    private static bool IsOlderThanId(string id, DateTimeOffset created)
    {
        const long Mask = (1L << 36) - 1;
        if (
            id.Length < 16
            || !id.StartsWith("msg_", StringComparison.Ordinal)
            || !long.TryParse(
                id.AsSpan(4, 9),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var made
            )
        )
        {
            return false;
        }

        var later = (made - created.ToUnixTimeMilliseconds()) & Mask;
        return later is > LongestToName and <= Mask / 2;
    }
}
