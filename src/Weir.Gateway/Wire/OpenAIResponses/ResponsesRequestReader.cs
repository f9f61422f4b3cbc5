using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.OpenAIChat;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Reads a request of OpenAI Responses (https://platform.openai.com/docs/api-reference/responses/create). Whatever leans on
/// something that OpenAI keeps (a former response, a conversation, a prompt, a run in the background) is noted as a stored
/// conversation, which no other dialect can serve. Stateless.
/// </summary>
internal static class ResponsesRequestReader
{
    /// <summary>The request; <see cref="Conversation.Fault"/> says what is wrong with it.</summary>
    public static Conversation Read(JsonValue body)
    {
        var conversation = new Conversation(Dialect.OpenAIResponses, body);
        var root = body;
        if (root.Text("instructions"u8) is { IsEmpty: false } instructions)
        {
            conversation.System.Add(new TextPart(instructions));
        }

        var tools = new ResponsesTools(conversation);
        foreach (var member in root.Members())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !ReadMember(conversation, tools, member))
            {
                conversation.Has(Feature.UnknownField);
            }
        }

        tools.Narrow(root.Get("tool_choice"u8));
        if (conversation.Turns is [.., { Role: Role.Assistant }])
        {
            conversation.Has(Feature.Prefill);
        }

        return conversation;
    }

    private static bool ReadMember(Conversation conversation, ResponsesTools tools, JsonMember member)
    {
        var value = member.Value;
        if (member.NameEquals("input"u8))
        {
            new ResponsesInput(conversation, tools).Read(value);
        }
        else if (member.NameEquals("tools"u8))
        {
            tools.Read(value);
        }
        else if (member.NameEquals("tool_choice"u8))
        {
            tools.ReadChoice(value);
        }
        else if (member.NameEquals("max_output_tokens"u8))
        {
            conversation.MaxTokens = value.Count();
        }
        else if (member.NameEquals("reasoning"u8))
        {
            ReadReasoning(conversation, value);
        }
        else if (member.NameEquals("text"u8))
        {
            ReadText(conversation, value);
        }
        else if (member.NameEquals("include"u8))
        {
            ReadInclude(conversation, value);
        }
        else if (
            member.NameEquals("previous_response_id"u8)
            || member.NameEquals("conversation"u8)
            || member.NameEquals("prompt"u8)
        )
        {
            conversation.Has(Feature.StoredConversation);
        }
        else if (member.NameEquals("background"u8))
        {
            if (value.ValueKind == JsonValueKind.True)
            {
                // The answer is fetched later, by its id.
                conversation.Has(Feature.StoredConversation);
            }
        }
        else if (member.NameEquals("truncation"u8))
        {
            if (!value.IsText("disabled"u8))
            {
                conversation.Has(Feature.ContextManagement);
            }
        }
        else if (member.NameEquals("context_management"u8))
        {
            conversation.Has(Feature.ContextManagement);
        }
        else if (member.NameEquals("moderation"u8))
        {
            conversation.Has(Feature.SafetySettings);
        }
        else if (member.NameEquals("prompt_cache_options"u8))
        {
            conversation.Has(Feature.CacheControl);
        }
        else if (member.NameEquals("client_metadata"u8))
        {
            conversation.Has(Feature.Metadata);
        }
        else if (member.NameEquals("store"u8))
        {
            conversation.KeepsProofs |= value.ValueKind == JsonValueKind.False;
            return ChatRequestReader.ReadCommon(conversation, member);
        }
        else
        {
            // What is padded, or how often the provider's own tools run, changes no answer.
            return member.NameEquals("instructions"u8)
                || member.NameEquals("stream_options"u8)
                || member.NameEquals("max_tool_calls"u8)
                || ChatRequestReader.ReadCommon(conversation, member);
        }

        return true;
    }

    private static void ReadReasoning(Conversation conversation, JsonValue reasoning)
    {
        var summary = reasoning.Get("summary"u8);
        conversation.Thinking = new ThinkingWish(
            ThinkingMode.Unset,
            Effort: Efforts.Of(reasoning.Text("effort"u8)),
            Shown: summary.Exists() || reasoning.Get("generate_summary"u8).Exists() ? true : null
        );
        if (conversation.Thinking.IsOn)
        {
            conversation.Has(Feature.Thinking);
        }
    }

    private static void ReadText(Conversation conversation, JsonValue text)
    {
        if (text.Text("verbosity"u8) is { IsEmpty: false } verbosity)
        {
            conversation.Verbosity = verbosity;
            conversation.Has(Feature.Verbosity);
        }

        var format = text.Get("format"u8);
        if (format.Is("type"u8, "json_schema"u8))
        {
            ChatRequestReader.ReadSchema(conversation, format);
        }
        else if (format.Is("type"u8, "json_object"u8))
        {
            conversation.Output = new OutputShape(OutputKind.Json);
            conversation.Has(Feature.JsonOutput);
        }
    }

    private static void ReadInclude(Conversation conversation, JsonValue include)
    {
        foreach (var wanted in include.Items())
        {
            // The rest is what OpenAI's own tools found, which nobody has run, or what the caller sent itself.
            if (wanted.IsText("reasoning.encrypted_content"u8))
            {
                conversation.KeepsProofs = true;
            }
            else if (wanted.IsText("message.output_text.logprobs"u8))
            {
                conversation.Has(Feature.LogProbabilities);
            }
        }
    }
}
