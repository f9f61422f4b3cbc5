using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Reads a request of Gemini's generateContent (https://ai.google.dev/api/generate-content), whose model and whether it
/// streams stand in the path. Stateless.
/// </summary>
internal static class GeminiRequestReader
{
    /// <summary>The request; <see cref="Conversation.Fault"/> says what is wrong with it.</summary>
    public static Conversation Read(JsonValue body)
    {
        var conversation = new Conversation(Dialect.Gemini, body);
        foreach (var member in body.Members())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !ReadMember(conversation, member))
            {
                conversation.Has(Feature.UnknownField);
            }
        }

        if (conversation.Turns is [.., { Role: Role.Assistant }])
        {
            conversation.Has(Feature.Prefill);
        }

        return conversation;
    }

    private static bool ReadMember(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (member.NameEquals("contents"u8))
        {
            new GeminiTurns(conversation).Read(value);
        }
        else if (member.IsField("systemInstruction"u8))
        {
            ReadSystem(conversation, value);
        }
        else if (member.NameEquals("tools"u8))
        {
            foreach (var tool in value.List())
            {
                ReadTool(conversation, tool);
            }
        }
        else if (member.IsField("toolConfig"u8))
        {
            ReadChoice(conversation, value.Field("functionCallingConfig"u8));
        }
        else if (member.IsField("generationConfig"u8))
        {
            GeminiSettings.Read(conversation, value);
        }
        else if (member.IsField("safetySettings"u8))
        {
            Note(conversation, Feature.SafetySettings, value.HasContent);
        }
        else if (member.IsField("cachedContent"u8))
        {
            Note(conversation, Feature.StoredConversation, !RawText.Of(value).IsEmpty);
        }
        else if (member.NameEquals("labels"u8))
        {
            Note(conversation, Feature.Metadata, value.HasContent);
        }
        else if (member.IsField("serviceTier"u8))
        {
            conversation.Has(Feature.ServiceTier);
        }
        else if (member.NameEquals("store"u8))
        {
            Note(conversation, Feature.Store, value.ValueKind == JsonValueKind.True);
        }
        else
        {
            return member.NameEquals("model"u8);
        }

        return true;
    }

    private static void Note(Conversation conversation, Feature feature, bool isThere)
    {
        if (isThere)
        {
            conversation.Has(feature);
        }
    }

    private static void ReadSystem(Conversation conversation, JsonValue value)
    {
        var parts = value.ValueKind == JsonValueKind.String ? value : value.Get("parts"u8);
        foreach (var part in parts.List())
        {
            var text = part.ValueKind == JsonValueKind.String ? RawText.Of(part) : part.Text("text"u8);
            if (!text.IsEmpty)
            {
                conversation.System.Add(new TextPart(text));
            }
        }
    }

    private static void ReadTool(Conversation conversation, JsonValue tool)
    {
        foreach (var member in tool.Members())
        {
            if (!member.IsField("functionDeclarations"u8))
            {
                Note(conversation, Feature.HostedTool, member.Value.ValueKind != JsonValueKind.Null);
                continue;
            }

            foreach (var function in member.Value.Items())
            {
                conversation.Tools.Add(
                    new Tool(
                        function.Text("name"u8),
                        function.Text("description"u8),
                        SchemaOf(function.Get("parameters"u8), function.Field("parametersJsonSchema"u8))
                    )
                );
            }
        }
    }

    /// <summary>A schema as JSON schema: Gemini's own is made into one.</summary>
    public static JsonValue SchemaOf(JsonValue own, JsonValue json) =>
        json.ValueKind == JsonValueKind.Object ? json
        : own.ValueKind == JsonValueKind.Object ? PlainSchema.Of(own)
        : default;

    private static void ReadChoice(Conversation conversation, JsonValue config)
    {
        var mode = config.Text("mode"u8);
        var names = config.Field("allowedFunctionNames"u8).Elements();
        conversation.Choice =
            mode.Is("ANY"u8) ? ToolChoice.Any
            : mode.Is("NONE"u8) ? ToolChoice.None
            : mode.Is("AUTO"u8) || mode.Is("VALIDATED"u8) ? ToolChoice.Auto
            : ToolChoice.Unset;
        if (conversation.Choice == ToolChoice.Any && names.Count == 1)
        {
            conversation.Choice = ToolChoice.Named;
            conversation.ChosenTool = RawText.Of(names[0]);
        }
    }
}
