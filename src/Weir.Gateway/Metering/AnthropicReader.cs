using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Anthropic Messages. The usage of <c>message_start</c> is set, then overwritten figure by figure by the running totals
/// of each <c>message_delta</c>; its output is a placeholder until one has come.
/// </summary>
internal sealed class AnthropicReader : DialectReader
{
    private AnthropicUsage usage;
    private bool sawDeltaUsage;
    private bool sawStopReason;
    private bool isDocument;

    protected override TokenUsage Usage => usage.Tokens;

    protected override bool IsFinal => isDocument ? usage.HasOutput : sawDeltaUsage && (sawStopReason || SawEnd);

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var type = EventType.None;
        var delta = ReadOnlySpan<byte>.Empty;
        var message = ReadOnlySpan<byte>.Empty;
        var reported = ReadOnlySpan<byte>.Empty;
        var error = ReadOnlySpan<byte>.Empty;
        var cursor = new JsonCursor(data);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var key, out var escaped))
            {
                if (JsonText.Is(key, escaped, "type"u8) && cursor.Peek() == JsonKind.String)
                {
                    type = cursor.ReadString(out var raw, out escaped) ? TypeOf(raw, escaped) : type;
                }
                else if (JsonText.Is(key, escaped, "delta"u8))
                {
                    delta = cursor.Skip();
                }
                else if (JsonText.Is(key, escaped, "message"u8))
                {
                    message = cursor.Skip();
                }
                else if (JsonText.Is(key, escaped, "usage"u8))
                {
                    reported = cursor.Skip();
                }
                else if (JsonText.Is(key, escaped, "error"u8))
                {
                    error = cursor.Skip();
                }
                else
                {
                    cursor.Skip();
                }
            }
        }

        if (name.SequenceEqual("error"u8) || (type == EventType.Error && cursor.AtEnd()))
        {
            ErrorType = ReadErrorType(error);
            return;
        }

        if (!cursor.AtEnd())
        {
            return;
        }

        switch (type)
        {
            case EventType.ContentDelta:
                OnContentDelta(delta);
                break;
            case EventType.MessageStart:
                ReadMessage(message);
                break;
            case EventType.MessageDelta:
                usage.Set(reported);
                sawDeltaUsage |= HasOutput(reported);
                sawStopReason |= HasStopReason(delta);
                Publish();
                break;
            case EventType.MessageStop:
                SawEnd = true;
                break;
            default:
                break;
        }
    }

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        isDocument = true;
        SawEnd = whole;
        var error = ReadMessage(json);
        if (!error.IsEmpty)
        {
            ErrorType = ReadErrorType(error);
        }
    }

    /// <summary>Reads a message, and returns its <c>error</c> when it is none but one.</summary>
    private ReadOnlySpan<byte> ReadMessage(ReadOnlySpan<byte> json)
    {
        var error = ReadOnlySpan<byte>.Empty;
        var content = ReadOnlySpan<byte>.Empty;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return error;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "id"u8))
            {
                MessageId ??= ReadId(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "model"u8))
            {
                Model ??= ReadName(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "usage"u8))
            {
                usage.Set(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "content"u8))
            {
                content = cursor.Skip();
            }
            else if (JsonText.Is(key, escaped, "error"u8))
            {
                error = cursor.Skip();
            }
            else
            {
                cursor.Skip();
            }
        }

        Publish();
        CountContent(content);
        return error;
    }

    private void CountContent(ReadOnlySpan<byte> json)
    {
        var blocks = new JsonCursor(json);
        if (!blocks.EnterArray())
        {
            return;
        }

        while (blocks.NextElement())
        {
            OnContentDelta(blocks.Skip());
        }
    }

    // A block of a plain answer and a delta of a stream name their text alike; a plain tool call has its input whole.
    private void OnContentDelta(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (
                JsonText.Is(key, escaped, "text"u8)
                || JsonText.Is(key, escaped, "partial_json"u8)
                || JsonText.Is(key, escaped, "thinking"u8)
            )
            {
                AddContent(ReadLength(ref cursor));
            }
            else if (JsonText.Is(key, escaped, "input"u8))
            {
                AddContent(cursor.Skip().Length);
            }
            else if (JsonText.Is(key, escaped, "signature"u8) || JsonText.Is(key, escaped, "data"u8))
            {
                cursor.Skip();
                SawContent = true;
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void Publish()
    {
        WebSearches = usage.WebSearches;
        PriceMode = usage.PriceMode;
        SaysPriceMode = usage.SaysPriceMode;
        Side = usage.Advisor;
    }

    private static bool HasOutput(ReadOnlySpan<byte> json)
    {
        var alone = new AnthropicUsage();
        alone.Set(json);
        return alone.HasOutput;
    }

    private static bool HasStopReason(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "stop_reason"u8))
            {
                return cursor.Peek() == JsonKind.String;
            }

            cursor.Skip();
        }

        return false;
    }

    private static EventType TypeOf(ReadOnlySpan<byte> raw, bool escaped) =>
        JsonText.Is(raw, escaped, "content_block_delta"u8) ? EventType.ContentDelta
        : JsonText.Is(raw, escaped, "message_delta"u8) ? EventType.MessageDelta
        : JsonText.Is(raw, escaped, "message_start"u8) ? EventType.MessageStart
        : JsonText.Is(raw, escaped, "message_stop"u8) ? EventType.MessageStop
        : JsonText.Is(raw, escaped, "error"u8) ? EventType.Error
        : EventType.Other;

    private enum EventType
    {
        None,
        MessageStart,
        ContentDelta,
        MessageDelta,
        MessageStop,
        Error,
        Other,
    }
}
