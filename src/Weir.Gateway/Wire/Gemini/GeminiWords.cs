using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>What streams and documents of Gemini's have in common. Pure.</summary>
internal static class GeminiWords
{
    /// <summary>Why an answer ended, of Gemini's word; none for one that is a failure, or that nobody knows.</summary>
    public static StopReason Of(RawText reason) =>
        reason.Is("STOP"u8) ? StopReason.EndTurn
        : reason.Is("MAX_TOKENS"u8) || reason.Is("CONTINUATION"u8) ? StopReason.MaxTokens
        : reason.Is("SAFETY"u8)
        || reason.Is("RECITATION"u8)
        || reason.Is("LANGUAGE"u8)
        || reason.Is("BLOCKLIST"u8)
        || reason.Is("PROHIBITED_CONTENT"u8)
        || reason.Is("SPII"u8)
        || reason.Is("MODEL_ARMOR"u8)
        || reason.Is("IMAGE_SAFETY"u8)
        || reason.Is("IMAGE_PROHIBITED_CONTENT"u8)
        || reason.Is("IMAGE_RECITATION"u8)
            ? StopReason.Refusal
        : StopReason.None;

    /// <summary>Gemini's word; it has one for the end of a turn and of a turn with calls.</summary>
    public static ReadOnlySpan<byte> Of(StopReason reason) =>
        reason switch
        {
            StopReason.MaxTokens or StopReason.ContextFull => "MAX_TOKENS"u8,
            StopReason.Refusal => "SAFETY"u8,
            _ => "STOP"u8,
        };

    /// <summary>Opens a response up to the parts of its only candidate.</summary>
    public static void Open(JsonOut to)
    {
        to.Object();
        to.Array("candidates"u8);
        to.Object();
        to.Object("content"u8);
        to.Array("parts"u8);
    }

    /// <summary>Closes it: why it ended, unless it has not, its usage, its model and its id.</summary>
    public static void Close(
        AnswerContext context,
        ReadOnlySpan<byte> model,
        StopReason reason,
        in TokenUsage usage,
        JsonOut to
    )
    {
        to.EndArray();
        to.Text("role"u8, "model"u8);
        to.EndObject();
        if (reason != StopReason.None)
        {
            to.Text("finishReason"u8, Of(reason));
        }

        to.Number("index"u8, 0);
        to.EndObject();
        to.EndArray();
        if (reason != StopReason.None)
        {
            WriteUsage(usage, to);
        }

        to.Text("modelVersion"u8, model);
        to.Plain("responseId"u8, context.AnswerId);
        to.EndObject();
    }

    /// <summary>A proof as a signature: bytes to Gemini's clients, and so the sealed text in base64.</summary>
    public static byte[] SignatureOf(
        AnswerContext context,
        ProofKind kind,
        ReadOnlySpan<byte> token,
        ReadOnlySpan<byte> extra
    ) => GeminiMedia.Encode(RawText.OfEscaped(ThinkingProof.Seal(kind, context.Provider, token, extra)).Decode());

    /// <summary>Writes <c>usageMetadata</c> as Gemini counts: cached tokens are part of the prompt, thoughts beside the candidates.</summary>
    private static void WriteUsage(in TokenUsage usage, JsonOut to)
    {
        to.Object("usageMetadata"u8);
        to.Number("promptTokenCount"u8, usage.Prompt);
        if (usage.CacheRead is > 0 and var read)
        {
            to.Number("cachedContentTokenCount"u8, read);
        }

        to.Number("candidatesTokenCount"u8, Math.Max(0, (usage.Output ?? 0) - (usage.Reasoning ?? 0)));
        if (usage.Reasoning is > 0 and var thoughts)
        {
            to.Number("thoughtsTokenCount"u8, thoughts);
        }

        to.Number("totalTokenCount"u8, usage.Total);
        to.EndObject();
    }
}
