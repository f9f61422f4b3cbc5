using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>
/// Writes a request of OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat/create) for OpenAI and
/// the many who speak it. Stateless.
/// </summary>
internal static class ChatRequestWriter
{
    private const int MaxStops = 4;
    private const int LongestEndUser = 64;

    /// <summary>Writes the body, and returns what was left out of it.</summary>
    public static FeatureSet Write(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var dropped = Fates.DroppedBy(Dialect.OpenAIChat, conversation.Features);
        to.Object();
        to.Plain("model"u8, target.Model);
        to.Array("messages"u8);
        WriteSystem(conversation, target, to);
        WriteTurns(conversation.Turns, target, ref dropped, to);
        to.EndArray();
        WriteTools(conversation, target, ref dropped, to);
        WriteSampling(conversation, target, ref dropped, to);
        WriteThinking(conversation, target, ref dropped, to);
        WriteOutput(conversation.Output, to);
        if (target.IsOpenAI && !conversation.Verbosity.IsEmpty)
        {
            to.Text("verbosity"u8, conversation.Verbosity);
        }
        else if (!conversation.Verbosity.IsEmpty)
        {
            dropped = dropped.With(Feature.Verbosity);
        }

        if (conversation.Streams)
        {
            to.Bool("stream"u8, true);
            if (target.TakesStreamOptions)
            {
                to.Raw("stream_options"u8, "{\"include_usage\":true}"u8);
            }
        }

        to.EndObject();
        return dropped;
    }

    private static void WriteSystem(Conversation conversation, TargetTraits target, JsonOut to)
    {
        if (conversation.System.Count == 0)
        {
            return;
        }

        to.Object();
        to.Text("role"u8, "system"u8);
        WriteTexts(conversation.System, target, to);
        to.EndObject();
    }

    private static void WriteTurns(List<Turn> turns, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        for (var i = 0; i < turns.Count; )
        {
            if (turns[i].Role == Role.Assistant)
            {
                WriteAssistant(turns[i++], target, ref dropped, to);
                continue;
            }

            var end = i + 1;
            while (end < turns.Count && turns[end].Role != Role.Assistant)
            {
                end++;
            }

            // Nothing may stand between calls and their results, instructions neither.
            WriteResults(turns, i, end, target, to);
            for (; i < end; i++)
            {
                var said = turns[i].Parts.FindAll(static part => part is not ToolResultPart);
                if (said.Count > 0)
                {
                    WriteSaid(turns[i].Role == Role.System ? "system"u8 : "user"u8, said, target, to);
                }
            }
        }
    }

    private static void WriteAssistant(Turn turn, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        to.Object();
        to.Text("role"u8, "assistant"u8);
        var texts = new List<TextPart>();
        RefusalPart? refusal = null;
        var hasCalls = false;
        var thoughts = new List<RawText>();
        foreach (var part in turn.Parts)
        {
            switch (part)
            {
                case TextPart { Text.IsEmpty: false } text:
                    texts.Add(text);
                    break;
                case RefusalPart declined:
                    refusal = declined;
                    break;
                case ToolCallPart:
                    hasCalls = true;
                    break;
                case ThinkingPart thinking when target.TakesReasoningContent && thinking.Proof.IsFrom(target.Provider):
                    thoughts.Add(thinking.Text);
                    break;
                case ThinkingPart thinking:
                    dropped = dropped.With(Thoughts.LossOf(thinking));
                    break;
                case MediaPart:
                    // No dialect has a model's pictures in former turns but Gemini's; Chat takes none of an assistant.
                    dropped = dropped.With(Feature.MediaOutput);
                    break;
            }
        }

        if (texts.Count > 0)
        {
            WriteTexts(texts, target, to);
        }
        else if (!hasCalls && refusal is null)
        {
            to.Text("content"u8, default(ReadOnlySpan<byte>));
        }
        else
        {
            to.Null("content"u8);
        }

        if (refusal is not null)
        {
            to.Text("refusal"u8, refusal.Text);
        }

        if (thoughts.Count > 0)
        {
            to.Name("reasoning_content"u8);
            to.OpenText();
            foreach (var thought in thoughts)
            {
                to.Piece(thought.Span);
            }

            to.CloseText();
        }

        if (hasCalls)
        {
            WriteCalls(turn, target, to);
        }

        to.EndObject();
    }

    private static void WriteCalls(Turn turn, TargetTraits target, JsonOut to)
    {
        to.Array("tool_calls"u8);
        foreach (var part in turn.Parts)
        {
            if (part is not ToolCallPart call)
            {
                continue;
            }

            to.Object();
            to.Text("id"u8, ToolIds.For(target, call.Id));
            if (call.IsFreeForm && target.IsOpenAI)
            {
                to.Text("type"u8, "custom"u8);
                to.Object("custom"u8);
                to.Text("name"u8, ToolNames.For(Dialect.OpenAIChat, call.Name));
                to.Text("input"u8, FreeForm.InputOf(call.Input));
            }
            else
            {
                to.Text("type"u8, "function"u8);
                to.Object("function"u8);
                to.Text("name"u8, ToolNames.For(Dialect.OpenAIChat, call.Name));
                to.Name("arguments"u8);
                to.OpenText();
                to.Quote(call.Input.Span);
                to.CloseText();
            }

            to.EndObject();
            to.EndObject();
        }

        to.EndArray();
    }

