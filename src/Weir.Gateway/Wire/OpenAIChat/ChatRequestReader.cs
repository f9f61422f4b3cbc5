using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>
/// Reads a request of OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat/create). Instructions at
/// the head (system, developer) open the conversation, later ones stay where they are. Stateless.
/// </summary>
internal static class ChatRequestReader
{
    /// <summary>The request; <see cref="Conversation.Fault"/> says what is wrong with it.</summary>
    public static Conversation Read(JsonValue body)
    {
        var conversation = new Conversation(Dialect.OpenAIChat, body);
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

    /// <summary>The effort, verbosity and so on that Chat and Responses name alike; false for any other member.</summary>
    public static bool ReadCommon(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (member.NameEquals("stream"u8))
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
        else if (member.NameEquals("parallel_tool_calls"u8))
        {
            conversation.ParallelTools = value.ValueKind == JsonValueKind.True;
            if (value.ValueKind == JsonValueKind.False)
            {
                conversation.Has(Feature.NoParallelTools);
            }
        }
        else if (member.NameEquals("user"u8) || member.NameEquals("safety_identifier"u8))
        {
            conversation.EndUser = RawText.Of(value);
            conversation.Has(Feature.EndUser);
        }
        else if (member.NameEquals("prompt_cache_key"u8))
        {
            conversation.CacheKey = RawText.Of(value);
            conversation.Has(Feature.PromptCacheKey);
        }
        else if (member.NameEquals("metadata"u8))
        {
            if (value.HasContent)
            {
                conversation.Has(Feature.Metadata);
            }
        }
        else if (member.NameEquals("service_tier"u8))
        {
            if (!value.IsText("auto"u8) && !value.IsText("default"u8))
            {
                conversation.Has(Feature.ServiceTier);
            }
        }
        else if (member.NameEquals("store"u8))
        {
            if (value.ValueKind == JsonValueKind.True)
            {
                conversation.Has(Feature.Store);
            }
        }
        else if (member.NameEquals("top_logprobs"u8) || member.NameEquals("prompt_cache_retention"u8))
        {
            if (value.Count() > 0)
            {
                conversation.Has(Feature.LogProbabilities);
            }
        }
        else
        {
            return member.NameEquals("model"u8);
        }

        return true;
    }

    private static bool ReadMember(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (member.NameEquals("messages"u8))
        {
            ReadMessages(conversation, value);
        }
        else if (member.NameEquals("tools"u8))
        {
            foreach (var tool in value.Items())
            {
                ChatTools.Read(conversation, tool.Get("function"u8), tool);
            }
        }
        else if (member.NameEquals("functions"u8))
        {
            foreach (var function in value.Items())
            {
                ChatTools.Read(conversation, function, default);
            }
        }
        else if (member.NameEquals("tool_choice"u8) || member.NameEquals("function_call"u8))
        {
            ChatTools.ReadChoice(conversation, value);
        }
        else if (member.NameEquals("max_completion_tokens"u8) || member.NameEquals("max_tokens"u8))
        {
            conversation.MaxTokens = value.Count() ?? conversation.MaxTokens;
        }
        else if (member.NameEquals("stream_options"u8))
        {
            conversation.WantsUsageChunk = value.Flag("include_usage"u8) == true;
        }
        else if (member.NameEquals("stop"u8))
        {
            ReadStops(conversation, value);
        }
        else if (member.NameEquals("seed"u8))
        {
            conversation.Seed = value.Number();
            conversation.Has(Feature.Seed);
        }
        else if (member.NameEquals("frequency_penalty"u8))
        {
            conversation.FrequencyPenalty = value.Number();
            NotePenalty(conversation, value);
        }
        else if (member.NameEquals("presence_penalty"u8))
        {
            conversation.PresencePenalty = value.Number();
            NotePenalty(conversation, value);
        }
        else if (member.NameEquals("reasoning_effort"u8))
        {
            conversation.Thinking = conversation.Thinking with { Effort = Efforts.Of(RawText.Of(value)) };
            if (conversation.Thinking.IsOn)
            {
                conversation.Has(Feature.Thinking);
            }
        }
        else if (member.NameEquals("response_format"u8))
        {
            ReadFormat(conversation, value);
        }
        else if (member.NameEquals("n"u8))
        {
            if (value.Count() > 1)
            {
                conversation.Has(Feature.SeveralAnswers);
            }
        }
        else if (member.NameEquals("logprobs"u8) || member.NameEquals("logit_bias"u8))
        {
            if (value.ValueKind is JsonValueKind.True || value.HasContent)
            {
                conversation.Has(Feature.LogProbabilities);
            }
        }
        else if (member.NameEquals("modalities"u8) || member.NameEquals("audio"u8))
        {
            if (value.ValueKind == JsonValueKind.Object || AsksForMore(value))
            {
                conversation.Has(Feature.MediaOutput);
            }
        }
        else if (member.NameEquals("web_search_options"u8))
        {
            conversation.Has(Feature.HostedTool);
        }
        else if (member.NameEquals("verbosity"u8))
        {
            conversation.Has(Feature.Verbosity);
            conversation.Verbosity = RawText.Of(value);
        }
        else
        {
            return ReadCommon(conversation, member);
        }

        return true;
    }

    /// <summary>Whether a list of modalities has another than text.</summary>
    private static bool AsksForMore(JsonValue modalities)
    {
        foreach (var modality in modalities.Items())
        {
            if (!modality.IsText("text"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static void NotePenalty(Conversation conversation, JsonValue value)
    {
        if (value.ValueKind == JsonValueKind.Number && !(value.TryGetDouble(out var number) && number == 0))
        {
            conversation.Has(Feature.Penalties);
        }
    }

    private static void ReadStops(Conversation conversation, JsonValue value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            conversation.Stops.Add(RawText.Of(value));
        }

        foreach (var stop in value.Items())
        {
            conversation.Stops.Add(RawText.Of(stop));
        }

        if (conversation.Stops.Count > 0)
        {
            conversation.Has(Feature.StopSequences);
        }
    }

    private static void ReadFormat(Conversation conversation, JsonValue format)
    {
        if (format.Is("type"u8, "json_object"u8))
        {
            conversation.Output = new OutputShape(OutputKind.Json);
            conversation.Has(Feature.JsonOutput);
        }
        else if (format.Is("type"u8, "json_schema"u8))
        {
            ReadSchema(conversation, format.Get("json_schema"u8));
        }
    }

    /// <summary>Reads a named schema, as <c>response_format</c> and Responses' <c>text.format</c> have it.</summary>
    public static void ReadSchema(Conversation conversation, JsonValue named)
    {
        if (named.Get("schema"u8) is { ValueKind: JsonValueKind.Object } schema)
        {
            conversation.Output = new OutputShape(
                OutputKind.Schema,
                schema,
                named.Text("name"u8),
                named.Text("description"u8),
                named.Flag("strict"u8)
            );
            conversation.Has(Feature.OutputSchema);
        }
    }

    private static void ReadMessages(Conversation conversation, JsonValue messages)
    {
        foreach (var item in messages.Items())
        {
            var message = item.Fields();
            var role = message.Text("role"u8);
            if (!message.Text("name"u8).IsEmpty && !role.Is("tool"u8))
            {
                conversation.Has(Feature.SpeakerName);
            }

            if (role.Is("system"u8) || role.Is("developer"u8))
            {
                ReadInstructions(conversation, message.Get("content"u8));
            }
            else if (role.Is("assistant"u8))
            {
                ReadAssistant(conversation, message);
            }
            else if (role.Is("tool"u8) || role.Is("function"u8))
            {
                ReadResult(conversation, message);
            }
            else
            {
                var turn = new Turn(Role.User);
                ReadContent(conversation, message.Get("content"u8), turn.Parts);
                conversation.Turns.Add(turn);
            }
        }
    }

    private static void ReadInstructions(Conversation conversation, JsonValue content)
    {
        var parts = new List<Part>();
        ReadContent(conversation, content, parts);
        if (conversation.Turns.Count == 0)
        {
            conversation.System.AddRange(parts.OfType<TextPart>());
            return;
        }

        var turn = new Turn(Role.System);
        turn.Parts.AddRange(parts);
        conversation.Turns.Add(turn);
        conversation.Has(Feature.SystemMidConversation);
    }

    private static void ReadAssistant(Conversation conversation, in JsonFields message)
    {
        var turn = new Turn(Role.Assistant);
        ReadThinking(message, turn.Parts);
        ReadContent(conversation, message.Get("content"u8), turn.Parts);
        if (message.Text("refusal"u8) is { IsEmpty: false } refusal)
        {
            turn.Parts.Add(new RefusalPart(refusal));
        }

        foreach (var call in message.Get("tool_calls"u8).Items())
        {
            ReadCall(conversation, call, turn.Parts);
        }

        if (message.Get("function_call"u8) is { ValueKind: JsonValueKind.Object } single)
        {
            turn.Parts.Add(
                new ToolCallPart(
                    single.Text("name"u8),
                    single.Text("name"u8),
                    RawJson.OfArguments(single.Text("arguments"u8))
                )
            );
        }

        PlaceLastThought(turn.Parts);
        conversation.Turns.Add(turn);
    }

    /// <summary>
    /// A message tells no order of its thinking and its words. Gemini signs the first call of a step, and takes that proof at no
    /// other place: the last one goes there.
    /// </summary>
    private static void PlaceLastThought(List<Part> parts)
    {
        var call = parts.FindIndex(static part => part is ToolCallPart);
        var last = parts.FindLastIndex(static part => part is ThinkingPart { Proof.Kind: ProofKind.Thought });
        if (last >= 0 && last < call - 1)
        {
            parts.Insert(call, parts[last]);
            parts.RemoveAt(last);
        }
    }

    /// <summary>
    /// What Weir sealed comes back under <c>reasoning_details</c>, a list that OpenRouter began and its clients keep; what is
    /// shown alone, under <c>reasoning_content</c>.
    /// </summary>
    private static void ReadThinking(in JsonFields message, List<Part> to)
    {
        var found = false;
        foreach (var detail in message.Get("reasoning_details"u8).Items())
        {
            if (ThinkingProof.TryOpen(detail.Text("data"u8), out var proof))
            {
                found = true;
                to.Add(new ThinkingPart(proof.Kind == ProofKind.Text ? proof.Extra : default, proof));
            }
        }

        var text = message.Text("reasoning_content"u8);
        text = text.IsEmpty ? message.Text("reasoning"u8) : text;
        if (!found && !text.IsEmpty)
        {
            to.Add(new ThinkingPart(text, default));
        }
    }

    private static void ReadCall(Conversation conversation, JsonValue item, List<Part> to)
    {
        var call = item.Fields();
        if (
            call.Get("extra_content"u8).Get("google"u8).Text("thought_signature"u8) is { IsEmpty: false } thought
            && ThinkingProof.TryOpen(thought, out var proof)
        )
        {
            to.Add(new ThinkingPart(default, proof));
        }

        if (call.Get("custom"u8) is { ValueKind: JsonValueKind.Object } custom)
        {
            conversation.Has(Feature.FreeFormTool);
            to.Add(
                new ToolCallPart(call.Text("id"u8), custom.Text("name"u8), FreeForm.Wrap(custom.Text("input"u8)))
                {
                    IsFreeForm = true,
                }
            );
            return;
        }

        var function = call.Get("function"u8).Fields();
        to.Add(
            new ToolCallPart(
                call.Text("id"u8),
                function.Text("name"u8),
                RawJson.OfArguments(function.Text("arguments"u8))
            )
        );
    }

    private static void ReadResult(Conversation conversation, in JsonFields message)
    {
        var id = message.Text("tool_call_id"u8);
        var result = new ToolResultPart(id.IsEmpty ? message.Text("name"u8) : id) { Name = message.Text("name"u8) };
        ReadContent(conversation, message.Get("content"u8), result.Content);
        if (
            conversation.Turns is [.., { Role: Role.User } last]
            && last.Parts.TrueForAll(static p => p is ToolResultPart)
        )
        {
            // Neighbouring results answer the calls of one turn.
            last.Parts.Add(result);
            return;
        }

        var turn = new Turn(Role.User);
        turn.Parts.Add(result);
        conversation.Turns.Add(turn);
    }

    private static void ReadContent(Conversation conversation, JsonValue content, List<Part> to)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            to.Add(new TextPart(RawText.Of(content)));
            return;
        }

        foreach (var part in content.Items())
        {
            ReadPart(conversation, part, to);
        }
    }

    private static void ReadPart(Conversation conversation, JsonValue item, List<Part> to)
    {
        var part = item.Fields();
        var mark = CacheMark.None;
        if (part.Get("cache_control"u8).Exists())
        {
            // OpenRouter's and LiteLLM's clients mark what Anthropic is to cache.
            conversation.Has(Feature.CacheControl);
            mark = part.Get("cache_control"u8).Is("ttl"u8, "1h"u8) ? CacheMark.Long : CacheMark.Short;
        }

        var type = part.Text("type"u8);
        if (type.Is("text"u8))
        {
            to.Add(new TextPart(part.Text("text"u8)) { Cache = mark });
        }
        else if (type.Is("refusal"u8))
        {
            to.Add(new RefusalPart(part.Text("refusal"u8)));
        }
        else if (type.Is("image_url"u8))
        {
            var image = part.Get("image_url"u8);
            var url = image.ValueKind == JsonValueKind.String ? RawText.Of(image) : image.Text("url"u8);
            to.Add(OpenAIMedia.Image(conversation, url, image.Text("detail"u8), mark));
        }
        else if (type.Is("file"u8))
        {
            var file = part.Get("file"u8);
            to.Add(OpenAIMedia.File(conversation, file, mark));
        }
        else if (type.Is("input_audio"u8))
        {
            var audio = part.Get("input_audio"u8);
            conversation.Has(Feature.Audio);
            to.Add(
                new MediaPart(MediaKind.Audio, MediaSource.Base64, audio.Text("data"u8))
                {
                    MediaType = RawText.OfPlain(audio.Is("format"u8, "mp3"u8) ? "audio/mp3" : "audio/wav"),
                }
            );
        }
        else
        {
            conversation.Has(Feature.UnknownField);
        }
    }
}
