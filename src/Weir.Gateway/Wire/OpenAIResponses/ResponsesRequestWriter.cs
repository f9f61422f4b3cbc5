using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Writes a request of OpenAI Responses (https://platform.openai.com/docs/api-reference/responses/create). Nothing is stored:
/// what the model must have back of its reasoning comes encrypted with the answer. Stateless.
/// </summary>
internal static class ResponsesRequestWriter
{
    private const int LongestEndUser = 64;

    /// <summary>OpenAI's least bound of the output.</summary>
    private const long LeastTokens = 16;

    /// <summary>Writes the body, and returns what was left out of it.</summary>
    public static FeatureSet Write(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var dropped = Fates.DroppedBy(Dialect.OpenAIResponses, conversation.Features);
        to.Object();
        to.Plain("model"u8, target.Model);
        WriteInstructions(conversation.System, to);
        ResponsesInputWriter.Write(conversation, target, ref dropped, to);
        WriteTools(conversation, to);
        WriteSampling(conversation, target, ref dropped, to);
        WriteThinking(conversation, target, ref dropped, to);
        WriteText(conversation, target, to);
        to.Bool("store"u8, false);
        if (conversation.Streams)
        {
            to.Bool("stream"u8, true);
        }

        to.EndObject();
        return dropped;
    }

    private static void WriteInstructions(List<TextPart> system, JsonOut to)
    {
        if (system.Count == 0)
        {
            return;
        }

        to.Name("instructions"u8);
        to.OpenText();
        for (var i = 0; i < system.Count; i++)
        {
            to.Piece(i == 0 ? default : "\\n\\n"u8);
            to.Piece(system[i].Text.Span);
        }

        to.CloseText();
    }

    private static void WriteTools(Conversation conversation, JsonOut to)
    {
        if (conversation.Tools.Count == 0)
        {
            return;
        }

        to.Array("tools"u8);
        foreach (var tool in conversation.Tools)
        {
            WriteTool(tool, to);
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
                var isFreeForm =
                    ResponsesTools.Find(conversation, conversation.ChosenTool.Span) is { IsFreeForm: true };
                to.Object("tool_choice"u8);
                to.Text("type"u8, isFreeForm ? "custom"u8 : "function"u8);
                to.Text("name"u8, ToolNames.For(Dialect.OpenAIResponses, conversation.ChosenTool));
                to.EndObject();
                break;
        }

        if (conversation.ParallelTools is { } parallel)
        {
            to.Bool("parallel_tool_calls"u8, parallel);
        }
    }

    private static void WriteTool(Tool tool, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, tool.IsFreeForm ? "custom"u8 : "function"u8);
        to.Text("name"u8, ToolNames.For(Dialect.OpenAIResponses, tool.Name));
        if (!tool.Description.IsEmpty)
        {
            to.Text("description"u8, tool.Description);
        }

        if (!tool.IsFreeForm)
        {
            to.Raw("parameters"u8, FreeForm.SchemaOf(tool));
            // Unsaid it is on, and refuses schemas that others take.
            to.Bool("strict"u8, tool.Strict ?? false);
        }
        else if (!tool.GrammarRules.IsEmpty)
        {
            to.Object("format"u8);
            to.Text("type"u8, "grammar"u8);
            to.Text("syntax"u8, tool.GrammarSyntax);
            to.Text("definition"u8, tool.GrammarRules);
            to.EndObject();
        }

        to.EndObject();
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
                "max_output_tokens"u8,
                Math.Max(LeastTokens, target.OutputLimit is { } limit ? Math.Min(bound, limit) : bound)
            );
        }

        var fixedSampling = ModelNames.IsOpenAIReasoning(target.Model);
        Sampling.Write("temperature"u8, Feature.Temperature, conversation.Temperature, fixedSampling, ref dropped, to);
        Sampling.Write("top_p"u8, Feature.TopP, conversation.TopP, fixedSampling, ref dropped, to);
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
        var thinks = ModelNames.TakesEffort(target.Model);
        if (thinks)
        {
            // These models reason whether they are asked to or not.
            to.Raw("include"u8, "[\"reasoning.encrypted_content\"]"u8);
        }

        var wish = conversation.Thinking;
        if (wish.Mode == ThinkingMode.Off || !(wish.IsOn || wish.Effort == Effort.None))
        {
            return;
        }

        if (!thinks)
        {
            dropped = wish.IsOn ? dropped.With(Feature.Thinking) : dropped;
            return;
        }

        to.Object("reasoning"u8);
        if (wish.ImpliedEffort != Effort.Unset)
        {
            to.Text("effort"u8, Efforts.OpenAI(wish.ImpliedEffort));
        }

        if (wish.IsOn && wish.Shown != false)
        {
            to.Text("summary"u8, "auto"u8);
        }

        to.EndObject();
    }

    private static void WriteText(Conversation conversation, TargetTraits target, JsonOut to)
    {
        var output = conversation.Output;
        var saysVerbosity = !conversation.Verbosity.IsEmpty && target.IsOpenAI;
        if (output.Kind == OutputKind.Text && !saysVerbosity)
        {
            return;
        }

        to.Object("text"u8);
        if (output.Kind == OutputKind.Json)
        {
            to.Raw("format"u8, "{\"type\":\"json_object\"}"u8);
        }
        else if (output.Kind == OutputKind.Schema)
        {
            to.Object("format"u8);
            to.Text("type"u8, "json_schema"u8);
            to.Text("name"u8, output.Name.IsEmpty ? "answer"u8 : output.Name.Span);
            if (!output.Description.IsEmpty)
            {
                to.Text("description"u8, output.Description);
            }

            to.Raw("schema"u8, output.Schema.Raw);
            if (output.Strict is { } strict)
            {
                to.Bool("strict"u8, strict);
            }

            to.EndObject();
        }

        if (saysVerbosity)
        {
            to.Text("verbosity"u8, conversation.Verbosity);
        }

        to.EndObject();
    }
}
