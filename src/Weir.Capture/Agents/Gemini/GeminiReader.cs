using System.Text;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Capture.Agents.Gemini;

/// <summary>
/// Reads a conversation: first what it is (<c>sessionId</c>, <c>projectHash</c>), then its messages, each as often as it
/// changed, and changes of the whole (<c>$set</c>, <c>$rewindTo</c>). What was rewound was used all the same.
/// </summary>
internal sealed class GeminiReader : AgentReader
{
    private const string Client = "gemini-cli";
    private const int LongestMessage = 500;

    private readonly string? parent;
    private readonly string? folder;
    private string session;
    private bool isNamed;

    public GeminiReader(FileToRead file)
    {
        var below = file.RelativePath[
            (file.RelativePath.IndexOf("chats/", StringComparison.Ordinal) + "chats/".Length)..
        ];
        var slash = below.IndexOf('/');
        parent = slash > 0 ? below[..slash] : null;
        folder = Root(file.Beside(parent is null ? "../.project_root" : "../../.project_root"));
        session = Path.GetFileNameWithoutExtension(below);
        if (file.Saved is { Length: > 0 } saved)
        {
            session = Encoding.UTF8.GetString(saved);
            isNamed = true;
        }
    }

    private string Session => parent ?? session;

    private string? Agent => parent is null ? null : session;

    /// <inheritdoc/>
    public override byte[]? Save() => isNamed ? Encoding.UTF8.GetBytes(session) : null;

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        if (!AgentLine.IsObject(line, caught))
        {
            return;
        }

