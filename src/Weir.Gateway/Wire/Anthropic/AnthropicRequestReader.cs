using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>
/// Reads a request of Anthropic Messages (https://platform.claude.com/docs/en/api/messages, and the blocks and betas that
/// Claude Code sends). Stateless.
/// </summary>
internal static class AnthropicRequestReader
{
    /// <summary>The request; <see cref="Conversation.Fault"/> says what is wrong with it.</summary>
    public static Conversation Read(JsonValue body)
    {
        var conversation = new Conversation(Dialect.AnthropicMessages, body);
        foreach (var member in body.Members())
        {
            ReadMember(conversation, member);
        }

        if (conversation.Turns is [.., { Role: Role.Assistant }])
        {
            conversation.Has(Feature.Prefill);
        }

        return conversation;
    }

    private static void ReadMember(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (member.NameEquals("messages"u8))
        {
            foreach (var message in value.Items())
            {
                ReadMessage(conversation, message);
            }
        }
        else if (member.NameEquals("system"u8))
        {
            ReadSystem(conversation, value, conversation.System);
        }
        else if (member.NameEquals("tools"u8))
        {
            ReadTools(conversation, value);
        }
        else if (member.NameEquals("tool_choice"u8))
        {
            ReadToolChoice(conversation, value);
        }
        else if (member.NameEquals("max_tokens"u8))
        {
            conversation.MaxTokens = value.Count();
        }
        else if (member.NameEquals("stream"u8))
        {
            conversation.Streams = value.ValueKind == JsonValueKind.True;
        }
        else if (member.NameEquals("temperature"u8))
        {
            conversation.Temperature = value.Number();
            conversation.Has(Feature.Temperature);
        }
        else if (member.NameEquals("top_p"u8))
        {
            conversation.TopP = value.Number();
            conversation.Has(Feature.TopP);
        }
        else if (member.NameEquals("top_k"u8))
        {
            conversation.TopK = value.Number();
            conversation.Has(Feature.TopK);
        }
        else if (member.NameEquals("stop_sequences"u8))
        {
            foreach (var stop in value.Items())
            {
                conversation.Stops.Add(RawText.Of(stop));
                conversation.Has(Feature.StopSequences);
            }
        }
        else if (member.NameEquals("thinking"u8))
        {
            ReadThinking(conversation, value);
        }
        else if (member.NameEquals("output_config"u8))
        {
            conversation.Thinking = conversation.Thinking with { Effort = Efforts.Of(value.Text("effort"u8)) };
            ReadFormat(conversation, value.Get("format"u8));
        }
        else if (member.NameEquals("output_format"u8))
        {
            ReadFormat(conversation, value);
        }
        else if (member.NameEquals("metadata"u8))
        {
            conversation.EndUser = value.Text("user_id"u8);
            conversation.Has(Feature.EndUser);
        }
        else if (member.NameEquals("service_tier"u8) || member.NameEquals("speed"u8))
        {
            conversation.Has(Feature.ServiceTier);
        }
        else if (member.NameEquals("context_management"u8))
        {
            conversation.Has(Feature.ContextManagement);
        }
        else if (member.NameEquals("cache_control"u8))
        {
            conversation.Has(Feature.CacheControl);
        }
        else if (member.NameEquals("mcp_servers"u8))
        {
            if (value.HasContent)
            {
                conversation.Has(Feature.HostedTool);
            }
        }
        else if (member.NameEquals("container"u8))
        {
            conversation.Has(Feature.StoredConversation);
        }
        else if (!member.NameEquals("model"u8))
        {
            conversation.Has(Feature.UnknownField);
        }
    }

    private static void ReadThinking(Conversation conversation, JsonValue value)
    {
        var type = value.Text("type"u8);
        var budget = value.Get("budget_tokens"u8).Count() ?? 0;
        var mode =
            type.Is("disabled"u8) ? ThinkingMode.Off
            : type.Is("enabled"u8) ? ThinkingMode.Budget
            : ThinkingMode.Adaptive;
        conversation.Thinking = conversation.Thinking with { Mode = mode, Budget = budget };
        if (mode != ThinkingMode.Off)
        {
            conversation.Has(Feature.Thinking);
        }

        if (mode == ThinkingMode.Budget)
        {
            conversation.Has(Feature.ThinkingBudget);
        }
    }

