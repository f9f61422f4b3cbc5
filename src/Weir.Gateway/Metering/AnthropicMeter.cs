using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>
/// Anthropic Messages. <c>message_start</c> brings the prompt's classes, <c>message_delta</c> the cumulative output: each
/// figure replaces the one before, an absent one leaves it. Cache writes without their 5-minute and 1-hour split count as
/// 5-minute ones, and so does what a later total has beyond the split.
/// </summary>
internal sealed class AnthropicMeter(bool isStream) : DialectMeter(isStream)
{
    private long? input;
    private long? output;
    private long? cacheRead;
    private long? cacheWrite;
    private long? cacheWrite5m;
    private long? cacheWrite1h;

    protected override TokenUsage Usage
    {
        get
        {
            var oneHour = cacheWrite1h;
            var fiveMinutes = cacheWrite5m;
            if (cacheWrite is { } total)
            {
                // The split is only as good as the total beside it.
                oneHour = oneHour is { } known ? Math.Min(known, total) : null;
                fiveMinutes = total - (oneHour ?? 0);
            }

            return new TokenUsage
            {
                Input = input,
                CacheRead = cacheRead,
                CacheWrite5m = fiveMinutes,
                CacheWrite1h = oneHour,
                Output = output,
            };
        }
    }

    protected override void Read(ref Utf8JsonReader json, bool isEvent)
    {
        string? type = null;
        var usage = false;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (NextProperty(ref json, 1))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = Name(ref json);
            }
            else if (json.ValueTextEquals("message"u8) && Enter(ref json, out var message))
            {
                while (NextProperty(ref json, message))
                {
                    usage |= ReadMessage(ref json);
                }
            }
            else if (json.ValueTextEquals("error"u8) && Enter(ref json, out var error))
            {
                ReadError(ref json, error);
            }
            else if (json.ValueTextEquals("delta"u8) && Enter(ref json, out var delta))
            {
                ReadDelta(ref json, delta);
            }
            else
            {
                usage |= ReadMessage(ref json);
            }
        }

        if (isEvent)
        {
            Known = Known with
            {
                SawEnd = Known.SawEnd || type == "message_stop",
                SawContent = Known.SawContent || type is "content_block_delta" or "message_delta",
                IsFinal = Known.IsFinal || (usage && type == "message_delta"),
            };
        }
        else
        {
            Known = Known with { IsFinal = usage && output is not null };
        }
    }

    /// <summary>A property of a message, or of an event that has the same ones; true when it was usage.</summary>
    private bool ReadMessage(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("id"u8))
        {
            Known = Known with { MessageId = Name(ref json) ?? Known.MessageId };
        }
        else if (json.ValueTextEquals("model"u8))
        {
            Known = Known with { Model = Name(ref json) ?? Known.Model };
        }
        else if (json.ValueTextEquals("usage"u8) && Enter(ref json, out var depth))
        {
            while (NextProperty(ref json, depth))
            {
                ReadUsage(ref json);
            }

            return true;
        }

        return false;
    }

    private void ReadUsage(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("input_tokens"u8))
        {
            input = Tokens(ref json) ?? input;
        }
        else if (json.ValueTextEquals("output_tokens"u8))
        {
            output = Tokens(ref json) ?? output;
        }
        else if (json.ValueTextEquals("cache_read_input_tokens"u8))
        {
            cacheRead = Tokens(ref json) ?? cacheRead;
        }
        else if (json.ValueTextEquals("cache_creation_input_tokens"u8))
        {
            cacheWrite = Tokens(ref json) ?? cacheWrite;
        }
        else if (json.ValueTextEquals("service_tier"u8) || json.ValueTextEquals("speed"u8))
        {
            Known = Known with { PriceMode = Mode(ref json) ?? Known.PriceMode };
        }
        else if (json.ValueTextEquals("cache_creation"u8) && Enter(ref json, out var split))
        {
            while (NextProperty(ref json, split))
            {
                if (json.ValueTextEquals("ephemeral_5m_input_tokens"u8))
                {
                    cacheWrite5m = Tokens(ref json) ?? cacheWrite5m;
                }
                else if (json.ValueTextEquals("ephemeral_1h_input_tokens"u8))
                {
                    cacheWrite1h = Tokens(ref json) ?? cacheWrite1h;
                }
            }
        }
        else if (json.ValueTextEquals("server_tool_use"u8) && Enter(ref json, out var tools))
        {
            while (NextProperty(ref json, tools))
            {
                if (
                    json.ValueTextEquals("web_search_requests"u8)
                    && Tokens(ref json) is <= int.MaxValue and { } searches
                )
                {
                    Known = Known with { WebSearches = (int)searches };
                }
            }
        }
    }

    private void ReadError(ref Utf8JsonReader json, int depth)
    {
        while (NextProperty(ref json, depth))
        {
            if (json.ValueTextEquals("type"u8))
            {
                Known = Known with { ErrorType = Name(ref json) ?? "error" };
            }
        }
    }

    private void ReadDelta(ref Utf8JsonReader json, int depth)
    {
        while (NextProperty(ref json, depth))
        {
            if (
                json.ValueTextEquals("text"u8)
                || json.ValueTextEquals("thinking"u8)
                || json.ValueTextEquals("partial_json"u8)
            )
            {
                Content(Characters(ref json));
            }
        }
    }
}
