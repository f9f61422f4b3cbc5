using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>OpenAI Embeddings: a prompt and no output, which is reported as none.</summary>
internal sealed class OpenAIEmbeddingsReader : DialectReader
{
    private OpenAIUsage usage;

    protected override TokenUsage Usage => usage.IsKnown ? usage.Tokens with { Output = 0, Reasoning = null } : default;

    protected override bool IsFinal => usage.IsKnown;

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => OnDocument(data, IsWhole(data));

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        SawEnd = whole;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "model"u8))
            {
                Model = ReadName(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "usage"u8))
            {
                usage.Set(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "error"u8) && cursor.Peek() != JsonKind.Null)
            {
                ErrorType = ReadErrorType(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }
    }
}
