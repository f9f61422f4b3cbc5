using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>A Chat Completions request (https://platform.openai.com/docs/api-reference/chat/create).</summary>
internal static class ChatCount
{
    /// <summary>Adds what the model reads of it.</summary>
    public static void Read(ReadOnlySpan<byte> body, RequestTally tally)
    {
        var request = new RequestFields(body);
        Tools(request, tally);
        var cursor = new JsonCursor(request[Field.Messages]);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            Message(new RequestFields(cursor.Pass()), tally);
        }

        Choice(request, tally);
        if (request[Field.ResponseFormat] is { IsEmpty: false } format && format.IndexOf("json_schema"u8) >= 0)
        {
            tally.Unknown(format);
        }
    }

    /// <summary>The parts of a message's content, in either of OpenAI's dialects.</summary>
    public static void Parts(ReadOnlySpan<byte> parts, RequestTally tally)
    {
        var cursor = new JsonCursor(parts);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            var part = new RequestFields(json);
            if (part.Either(Field.Text, Field.Refusal) is { IsEmpty: false } text)
            {
                tally.Text(text);
            }
            else if (part[Field.ImageUrl] is { IsEmpty: false } image)
            {
                // An object in Chat, a string beside its detail in Responses.
                var inner = new RequestFields(image);
                tally.Image(
                    inner[Field.Url] is { IsEmpty: false } url ? url : image,
                    inner.Is(Field.Detail, "low"u8) || part.Is(Field.Detail, "low"u8)
                );
            }
            else if (part.Is(Field.Type, "input_image"u8))
            {
                tally.Image(default, part.Is(Field.Detail, "low"u8));
            }
            else
            {
                tally.Document();
            }
        }
    }

    private static void Message(in RequestFields message, RequestTally tally)
    {
        tally.Message(message[Field.Role]);
        var content = message[Field.Content];
        var isSystem = message.Is(Field.Role, "system"u8) || message.Is(Field.Role, "developer"u8);
        if (!content.IsEmpty && content[0] == (byte)'[')
        {
            if (isSystem)
            {
                tally.SystemParts();
            }

            Parts(content, tally);
        }
        else if (isSystem)
        {
            tally.SystemText(content);
        }
        else
        {
            tally.Text(content);
        }

        if (message[Field.Name] is { Length: > 2 } name)
        {
            tally.Name(name);
        }

        // A function's answer has a shorter beginning.
        if (message.Is(Field.Role, "function"u8) && tally.Rules.Vendor == ModelVendor.OpenAI)
        {
            tally.Add(-2);
        }

        if (message[Field.FunctionCall] is { IsEmpty: false } called)
        {
            var call = new RequestFields(called);
            tally.Call(call[Field.Name], call[Field.Arguments]);
        }

        var cursor = new JsonCursor(message[Field.ToolCalls]);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var item = new RequestFields(cursor.Pass());
            var call = new RequestFields(item.Either(Field.Function, Field.Custom));
            tally.Call(call[Field.Name], call.Either(Field.Arguments, Field.Input));
        }
    }

    private static void Tools(in RequestFields request, RequestTally tally)
    {
        using var text = new ToolText(tally);
        var cursor = new JsonCursor(request[Field.Functions]);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var function = new RequestFields(cursor.Pass());
            text.Add(function[Field.Name], function[Field.Description], function[Field.Parameters]);
            tally.HasTools = true;
        }

        cursor = new JsonCursor(request[Field.Tools]);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            var tool = new RequestFields(json);
            tally.HasTools = true;
            if (tool[Field.Function] is { IsEmpty: false } inner)
            {
                var function = new RequestFields(inner);
                text.Add(function[Field.Name], function[Field.Description], function[Field.Parameters]);
            }
            else
            {
                tally.Unknown(json);
            }
        }

        text.Count();
    }

    private static void Choice(in RequestFields request, RequestTally tally)
    {
        if (tally.Rules.Vendor != ModelVendor.OpenAI)
        {
            return;
        }

        if (request.Is(Field.FunctionCall, "none"u8) || request.Is(Field.ToolChoice, "none"u8))
        {
            tally.Add(1);
        }

        var choice = new RequestFields(request.Either(Field.FunctionCall, Field.ToolChoice));
        var named = new RequestFields(choice[Field.Function]);
        if ((named[Field.Name].IsEmpty ? choice[Field.Name] : named[Field.Name]) is { Length: > 2 } name)
        {
            tally.Text(name);
            tally.Add(4);
        }
    }
}
