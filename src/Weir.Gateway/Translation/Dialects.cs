using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire.Anthropic;
using Weir.Gateway.Wire.BedrockConverse;
using Weir.Gateway.Wire.Gemini;
using Weir.Gateway.Wire.OpenAIChat;
using Weir.Gateway.Wire.OpenAIResponses;

namespace Weir.Gateway.Translation;

/// <summary>
/// The readers and writers of each dialect, in one place: one of each for a request, and one reader and two writers for its
/// answer. Pure.
/// </summary>
internal static class Dialects
{
    /// <summary>Whether a caller may speak it while another is spoken upstream.</summary>
    public static bool IsTranslatedFrom(Dialect dialect) =>
        dialect is Dialect.AnthropicMessages or Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.Gemini;

    /// <summary>Whether it may be spoken upstream while the caller speaks another.</summary>
    public static bool IsTranslatedInto(Dialect dialect) =>
        IsTranslatedFrom(dialect) || dialect == Dialect.BedrockConverse;

    /// <summary>Reads a caller's request.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not well-formed.</exception>
    public static Conversation ReadRequest(Dialect dialect, JsonValue body) =>
        dialect switch
        {
            Dialect.AnthropicMessages => AnthropicRequestReader.Read(body),
            Dialect.OpenAIChat => ChatRequestReader.Read(body),
            Dialect.OpenAIResponses => ResponsesRequestReader.Read(body),
            Dialect.Gemini => GeminiRequestReader.Read(body),
            _ => throw new ArgumentOutOfRangeException(nameof(dialect)),
        };

    /// <summary>Writes a request, and returns what was left out of it.</summary>
    public static FeatureSet WriteRequest(Conversation conversation, TargetTraits target, JsonOut to) =>
        target.Dialect switch
        {
            Dialect.AnthropicMessages => AnthropicRequestWriter.Write(conversation, target, to),
            Dialect.OpenAIChat => ChatRequestWriter.Write(conversation, target, to),
            Dialect.BedrockConverse => ConverseRequestWriter.Write(conversation, target, to),
            Dialect.OpenAIResponses => ResponsesRequestWriter.Write(conversation, target, to),
            Dialect.Gemini => GeminiRequestWriter.Write(conversation, target, to),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };

    /// <summary>The reader of an upstream's answer.</summary>
    public static AnswerReader ReaderOf(Dialect dialect, AnswerAssembly answer) =>
        dialect switch
        {
            Dialect.AnthropicMessages => new AnthropicAnswerReader(answer),
            Dialect.OpenAIChat => new ChatAnswerReader(answer),
            Dialect.BedrockConverse => new ConverseAnswerReader(answer),
            Dialect.OpenAIResponses => new ResponsesAnswerReader(answer),
            Dialect.Gemini => new GeminiAnswerReader(answer),
            _ => throw new ArgumentOutOfRangeException(nameof(dialect)),
        };

    /// <summary>The writer of the answer that a caller gets.</summary>
    public static AnswerWriter WriterOf(AnswerContext context, PooledBuffer to) =>
        (context.Dialect, context.Streams) switch
        {
            (Dialect.AnthropicMessages, true) => new AnthropicStreamWriter(context, to),
            (Dialect.AnthropicMessages, false) => new AnthropicDocumentWriter(context, to),
            (Dialect.OpenAIChat, true) => new ChatStreamWriter(context, to),
            (Dialect.OpenAIChat, false) => new ChatDocumentWriter(context, to),
            (Dialect.OpenAIResponses, true) => new ResponsesStreamWriter(context, to),
            (Dialect.OpenAIResponses, false) => new ResponsesDocumentWriter(context, to),
            (Dialect.Gemini, true) => new GeminiStreamWriter(context, to),
            (Dialect.Gemini, false) => new GeminiDocumentWriter(context, to),
            _ => throw new ArgumentOutOfRangeException(nameof(context)),
        };

    /// <summary>The path of a dialect at its vendor's own host, with its query.</summary>
    public static (string Path, string Query) PathOf(Dialect dialect, string model, bool streams) =>
        dialect switch
        {
            Dialect.AnthropicMessages => ("/v1/messages", ""),
            Dialect.OpenAIChat => ("/v1/chat/completions", ""),
            Dialect.OpenAIResponses => ("/v1/responses", ""),
            Dialect.Gemini when streams => (
                $"/v1beta/models/{Uri.EscapeDataString(model)}:streamGenerateContent",
                "?alt=sse"
            ),
            Dialect.Gemini => ($"/v1beta/models/{Uri.EscapeDataString(model)}:generateContent", ""),
            Dialect.BedrockConverse => (
                $"/model/{Uri.EscapeDataString(model)}/{(streams ? "converse-stream" : "converse")}",
                ""
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(dialect)),
        };
}
