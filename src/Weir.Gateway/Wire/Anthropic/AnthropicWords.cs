using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>What streams and documents of Anthropic's have in common. Pure.</summary>
internal static class AnthropicWords
{
    /// <summary>The word for why an answer ended.</summary>
    public static ReadOnlySpan<byte> Of(StopReason reason) =>
        reason switch
        {
            StopReason.MaxTokens => "max_tokens"u8,
            StopReason.StopSequence => "stop_sequence"u8,
            StopReason.ToolUse => "tool_use"u8,
            StopReason.Refusal => "refusal"u8,
            StopReason.PauseTurn => "pause_turn"u8,
            StopReason.ContextFull => "model_context_window_exceeded"u8,
            _ => "end_turn"u8,
        };

    /// <summary>Writes <c>usage</c> as Anthropic counts: the fresh input, and beside it what the cache gave and took.</summary>
    public static void WriteUsage(in TokenUsage usage, long? prompt, JsonOut to)
    {
        to.Object("usage"u8);
        to.Number("input_tokens"u8, usage.Input ?? prompt ?? 0);
        to.Number("cache_creation_input_tokens"u8, (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0));
        to.Number("cache_read_input_tokens"u8, usage.CacheRead ?? 0);
        if (usage.CacheWrite1h is { } hour)
        {
            to.Object("cache_creation"u8);
            to.Number("ephemeral_5m_input_tokens"u8, usage.CacheWrite5m ?? 0);
            to.Number("ephemeral_1h_input_tokens"u8, hour);
            to.EndObject();
        }

        to.Number("output_tokens"u8, usage.Output ?? 0);
        to.EndObject();
    }

    /// <summary>Writes the head of a message, up to its content.</summary>
    public static void WriteHead(AnswerContext context, ReadOnlySpan<byte> model, JsonOut to)
    {
        to.Plain("id"u8, context.AnswerId);
        to.Text("type"u8, "message"u8);
        to.Text("role"u8, "assistant"u8);
        to.Text("model"u8, model);
    }

    /// <summary>A proof as the signature of a thinking block: Anthropic's own as it is, any other sealed.</summary>
    public static byte[] SignatureOf(
        AnswerContext context,
        ProofKind kind,
        ReadOnlySpan<byte> token,
        ReadOnlySpan<byte> extra
    ) => ThinkingProof.Seal(kind, context.Provider, token, extra);
}
