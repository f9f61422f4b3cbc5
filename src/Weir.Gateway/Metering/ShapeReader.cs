using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Answers whose dialect is not known beforehand: the first event or document that shows a known dialect's marks
/// decides, and that dialect's reader takes over.
/// </summary>
internal sealed class ShapeReader : DialectReader
{
    private DialectReader? known;

    protected override TokenUsage Usage => default;

    protected override bool IsFinal => false;

    public override MeterReading Reading => known?.Reading ?? base.Reading;

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        known ??= Recognise(data);
        known?.OnEvent(name, data);
    }

    public override void OnStreamEnd() => known?.OnStreamEnd();

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        SawEnd = whole;
        known ??= Recognise(json);
        known?.OnDocument(json, whole);
    }

    private static DialectReader? Recognise(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return null;
        }

        var hasUsage = false;
        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "choices"u8))
            {
                return new OpenAIChatReader();
            }

            if (
                JsonText.Is(key, escaped, "candidates"u8)
                || JsonText.Is(key, escaped, "usageMetadata"u8)
                || JsonText.Is(key, escaped, "promptFeedback"u8)
            )
            {
                return new GeminiReader();
            }

            if (JsonText.Is(key, escaped, "stopReason"u8))
            {
                return new ConverseReader();
            }

            hasUsage |= JsonText.Is(key, escaped, "usage"u8);
            var isType = JsonText.Is(key, escaped, "type"u8);
            if (
                (isType || JsonText.Is(key, escaped, "object"u8))
                && cursor.Peek() == JsonKind.String
                && cursor.ReadString(out var value, out _)
            )
            {
                if (isType && (value.StartsWith("message"u8) || value.SequenceEqual("error"u8)))
                {
                    return new AnthropicReader();
                }

                if (value.StartsWith("response"u8))
                {
                    return new OpenAIResponsesReader();
                }

                if (value.SequenceEqual("batch"u8))
                {
                    // A batch tells the sum of its answers each time it is looked at; they are counted one by one.
                    return null;
                }

                if (value.SequenceEqual("list"u8))
                {
                    return new OpenAIEmbeddingsReader();
                }

                continue;
            }

            if (JsonText.Is(key, escaped, "error"u8))
            {
                return new OpenAIChatReader();
            }

            cursor.Skip();
        }

        // OpenAI's other endpoints (pictures, transcripts) report in the same words.
        return hasUsage ? new OpenAIResponsesReader() : null;
    }
}
