using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>What streams and documents of Chat's have in common. Pure.</summary>
internal static class ChatWords
{
    /// <summary>The word for why an answer ended.</summary>
    public static ReadOnlySpan<byte> Of(StopReason reason) =>
        reason switch
        {
            StopReason.MaxTokens or StopReason.ContextFull => "length"u8,
            StopReason.ToolUse => "tool_calls"u8,
            StopReason.Refusal => "content_filter"u8,
            _ => "stop"u8,
        };

    /// <summary>Writes <c>usage</c> as OpenAI counts: cached tokens are part of the prompt, reasoning of the completion.</summary>
    public static void WriteUsage(in TokenUsage usage, JsonOut to)
    {
        to.Object("usage"u8);
        to.Number("prompt_tokens"u8, usage.Prompt);
        to.Number("completion_tokens"u8, usage.Output ?? 0);
        to.Number("total_tokens"u8, usage.Total);
        to.Object("prompt_tokens_details"u8);
        to.Number("cached_tokens"u8, usage.CacheRead ?? 0);
        to.EndObject();
        to.Object("completion_tokens_details"u8);
        to.Number("reasoning_tokens"u8, usage.Reasoning ?? 0);
        to.EndObject();
        to.EndObject();
    }

    /// <summary>Writes the head that every chunk and document has, up to its choices.</summary>
    public static void WriteHead(AnswerContext context, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> model, JsonOut to)
    {
        to.Plain("id"u8, context.AnswerId);
        to.Text("object"u8, kind);
        to.Number("created"u8, context.At.ToUnixTimeSeconds());
        to.Text("model"u8, model);
    }

    /// <summary>One sealed proof as an element of <c>reasoning_details</c>.</summary>
    public static void WriteProof(
        AnswerContext context,
        ProofKind kind,
        ReadOnlySpan<byte> token,
        ReadOnlySpan<byte> extra,
        int index,
        JsonOut to
    )
    {
        to.Object();
        to.Text("type"u8, "reasoning.encrypted"u8);
        to.Text("data"u8, ThinkingProof.Seal(kind, context.Provider, token, extra));
        to.Number("index"u8, index);
        to.EndObject();
    }
}
