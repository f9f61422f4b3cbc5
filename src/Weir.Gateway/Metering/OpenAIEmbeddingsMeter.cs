using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>OpenAI Embeddings: a document with <c>usage.prompt_tokens</c>; there is no output, and that is reported as none.</summary>
internal sealed class OpenAIEmbeddingsMeter() : DialectMeter(isStream: false)
{
    private long? input;

    protected override TokenUsage Usage => new() { Input = input, Output = input is null ? null : 0 };

    protected override void Read(ref Utf8JsonReader json, bool isEvent)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (NextProperty(ref json, 1))
        {
            if (json.ValueTextEquals("model"u8))
            {
                Known = Known with { Model = Name(ref json) ?? Known.Model };
            }
            else if (json.ValueTextEquals("data"u8))
            {
                json.Read();
                json.Skip();
            }
            else if (json.ValueTextEquals("error"u8) && Enter(ref json, out var error))
            {
                Known = Known with { ErrorType = OpenAIErrors.Type(ref json, error) ?? Known.ErrorType };
            }
            else if (json.ValueTextEquals("usage"u8) && Enter(ref json, out var usage))
            {
                while (NextProperty(ref json, usage))
                {
                    if (json.ValueTextEquals("prompt_tokens"u8))
                    {
                        input = Tokens(ref json) ?? input;
                    }
                }

                Known = Known with { IsFinal = input is not null };
            }
        }
    }
}
