using System.Text.Json.Nodes;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Translation.Talks.Composers;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Requests of OpenAI Responses (https://platform.openai.com/docs/api-reference/responses/create).</summary>
internal static class ResponsesComposer
{
    public static JsonObject Compose(Talk talk, Func<Thought, string> seal)
    {
        var body = new JsonObject { ["model"] = "m", ["store"] = false };
        var input = new JsonArray();
        for (var i = 0; i < talk.System.Length; i++)
        {
            if (i == 0 && talk.IsTerse)
            {
                body["instructions"] = talk.System[0].Text;
            }
            else
            {
                input.Add(Message("developer", [talk.System[i]], false));
            }
        }

        foreach (var say in talk.Says)
        {
            AddItems(say, talk.IsTerse, seal, input);
        }

        body["input"] =
            talk is { IsTerse: true, Says: [{ Role: Role.User, Bits: [Words only] }] } && input.Count == 1
                ? only.Text
                : input;
        if (talk.Tools.Length > 0)
        {
            body["tools"] = List(talk.Tools.Select(Tool));
            body["tool_choice"] = talk.Choice switch
            {
                "any" => "required",
                "auto" or "none" => talk.Choice,
                _ => new JsonObject { ["type"] = "function", ["name"] = talk.Choice[5..] },
            };
            if (talk.OneCallAtATime)
            {
                body["parallel_tool_calls"] = false;
            }
        }

        if (talk.MaxTokens is { } bound)
        {
            body["max_output_tokens"] = bound;
        }

        body.Add("temperature", talk.Temperature, false);
        body.Add("top_p", talk.TopP, false);
        body.Add("user", talk.EndUser, true);
        body.Add("prompt_cache_key", talk.CacheKey, true);
        if (talk.Effort != Effort.Unset)
        {
            body["reasoning"] = new JsonObject { ["effort"] = talk.Effort.ToString().ToLowerInvariant() };
        }

        var text = new JsonObject();
        text.Add("verbosity", talk.Verbosity, true);
        if (talk.Shape is { } shape)
        {
            text["format"] = shape.Schema is null
                ? new JsonObject { ["type"] = "json_object" }
                : ChatComposer.Schema(shape, new JsonObject { ["type"] = "json_schema" });
        }

        if (text.Count > 0)
        {
            body["text"] = text;
        }

        return body;
    }

    private static void AddItems(Say say, bool isTerse, Func<Thought, string> seal, JsonArray to)
    {
        foreach (var result in say.Bits.OfType<Result>())
        {
            to.Add(
                new JsonObject
                {
                    ["type"] = "function_call_output",
                    ["call_id"] = result.Id,
                    ["output"] =
                        isTerse && result.Bits is [Words only]
                            ? only.Text
                            : List(result.Bits.Select(bit => Part(bit, "input_text"))),
                }
            );
        }

        if (say.Role != Role.Assistant)
        {
            Bit[] said = [.. say.Bits.ButResults()];
            if (said.Length > 0)
            {
                to.Add(Message(say.Role == Role.System ? "developer" : "user", said, isTerse));
            }

            return;
        }

        foreach (var bit in say.Bits)
        {
            to.Add(
                bit switch
                {
                    Call call => new JsonObject
                    {
                        ["type"] = "function_call",
                        ["call_id"] = call.Id,
                        ["name"] = call.Name,
                        ["arguments"] = call.Input,
                    },
                    Thought thought => new JsonObject
                    {
                        ["type"] = "reasoning",
                        ["id"] = "rs_weir",
                        ["summary"] = new JsonArray(),
                        ["encrypted_content"] = seal(thought),
                    },
                    _ => Message("assistant", [bit], isTerse),
                }
            );
        }
    }

    private static JsonObject Message(string role, IReadOnlyList<Bit> bits, bool isTerse)
    {
        var type = role == "assistant" ? "output_text" : "input_text";
        var message = new JsonObject
        {
            ["role"] = role,
            ["content"] = isTerse && bits is [Words only] ? only.Text : List(bits.Select(bit => Part(bit, type))),
        };
        if (!isTerse)
        {
            message["type"] = "message";
        }

        return message;
    }

    private static JsonObject Part(Bit bit, string textType) =>
        bit switch
        {
            Words words => new JsonObject { ["type"] = textType, ["text"] = words.Text },
            Declined declined => new JsonObject { ["type"] = "refusal", ["refusal"] = declined.Text },
            Medium { Kind: MediaKind.Document, Source: MediaSource.Url } file => new JsonObject
            {
                ["type"] = "input_file",
                ["file_url"] = file.Data,
            },
            Medium { Kind: MediaKind.Document } file => new JsonObject
            {
                ["type"] = "input_file",
                ["filename"] = file.Title,
                ["file_data"] = DataUri(file),
            },
            Medium image => new JsonObject
            {
                ["type"] = "input_image",
                ["image_url"] = DataUri(image),
                ["detail"] = image.Detail.Length == 0 ? "auto" : image.Detail,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(bit)),
        };

    private static JsonObject Tool(TalkTool tool) =>
        new()
        {
            ["type"] = "function",
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parameters"] = JsonNode.Parse(tool.Schema),
            ["strict"] = tool.Strict,
        };
}