    private static void ReadFormat(Conversation conversation, JsonValue format)
    {
        if (format.Get("schema"u8) is { ValueKind: JsonValueKind.Object } schema)
        {
            conversation.Output = new OutputShape(OutputKind.Schema, schema, Strict: true);
            conversation.Has(Feature.OutputSchema);
        }
    }

    private static void ReadSystem(Conversation conversation, JsonValue value, List<TextPart> to)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            to.Add(new TextPart(RawText.Of(value)));
            return;
        }

        foreach (var item in value.Items())
        {
            var block = item.Fields();
            var text = block.Text("text"u8);
            if (text.StartsWith("x-anthropic-billing-header:"u8))
            {
                conversation.Has(Feature.BillingHeader);
            }
            else if (!text.IsEmpty)
            {
                to.Add(new TextPart(text) { Cache = MarkOf(conversation, block) });
            }
        }
    }

    private static void ReadMessage(Conversation conversation, JsonValue message)
    {
        var fields = message.Fields();
        var role = fields.Text("role"u8);
        var content = fields.Get("content"u8);
        var turn = new Turn(
            role.Is("assistant"u8) ? Role.Assistant
            : role.Is("system"u8) ? Role.System
            : Role.User
        );
        if (content.ValueKind == JsonValueKind.String)
        {
            turn.Parts.Add(new TextPart(RawText.Of(content)));
        }

        foreach (var block in content.Items())
        {
            ReadBlock(conversation, block, turn.Parts);
        }

        if (turn.Role == Role.System)
        {
            conversation.Has(Feature.SystemMidConversation);
        }

        conversation.Turns.Add(turn);
    }

    private static void ReadBlock(Conversation conversation, JsonValue value, List<Part> to)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            to.Add(new TextPart(RawText.Of(value)));
            return;
        }

        var block = value.Fields();
        var mark = MarkOf(conversation, block);
        var type = block.Text("type"u8);
        if (type.Is("text"u8))
        {
            if (block.Get("citations"u8) is { ValueKind: JsonValueKind.Array, HasContent: true })
            {
                conversation.Has(Feature.Citations);
            }

            to.Add(new TextPart(block.Text("text"u8)) { Cache = mark });
        }
        else if (type.Is("tool_use"u8))
        {
            var input = block.Get("input"u8);
            to.Add(
                new ToolCallPart(
                    block.Text("id"u8),
                    block.Text("name"u8),
                    input.ValueKind == JsonValueKind.Object ? RawJson.Of(input) : RawJson.EmptyObject
                )
                {
                    Cache = mark,
                }
            );
        }
        else if (type.Is("tool_result"u8))
        {
            ReadResult(conversation, block, mark, to);
        }
        else if (type.Is("thinking"u8))
        {
            var signature = block.Text("signature"u8);
            to.Add(
                new ThinkingPart(
                    block.Text("thinking"u8),
                    ThinkingProof.TryOpen(signature, out var opened)
                        ? opened
                        : new ThinkingProof(ProofKind.Signature, signature, Provider: null)
                )
            );
        }
        else if (type.Is("redacted_thinking"u8))
        {
            to.Add(
                new ThinkingPart(default, new ThinkingProof(ProofKind.Redacted, block.Text("data"u8), Provider: null))
            );
        }
        else if (type.Is("image"u8) || type.Is("document"u8))
        {
            ReadMedia(conversation, block, mark, type.Is("image"u8), to);
        }
        else if (type.Is("search_result"u8))
        {
            foreach (var text in block.Get("content"u8).Items())
            {
                to.Add(new TextPart(text.Text("text"u8)) { Cache = mark });
            }

            conversation.Has(Feature.Citations);
        }
        else if (type.Is("container_upload"u8))
        {
            conversation.Has(Feature.HeldFile);
        }
        else
        {
            // Traces of tools that Anthropic itself ran, and blocks to come.
            conversation.Has(Feature.HostedTool);
        }
    }

    private static void ReadResult(Conversation conversation, in JsonFields block, CacheMark mark, List<Part> to)
    {
        var result = new ToolResultPart(block.Text("tool_use_id"u8))
        {
            IsError = block.Flag("is_error"u8) == true,
            Cache = mark,
        };
        var content = block.Get("content"u8);
        if (content.ValueKind == JsonValueKind.String)
        {
            result.Content.Add(new TextPart(RawText.Of(content)));
        }

        foreach (var inner in content.Items())
        {
            ReadBlock(conversation, inner, result.Content);
        }

        if (result.IsError)
        {
            conversation.Has(Feature.ToolError);
        }

        if (result.Content.Exists(static part => part is MediaPart))
        {
            conversation.Has(Feature.ToolResultMedia);
        }

        to.Add(result);
    }

    private static void ReadMedia(
        Conversation conversation,
        in JsonFields block,
        CacheMark mark,
        bool isImage,
        List<Part> to
    )
    {
        var source = block.Get("source"u8).Fields();
        var type = source.Text("type"u8);
        var kind = isImage ? MediaKind.Image : MediaKind.Document;
        if (block.Get("citations"u8).Flag("enabled"u8) == true)
        {
            conversation.Has(Feature.Citations);
        }

        if (type.Is("content"u8))
        {
            foreach (var inner in source.Get("content"u8).Items())
            {
                ReadBlock(conversation, inner, to);
            }

            return;
        }

        var (from, data, feature) =
            type.Is("base64"u8)
                ? (MediaSource.Base64, source.Text("data"u8), isImage ? Feature.Image : Feature.Document)
            : type.Is("url"u8)
                ? (MediaSource.Url, source.Text("url"u8), isImage ? Feature.ImageUrl : Feature.DocumentUrl)
            : type.Is("text"u8) ? (MediaSource.PlainText, source.Text("data"u8), Feature.TextDocument)
            : (MediaSource.Held, source.Text("file_id"u8), Feature.HeldFile);
        conversation.Has(feature);
        to.Add(
            new MediaPart(kind, from, data)
            {
                MediaType = source.Text("media_type"u8),
                Title = block.Text("title"u8),
                Cache = mark,
            }
        );
    }

    private static void ReadTools(Conversation conversation, JsonValue tools)
    {
        foreach (var item in tools.Items())
        {
            var tool = item.Fields();
            var type = tool.Text("type"u8);
            if (!type.IsEmpty && !type.Is("custom"u8))
            {
                if (AnthropicOwnTools.Find(type, tool.Text("name"u8)) is { } own)
                {
                    conversation.Tools.Add(own with { Cache = MarkOf(conversation, tool) });
                }
                else
                {
                    conversation.Has(Feature.HostedTool);
                }

                continue;
            }

            var strict = tool.Flag("strict"u8);
            if (strict == true)
            {
                conversation.Has(Feature.StrictTool);
            }

            conversation.Tools.Add(
                new Tool(tool.Text("name"u8), tool.Text("description"u8), tool.Get("input_schema"u8), strict)
                {
                    Cache = MarkOf(conversation, tool),
                }
            );
        }
    }

    private static void ReadToolChoice(Conversation conversation, JsonValue choice)
    {
        var type = choice.Text("type"u8);
        conversation.Choice =
            type.Is("auto"u8) ? ToolChoice.Auto
            : type.Is("any"u8) ? ToolChoice.Any
            : type.Is("none"u8) ? ToolChoice.None
            : type.Is("tool"u8) ? ToolChoice.Named
            : ToolChoice.Unset;
        conversation.ChosenTool = choice.Text("name"u8);
        if (choice.Flag("disable_parallel_tool_use"u8) == true)
        {
            conversation.ParallelTools = false;
            conversation.Has(Feature.NoParallelTools);
        }
    }

    private static CacheMark MarkOf(Conversation conversation, in JsonFields block)
    {
        var mark = block.Get("cache_control"u8);
        if (!mark.Exists())
        {
            return CacheMark.None;
        }

        conversation.Has(Feature.CacheControl);
        return mark.Is("ttl"u8, "1h"u8) ? CacheMark.Long : CacheMark.Short;
    }
}
