using System.Text.Json.Nodes;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Translation.Talks.Composers;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Requests of OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat/create).</summary>
internal static class ChatComposer
{
    public static JsonObject Compose(Talk talk, Func<Thought, string> seal)
    {
        var messages = new JsonArray();
        foreach (var words in talk.System)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = Content([words], talk.IsTerse) });
        }

        foreach (var say in talk.Says)
        {
            AddMessages(say, talk.IsTerse, seal, messages);
        }

        var body = new JsonObject { ["model"] = "m", ["messages"] = messages };
        if (talk.Tools.Length > 0)
        {
            body["tools"] = List(talk.Tools.Select(Tool));
            body["tool_choice"] = talk.Choice switch
            {
                "any" => "required",
                "auto" or "none" => talk.Choice,
                _ => new JsonObject
                {
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = talk.Choice[5..] },
                },
            };
            if (talk.OneCallAtATime)
            {
                body["parallel_tool_calls"] = false;
            }
        }

        if (talk.MaxTokens is { } bound)
        {
            body[talk.IsTerse ? "max_tokens" : "max_completion_tokens"] = bound;
        }

        body.Add("temperature", talk.Temperature, false);
        body.Add("top_p", talk.TopP, false);
        body.Add("seed", talk.Seed, false);
        body.Add("frequency_penalty", talk.Frequency, false);
        body.Add("presence_penalty", talk.Presence, false);
        body.Add("user", talk.EndUser, true);
        body.Add("prompt_cache_key", talk.CacheKey, true);
        body.Add("verbosity", talk.Verbosity, true);
        if (talk.Stops.Length > 0)
        {
            body["stop"] = talk is { IsTerse: true, Stops.Length: 1 } ? talk.Stops[0] : Texts(talk.Stops);
        }

        if (talk.Effort != Effort.Unset)
        {
            body["reasoning_effort"] = talk.Effort.ToString().ToLowerInvariant();
        }

        if (talk.Shape is { } shape)
        {
            body["response_format"] = shape.Schema is null
                ? new JsonObject { ["type"] = "json_object" }
                : new JsonObject { ["type"] = "json_schema", ["json_schema"] = Schema(shape, new JsonObject()) };
        }

        return body;
    }

    /// <summary>A named schema, as Chat and Responses have it.</summary>
    public static JsonObject Schema(Shape shape, JsonObject to)
    {
        to["name"] = shape.Name;
        to["schema"] = JsonNode.Parse(shape.Schema!);
        if (shape.Description.Length > 0)
        {
            to["description"] = shape.Description;
        }

        if (shape.Strict is { } strict)
        {
            to["strict"] = strict;
        }

        return to;
    }

    private static void AddMessages(Say say, bool isTerse, Func<Thought, string> seal, JsonArray to)
    {
        foreach (var result in say.Bits.OfType<Result>())
        {
            to.Add(
                new JsonObject
                {
                    ["role"] = "tool",
                    ["tool_call_id"] = result.Id,
                    ["content"] = Content(result.Bits, isTerse),
                }
            );
        }

        Bit[] said = [.. say.Bits.ButResults()];
        if (said.Length == 0)
        {
            return;
        }

        if (say.Role != Role.Assistant)
        {
            var role = say.Role == Role.System ? (isTerse ? "developer" : "system") : "user";
            to.Add(new JsonObject { ["role"] = role, ["content"] = Content(said, isTerse) });
            return;
        }

        var message = new JsonObject { ["role"] = "assistant" };
        Bit[] words = [.. said.OfType<Words>()];
        message["content"] = words.Length == 0 ? null : Content(words, isTerse);
        if (said.OfType<Declined>().FirstOrDefault() is { } declined)
        {
            message["refusal"] = declined.Text;
        }

        var thoughts = said.OfType<Thought>()
            .Select(t => new JsonObject { ["type"] = "reasoning.encrypted", ["data"] = seal(t) });
        if (List(thoughts) is { Count: > 0 } details)
        {
            message["reasoning_details"] = details;
        }

        var calls = said.OfType<Call>()
            .Select(c => new JsonObject
            {
                ["id"] = c.Id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = c.Name, ["arguments"] = c.Input },
            });
        if (List(calls) is { Count: > 0 } called)
        {
            message["tool_calls"] = called;
        }

        to.Add(message);
    }

    private static JsonNode Content(IReadOnlyList<Bit> bits, bool isTerse) =>
        isTerse && bits is [Words only] ? only.Text : List(bits.Select(Part));

    private static JsonObject Part(Bit bit) =>
        bit switch
        {
            Words words => new JsonObject { ["type"] = "text", ["text"] = words.Text },
            Medium { Kind: MediaKind.Audio } sound => new JsonObject
            {
                ["type"] = "input_audio",
                ["input_audio"] = new JsonObject
                {
                    ["data"] = sound.Data,
                    ["format"] = sound.Type == "audio/mp3" ? "mp3" : "wav",
                },
            },
            Medium { Kind: MediaKind.Document } file => new JsonObject
            {
                ["type"] = "file",
                ["file"] = new JsonObject { ["filename"] = file.Title, ["file_data"] = DataUri(file) },
            },
            Medium image => new JsonObject { ["type"] = "image_url", ["image_url"] = Image(image) },
            _ => throw new ArgumentOutOfRangeException(nameof(bit)),
        };

    private static JsonObject Image(Medium image)
    {
        var made = new JsonObject { ["url"] = DataUri(image) };
        if (image.Detail.Length > 0)
        {
            made["detail"] = image.Detail;
        }

        return made;
    }

    private static JsonObject Tool(TalkTool tool)
    {
        var function = new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parameters"] = JsonNode.Parse(tool.Schema),
        };
        if (tool.Strict)
        {
            function["strict"] = true;
        }

        return new JsonObject { ["type"] = "function", ["function"] = function };
    }
}
