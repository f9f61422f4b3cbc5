using System.Text.Json;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Wire;

/// <summary>
/// Takes the one chunk out of an OpenAI Chat stream that Weir asked for and the caller did not: an event with usage and no
/// choices. Everything else leaves byte for byte. Only an event that could be that one is held, until it ends or shows
/// that it is another; an event is another as soon as a choice opens in it. Not thread-safe.
/// </summary>
internal sealed class OpenAIUsageChunkFilter : IDisposable
{
    private const int LargestUsageChunk = 64 * 1024;

    private PooledBytes held;
    private SseBoundary boundary;

    /// <summary>Takes the next bytes and appends what may leave.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, PooledBuffer to)
    {
        while (!bytes.IsEmpty)
        {
            var length = EventEnd(bytes, out var ended);
            held.Append(bytes[..length]);
            bytes = bytes[length..];
            if (ended)
            {
                if (!IsUsageChunk(held.Span))
                {
                    to.Append(held.Span);
                }

                held.Clear();
            }
        }

        if (held.Length > 0 && CannotBeUsageChunk(held.Span))
        {
            to.Append(held.Span);
            held.Clear();
        }
    }

    /// <summary>The stream has ended: what is held leaves.</summary>
    public void Complete(PooledBuffer to)
    {
        if (held.Length > 0 && !IsUsageChunk(held.Span))
        {
            to.Append(held.Span);
        }

        held.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => held.Dispose();

    /// <summary>How many bytes belong to the event at hand, and whether it ends with them.</summary>
    private int EventEnd(ReadOnlySpan<byte> bytes, out bool ended)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var feed = bytes[at..].IndexOf((byte)'\n');
            if (feed < 0)
            {
                boundary.Feed(bytes[at..]);
                break;
            }

            boundary.Feed(bytes.Slice(at, feed + 1));
            at += feed + 1;
            if (boundary.AtBoundary)
            {
                ended = true;
                return at;
            }
        }

        ended = false;
        return bytes.Length;
    }

    private static bool CannotBeUsageChunk(ReadOnlySpan<byte> text) =>
        text.Length > LargestUsageChunk
        || text.IndexOf("\"choices\":[{"u8) >= 0
        || text.IndexOf("\"choices\": [{"u8) >= 0
        || !("data:"u8.StartsWith(text[..Math.Min(5, text.Length)]) || text.StartsWith("data:"u8));

    private static bool IsUsageChunk(ReadOnlySpan<byte> text)
    {
        if (CannotBeUsageChunk(text))
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(text["data:".Length..].Trim(" \r\n"u8));
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var noChoices = false;
            var usage = false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("choices"u8))
                {
                    json.Read();
                    noChoices =
                        json.TokenType == JsonTokenType.StartArray
                        && json.Read()
                        && json.TokenType == JsonTokenType.EndArray;
                    if (!noChoices)
                    {
                        return false;
                    }
                }
                else
                {
                    var isUsage = json.ValueTextEquals("usage"u8);
                    json.Read();
                    usage |= isUsage && json.TokenType == JsonTokenType.StartObject;
                    json.Skip();
                }
            }

            return noChoices && usage;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
