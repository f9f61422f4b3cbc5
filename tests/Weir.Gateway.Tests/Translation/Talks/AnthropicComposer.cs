using System.Text.Json.Nodes;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Translation.Talks.Composers;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Requests of Anthropic Messages (https://platform.claude.com/docs/en/api/messages).</summary>
internal static class AnthropicComposer
{
    public static JsonObject Compose(Talk talk, Func<Thought, string> seal)
    {
        var body = new JsonObject { ["model"] = "m", ["max_tokens"] = talk.MaxTokens };
        if (talk.System is [{ Cache: CacheMark.None } only] && talk.IsTerse)
        {
            body["system"] = only.Text;
        }
        else if (talk.System.Length > 0)
        {
            body["system"] = List(talk.System.Select(words => Block(words, seal)));
        }

        body["messages"] = List(talk.Says.Select(say => Message(say, talk.IsTerse, seal)));
        if (talk.Tools.Length > 0)
        {
            body["tools"] = List(talk.Tools.Select(Tool));
            body["tool_choice"] = Choice(talk);
        }

        body.Add("temperature", talk.Temperature, false);
        body.Add("top_p", talk.TopP, false);
        body.Add("top_k", talk.TopK, false);
        if (talk.Stops.Length > 0)
        {
            body["stop_sequences"] = Texts(talk.Stops);
        }

        if (talk.Budget is { } budget)
        {
            body["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = budget };
        }

        var output = new JsonObject();
        if (talk.Effort != Effort.Unset)
        {
            body["thinking"] = new JsonObject { ["type"] = "adaptive" };
            output["effort"] = talk.Effort.ToString().ToLowerInvariant();
        }

        if (talk.Shape?.Schema is { } schema)
        {
            output["format"] = new JsonObject { ["type"] = "json_schema", ["schema"] = JsonNode.Parse(schema) };
        }

        if (output.Count > 0)
        {
            body["output_config"] = output;
        }

        if (talk.EndUser is not null)
        {
            body["metadata"] = new JsonObject { ["user_id"] = talk.EndUser };
        }

        return body;
    }

    private static JsonObject Message(Say say, bool isTerse, Func<Thought, string> seal) =>
        new()
        {
            ["role"] = say.Role == Role.Assistant ? "assistant" : "user",
            ["content"] =
                isTerse && say.Bits is [Words { Cache: CacheMark.None } only]
                    ? only.Text
                    : List(say.Bits.Select(bit => Block(bit, seal))),
        };

    private static JsonObject Block(Bit bit, Func<Thought, string> seal)
    {
        var block = bit switch
        {
            Words words => new JsonObject { ["type"] = "text", ["text"] = words.Text },
            Call call => new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = call.Id,
                ["name"] = call.Name,
                ["input"] = JsonNode.Parse(call.Input),
            },
            Thought thought => new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = thought.Text,
                ["signature"] = seal(thought),
            },
            Result result => new JsonObject
            {
                ["type"] = "tool_result",
                ["tool_use_id"] = result.Id,
                ["content"] = List(result.Bits.Select(inner => Block(inner, seal))),
                ["is_error"] = result.IsError,
            },
            Medium medium => Media(medium),
            _ => throw new ArgumentOutOfRangeException(nameof(bit)),
        };
        if (bit.Cache != CacheMark.None)
        {
            block["cache_control"] = Mark(bit.Cache);
        }

        return block;
    }

    private static JsonObject Media(Medium medium)
    {
        var block = new JsonObject
        {
            ["type"] = medium.Kind == MediaKind.Image ? "image" : "document",
            ["source"] = medium.Source switch
            {
                MediaSource.Url => new JsonObject { ["type"] = "url", ["url"] = medium.Data },
                MediaSource.PlainText => new JsonObject
                {
                    ["type"] = "text",
                    ["media_type"] = "text/plain",
                    ["data"] = medium.Data,
                },
                _ => new JsonObject
                {
                    ["type"] = "base64",
                    ["media_type"] = medium.Type,
                    ["data"] = medium.Data,
                },
            },
        };
        if (medium.Title.Length > 0)
        {
            block["title"] = medium.Title;
        }

        return block;
    }

    private static JsonObject Tool(TalkTool tool)
    {
        var made = new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["input_schema"] = JsonNode.Parse(tool.Schema),
        };
        if (tool.Strict)
        {
            made["strict"] = true;
        }

        if (tool.Cache != CacheMark.None)
        {
            made["cache_control"] = Mark(tool.Cache);
        }

        return made;
    }

    private static JsonObject Choice(Talk talk)
    {
        var choice = new JsonObject { ["type"] = talk.Choice.Split(' ')[0] };
        if (talk.Choice.StartsWith("tool ", StringComparison.Ordinal))
        {
            choice["name"] = talk.Choice[5..];
        }

        if (talk.OneCallAtATime)
        {
            choice["disable_parallel_tool_use"] = true;
        }

        return choice;
    }

    private static JsonObject Mark(CacheMark mark) =>
        mark == CacheMark.Long
            ? new JsonObject { ["type"] = "ephemeral", ["ttl"] = "1h" }
            : new JsonObject { ["type"] = "ephemeral" };
}
