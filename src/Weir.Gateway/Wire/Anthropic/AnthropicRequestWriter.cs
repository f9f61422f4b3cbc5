using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>Writes a request of Anthropic Messages (https://platform.claude.com/docs/en/api/messages). Stateless.</summary>
internal static class AnthropicRequestWriter
{
    private const long DefaultMaxTokens = 32_000;

    /// <summary>Anthropic's least budget of thinking.</summary>
    private const long LeastBudget = 1_024;

    /// <summary>Writes the body, and returns what was left out of it.</summary>
    public static FeatureSet Write(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var dropped = Fates.DroppedBy(Dialect.AnthropicMessages, conversation.Features);
        var thinks = AnthropicThinking.Plan(conversation, target, ref dropped);
        var maxTokens = conversation.MaxTokens ?? Math.Min(target.OutputLimit ?? DefaultMaxTokens, DefaultMaxTokens);
        if (target.OutputLimit is { } limit)
        {
            maxTokens = Math.Min(maxTokens, limit);
        }

        if (thinks.Budget is { } budget && budget >= maxTokens)
        {
            // The budget is part of the bound and must leave room for an answer.
            thinks = maxTokens > LeastBudget ? thinks with { Budget = Math.Max(LeastBudget, maxTokens / 2) } : default;
            dropped = thinks.Budget is null ? dropped.With(Feature.Thinking) : dropped;
        }

        // Dialects without marks cache by themselves; here a long prompt of an agent's would be paid in full at every turn.
        // A caller that marks by itself keeps its own: two more might be one too many, for Anthropic takes four.
        var marks =
            conversation.Dialect != Dialect.AnthropicMessages
            && conversation.Tools.Count > 0
            && !conversation.Features.Has(Feature.CacheControl);
        to.Object();
        to.Plain("model"u8, target.Model);
        to.Number("max_tokens"u8, maxTokens);
        AnthropicMessages.WriteSystem(conversation, marks, to);
        AnthropicMessages.Write(conversation, target, marks, ref dropped, to);
        WriteTools(conversation, thinks.IsOn, ref dropped, to);
        WriteSampling(conversation, target, thinks.IsOn, ref dropped, to);
        thinks.Write(to);
        WriteOutputConfig(conversation, thinks, to);
        if (!conversation.EndUser.IsEmpty)
        {
            to.Object("metadata"u8);
            to.Text("user_id"u8, conversation.EndUser);
            to.EndObject();
        }

        if (conversation.Streams)
        {
            to.Bool("stream"u8, true);
        }

        to.EndObject();
        return dropped;
    }

    private static void WriteTools(Conversation conversation, bool thinks, ref FeatureSet dropped, JsonOut to)
    {
        if (conversation.Tools.Count == 0)
        {
            return;
        }

        to.Array("tools"u8);
        foreach (var tool in conversation.Tools)
        {
            to.Object();
            to.Text("name"u8, ToolNames.For(Dialect.AnthropicMessages, tool.Name));
            FreeForm.WriteDescription(tool, to);
            to.Raw("input_schema"u8, FreeForm.SchemaOf(tool));
            if (tool.Strict == true)
            {
                to.Bool("strict"u8, true);
            }

            AnthropicMessages.WriteMark(tool.Cache, to);
            to.EndObject();
        }

        to.EndArray();
        var choice = conversation.Choice;
        if (thinks && choice is ToolChoice.Any or ToolChoice.Named)
        {
            dropped = dropped.With(Feature.ToolChoice);
            choice = ToolChoice.Auto;
        }

        var oneAtATime = conversation.ParallelTools == false && choice != ToolChoice.None;
        if (choice == ToolChoice.Unset && !oneAtATime)
        {
            return;
        }

        to.Object("tool_choice"u8);
        to.Text(
            "type"u8,
            choice switch
            {
                ToolChoice.Any => "any"u8,
                ToolChoice.None => "none"u8,
                ToolChoice.Named => "tool"u8,
                _ => "auto"u8,
            }
        );
        if (choice == ToolChoice.Named)
        {
            to.Text("name"u8, ToolNames.For(Dialect.AnthropicMessages, conversation.ChosenTool));
        }

        if (oneAtATime)
        {
            to.Bool("disable_parallel_tool_use"u8, true);
        }

        to.EndObject();
    }

    private static void WriteSampling(
        Conversation conversation,
        TargetTraits target,
        bool thinks,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        var drops = thinks || ModelNames.IsClaudeWithoutSampling(target.Model);
        if (conversation.Temperature.Exists())
        {
            if (!drops && conversation.Temperature.TryGetDouble(out var temperature) && temperature > 1)
            {
                to.Number("temperature"u8, 1);
            }
            else
            {
                Sampling.Write("temperature"u8, Feature.Temperature, conversation.Temperature, drops, ref dropped, to);
            }
        }

        // Claude from 4.1 on takes one of the two.
        var both = conversation.Temperature.Exists() && conversation.Dialect != Dialect.AnthropicMessages;
        Sampling.Write("top_p"u8, Feature.TopP, conversation.TopP, drops || both, ref dropped, to);
        Sampling.Write("top_k"u8, Feature.TopK, conversation.TopK, drops, ref dropped, to);
        var opened = false;
        foreach (var stop in conversation.Stops)
        {
            // Anthropic refuses stop texts of white space alone.
            if (stop.Decode().AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            {
                dropped = dropped.With(Feature.StopSequences);
                continue;
            }

            if (!opened)
            {
                opened = true;
                to.Array("stop_sequences"u8);
            }

            to.Text(stop);
        }

        if (opened)
        {
            to.EndArray();
        }
    }

    private static void WriteOutputConfig(Conversation conversation, AnthropicThinking thinks, JsonOut to)
    {
        var hasSchema = conversation.Output.Kind == OutputKind.Schema;
        if (!hasSchema && thinks.Effort == Effort.Unset)
        {
            return;
        }

        to.Object("output_config"u8);
        if (thinks.Effort != Effort.Unset)
        {
            to.Text("effort"u8, Efforts.Anthropic(thinks.Effort));
        }

        if (hasSchema)
        {
            to.Object("format"u8);
            to.Text("type"u8, "json_schema"u8);
            to.Raw("schema"u8, conversation.Output.Schema.Raw);
            to.EndObject();
        }

        to.EndObject();
    }
}
