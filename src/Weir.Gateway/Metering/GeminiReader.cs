using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Gemini generateContent. Every chunk is a whole response with running totals in <c>usageMetadata</c>; the stream has no
/// closing event, a <c>finishReason</c> (or a blocked prompt) is the end.
/// </summary>
internal sealed class GeminiReader : DialectReader
{
    private long? prompt;
    private long? cached;
    private long? candidates;
    private long? thoughts;
    private long? toolUse;
    private long? total;
    private bool isDocument;
    private bool finished;

    protected override TokenUsage Usage
    {
        get
        {
            // Its JSON leaves zeros out: a total that is the prompt alone says that nothing was generated.
            var output =
                candidates is null && thoughts is null
                    ? IsFinal && total == prompt + (toolUse ?? 0)
                        ? 0
                        : (long?)null
                    : (candidates ?? 0) + (thoughts ?? 0);
            var read = cached is { } c && prompt is { } p ? Math.Min(c, p) : cached;
            return new TokenUsage
            {
                Input = prompt is null ? toolUse : prompt - (read ?? 0) + (toolUse ?? 0),
                CacheRead = read,
                Output = output,
                Reasoning = thoughts,
            };
        }
    }

    protected override bool IsFinal => (prompt is not null || candidates is not null) && (isDocument || finished);

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (IsWhole(data))
        {
            Read(data);
            SawEnd |= finished;
        }
    }

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        isDocument = true;
        Read(json);
        SawEnd = whole;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "candidates"u8))
            {
                ReadCandidates(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "usageMetadata"u8))
            {
                ReadUsage(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "modelVersion"u8))
            {
                Model = ReadName(ref cursor) ?? Model;
            }
            else if (MessageId is null && JsonText.Is(key, escaped, "responseId"u8))
            {
                MessageId = ReadId(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "promptFeedback"u8))
            {
                // A refused prompt is an answer, and its end: there will be no candidates.
                finished |= Has(cursor.Skip(), "blockReason"u8);
            }
            else if (JsonText.Is(key, escaped, "error"u8) && cursor.Peek() == JsonKind.Object)
            {
                ErrorType = ReadErrorType(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadUsage(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "promptTokenCount"u8))
            {
                prompt = cursor.ReadCount() ?? prompt;
            }
            else if (JsonText.Is(key, escaped, "cachedContentTokenCount"u8))
            {
                cached = cursor.ReadCount() ?? cached;
            }
            else if (
                JsonText.Is(key, escaped, "candidatesTokenCount"u8)
                // As Gemini Live calls it.
                || JsonText.Is(key, escaped, "responseTokenCount"u8)
            )
            {
                candidates = cursor.ReadCount() ?? candidates;
            }
            else if (JsonText.Is(key, escaped, "thoughtsTokenCount"u8))
            {
                thoughts = cursor.ReadCount() ?? thoughts;
            }
            else if (JsonText.Is(key, escaped, "toolUsePromptTokenCount"u8))
            {
                toolUse = cursor.ReadCount() ?? toolUse;
            }
            else if (JsonText.Is(key, escaped, "totalTokenCount"u8))
            {
                total = cursor.ReadCount() ?? total;
            }
            else if (JsonText.Is(key, escaped, "trafficType"u8) && cursor.Peek() == JsonKind.String)
            {
                SaysPriceMode = true;
                PriceMode = cursor.ReadString(out var type, out escaped) ? ModeOf(type, escaped) : PriceMode;
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadCandidates(ref JsonCursor cursor)
    {
        if (!cursor.EnterArray())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextElement())
        {
            if (!cursor.EnterObject())
            {
                cursor.Skip();
                continue;
            }

            while (cursor.NextProperty(out var key, out var escaped))
            {
                if (JsonText.Is(key, escaped, "content"u8))
                {
                    ReadContent(ref cursor);
                }
                else if (JsonText.Is(key, escaped, "finishReason"u8))
                {
                    finished |= cursor.Peek() == JsonKind.String;
                    cursor.Skip();
                }
                else
                {
                    cursor.Skip();
                }
            }
        }
    }

    private void ReadContent(ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (!JsonText.Is(key, escaped, "parts"u8) || !cursor.EnterArray())
            {
                cursor.Skip();
                continue;
            }

            while (cursor.NextElement())
            {
                ReadPart(ref cursor);
            }
        }
    }

    private void ReadPart(ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "text"u8))
            {
                AddContent(ReadLength(ref cursor));
            }
            else if (JsonText.Is(key, escaped, "functionCall"u8) || JsonText.Is(key, escaped, "executableCode"u8))
            {
                AddContent(cursor.Skip().Length);
            }
            else
            {
                // Pictures and sound are content, but their bytes say nothing of their tokens.
                SawContent |= JsonText.Is(key, escaped, "inlineData"u8);
                cursor.Skip();
            }
        }
    }

    private static string? ModeOf(ReadOnlySpan<byte> type, bool escaped) =>
        JsonText.Is(type, escaped, "ON_DEMAND_PRIORITY"u8) ? "priority"
        : JsonText.Is(type, escaped, "ON_DEMAND_FLEX"u8) ? "flex"
        : null;

    private static bool Has(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted)
    {
        var found = false;
        var cursor = new JsonCursor(json);
        cursor.EnterObject();
        while (cursor.NextProperty(out var key, out var escaped))
        {
            found |= JsonText.Is(key, escaped, wanted);
            cursor.Skip();
        }

        return found;
    }
}
