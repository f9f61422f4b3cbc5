using System.Text;
using System.Text.Json.Nodes;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Translation.Talks.Composers;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Requests of Gemini's generateContent (https://ai.google.dev/api/generate-content).</summary>
internal static class GeminiComposer
{
    public static JsonObject Compose(Talk talk, Func<Thought, string> seal)
    {
        var body = new JsonObject();
        if (talk.System.Length > 0)
        {
            body["systemInstruction"] = new JsonObject
            {
                ["parts"] = List(talk.System.Select(words => new JsonObject { ["text"] = words.Text })),
            };
        }

        body["contents"] = List(talk.Says.Select(say => Content(say, talk.IsTerse, seal)));
        if (talk.Tools.Length > 0)
        {
            body["tools"] = new JsonArray(new JsonObject { ["functionDeclarations"] = List(talk.Tools.Select(Tool)) });
            body["toolConfig"] = new JsonObject { ["functionCallingConfig"] = Choice(talk.Choice) };
        }

        var config = new JsonObject();
        if (talk.MaxTokens is { } bound)
        {
            config["maxOutputTokens"] = bound;
        }

        config.Add("temperature", talk.Temperature, false);
        config.Add("topP", talk.TopP, false);
        config.Add("topK", talk.TopK, false);
        config.Add("seed", talk.Seed, false);
        config.Add("frequencyPenalty", talk.Frequency, false);
        config.Add("presencePenalty", talk.Presence, false);
        if (talk.Stops.Length > 0)
        {
            config["stopSequences"] = Texts(talk.Stops);
        }

        if (talk.Budget is { } budget)
        {
            config["thinkingConfig"] = new JsonObject { ["thinkingBudget"] = budget };
        }

        if (talk.Effort != Effort.Unset)
        {
            config["thinkingConfig"] = new JsonObject { ["thinkingLevel"] = talk.Effort.ToString().ToUpperInvariant() };
        }

        if (talk.Shape is { } shape)
        {
            config["responseMimeType"] = "application/json";
            if (shape.Schema is { } schema)
            {
                config["responseJsonSchema"] = JsonNode.Parse(schema);
            }
        }

        body["generationConfig"] = config;
        return body;
    }

    private static JsonObject Content(Say say, bool isTerse, Func<Thought, string> seal)
    {
        var parts = new JsonArray();
        string? signature = null;
        foreach (var bit in say.Bits)
        {
            if (bit is Thought thought)
            {
                // What signs the thinking stands on the part behind it.
                parts.Add(new JsonObject { ["text"] = thought.Text, ["thought"] = true });
                signature = Convert.ToBase64String(Encoding.UTF8.GetBytes(seal(thought)));
                continue;
            }

            var part = Part(bit, isTerse);
            if (signature is not null)
            {
                part["thoughtSignature"] = signature;
                signature = null;
            }

            parts.Add(part);
        }

        return new JsonObject { ["role"] = say.Role == Role.Assistant ? "model" : "user", ["parts"] = parts };
    }

    private static JsonObject Part(Bit bit, bool isTerse)
    {
        switch (bit)
        {
            case Words words:
                return new JsonObject { ["text"] = words.Text };
            case Call call:
                var made = new JsonObject { ["name"] = call.Name, ["args"] = JsonNode.Parse(call.Input) };
                made.Add("id", isTerse ? null : call.Id, true);
                return new JsonObject { ["functionCall"] = made };
            case Result result:
                var response = new JsonObject
                {
                    ["name"] = result.Name,
                    ["response"] = new JsonObject
                    {
                        [
                            result.IsError ? "error"
                            : isTerse ? "result"
                            : "output"
                        ] = string.Concat(result.Bits.Cast<Words>().Select(w => w.Text)),
                    },
                };
                response.Add("id", isTerse ? null : result.Id, true);
                return new JsonObject { ["functionResponse"] = response };
            case Medium { Source: MediaSource.Url } address:
                return new JsonObject
                {
                    ["fileData"] = new JsonObject { ["mimeType"] = address.Type, ["fileUri"] = address.Data },
                };
            case Medium medium:
                return new JsonObject
                {
                    ["inlineData"] = new JsonObject { ["mimeType"] = medium.Type, ["data"] = medium.Data },
                };
            default:
                throw new ArgumentOutOfRangeException(nameof(bit));
        }
    }

    private static JsonObject Tool(TalkTool tool) =>
        new()
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parametersJsonSchema"] = JsonNode.Parse(tool.Schema),
        };

    private static JsonObject Choice(string choice) =>
        choice.StartsWith("tool ", StringComparison.Ordinal)
            ? new JsonObject { ["mode"] = "ANY", ["allowedFunctionNames"] = new JsonArray(choice[5..]) }
            : new JsonObject { ["mode"] = choice.ToUpperInvariant() };
}