    /// <summary>Every result is a message of its own; what it shows comes behind all of them.</summary>
    private static void WriteResults(List<Turn> turns, int start, int end, TargetTraits target, JsonOut to)
    {
        List<Part>? shown = null;
        for (var i = start; i < end; i++)
        {
            foreach (var part in turns[i].Parts)
            {
                if (part is not ToolResultPart result)
                {
                    continue;
                }

                to.Object();
                to.Text("role"u8, "tool"u8);
                to.Text("tool_call_id"u8, ToolIds.For(target, result.Id));
                to.Name("content"u8);
                to.OpenText();
                ResultText.Write(result, to);
                to.CloseText();
                to.EndObject();
                foreach (var media in result.Content.OfType<MediaPart>().Where(m => m.Source != MediaSource.PlainText))
                {
                    (shown ??= []).Add(media);
                }
            }
        }

        if (shown is not null)
        {
            WriteSaid("user"u8, shown, target, to);
        }
    }

    private static void WriteSaid(ReadOnlySpan<byte> role, List<Part> parts, TargetTraits target, JsonOut to)
    {
        to.Object();
        to.Text("role"u8, role);
        if (parts.TrueForAll(static part => part is TextPart))
        {
            WriteTexts([.. parts.Cast<TextPart>()], target, to);
        }
        else
        {
            to.Array("content"u8);
            foreach (var part in parts)
            {
                WritePart(part, to);
            }

            to.EndArray();
        }

        to.EndObject();
    }

    private static void WritePart(Part part, JsonOut to)
    {
        if (part is TextPart text)
        {
            WriteTextPart(text.Text, to);
            return;
        }

        if (part is not MediaPart media)
        {
            return;
        }

        if (media.Source == MediaSource.PlainText)
        {
            to.Object();
            to.Text("type"u8, "text"u8);
            to.Name("text"u8);
            to.OpenText();
            ResultText.WriteDocument(media, to);
            to.CloseText();
            to.EndObject();
            return;
        }

        to.Object();
        switch (media.Kind)
        {
            case MediaKind.Audio:
                to.Text("type"u8, "input_audio"u8);
                to.Object("input_audio"u8);
                to.Text("data"u8, media.Data);
                to.Text(
                    "format"u8,
                    media.MediaType.Span.EndsWith("mp3"u8) || media.MediaType.Span.EndsWith("mpeg"u8)
                        ? "mp3"u8
                        : "wav"u8
                );
                to.EndObject();
                break;
            case MediaKind.Document:
                to.Text("type"u8, "file"u8);
                to.Object("file"u8);
                to.Text("filename"u8, media.Title.IsEmpty ? "document.pdf"u8 : media.Title.Span);
                DataUri.Write("file_data"u8, media, to);
                to.EndObject();
                break;
            default:
                to.Text("type"u8, "image_url"u8);
                to.Object("image_url"u8);
                DataUri.Write("url"u8, media, to);
                if (!media.Detail.IsEmpty)
                {
                    to.Text("detail"u8, media.Detail);
                }

                to.EndObject();
                break;
        }

        to.EndObject();
    }

    private static void WriteTexts(List<TextPart> parts, TargetTraits target, JsonOut to)
    {
        if (parts.Count == 1)
        {
            to.Text("content"u8, parts[0].Text);
        }
        else if (target.FlattensText)
        {
            to.Name("content"u8);
            to.OpenText();
            for (var i = 0; i < parts.Count; i++)
            {
                to.Piece(i == 0 ? default : "\\n\\n"u8);
                to.Piece(parts[i].Text.Span);
            }

            to.CloseText();
        }
        else
        {
            to.Array("content"u8);
            foreach (var part in parts)
            {
                WriteTextPart(part.Text, to);
            }

            to.EndArray();
        }
    }

