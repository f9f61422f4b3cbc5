using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>A generateContent or countTokens request of Gemini (https://ai.google.dev/api/generate-content).</summary>
internal static class GeminiCount
{
    /// <summary>Adds what the model reads of it.</summary>
    public static void Read(ReadOnlySpan<byte> body, RequestTally tally)
    {
        var request = new RequestFields(body);
        if (request[Field.GenerateContentRequest] is { IsEmpty: false } whole)
        {
            request = new RequestFields(whole);
        }

        Tools(request[Field.Tools], tally);
        if (request[Field.SystemInstruction] is { IsEmpty: false } system)
        {
            tally.Message("\"system\""u8);
            tally.SystemParts();
            Content(system, tally);
        }

        // One content may stand without its list.
        var contents = request[Field.Contents];
        if (!contents.IsEmpty && contents[0] == (byte)'{')
        {
            tally.Message("\"user\""u8);
            Content(contents, tally);
        }

        var cursor = new JsonCursor(contents);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            var json = cursor.Pass();
            var role = new RequestFields(json)[Field.Role];
            tally.Message(role.IsEmpty ? "\"user\""u8 : role);
            Content(json, tally);
        }
    }

    private static void Content(ReadOnlySpan<byte> content, RequestTally tally)
    {
        var parts = new RequestFields(content)[Field.Parts];
        if (!parts.IsEmpty && parts[0] == (byte)'{')
        {
            Part(parts, tally);
        }

        var cursor = new JsonCursor(parts);
        for (var open = cursor.EnterArray(); open && cursor.NextElement(); )
        {
            Part(cursor.Pass(), tally);
        }
    }

    private static void Part(ReadOnlySpan<byte> json, RequestTally tally)
    {
        var part = new RequestFields(json);
        if (part[Field.Text] is { IsEmpty: false } text)
        {
            if (!part[Field.Thought].SequenceEqual("true"u8))
            {
                tally.Text(text);
            }
        }
        else if (part[Field.FunctionCall] is { IsEmpty: false } called)
        {
            var call = new RequestFields(called);
            tally.Call(call[Field.Name], call[Field.Args]);
        }
        else if (part[Field.FunctionResponse] is { IsEmpty: false } answered)
        {
            var answer = new RequestFields(answered);
            tally.Call(answer[Field.Name], answer[Field.Response]);
        }
        else if (part[Field.InlineData] is { IsEmpty: false } data)
        {
            Data(data, tally);
        }
        else
        {
            tally.Document();
        }
    }

    private static void Data(ReadOnlySpan<byte> json, RequestTally tally)
    {
        var data = new RequestFields(json);
        if (json.IndexOf("image/"u8) >= 0)
        {
            tally.Image(data[Field.Data]);
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
            tally.HasTools = true;
            var declarations = new JsonCursor(new RequestFields(json)[Field.FunctionDeclarations]);
            if (!declarations.EnterArray())
            {
                tally.Unknown(json);
                continue;
            }

            while (declarations.NextElement())
            {
                var function = new RequestFields(declarations.Pass());
                text.Add(function[Field.Name], function[Field.Description], function[Field.Parameters]);
            }
        }

        text.Count();
    }
}
