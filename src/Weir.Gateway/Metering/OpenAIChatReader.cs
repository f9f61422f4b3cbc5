using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// OpenAI Chat Completions, and the older Completions. Usage comes in a last chunk without choices, or (other providers)
/// with the last choice, or as a running total on every chunk; the last figures count.
/// </summary>
internal sealed class OpenAIChatReader : DialectReader
{
    private OpenAIUsage usage;
    private bool isDocument;
    private bool sawFinish;
    private bool sawUsageAlone;

    protected override TokenUsage Usage => usage.Tokens;

    protected override bool IsFinal => usage.IsKnown && (isDocument || sawUsageAlone || sawFinish || SawEnd);

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            SawEnd = true;
            return;
        }

        if (name.SequenceEqual("error"u8))
        {
            ErrorType = ReadErrorType(data);
        }

        if (IsWhole(data))
        {
            Read(data);
        }
    }

    // Some compatible providers close without [DONE]; a finish reason says as much, once the stream has closed.
    public override void OnStreamEnd() => SawEnd |= sawFinish;

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        isDocument = true;
        SawEnd = whole;
        Read(json);
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        var choices = -1;
        var reported = false;
        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (MessageId is null && JsonText.Is(key, escaped, "id"u8))
            {
                MessageId = ReadId(ref cursor);
            }
            else if (Model is null && JsonText.Is(key, escaped, "model"u8))
            {
                Model = ReadName(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "choices"u8))
            {
                choices = ReadChoices(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "usage"u8) && cursor.Peek() == JsonKind.Object)
            {
                usage.Set(cursor.Skip());
                reported = true;
            }
            else if (JsonText.Is(key, escaped, "x_groq"u8))
            {
                ReadUsageIn(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "service_tier"u8) && cursor.Peek() == JsonKind.String)
            {
                SaysPriceMode = true;
                PriceMode = cursor.ReadString(out var tier, out escaped) ? PriceModes.Of(tier, escaped) : PriceMode;
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

        sawUsageAlone |= reported && choices == 0;
    }

    private int ReadChoices(ReadOnlySpan<byte> json)
    {
        var choices = new JsonCursor(json);
        if (!choices.EnterArray())
        {
            return -1;
        }

        var count = 0;
        while (choices.NextElement())
        {
            count++;
            ReadChoice(ref choices);
        }

        return count;
    }

    private void ReadChoice(ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "delta"u8) || JsonText.Is(key, escaped, "message"u8))
            {
                ReadDelta(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "text"u8))
            {
                AddContent(ReadLength(ref cursor));
            }
            else if (JsonText.Is(key, escaped, "finish_reason"u8))
            {
                sawFinish |= cursor.Peek() == JsonKind.String;
                cursor.Skip();
            }
            else if (JsonText.Is(key, escaped, "usage"u8))
            {
                // Moonshot puts the usage inside the last choice.
                usage.Set(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadDelta(ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (
                JsonText.Is(key, escaped, "content"u8)
                || JsonText.Is(key, escaped, "reasoning_content"u8)
                || JsonText.Is(key, escaped, "reasoning"u8)
                || JsonText.Is(key, escaped, "refusal"u8)
            )
            {
                AddContent(ReadLength(ref cursor));
            }
            else if (JsonText.Is(key, escaped, "tool_calls"u8))
            {
                ReadToolCalls(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "function_call"u8))
            {
                ReadFunction(ref cursor);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadToolCalls(ref JsonCursor cursor)
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
                if (JsonText.Is(key, escaped, "function"u8) || JsonText.Is(key, escaped, "custom"u8))
                {
                    ReadFunction(ref cursor);
                }
                else
                {
                    cursor.Skip();
                }
            }
        }
    }

    private void ReadFunction(ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Skip();
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (
                JsonText.Is(key, escaped, "name"u8)
                || JsonText.Is(key, escaped, "arguments"u8)
                || JsonText.Is(key, escaped, "input"u8)
            )
            {
                AddContent(ReadLength(ref cursor));
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadUsageIn(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            var value = cursor.Skip();
            if (JsonText.Is(key, escaped, "usage"u8))
            {
                usage.Set(value);
            }
        }
    }
}
