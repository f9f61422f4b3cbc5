using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.BedrockConverse;

/// <summary>
/// Writes a request of Bedrock's Converse (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html), for models
/// that are not asked in their own dialect. The model and whether it streams stand in the path. Stateless.
/// </summary>
internal static class ConverseRequestWriter
{
    private const long LeastBudget = 1_024;

    /// <summary>Writes the body, and returns what was left out of it.</summary>
    public static FeatureSet Write(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var model = new ConverseModel(target.Model);
        var dropped = Fates.DroppedBy(Dialect.BedrockConverse, conversation.Features);
        if (!model.TakesCachePoints && conversation.Features.Has(Feature.CacheControl))
        {
            dropped = dropped.With(Feature.CacheControl);
        }

        to.Object();
        ConverseMessages.WriteSystem(conversation, model, to);
        ConverseMessages.Write(conversation, target, model, ref dropped, to);
        WriteTools(conversation, model, ref dropped, to);
        WriteInference(conversation, target, to);
        WriteOwnFields(conversation, model, ref dropped, to);
        to.EndObject();
        return dropped;
    }

    private static void WriteTools(Conversation conversation, ConverseModel model, ref FeatureSet dropped, JsonOut to)
    {
        var used = Used(conversation);
        if (conversation.Tools.Count == 0 && used.Count == 0)
        {
            return;
        }

        var choice = conversation.Choice;
        if (choice == ToolChoice.None)
        {
            if (used.Count == 0)
            {
                return;
            }

            // Converse has no word for it, and takes no former calls without their tools.
            dropped = dropped.With(Feature.ToolChoice);
            choice = ToolChoice.Unset;
        }

        to.Object("toolConfig"u8);
        to.Array("tools"u8);
        foreach (var tool in conversation.Tools)
        {
            to.Object();
            to.Object("toolSpec"u8);
            to.Text("name"u8, ToolNames.For(Dialect.BedrockConverse, tool.Name));
            FreeForm.WriteDescription(tool, to);
            to.Object("inputSchema"u8);
            to.Raw("json"u8, FreeForm.SchemaOf(tool));
            to.EndObject();
            to.EndObject();
            to.EndObject();
            if (model.TakesCachePointsInTools)
            {
                ConverseMessages.WriteMark(tool.Cache, model, to);
            }
        }

        foreach (var name in used.Where(name => !conversation.Tools.Exists(tool => tool.Name.Span.SequenceEqual(name))))
        {
            // A tool that was called and is offered no more: the call may stay if the tool is named.
            to.Object();
            to.Object("toolSpec"u8);
            to.Text("name"u8, ToolNames.For(Dialect.BedrockConverse, name));
            to.Raw("inputSchema"u8, "{\"json\":{\"type\":\"object\",\"properties\":{}}}"u8);
            to.EndObject();
            to.EndObject();
        }

        to.EndArray();
        if (choice != ToolChoice.Unset)
        {
            to.Object("toolChoice"u8);
            to.Object(
                choice == ToolChoice.Any ? "any"u8
                : choice == ToolChoice.Named ? "tool"u8
                : "auto"u8
            );
            if (choice == ToolChoice.Named)
            {
                to.Text("name"u8, ToolNames.For(Dialect.BedrockConverse, conversation.ChosenTool));
            }

            to.EndObject();
            to.EndObject();
        }

        to.EndObject();
    }

    private static void WriteInference(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var bound = conversation.MaxTokens;
        if (bound is { } wanted && target.OutputLimit is { } limit)
        {
            bound = Math.Min(wanted, limit);
        }

        var stops = conversation.Stops.FindAll(static stop => !stop.IsEmpty);
        if (bound is null && stops.Count == 0 && !conversation.Temperature.Exists() && !conversation.TopP.Exists())
        {
            return;
        }

        to.Object("inferenceConfig"u8);
        if (bound is { } tokens)
        {
            to.Number("maxTokens"u8, tokens);
        }

        if (conversation.Temperature.Exists())
        {
            // From 0 to 1 here, whatever the model.
            if (conversation.Temperature.TryGetDouble(out var temperature) && temperature > 1)
            {
                to.Number("temperature"u8, 1);
            }
            else
            {
                to.Raw("temperature"u8, conversation.Temperature.Raw);
            }
        }

        if (conversation.TopP.Exists())
        {
            to.Raw("topP"u8, conversation.TopP.Raw);
        }

        if (stops.Count > 0)
        {
            to.Array("stopSequences"u8);
            foreach (var stop in stops)
            {
                to.Text(stop);
            }

            to.EndArray();
        }

        to.EndObject();
    }

    /// <summary>What is a model's own stands under <c>additionalModelRequestFields</c>; a model that has no such field refuses it.</summary>
    private static void WriteOwnFields(
        Conversation conversation,
        ConverseModel model,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        var topK = conversation.TopK.Exists() && (model.TakesTopK || model.IsNova);
        if (conversation.TopK.Exists() && !topK)
        {
            dropped = dropped.With(Feature.TopK);
        }

        var thinks = conversation.Thinking.IsOn && (model.IsClaude || model.IsNovaWithThinking || model.ThinksByEffort);
        if (conversation.Thinking.IsOn && !thinks)
        {
            dropped = dropped.With(Feature.Thinking);
        }

        if (!topK && !thinks)
        {
            return;
        }

        to.Object("additionalModelRequestFields"u8);
        if (topK && model.IsNova)
        {
            to.Object("inferenceConfig"u8);
            to.Raw("topK"u8, conversation.TopK.Raw);
            to.EndObject();
        }
        else if (topK)
        {
            to.Raw("top_k"u8, conversation.TopK.Raw);
        }

        if (thinks)
        {
            WriteThinking(conversation, model, to);
        }

        to.EndObject();
    }

    private static void WriteThinking(Conversation conversation, ConverseModel model, JsonOut to)
    {
        var wish = conversation.Thinking;
        var effort = wish.ImpliedEffort == Effort.Unset ? Effort.Medium : wish.ImpliedEffort;
        if (model.IsClaude)
        {
            to.Object("thinking"u8);
            to.Text("type"u8, "enabled"u8);
            to.Number("budget_tokens"u8, Math.Max(LeastBudget, wish.ImpliedBudget ?? 8_192));
            to.EndObject();
        }
        else if (model.ThinksByEffort)
        {
            to.Text("reasoning_effort"u8, Word(effort));
        }
        else
        {
            to.Object("reasoningConfig"u8);
            to.Text("type"u8, "enabled"u8);
            to.Text("maxReasoningEffort"u8, Word(effort));
            to.EndObject();
        }
    }

    private static ReadOnlySpan<byte> Word(Effort effort) =>
        effort <= Effort.Low ? "low"u8
        : effort == Effort.Medium ? "medium"u8
        : "high"u8;

    /// <summary>The names of the tools that former turns called, each once.</summary>
    private static List<byte[]> Used(Conversation conversation)
    {
        var used = new List<byte[]>();
        foreach (var turn in conversation.Turns)
        {
            foreach (var part in turn.Parts)
            {
                if (part is ToolCallPart call && !used.Exists(name => call.Name.Span.SequenceEqual(name)))
                {
                    used.Add(call.Name.Span.ToArray());
                }
            }
        }

        return used;
    }
}
