using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>
/// OpenAI Chat Completions, also as other providers speak it. <c>prompt_tokens</c> counts cached tokens in, and they are
/// taken out here; each usage replaces the one before (some providers send a cumulative one with every chunk).
/// </summary>
internal sealed class OpenAIChatMeter(bool isStream) : DialectMeter(isStream)
{
    private long? prompt;
    private long? cached;
    private long? written;
    private long? output;
    private long? reasoning;
    private bool finished;

    protected override TokenUsage Usage =>
        new()
        {
            // A provider that claims more cached than there was prompt: the cached ones are kept, nothing was fresh.
            Input = prompt is { } all ? Math.Max(0, all - (cached ?? 0) - (written ?? 0)) : null,
            CacheRead = cached,
            CacheWrite5m = written,
            Output = output,
            Reasoning = reasoning,
        };

    protected override void OnText(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("[DONE]"u8))
        {
            Known = Known with { SawEnd = true, IsFinal = Known.IsFinal };
        }
    }

    // Some compatible providers close without [DONE]; a finish reason says as much.
    protected override void OnEnd() => Known = Known with { SawEnd = Known.SawEnd || finished };

    protected override void Read(ref Utf8JsonReader json, bool isEvent)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (NextProperty(ref json, 1))
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
            else if (json.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref json);
            }
            else if (json.ValueTextEquals("usage"u8) && Enter(ref json, out var usage))
            {
                ReadUsage(ref json, usage);
            }
            else if (json.ValueTextEquals("error"u8) && Enter(ref json, out var error))
            {
                Known = Known with { ErrorType = OpenAIErrors.Type(ref json, error) ?? Known.ErrorType };
            }
        }
    }

    private void ReadUsage(ref Utf8JsonReader json, int depth)
    {
        while (NextProperty(ref json, depth))
        {
            if (json.ValueTextEquals("prompt_tokens"u8))
            {
                prompt = Tokens(ref json) ?? prompt;
            }
            else if (json.ValueTextEquals("completion_tokens"u8))
            {
                output = Tokens(ref json) ?? output;
            }
            else if (json.ValueTextEquals("prompt_cache_hit_tokens"u8))
            {
                cached = Tokens(ref json) ?? cached; // DeepSeek
            }
            else if (json.ValueTextEquals("prompt_tokens_details"u8) && Enter(ref json, out var details))
            {
                while (NextProperty(ref json, details))
                {
                    if (json.ValueTextEquals("cached_tokens"u8))
                    {
                        cached = Tokens(ref json) ?? cached;
                    }
                    else if (json.ValueTextEquals("cache_write_tokens"u8))
                    {
                        written = Tokens(ref json) ?? written; // OpenRouter
                    }
                }
            }
            else if (json.ValueTextEquals("completion_tokens_details"u8) && Enter(ref json, out var made))
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

        Known = Known with { IsFinal = output is not null || prompt is not null };
    }

    private void ReadChoices(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (json.ValueTextEquals("finish_reason"u8))
            {
                var reason = Name(ref json);
                finished |= reason is not null;
                Known = Known with { SawContent = Known.SawContent || reason is not null };
            }
            else if (
                json.ValueTextEquals("content"u8)
                || json.ValueTextEquals("reasoning_content"u8)
                || json.ValueTextEquals("reasoning"u8)
                || json.ValueTextEquals("refusal"u8)
                || json.ValueTextEquals("arguments"u8)
            )
            {
                var characters = Characters(ref json);
                if (characters > 0)
                {
                    Content(characters);
                }
            }
        }
    }
}
