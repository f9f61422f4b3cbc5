using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>Reads <c>generationConfig</c> (https://ai.google.dev/api/generate-content#v1beta.GenerationConfig). Pure.</summary>
internal static class GeminiSettings
{
    /// <summary>Reads all of it.</summary>
    public static void Read(Conversation conversation, JsonValue config)
    {
        foreach (var member in config.Members())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !ReadMember(conversation, member))
            {
                conversation.Has(Feature.UnknownField);
            }
        }

        ReadOutput(conversation, config);
    }

    private static bool ReadMember(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (member.IsField("maxOutputTokens"u8))
        {
            conversation.MaxTokens = value.Whole() is > 0 and var bound ? bound : null;
        }
        else if (member.NameEquals("temperature"u8))
        {
            conversation.Temperature = value.Number();
            conversation.Has(Feature.Temperature);
        }
        else if (member.IsField("topP"u8))
        {
            conversation.TopP = value.Number();
            conversation.Has(Feature.TopP);
        }
        else if (member.IsField("topK"u8))
        {
            conversation.TopK = value.Number();
            conversation.Has(Feature.TopK);
        }
        else if (member.NameEquals("seed"u8))
        {
            conversation.Seed = value.Number();
            conversation.Has(Feature.Seed);
        }
        else if (member.IsField("presencePenalty"u8))
        {
            conversation.PresencePenalty = value.Number();
            NotePenalty(conversation, value);
        }
        else if (member.IsField("frequencyPenalty"u8))
        {
            conversation.FrequencyPenalty = value.Number();
            NotePenalty(conversation, value);
        }
        else if (member.IsField("stopSequences"u8))
        {
            foreach (var stop in value.List())
            {
                conversation.Stops.Add(RawText.Of(stop));
                conversation.Has(Feature.StopSequences);
            }
        }
        else if (member.IsField("thinkingConfig"u8))
        {
            ReadThinking(conversation, value);
        }
        else
        {
            return ReadRare(conversation, member);
        }

        return true;
    }

    private static bool ReadRare(Conversation conversation, JsonMember member)
    {
        var value = member.Value;
        if (member.IsField("candidateCount"u8))
        {
            Note(conversation, Feature.SeveralAnswers, value.Whole() > 1);
        }
        else if (member.IsField("responseLogprobs"u8) || member.NameEquals("logprobs"u8))
        {
            Note(conversation, Feature.LogProbabilities, value.ValueKind != JsonValueKind.False);
        }
        else if (member.IsField("responseModalities"u8))
        {
            Note(conversation, Feature.MediaOutput, value.List().Exists(static kind => !kind.IsText("TEXT"u8)));
        }
        else if (member.IsField("speechConfig"u8) || member.IsField("imageConfig"u8))
        {
            conversation.Has(Feature.MediaOutput);
        }
        else if (member.IsField("mediaResolution"u8))
        {
            conversation.Has(Feature.ImageDetail);
        }
        else
        {
            return member.IsField("responseMimeType"u8)
                || member.IsField("responseSchema"u8)
                || member.IsField("responseJsonSchema"u8);
        }

        return true;
    }

    private static void ReadThinking(Conversation conversation, JsonValue config)
    {
        var shown = config.Flag("includeThoughts"u8) ?? config.Flag("include_thoughts"u8);
        var budget = config.Field("thinkingBudget"u8).Whole();
        var effort = EffortOf(config.FieldText("thinkingLevel"u8));
        var mode = budget switch
        {
            0 => ThinkingMode.Off,
            > 0 => ThinkingMode.Budget,
            < 0 => ThinkingMode.Adaptive,
            _ when effort == Effort.Unset && shown == true => ThinkingMode.Adaptive,
            _ => ThinkingMode.Unset,
        };
        conversation.Thinking = new ThinkingWish(
            mode,
            mode == ThinkingMode.Budget ? budget ?? 0 : 0,
            mode == ThinkingMode.Off ? Effort.Unset : effort,
            shown
        );
        Note(conversation, Feature.Thinking, conversation.Thinking.IsOn);
        Note(conversation, Feature.ThinkingBudget, mode == ThinkingMode.Budget);
    }

    private static Effort EffortOf(RawText level) =>
        level.Is("MINIMAL"u8) || level.Is("minimal"u8) ? Effort.Minimal
        : level.Is("LOW"u8) || level.Is("low"u8) ? Effort.Low
        : level.Is("MEDIUM"u8) || level.Is("medium"u8) ? Effort.Medium
        : level.Is("HIGH"u8) || level.Is("high"u8) ? Effort.High
        : Effort.Unset;

    private static void ReadOutput(Conversation conversation, JsonValue config)
    {
        var type = config.FieldText("responseMimeType"u8);
        if (type.IsEmpty || type.Is("text/plain"u8))
        {
            return;
        }

        if (!type.Is("application/json"u8))
        {
            conversation.Has(Feature.UnknownField);
            return;
        }

        var schema = GeminiRequestReader.SchemaOf(
            config.Field("responseSchema"u8),
            config.Field("responseJsonSchema"u8)
        );
        conversation.Output = schema.Exists()
            ? new OutputShape(OutputKind.Schema, schema)
            : new OutputShape(OutputKind.Json);
        conversation.Has(schema.Exists() ? Feature.OutputSchema : Feature.JsonOutput);
    }

    private static void NotePenalty(Conversation conversation, JsonValue value) =>
        Note(
            conversation,
            Feature.Penalties,
            value.ValueKind == JsonValueKind.Number && !(value.TryGetDouble(out var number) && number == 0)
        );

    private static void Note(Conversation conversation, Feature feature, bool isThere)
    {
        if (isThere)
        {
            conversation.Has(feature);
        }
    }
}
