using System.Globalization;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// What Codex tells by OpenTelemetry. A completed answer's event has its tokens and no id that the session log or the gateway
/// know (docs/formats/otlp.md): its sightings have an own id alone. Its spans and metrics repeat the events.
/// </summary>
internal static class CodexTelemetry
{
    /// <summary>The client's name in records.</summary>
    public const string Client = "codex";

    private const string Prefix = "codex.";

    /// <summary>Whether it is Codex's.</summary>
    public static bool Owns(Origin origin) =>
        origin.Scope.StartsWith("codex", StringComparison.Ordinal)
        || origin.Resource[Known.ServiceName].Text()?.StartsWith("codex", StringComparison.Ordinal) == true;

    /// <summary>Whether a log record is one of Codex's events.</summary>
    public static bool Owns(Origin origin, string? eventName) =>
        Owns(origin) || eventName?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Reads an event.</summary>
    public static void Event(Reading reading, Origin origin, LogItem log, string name)
    {
        var say = log.Attributes;
        if (say[Known.ConversationId].Text() is not { } session)
        {
            reading.Caught.Skip("no session");
            return;
        }

        var at = reading.Moments.Of(log);
        reading.Caught.Session(
            new SessionFacts
            {
                Session = session,
                Client = Client,
                FirstAt = at,
                LastAt = at,
                Version = say[Known.AppVersion].Text() ?? origin.Resource[Known.ServiceVersion].Text(),
                Entrypoint = say[Known.Originator].Text(),
                Terminal = say[Known.TerminalType].Is("unknown") ? null : say[Known.TerminalType].Text(),
                Host = origin.Resource[Known.HostName].Text(),
            }
        );
        var duration = say[Known.DurationMs].Milliseconds();
        var story = new SessionEvent
        {
            Kind = SessionEventKind.None,
            Session = session,
            Id = OwnId(log, session, say),
            StartedAt = at - duration,
            EndedAt = at,
            Duration = duration,
        };
        switch (name)
        {
            case "codex.sse_event" when say[Known.InputTokenCount].IsSet || say[Known.OutputTokenCount].IsSet:
                Request(reading, say, session, at, story.Id);
                break;
            case "codex.sse_event" when say[Known.ErrorMessage].IsSet:
                reading.Caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Error,
                        Name = "stream_error",
                        Succeeded = false,
                    }
                );
                break;
            case "codex.api_request" when say[Known.HttpStatus].Count() is >= 400 || say[Known.ErrorMessage].IsSet:
                Failure(reading, say, story, at);
                break;
            case "codex.user_prompt":
                reading.Caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Prompt,
                        StartedAt = at,
                        EndedAt = null,
                    }
                );
                break;
            case "codex.tool_result" when say[Known.CallId].Text() is { } call:
                reading.Caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Tool,
                        Id = call,
                        Name = say[Known.ToolName].Text(),
                        Succeeded = say[Known.Success].Flag(),
                    }
                );
                break;
            case "codex.tool_decision"
                when say[Known.CallId].Text() is { } call
                    && string.Equals(say[Known.DecisionSource].Text(), "user", StringComparison.OrdinalIgnoreCase):
                reading.Caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Permission,
                        Id = call,
                        Name = say[Known.ToolName].Text(),
                        Succeeded =
                            say[Known.Decision].Text()?.StartsWith("approved", StringComparison.Ordinal) == true,
                    }
                );
                break;
            case "codex.conversation_starts":
                reading.Caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Life,
                        Name = "start",
                        StartedAt = at,
                        EndedAt = null,
                    }
                );
                break;
            default:
                reading.Caught.Skip("codex event");
                break;
        }
    }

    private static void Request(Reading reading, AttributeSet say, string session, DateTimeOffset at, string ownId)
    {
        var usage = InclusiveUsage.Split(
            say[Known.InputTokenCount].Count(),
            say[Known.CachedTokenCount].Count(),
            say[Known.CacheWriteTokenCount].Count(),
            say[Known.OutputTokenCount].Count(),
            say[Known.ReasoningTokenCount].Count()
        );
        if (usage.IsUnknown)
        {
            reading.Caught.Skip("impossible numbers");
            return;
        }

        reading.Caught.Sightings.Add(
            new Sighting
            {
                Source = UsageSource.Otlp,
                Client = Client,
                At = at,
                Provider = "openai",
                Model = say.Either(Known.Model, Known.Slug).Text(),
                OwnId = ownId,
                Usage = usage,
                Session = session,
                User = say[Known.UserEmail].Text() ?? say[Known.AccountId].Text(),
            }
        );
    }

    private static void Failure(Reading reading, AttributeSet say, SessionEvent story, DateTimeOffset at)
    {
        var status = say[Known.HttpStatus].Count();
        if (status == 429)
        {
            reading.Caught.Limits.Add(
                new LimitWord(at, Client, story.Session, LimitWordKind.Message, say[Known.ErrorMessage].Text(500))
            );
        }

        reading.Caught.Events.Add(
            story with
            {
                Kind = SessionEventKind.Error,
                Name = status is null ? "connection_error" : ErrorTypes.OfStatus(status),
                Succeeded = false,
            }
        );
    }

    private static string OwnId(LogItem log, string session, AttributeSet say) =>
        "otlp:"
        + Fingerprint.Of(
            Client,
            session,
            log.Time.ToString(CultureInfo.InvariantCulture),
            log.ObservedTime.ToString(CultureInfo.InvariantCulture),
            say[Known.EventName].ToString(),
            say[Known.EventTimestamp].ToString(),
            say[Known.EventKind].ToString(),
            say[Known.InputTokenCount].ToString(),
            say[Known.OutputTokenCount].ToString()
        );
}
