using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Capture.Content;

/// <summary>
/// Reads what was said out of the lines of agents, whichever wrote them: Claude Code's have a <c>message</c>, Codex's a
/// <c>payload</c>, Gemini's are messages themselves. A line that says nothing is passed over, one that cannot be read is counted.
/// Used for one session by one thread.
/// </summary>
internal sealed class ContentReader
{
    private readonly List<Said> said = [];
    private readonly Dictionary<string, int> messages = new(StringComparer.Ordinal);

    private ContentReader() { }

    /// <summary>What was said in lines.</summary>
    /// <param name="lines">The lines of one session, in their order.</param>
    /// <returns>The items in their order, and how many lines could not be read.</returns>
    public static (ImmutableArray<ContentItem> Items, int Unreadable) Read(ImmutableArray<ReadOnlyMemory<byte>> lines)
    {
        var reader = new ContentReader();
        var unreadable = 0;
        foreach (var line in lines)
        {
            if (!reader.TryRead(line))
            {
                unreadable++;
            }
        }

        return ([.. reader.said.SelectMany(s => s.Items)], unreadable);
    }

    private bool TryRead(ReadOnlyMemory<byte> line)
    {
        if (!Utf8.IsValid(line.Span))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            Line(document.RootElement);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a text with half a character.
            return false;
        }
    }

    private void Line(JsonElement line)
    {
        if (Member(line, "message") is { ValueKind: JsonValueKind.Object } message)
        {
            Claude(line, message);
        }
        else if (Member(line, "payload") is { ValueKind: JsonValueKind.Object } payload)
        {
            if (Text(line, "type") == "response_item")
            {
                Codex(payload, Time(line));
            }
        }
        else if ((Member(line, "messages") ?? Member(Member(line, "$set"), "messages")) is { } many)
        {
            foreach (var one in Elements(many))
            {
                Gemini(one);
            }
        }
        else
        {
            Gemini(line);
        }
    }

    private void Claude(JsonElement line, JsonElement message)
    {
        var isUser = Text(message, "role") == "user";
        var to = Begin(
            Text(line, "uuid"),
            Time(line),
            Member(line, "isSidechain") is { ValueKind: JsonValueKind.True } ? Text(line, "agentId") : null
        );
        var words =
            !isUser ? ContentKind.Answer
            : Member(line, "isMeta") is { ValueKind: JsonValueKind.True } ? ContentKind.System
            : ContentKind.Prompt;
        if (Member(message, "content") is { ValueKind: JsonValueKind.String } whole)
        {
            to.Add(words, whole);
        }

        foreach (var block in Elements(Member(message, "content")))
        {
            switch (Text(block, "type"))
            {
                case "text":
                    to.Add(words, Member(block, "text"));
                    break;
                case "thinking":
                    to.Add(ContentKind.Thinking, Member(block, "thinking"));
                    break;
                case "tool_use":
                    to.Add(ContentKind.ToolCall, Member(block, "input"), Text(block, "name"));
                    break;
                case "tool_result":
                    to.Add(ContentKind.ToolResult, Member(block, "content"));
                    break;
                case { } other:
                    to.Add(words, $"[{other}]");
                    break;
            }
        }
    }

    private void Codex(JsonElement item, DateTimeOffset? at)
    {
        var to = Begin(null, at, null);
        switch (Text(item, "type"))
        {
            case "message":
                to.Add(
                    Text(item, "role") switch
                    {
                        "user" => ContentKind.Prompt,
                        "assistant" => ContentKind.Answer,
                        _ => ContentKind.System,
                    },
                    Member(item, "content")
                );
                break;
            case "reasoning":
                to.Add(ContentKind.Thinking, Member(item, "summary"));
                to.Add(ContentKind.Thinking, Member(item, "content"));
                break;
            case "function_call" or "custom_tool_call":
                to.Add(ContentKind.ToolCall, Member(item, "arguments") ?? Member(item, "input"), Text(item, "name"));
                break;
            case "local_shell_call" or "web_search_call" or "tool_search_call":
                to.Add(ContentKind.ToolCall, Member(item, "action"), Text(item, "type")![..^"_call".Length]);
                break;
            case "function_call_output" or "custom_tool_call_output":
                to.Add(ContentKind.ToolResult, Member(item, "output"));
                break;
        }
    }

    private void Gemini(JsonElement message)
    {
        var words = Text(message, "type") switch
        {
            "user" => ContentKind.Prompt,
            "gemini" => ContentKind.Answer,
            "info" or "error" or "warning" => ContentKind.System,
            _ => (ContentKind?)null,
        };
        if (words is not { } kind)
        {
            return;
        }

        var to = Begin(Text(message, "id"), Time(message), null);
        foreach (var thought in Elements(Member(message, "thoughts")))
        {
            to.Add(ContentKind.Thinking, Member(thought, "description"));
        }

        to.Add(kind, Member(message, "content"));
        foreach (var call in Elements(Member(message, "toolCalls")))
        {
            to.Add(ContentKind.ToolCall, Member(call, "args"), Text(call, "name"));
            to.Add(ContentKind.ToolResult, Member(call, "result"), Text(call, "name"));
        }
    }

    /// <summary>A message's place: its own from before, when it is told again, and then what it said stands for nothing.</summary>
    private Said Begin(string? id, DateTimeOffset? at, string? agent)
    {
        var next = new Said(at, agent);
        if (id is not null && !messages.TryAdd(id, said.Count))
        {
            said[messages[id]] = next;
        }
        else
        {
            said.Add(next);
        }

        return next;
    }

    private static JsonElement? Member(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement.ArrayEnumerator Elements(JsonElement? of) =>
        of is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static string? Text(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static DateTimeOffset? Time(JsonElement line) =>
        DateTimeOffset.TryParse(
            Text(line, "timestamp"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
            : null;

    /// <summary>What one message said.</summary>
    private sealed class Said(DateTimeOffset? at, string? agent)
    {
        public List<ContentItem> Items { get; } = [];

        public void Add(ContentKind kind, JsonElement? words, string? name = null)
        {
            if (words is { } value)
            {
                Add(kind, Words(value), name);
            }
        }

        public void Add(ContentKind kind, string text, string? name = null)
        {
            if (text.Length == 0 && name is null)
            {
                return;
            }

            var most = ContentItem.LongestText;
            var isCut = text.Length > most;
            if (isCut)
            {
                most -= char.IsHighSurrogate(text[most - 1]) ? 1 : 0;
                text = text[..most];
            }

            Items.Add(new ContentItem(kind, at, agent, name, text, isCut));
        }

        private static string Words(JsonElement value) =>
            value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Null => "",
                JsonValueKind.Array => string.Join(
                    '\n',
                    value.EnumerateArray().Select(Words).Where(words => words.Length > 0)
                ),
                JsonValueKind.Object when Member(value, "text") is { ValueKind: JsonValueKind.String } text =>
                    text.GetString()!,
                _ => value.GetRawText(),
            };
    }
}
