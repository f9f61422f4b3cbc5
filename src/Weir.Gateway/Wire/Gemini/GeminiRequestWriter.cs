using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Writes a request of Gemini's generateContent (https://ai.google.dev/api/generate-content). The model and whether it
/// streams stand in the path. Stateless.
/// </summary>
internal static class GeminiRequestWriter
{
    private const int MaxStops = 5;

    /// <summary>Writes the body, and returns what was left out of it.</summary>
    public static FeatureSet Write(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var dropped = Fates.DroppedBy(Dialect.Gemini, conversation.Features);
        // Up to 2.5 tools and a shape of the answer exclude each other.
        var shapes = conversation.Tools.Count == 0 || ModelNames.IsGeminiWithLevels(target.Model);
        to.Object();
        WriteSystem(conversation, shapes, to);
        WriteTools(conversation, to);
        GeminiContents.Write(conversation, target, ref dropped, to);
        WriteConfig(conversation, target, shapes, ref dropped, to);
        to.EndObject();
        return dropped;
    }

    private static void WriteSystem(Conversation conversation, bool shapes, JsonOut to)
    {
        var parts = conversation.System.FindAll(static part => !part.Text.IsEmpty);
        var asksForJson = !shapes && conversation.Output.Kind != OutputKind.Text;
        if (parts.Count == 0 && !asksForJson)
        {
            return;
        }

        to.Object("systemInstruction"u8);
        to.Array("parts"u8);
        foreach (var part in parts)
        {
            GeminiContents.WriteText(part.Text, to);
        }

        if (asksForJson)
        {
            to.Object();
            to.Name("text"u8);
            to.OpenText();
            to.Piece("When you answer in words, answer with one JSON object and nothing else."u8);
            if (conversation.Output.Kind == OutputKind.Schema)
            {
                to.Piece(" It must match this JSON schema: "u8);
                to.Quote(RawJson.Of(conversation.Output.Schema).Span);
            }

            to.CloseText();
            to.EndObject();
        }

        to.EndArray();
        to.EndObject();
    }

    private static void WriteTools(Conversation conversation, JsonOut to)
    {
        if (conversation.Tools.Count == 0)
        {
            return;
        }

        to.Array("tools"u8);
        to.Object();
        to.Array("functionDeclarations"u8);
        foreach (var tool in conversation.Tools)
        {
            to.Object();
            to.Text("name"u8, ToolNames.For(Dialect.Gemini, tool.Name));
            FreeForm.WriteDescription(tool, to);
            if (tool.IsFreeForm)
            {
                to.Raw(
                    "parameters"u8,
                    "{\"type\":\"OBJECT\",\"properties\":{\"input\":{\"type\":\"STRING\"}},\"required\":[\"input\"]}"u8
                );
            }
            else
            {
                GeminiSchema.WriteParameters(tool.Schema, to);
            }

            to.EndObject();
        }

        to.EndArray();
        to.EndObject();
        to.EndArray();
        if (conversation.Choice == ToolChoice.Unset)
        {
            return;
        }

        to.Object("toolConfig"u8);
        to.Object("functionCallingConfig"u8);
        to.Text(
            "mode"u8,
            conversation.Choice switch
            {
                ToolChoice.Any or ToolChoice.Named => "ANY"u8,
                ToolChoice.None => "NONE"u8,
                _ => "AUTO"u8,
            }
        );
        if (conversation.Choice == ToolChoice.Named)
        {
            to.Array("allowedFunctionNames"u8);
            to.Text(ToolNames.For(Dialect.Gemini, conversation.ChosenTool));
            to.EndArray();
        }

        to.EndObject();
        to.EndObject();
    }

    private static void WriteConfig(
        Conversation conversation,
        TargetTraits target,
        bool shapes,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        to.Object("generationConfig"u8);
        if (conversation.MaxTokens is { } bound)
        {
            to.Number("maxOutputTokens"u8, target.OutputLimit is { } limit ? Math.Min(bound, limit) : bound);
        }

        Sampling.Write("temperature"u8, Feature.Temperature, conversation.Temperature, false, ref dropped, to);
        Sampling.Write("topP"u8, Feature.TopP, conversation.TopP, false, ref dropped, to);
        Sampling.Write("topK"u8, Feature.TopK, conversation.TopK, false, ref dropped, to);
        Sampling.Write("seed"u8, Feature.Seed, conversation.Seed, false, ref dropped, to);
        Sampling.Write("presencePenalty"u8, Feature.Penalties, conversation.PresencePenalty, false, ref dropped, to);
        Sampling.Write("frequencyPenalty"u8, Feature.Penalties, conversation.FrequencyPenalty, false, ref dropped, to);
        WriteStops(conversation.Stops, ref dropped, to);
        GeminiThinking.Plan(conversation.Thinking, target.Model, ref dropped).Write(to);
        WriteOutput(conversation.Output, shapes, ref dropped, to);
        to.EndObject();
    }

    private static void WriteStops(List<RawText> stops, ref FeatureSet dropped, JsonOut to)
    {
        var taken = stops.FindAll(static stop => !stop.IsEmpty);
        if (taken.Count == 0)
        {
            return;
        }

        to.Array("stopSequences"u8);
        foreach (var stop in taken.Take(MaxStops))
        {
            to.Text(stop);
        }

        to.EndArray();
        dropped = taken.Count > MaxStops ? dropped.With(Feature.ManyStopSequences) : dropped;
    }

    private static void WriteOutput(OutputShape output, bool shapes, ref FeatureSet dropped, JsonOut to)
    {
        if (output.Kind == OutputKind.Text)
        {
            return;
        }

        if (!shapes)
        {
            dropped = dropped.With(output.Kind == OutputKind.Schema ? Feature.OutputSchema : Feature.JsonOutput);
            return;
        }

        to.Text("responseMimeType"u8, "application/json"u8);
        if (output.Kind == OutputKind.Schema)
        {
            to.Name("responseSchema"u8);
            GeminiSchema.Write(output.Schema, to);
        }
    }
}
