using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>
/// OpenAI Responses: a document, or a stream whose <c>response.completed</c>, <c>incomplete</c> or <c>failed</c> carries the
/// same document with its usage. Input counts cached tokens in, and they are taken out here.
/// </summary>
internal sealed class OpenAIResponsesMeter(bool isStream) : DialectMeter(isStream)
{
    private long? prompt;
    private long? cached;
    private long? output;
    private long? reasoning;

    protected override TokenUsage Usage =>
        new()
        {
            Input = prompt is { } all ? Math.Max(0, all - (cached ?? 0)) : null,
            CacheRead = cached,
            Output = output,
            Reasoning = reasoning,
        };

    protected override void Read(ref Utf8JsonReader json, bool isEvent)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        string? type = null;
        string? code = null;
        var characters = 0L;
        while (NextProperty(ref json, 1))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = Name(ref json);
            }
            else if (json.ValueTextEquals("code"u8))
            {
                code = Name(ref json);
            }
            else if (json.ValueTextEquals("delta"u8))
            {
                characters = Characters(ref json);
            }
            else if (isEvent && json.ValueTextEquals("response"u8) && Enter(ref json, out var response))
            {
                while (NextProperty(ref json, response))
                {
                    ReadResponse(ref json);
                }
            }
            else if (!isEvent || json.ValueTextEquals("error"u8))
            {
                ReadResponse(ref json);
            }
        }

        if (!isEvent)
        {
            return;
        }

        if (type?.EndsWith(".delta", StringComparison.Ordinal) == true)
        {
            Content(characters);
        }

        var ended = type is "response.completed" or "response.incomplete" or "response.failed";
        Known = Known with
        {
            SawEnd = Known.SawEnd || ended,
            SawContent = Known.SawContent || type is "response.completed" or "response.incomplete",
            ErrorType =
                type == "error" ? code ?? Known.ErrorType ?? "error"
                : type == "response.failed" ? Known.ErrorType ?? "response_failed"
                : Known.ErrorType,
        };
    }

    private void ReadResponse(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("id"u8))
        {
            Known = Known with { MessageId = Name(ref json) ?? Known.MessageId };
        }
        else if (json.ValueTextEquals("model"u8))
        {
            Known = Known with { Model = Name(ref json) ?? Known.Model };
        }
        else if (json.ValueTextEquals("service_tier"u8))
        {
            Known = Known with { PriceMode = Mode(ref json) ?? Known.PriceMode };
        }
        else if (json.ValueTextEquals("error"u8) && Enter(ref json, out var error))
        {
            Known = Known with { ErrorType = OpenAIErrors.Type(ref json, error) ?? Known.ErrorType };
        }
        else if (json.ValueTextEquals("usage"u8) && Enter(ref json, out var usage))
        {
            ReadUsage(ref json, usage);
        }
    }

    private void ReadUsage(ref Utf8JsonReader json, int depth)
    {
        while (NextProperty(ref json, depth))
        {
            if (json.ValueTextEquals("input_tokens"u8))
            {
                prompt = Tokens(ref json) ?? prompt;
            }
            else if (json.ValueTextEquals("output_tokens"u8))
            {
                output = Tokens(ref json) ?? output;
            }
            else if (json.ValueTextEquals("input_tokens_details"u8) && Enter(ref json, out var details))
            {
                while (NextProperty(ref json, details))
                {
                    if (json.ValueTextEquals("cached_tokens"u8))
                    {
                        cached = Tokens(ref json) ?? cached;
                    }
                }
            }
            else if (json.ValueTextEquals("output_tokens_details"u8) && Enter(ref json, out var made))
            {
                while (NextProperty(ref json, made))
                {
                    if (json.ValueTextEquals("reasoning_tokens"u8))
                    {
                        reasoning = Tokens(ref json) ?? reasoning;
                    }
                }
            }
        }

        Known = Known with { IsFinal = output is not null };
    }
}
