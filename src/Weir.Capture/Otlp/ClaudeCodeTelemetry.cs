using System.Globalization;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// What Claude Code tells by OpenTelemetry. Its events tell requests one by one, with the id that the transcript and the gateway
/// know too; its spans tell the same requests with the subagent's id; its metrics sum them up. See docs/formats/otlp.md.
/// </summary>
internal static class ClaudeCodeTelemetry
{
    /// <summary>The client's name in records.</summary>
    public const string Client = "claude-code";

    private const string Prefix = "claude_code.";
    private const string Scope = "com.anthropic.claude_code";

    /// <summary>Whether it is Claude Code's: told by the scope, which no configuration changes.</summary>
    public static bool Owns(Origin origin) => origin.Scope.StartsWith(Scope, StringComparison.Ordinal);

    /// <summary>Whether a log record is one of Claude Code's events.</summary>
    public static bool Owns(Origin origin, string? eventName) =>
        Owns(origin) || eventName?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Reads an event.</summary>
    public static void Event(Reading reading, Origin origin, LogItem log, string name)
    {
        var at = reading.Moments.Of(log);
        var say = log.Attributes;
        var session = say[Known.SessionId].Text();
        Facts(reading, origin, say, session, at);
        switch (name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name)
        {
            case "api_request":
                Request(reading, say, session, at, OwnId(log, session, say));
                break;
            case "api_error":
                Failure(reading, say, session, at, OwnId(log, session, say));
                break;
            default:
                if (session is null)
                {
                    reading.Caught.Skip("no session");
                    return;
                }

                InSession(reading, log, name, session, at);
                break;
        }
    }

    /// <summary>Reads a span: requests alone, the rest is told by events.</summary>
    public static void Span(Reading reading, SpanItem span)
    {
        var say = span.Attributes;
        var requestId = say[Known.RequestId].Text();
        var usage = Usage(say);
        // Without an id an event and a span of the same request could not be known for one, and the event is always there.
        if (span.Name != "claude_code.llm_request" || requestId is null || usage.IsUnknown)
        {
            reading.Caught.Skip("claude code span");
            return;
        }

        var start = reading.Moments.Of(span.Start);
        var end = reading.Moments.Of(span.End);
        reading.Caught.Sightings.Add(
            new Sighting
            {
                Source = UsageSource.Otlp,
                Client = Client,
                At = start ?? end ?? reading.Moments.ReceivedAt,
                Duration = say[Known.DurationMs].Milliseconds() ?? (end > start ? end - start : null),
                Provider = "anthropic",
                Model = say[Known.Model].Text(),
                RequestedModel = say[Known.GenAiRequestModel].Text(),
                RequestId = requestId,
                Usage = usage,
                PriceMode = Mode(say),
                Session = say[Known.SessionId].Text(),
                Agent = say[Known.AgentId].Text(),
                ParentAgent = say[Known.ParentAgentId].Text(),
                User = User(say),
            }
        );
    }

    /// <summary>Who is signed in: the address, else the account; never the device's random id.</summary>
    public static string? User(AttributeSet say) =>
        say[Known.UserEmail].Text() ?? say[Known.AccountUuid].Text() ?? say[Known.AccountId].Text();

    private static void Request(Reading reading, AttributeSet say, string? session, DateTimeOffset at, string ownId)
    {
        var usage = Usage(say);
        if (usage.IsUnknown)
        {
            reading.Caught.Skip("impossible numbers");
            return;
        }

        var requestId = say[Known.RequestId].Text();
        var duration = say[Known.DurationMs].Milliseconds();
        reading.Caught.Sightings.Add(
            new Sighting
            {
                Source = UsageSource.Otlp,
                Client = Client,
                // The event is written when the answer has ended.
                At = at - (duration ?? TimeSpan.Zero),
                Duration = duration,
                Provider = "anthropic",
                Model = say[Known.Model].Text(),
                RequestId = requestId,
                OwnId = requestId is null ? ownId : null,
                Usage = usage,
                PriceMode = Mode(say),
                Session = session,
                Agent = Agent(say),
                User = User(say),
            }
        );
    }

