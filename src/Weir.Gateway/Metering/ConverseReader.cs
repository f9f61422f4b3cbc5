using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Bedrock's Converse. Input, cache reads and cache writes are told apart already; of the writes <c>cacheDetails</c> tells which
/// are kept for an hour. A stream tells its usage in its last event, <c>metadata</c>.
/// </summary>
internal sealed class ConverseReader : DialectReader
{
    private long? input;
    private long? output;
    private long? read;
    private long? written;
    private long? hour;
    private bool isFinal;

    protected override TokenUsage Usage =>
        new()
        {
            Input = input,
            CacheRead = read,
            CacheWrite5m = written is { } all ? Math.Max(0, all - (hour ?? 0)) : null,
            CacheWrite1h = hour,
            Output = output,
        };

    protected override bool IsFinal => isFinal;

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (name.EndsWith("Exception"u8))
        {
            ErrorType = NameCache.Shared.GetJson(name, false, LongestId) ?? "error";
            return;
        }

        if (!IsWhole(data))
        {
            return;
        }

        if (name.SequenceEqual("contentBlockDelta"u8) || name.SequenceEqual("contentBlockStart"u8))
        {
            Count(data);
        }
        else if (name.SequenceEqual("metadata"u8))
        {
            ReadUsage(data);
            SawEnd = true;
        }
    }

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        SawEnd = whole;
        ReadUsage(json);
        Count(json);
        if (input is null && output is null && !SawContent)
        {
            ErrorType = "error";
        }
    }

    private void ReadUsage(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(Member(json, "usage"u8));
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "inputTokens"u8))
            {
                input = cursor.ReadCount() ?? input;
            }
            else if (JsonText.Is(name, escaped, "outputTokens"u8))
            {
                output = cursor.ReadCount() ?? output;
                isFinal = output is not null;
            }
            else if (JsonText.Is(name, escaped, "cacheReadInputTokens"u8))
            {
                read = cursor.ReadCount() ?? read;
            }
            else if (JsonText.Is(name, escaped, "cacheWriteInputTokens"u8))
            {
                written = cursor.ReadCount() ?? written;
            }
            else if (JsonText.Is(name, escaped, "cacheDetails"u8))
            {
                ReadDetails(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadDetails(ReadOnlySpan<byte> json)
    {
        var items = new JsonCursor(json);
        if (!items.EnterArray())
        {
            return;
        }

        while (items.NextElement())
        {
            var item = items.Skip();
            if (Member(item, "ttl"u8).SequenceEqual("\"1h\""u8))
            {
                var count = new JsonCursor(Member(item, "inputTokens"u8));
                hour = (hour ?? 0) + (count.ReadCount() ?? 0);
            }
        }
    }

    /// <summary>Counts what the model said, wherever it stands: texts, thinking and the input of tools.</summary>
    private void Count(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (cursor.EnterArray())
        {
            while (cursor.NextElement())
            {
                Count(cursor.Skip());
            }

            return;
        }

        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "text"u8) || JsonText.Is(name, escaped, "signature"u8))
            {
                AddContent(ReadLength(ref cursor));
            }
            else if (JsonText.Is(name, escaped, "input"u8))
            {
                AddContent(cursor.Peek() == JsonKind.String ? ReadLength(ref cursor) : cursor.Skip().Length);
            }
            else if (JsonText.Is(name, escaped, "toolUse"u8))
            {
                SawContent = true;
                Count(cursor.Skip());
            }
            else if (IsContainer(name, escaped))
            {
                Count(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private static bool IsContainer(ReadOnlySpan<byte> name, bool escaped) =>
        JsonText.Is(name, escaped, "delta"u8)
        || JsonText.Is(name, escaped, "start"u8)
        || JsonText.Is(name, escaped, "output"u8)
        || JsonText.Is(name, escaped, "message"u8)
        || JsonText.Is(name, escaped, "content"u8)
        || JsonText.Is(name, escaped, "reasoningContent"u8)
        || JsonText.Is(name, escaped, "reasoningText"u8);

    private static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted)
    {
        var cursor = new JsonCursor(json);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, wanted))
                {
                    return cursor.Skip();
                }

                cursor.Skip();
            }
        }

        return default;
    }
}
