using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>The <c>message</c> of a line: the API's own object, with its blocks in a <see cref="MessageBlocks"/>.</summary>
internal ref struct TranscriptMessage
{
    public RawText Id;
    public RawText Role;
    public RawText Model;
    public RawText StopReason;

    /// <summary>The usage object; empty where there is none.</summary>
    public ReadOnlySpan<byte> Usage;

    /// <summary>The text it begins with, escapes and all; empty when it does not begin with one. Never goes further.</summary>
    public RawText FirstText;

    /// <summary>Whether the content is there at all.</summary>
    public bool HasContent;

    /// <summary>Reads the message that comes next; passes over anything that is no object.</summary>
    public static TranscriptMessage Read(scoped ref JsonCursor cursor, MessageBlocks blocks)
    {
        TranscriptMessage message = default;
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return message;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("id"u8):
                    message.Id = RawText.Read(ref cursor);
                    break;
                case 4 when name.SequenceEqual("role"u8):
                    message.Role = RawText.Read(ref cursor);
                    break;
                case 5 when name.SequenceEqual("model"u8):
                    message.Model = RawText.Read(ref cursor);
                    break;
                case 5 when name.SequenceEqual("usage"u8):
                    message.Usage = cursor.Peek() == JsonKind.Object ? cursor.Skip() : PassNothing(ref cursor);
                    break;
                case 7 when name.SequenceEqual("content"u8):
                    message.ReadContent(ref cursor, blocks);
                    break;
                case 11 when name.SequenceEqual("stop_reason"u8):
                    message.StopReason = RawText.Read(ref cursor);
                    break;
                default:
                    cursor.Pass();
                    break;
            }
        }

        return message;
    }

    private static ReadOnlySpan<byte> PassNothing(scoped ref JsonCursor cursor)
    {
        cursor.Pass();
        return default;
    }

    private void ReadContent(scoped ref JsonCursor cursor, MessageBlocks blocks)
    {
        HasContent = true;
        if (cursor.Peek() == JsonKind.String)
        {
            FirstText = MessageBlocks.PassText(ref cursor);
            return;
        }

        if (!cursor.EnterArray())
        {
            cursor.Pass();
            return;
        }

        var first = true;
        while (cursor.NextElement())
        {
            blocks.Read(ref cursor, out var text);
            FirstText = first ? text : FirstText;
            first = false;
        }
    }
}