    private static void Failure(Reading reading, AttributeSet say, string? session, DateTimeOffset at, string ownId)
    {
        var status = say[Known.StatusCode].Count();
        if (status == 429)
        {
            reading.Caught.Limits.Add(
                new LimitWord(
                    at,
                    Client,
                    session,
                    LimitWordKind.Message,
                    say[Known.Error].Text(500),
                    Account: User(say)
                )
            );
        }

        if (session is null)
        {
            reading.Caught.Skip("no session");
            return;
        }

        reading.Caught.Events.Add(
            new SessionEvent
            {
                Kind = SessionEventKind.Error,
                Session = session,
                Id = say[Known.RequestId].Text() ?? ownId,
                EndedAt = at,
                Duration = say[Known.DurationMs].Milliseconds(),
                Agent = Agent(say),
                Parent = say[Known.PromptId].Text(),
                Name = ErrorTypes.OfStatus(status),
                Succeeded = false,
            }
        );
    }

    private static void InSession(Reading reading, LogItem log, string name, string session, DateTimeOffset at)
    {
        var say = log.Attributes;
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
        var told = (name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name) switch
        {
            "user_prompt" when say[Known.PromptId].Text() is { } prompt => story with
            {
                Kind = SessionEventKind.Prompt,
                Id = prompt,
                StartedAt = at,
                EndedAt = null,
            },
            "tool_result" when say[Known.ToolUseId].Text() is { } tool => story with
            {
                Kind = SessionEventKind.Tool,
                Id = tool,
                Name = say[Known.ToolName].Text(),
                Succeeded = say[Known.Success].Flag(),
            },
            // What a rule or a setting decided, nobody was asked.
            "tool_decision"
                when say[Known.ToolUseId].Text() is { } tool
                    && say[Known.DecisionSource].Text()?.StartsWith("user", StringComparison.Ordinal) == true =>
                story with
                {
                    Kind = SessionEventKind.Permission,
                    Id = tool,
                    Name = say[Known.ToolName].Text(),
                    Succeeded = say[Known.Decision].Is("accept"),
                },
            "subagent_completed" => story with
            {
                Kind = SessionEventKind.Agent,
                Name = say[Known.AgentType].Text(),
                Tokens = say[Known.TotalTokens].Count(),
            },
            "compaction" => story with
            {
                Kind = SessionEventKind.Compaction,
                Name = say[Known.Trigger].Text(),
                Tokens = say[Known.PreTokens].Count(),
                Succeeded = say[Known.Success].Flag(),
            },
            "mcp_server_connection" => story with
            {
                Kind = SessionEventKind.McpServer,
                Name = say[Known.ServerName].Text(),
                Succeeded =
                    say[Known.Status].Is("connected") ? true
                    : say[Known.Status].Is("failed") ? false
                    : null,
            },
            _ => null,
        };
        if (told is null)
        {
            reading.Caught.Skip("claude code event");
            return;
        }

        reading.Caught.Events.Add(told);
    }

    private static void Facts(Reading reading, Origin origin, AttributeSet say, string? session, DateTimeOffset at)
    {
        if (session is not null)
        {
            reading.Caught.Session(
                new SessionFacts
                {
                    Session = session,
                    Client = Client,
                    FirstAt = at,
                    LastAt = at,
                    Version = say[Known.AppVersion].Text() ?? origin.Resource[Known.ServiceVersion].Text(),
                    Terminal = say[Known.TerminalType].Text(),
                    Host = origin.Resource[Known.HostName].Text(),
                }
            );
        }
    }

    private static TokenUsage Usage(AttributeSet say) =>
        new()
        {
            Input = say[Known.InputTokens].Count(),
            CacheRead = say[Known.CacheReadTokens].Count(),
            CacheWrite5m = say[Known.CacheCreationTokens].Count(),
            Output = say[Known.OutputTokens].Count(),
        };

    private static string? Mode(AttributeSet say) => say[Known.Speed].Is("fast") ? "fast" : null;

    // Events mostly know a subagent by the name of its type alone, which is no id.
    private static string? Agent(AttributeSet say) => say[Known.AgentId].Text();

    private static string OwnId(LogItem log, string? session, AttributeSet say) =>
        "otlp:"
        + Fingerprint.Of(
            Client,
            session,
            log.Time.ToString(CultureInfo.InvariantCulture),
            log.Body,
            say[Known.EventName].ToString(),
            say[Known.EventTimestamp].ToString(),
            say[Known.EventSequence].ToString(),
            say[Known.InputTokens].ToString(),
            say[Known.OutputTokens].ToString()
        );
}
