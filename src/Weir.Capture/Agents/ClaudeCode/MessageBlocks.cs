using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>What a block of a message is.</summary>
internal enum BlockKind : byte
{
    /// <summary>Text, thinking, an image, anything else.</summary>
    Other,

    /// <summary>The model calls a tool.</summary>
    ToolUse,

    /// <summary>What a tool returned.</summary>
    ToolResult,
}

/// <summary>A tool's call or result: where its words stand in the line that was read last.</summary>
internal readonly record struct Block(BlockKind Kind, Span Id, Span Name, Span Body, bool IsError);

/// <summary>A stretch of the line; empty when the length is 0.</summary>
internal readonly record struct Span(int At, int Length, bool Escaped)
{
    /// <summary>Its text.</summary>
    public RawText In(ReadOnlySpan<byte> line) => new(line.Slice(At, Length), Escaped);
}

/// <summary>
/// The tool calls and results of one message, kept as places in the line because a span cannot be kept in a list. Used
/// again for every line; a line's calls beyond <see cref="Most"/> are passed over.
/// </summary>
internal sealed class MessageBlocks
{
    private const int Most = 256;

    private readonly List<Block> blocks = [];

    /// <summary>The blocks.</summary>
    public IReadOnlyList<Block> All => blocks;

    /// <summary>Whether one of them is a tool's result.</summary>
    public bool HasResult { get; private set; }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        blocks.Clear();
        HasResult = false;
    }

    /// <summary>Reads the block that comes next and gives the text of one that is a text.</summary>
    public void Read(scoped ref JsonCursor cursor, out RawText text)
    {
        text = default;
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return;
        }

        var kind = BlockKind.Other;
        Span id = default;
        Span name = default;
        Span body = default;
        var isError = false;
        while (cursor.NextProperty(out var member, out _))
        {
            switch (member.Length)
            {
                case 2 when member.SequenceEqual("id"u8):
                case 11 when member.SequenceEqual("tool_use_id"u8):
                    id = ReadSpan(ref cursor);
                    break;
                case 4 when member.SequenceEqual("type"u8):
                    var type = RawText.Read(ref cursor);
                    kind =
                        type.Is("tool_use"u8) ? BlockKind.ToolUse
                        : type.Is("tool_result"u8) ? BlockKind.ToolResult
                        : BlockKind.Other;
                    break;
                case 4 when member.SequenceEqual("name"u8):
                    name = ReadSpan(ref cursor);
                    break;
                case 4 when member.SequenceEqual("text"u8):
                    text = cursor.Peek() == JsonKind.String ? PassText(ref cursor) : RawText.Read(ref cursor);
                    break;
                case 5 when member.SequenceEqual("input"u8):
                case 7 when member.SequenceEqual("content"u8):
                    var value = cursor.Pass();
                    body = new Span(cursor.Position - value.Length, value.Length, Escaped: true);
                    break;
                case 8 when member.SequenceEqual("is_error"u8):
                    isError = cursor.ReadBool(out var error) && error;
                    break;
                default:
                    cursor.Pass();
                    break;
            }
        }

        if (kind != BlockKind.Other && blocks.Count < Most && !cursor.Failed)
        {
            blocks.Add(new Block(kind, id, name, body, isError));
            HasResult |= kind == BlockKind.ToolResult;
        }
    }

    /// <summary>Passes over the string that comes next and gives its inside, escapes and all, unlooked at.</summary>
    public static RawText PassText(scoped ref JsonCursor cursor)
    {
        var quoted = cursor.Pass();
        return quoted.Length > 2 ? new RawText(quoted[1..^1], escaped: true) : default;
    }

    private static Span ReadSpan(scoped ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Pass();
            return default;
        }

        return cursor.ReadString(out var raw, out var escaped)
            ? new Span(cursor.Position - 1 - raw.Length, raw.Length, escaped)
            : default;
    }
}
