using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>A Responses request (https://platform.openai.com/docs/api-reference/responses/create), counted as the chat that says the same.</summary>
internal static class ResponsesCount
{
    /// <summary>Adds what the model reads of it; what the provider holds (an earlier response, a conversation) cannot be read.</summary>
    public static void Read(ReadOnlySpan<byte> body, RequestTally tally)
    {
        var request = new RequestFields(body);
        Tools(request[Field.Tools], tally);
        if (request[Field.Instructions] is { IsEmpty: false } instructions)
        {
            tally.Message("\"system\""u8);
            tally.SystemText(instructions);
        }

        var input = request[Field.Input];
        if (!input.IsEmpty && input[0] == (byte)'"')
        {
            tally.Message("\"user\""u8);
            tally.Text(input);
        }

        var cursor = new JsonCursor(input);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            Item(json, new RequestFields(json), tally);
        }

        var text = new RequestFields(request[Field.Text]);
        var format = new RequestFields(text[Field.Format]);
        if (format[Field.Schema] is { IsEmpty: false } schema)
        {
            tally.Unknown(schema);
        }
    }

    private static void Item(ReadOnlySpan<byte> json, in RequestFields item, RequestTally tally)
    {
        if (item[Field.Role] is { IsEmpty: false } role)
        {
            tally.Message(role);
            Content(item[Field.Content], item.Is(Field.Role, "system"u8) || item.Is(Field.Role, "developer"u8), tally);
        }
        else if (item.Is(Field.Type, "function_call"u8) || item.Is(Field.Type, "custom_tool_call"u8))
        {
            tally.Message("\"assistant\""u8);
            tally.Call(item[Field.Name], item.Either(Field.Arguments, Field.Input));
        }
        else if (item[Field.Output] is { IsEmpty: false } output)
        {
            tally.Message("\"tool\""u8);
            Content(output, isSystem: false, tally);
        }
        else if (!item.Is(Field.Type, "reasoning"u8))
        {
            // What the provider holds under an id, and calls of its own tools.
            tally.Message("\"assistant\""u8);
            tally.Unknown(json);
        }
    }

    private static void Content(ReadOnlySpan<byte> content, bool isSystem, RequestTally tally)
    {
        if (!content.IsEmpty && content[0] == (byte)'[')
        {
            if (isSystem)
            {
                tally.SystemParts();
            }

            ChatCount.Parts(content, tally);
        }
        else if (isSystem)
        {
            tally.SystemText(content);
        }
        else
        {
            tally.Text(content);
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
            if (tool.Is(Field.Type, "function"u8))
            {
                text.Add(tool[Field.Name], tool[Field.Description], tool[Field.Parameters]);
            }
            else
            {
                tally.Unknown(json);
            }
        }

        text.Count();
    }
}
