using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>A Messages request (https://platform.claude.com/docs/en/api/messages).</summary>
internal static class AnthropicCount
{
    /// <summary>Adds what the model reads of it. Thinking of turns that are over is not read again.</summary>
    public static void Read(ReadOnlySpan<byte> body, RequestTally tally)
    {
        var request = new RequestFields(body);
        Tools(request[Field.Tools], tally);
        System(request[Field.System], tally);
        var cursor = new JsonCursor(request[Field.Messages]);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var message = new RequestFields(cursor.Pass());
            tally.Message(message[Field.Role]);
            Content(message[Field.Content], tally);
        }
    }

    private static void System(ReadOnlySpan<byte> system, RequestTally tally)
    {
        if (system.IsEmpty)
        {
            return;
        }

        if (tally.Rules.CountsRoles)
        {
            tally.Message("\"system\""u8);
        }

        if (system[0] == (byte)'"')
        {
            tally.SystemText(system);
            return;
        }

        tally.SystemParts();
        Content(system, tally);
    }

    private static void Content(ReadOnlySpan<byte> content, RequestTally tally)
    {
        if (content.IsEmpty || content[0] == (byte)'"')
        {
            tally.Text(content);
            return;
        }

        var cursor = new JsonCursor(content);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            Block(json, new RequestFields(json), tally);
        }
    }

    private static void Block(ReadOnlySpan<byte> json, in RequestFields block, RequestTally tally)
    {
        if (block.Is(Field.Type, "text"u8))
        {
            tally.Text(block[Field.Text]);
        }
        else if (block.Is(Field.Type, "image"u8))
        {
            tally.Image(new RequestFields(block[Field.Source])[Field.Data]);
        }
        else if (block.Is(Field.Type, "document"u8))
        {
            Document(new RequestFields(block[Field.Source]), tally);
        }
        else if (block.Is(Field.Type, "tool_use"u8))
        {
            tally.Call(block[Field.Name], block[Field.Input]);
        }
        else if (block.Is(Field.Type, "tool_result"u8))
        {
            if (tally.Rules.CountsRoles)
            {
                tally.Message("\"tool\""u8);
            }

            Result(block[Field.Content], tally);
        }
        else if (!block.Is(Field.Type, "thinking"u8) && !block.Is(Field.Type, "redacted_thinking"u8))
        {
            tally.Unknown(json);
        }
    }

    // Its content holds no results of its own, so that this goes no deeper.
    private static void Result(ReadOnlySpan<byte> content, RequestTally tally)
    {
        if (content.IsEmpty || content[0] == (byte)'"')
        {
            tally.Text(content);
            return;
        }

        var cursor = new JsonCursor(content);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            var block = new RequestFields(json);
            if (block.Is(Field.Type, "tool_result"u8))
            {
                tally.Unknown(json);
            }
            else
            {
                Block(json, block, tally);
            }
        }
    }

    private static void Document(in RequestFields source, RequestTally tally)
    {
        if (source.Is(Field.Type, "text"u8))
        {
            tally.Text(source[Field.Data]);
        }
        else if (source.Is(Field.Type, "content"u8))
        {
            Result(source[Field.Content], tally);
        }
        else
        {
            tally.Document();
        }
    }

    private static void Tools(ReadOnlySpan<byte> tools, RequestTally tally)
    {
        using var text = new ToolText(tally);
        var cursor = new JsonCursor(tools);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            var tool = new RequestFields(json);
            tally.HasTools = true;
            if (tool[Field.InputSchema] is { IsEmpty: false } schema)
            {
                text.Add(tool[Field.Name], tool[Field.Description], schema);
            }
            else
            {
                tally.Unknown(json);
            }
        }

        text.Count();
    }
}