    private static void WriteTextPart(RawText text, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "text"u8);
        to.Text("text"u8, text);
        to.EndObject();
    }

    private static void WriteTools(Conversation conversation, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        if (conversation.Tools.Count == 0)
        {
            return;
        }

        to.Array("tools"u8);
        foreach (var tool in conversation.Tools)
        {
            to.Object();
            to.Text("type"u8, "function"u8);
            to.Object("function"u8);
            to.Text("name"u8, ToolNames.For(Dialect.OpenAIChat, tool.Name));
            FreeForm.WriteDescription(tool, to);
            to.Raw("parameters"u8, FreeForm.SchemaOf(tool));
            if (tool.Strict is { } strict)
            {
                to.Bool("strict"u8, strict);
            }

            to.EndObject();
            to.EndObject();
        }

        to.EndArray();
        switch (conversation.Choice)
        {
            case ToolChoice.Auto:
                to.Text("tool_choice"u8, "auto"u8);
                break;
            case ToolChoice.Any:
                to.Text("tool_choice"u8, "required"u8);
                break;
            case ToolChoice.None:
                to.Text("tool_choice"u8, "none"u8);
                break;
            case ToolChoice.Named:
                to.Object("tool_choice"u8);
                to.Text("type"u8, "function"u8);
                to.Object("function"u8);
                to.Text("name"u8, ToolNames.For(Dialect.OpenAIChat, conversation.ChosenTool));
                to.EndObject();
                to.EndObject();
                break;
        }

        if (conversation.ParallelTools is { } parallel && !target.Refuses.Has(Feature.NoParallelTools))
        {
            to.Bool("parallel_tool_calls"u8, parallel);
        }
        else if (conversation.ParallelTools == false)
        {
            dropped = dropped.With(Feature.NoParallelTools);
        }
    }

    private static void WriteSampling(
        Conversation conversation,
        TargetTraits target,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        if (conversation.MaxTokens is { } bound)
        {
            to.Number(
                target.TakesMaxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8,
                target.OutputLimit is { } limit ? Math.Min(bound, limit) : bound
            );
        }

        var fixedSampling = ModelNames.IsOpenAIReasoning(target.Model);
        Sampling.Write("temperature"u8, Feature.Temperature, conversation.Temperature, fixedSampling, ref dropped, to);
        Sampling.Write("top_p"u8, Feature.TopP, conversation.TopP, fixedSampling, ref dropped, to);
        var noPenalties = fixedSampling || target.Refuses.Has(Feature.Penalties);
        Sampling.Write(
            "frequency_penalty"u8,
            Feature.Penalties,
            conversation.FrequencyPenalty,
            noPenalties,
            ref dropped,
            to
        );
        Sampling.Write(
            "presence_penalty"u8,
            Feature.Penalties,
            conversation.PresencePenalty,
            noPenalties,
            ref dropped,
            to
        );
        Sampling.Write("seed"u8, Feature.Seed, conversation.Seed, target.Refuses.Has(Feature.Seed), ref dropped, to);
        if (conversation.Stops.Count > 0)
        {
            if (
                (ModelNames.IsOpenAIReasoning(target.Model) && target.IsOpenAI)
                || target.Refuses.Has(Feature.StopSequences)
            )
            {
                dropped = dropped.With(Feature.StopSequences);
            }
            else
            {
                to.Array("stop"u8);
                foreach (var stop in conversation.Stops.Take(MaxStops))
                {
                    to.Text(stop);
                }

                to.EndArray();
                dropped = conversation.Stops.Count > MaxStops ? dropped.With(Feature.ManyStopSequences) : dropped;
            }
        }

        if (!conversation.EndUser.IsEmpty)
        {
            if (target.IsOpenAI && conversation.EndUser.Span.Length <= LongestEndUser)
            {
                to.Text("user"u8, conversation.EndUser);
            }
            else
            {
                dropped = dropped.With(Feature.EndUser);
            }
        }

        if (!conversation.CacheKey.IsEmpty)
        {
            if (target.IsOpenAI)
            {
                to.Text("prompt_cache_key"u8, conversation.CacheKey);
            }
            else
            {
                dropped = dropped.With(Feature.PromptCacheKey);
            }
        }
    }

    private static void WriteThinking(
        Conversation conversation,
        TargetTraits target,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        var effort = conversation.Thinking.ImpliedEffort;
        if (effort == Effort.Unset || conversation.Thinking.Mode == ThinkingMode.Off)
        {
            return;
        }

        if (ModelNames.TakesEffort(target.Model))
        {
            to.Text("reasoning_effort"u8, Efforts.OpenAI(effort));
        }
        else
        {
            dropped = dropped.With(Feature.Thinking);
        }
    }

    private static void WriteOutput(OutputShape output, JsonOut to)
    {
        if (output.Kind == OutputKind.Json)
        {
            to.Raw("response_format"u8, "{\"type\":\"json_object\"}"u8);
        }
        else if (output.Kind == OutputKind.Schema)
        {
            to.Object("response_format"u8);
            to.Text("type"u8, "json_schema"u8);
            to.Object("json_schema"u8);
            to.Text("name"u8, output.Name.IsEmpty ? "answer"u8 : output.Name.Span);
            if (!output.Description.IsEmpty)
            {
                to.Text("description"u8, output.Description);
            }

            to.Raw("schema"u8, RawJson.Of(output.Schema).Span);
            if (output.Strict is { } strict)
            {
                to.Bool("strict"u8, strict);
            }

            to.EndObject();
            to.EndObject();
        }
    }
}