        if (Fields.Find(line, "$set"u8) is { IsEmpty: false } set)
        {
            Messages(set, caught);
        }
        else if (!Fields.Find(line, "sessionId"u8).IsEmpty)
        {
            Meta(line, caught);
            Messages(line, caught);
        }
        else if (!Fields.Find(line, "id"u8).IsEmpty)
        {
            Message(line, caught);
        }
        else if (Fields.Find(line, "$rewindTo"u8).IsEmpty)
        {
            caught.Skip("unknown type");
        }
    }

    private static string? Root(byte[]? file)
    {
        var text = file is { Length: > 0 and <= Fields.LongestPath } ? Encoding.UTF8.GetString(file).Trim() : "";
        return text.Length > 0 && !text.Contains('\n') && !text.Contains('\0') ? text : null;
    }

    private void Meta(ReadOnlySpan<byte> line, Catch caught)
    {
        session = Fields.Name(line, "sessionId"u8) ?? session;
        isNamed = true;
        if (Fields.Time(line, "startTime"u8) is { } start)
        {
            Seen(start, caught);
            if (Agent is { } agent)
            {
                caught.Events.Add(NewEvent(SessionEventKind.Agent, agent, start) with { Agent = null });
            }
        }
    }

    private void Messages(ReadOnlySpan<byte> holder, Catch caught)
    {
        var cursor = new JsonCursor(Fields.Find(holder, "messages"u8));
        if (!cursor.EnterArray())
        {
            return;
        }

        while (cursor.NextElement())
        {
            Message(cursor.Skip(), caught);
        }
    }

    private void Message(ReadOnlySpan<byte> message, Catch caught)
    {
        if (Fields.Name(message, "id"u8) is not { } id || Fields.Time(message, "timestamp"u8) is not { } at)
        {
            caught.Skip("no id or time");
            return;
        }

        var type = Fields.Find(message, "type"u8);
        Seen(at, caught);
        if (Fields.Is(type, "gemini"u8))
        {
            Answer(message, id, at, caught);
        }
        else if (Fields.Is(type, "user"u8))
        {
            if (IsPrompt(Fields.Find(message, "content"u8)))
            {
                caught.Events.Add(NewEvent(SessionEventKind.Prompt, id, at));
            }
        }
        else if (Fields.Is(type, "error"u8) || Fields.Is(type, "warning"u8))
        {
            Trouble(message, Fields.Is(type, "error"u8), id, at, caught);
        }
        else if (!Fields.Is(type, "info"u8))
        {
            caught.Skip("unknown type");
        }
    }

    private void Answer(ReadOnlySpan<byte> message, string id, DateTimeOffset at, Catch caught)
    {
        var usage = GeminiTokens.Read(Fields.Find(message, "tokens"u8), out var impossible);
        if (impossible)
        {
            caught.Skip("impossible numbers");
        }

        if (usage is { Total: > 0 } used)
        {
            caught.Sightings.Add(
                new Sighting
                {
                    Source = UsageSource.Transcript,
                    Client = Client,
                    At = at,
                    Provider = "google",
                    Model = Fields.Name(message, "model"u8),
                    OwnId = id,
                    Usage = used,
                    Session = Session,
                    Agent = Agent,
                    Folder = folder,
                }
            );
        }

        var calls = new JsonCursor(Fields.Find(message, "toolCalls"u8));
        if (!calls.EnterArray())
        {
            return;
        }

        while (calls.NextElement())
        {
            Tool(calls.Skip(), id, caught);
        }
    }

    private void Tool(ReadOnlySpan<byte> call, string message, Catch caught)
    {
        if (Fields.Name(call, "id"u8) is not { } id)
        {
            return;
        }

        var status = Fields.Find(call, "status"u8);
        bool? success =
            Fields.Is(status, "success"u8) ? true
            : Fields.Is(status, "error"u8) || Fields.Is(status, "cancelled"u8) ? false
            : null;
        caught.Events.Add(
            NewEvent(SessionEventKind.Tool, id, null) with
            {
                Name = Fields.Name(call, "name"u8),
                Parent = message,
                EndedAt = success is null ? null : Fields.Time(call, "timestamp"u8),
                Succeeded = success,
            }
        );
    }

    private void Trouble(ReadOnlySpan<byte> message, bool failed, string id, DateTimeOffset at, Catch caught)
    {
        if (failed)
        {
            caught.Events.Add(NewEvent(SessionEventKind.Error, id, at) with { Succeeded = false });
        }

        if (LimitText(Fields.Find(message, "content"u8)) is { } text)
        {
            caught.Events.Add(NewEvent(SessionEventKind.Limit, id, at) with { Name = text });
            caught.Limits.Add(new LimitWord(at, Client, Session, LimitWordKind.Message, text));
        }
    }

    /// <summary>
    /// Whether a user's message is somebody's: not the results of tools, not what the program says of itself first, not a
    /// command to the program.
    /// </summary>
    private static bool IsPrompt(ReadOnlySpan<byte> content)
    {
        var text = FirstText(content);
        var trimmed = text.TrimStart(" "u8);
        return !trimmed.IsEmpty
            && !trimmed.StartsWith("<session_context>"u8)
            && trimmed[0] != (byte)'/'
            && trimmed[0] != (byte)'?';
    }

    /// <summary>The inside of the text that content is or begins with; empty when it has none.</summary>
    private static ReadOnlySpan<byte> FirstText(ReadOnlySpan<byte> content)
    {
        var cursor = new JsonCursor(content);
        if (cursor.EnterArray())
        {
            cursor = new JsonCursor(cursor.NextElement() ? Fields.Find(cursor.Skip(), "text"u8) : default);
        }

        return cursor.Peek() == JsonKind.String && cursor.ReadString(out var raw, out _) ? raw : default;
    }

    private static string? LimitText(ReadOnlySpan<byte> content)
    {
        var text = JsonText.ToText(FirstText(content), escaped: true, LongestMessage);
        return
            text is not null
            && (
                text.Contains("exhausted your", StringComparison.OrdinalIgnoreCase)
                || text.Contains("Quota exceeded", StringComparison.OrdinalIgnoreCase)
                || text.Contains("Resource has been exhausted", StringComparison.OrdinalIgnoreCase)
                || text.Contains("quota limit", StringComparison.OrdinalIgnoreCase)
            )
            ? text
            : null;
    }

    private void Seen(DateTimeOffset at, Catch caught) =>
        caught.Session(
            new SessionFacts
            {
                Session = Session,
                Client = Client,
                FirstAt = at,
                LastAt = at,
                Folder = folder,
            }
        );

    private SessionEvent NewEvent(SessionEventKind kind, string id, DateTimeOffset? startedAt) =>
        new()
        {
            Kind = kind,
            Session = Session,
            Id = id,
            StartedAt = startedAt,
            Agent = Agent,
        };
}
