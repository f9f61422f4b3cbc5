using System.Globalization;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Recognises the answers in a batch's results, strictly: what is not whole, is no answer or tells no usage is none. A file that
/// holds anything else therefore never becomes usage.
/// </summary>
internal static class BatchLines
{
    private const int LongestKey = 512;
    private const int Deepest = 4;

    /// <summary>One line; null when it is no answer.</summary>
    public static BatchLine? Read(BatchFormat format, ReadOnlySpan<byte> line)
    {
        var parts = default(Parts);
        if (!parts.Read(line) || parts.Key is null)
        {
            return null;
        }

        return format switch
        {
            BatchFormat.Anthropic => ReadAnthropic(parts),
            BatchFormat.OpenAI => ReadOpenAI(parts),
            BatchFormat.Gemini => ReadGemini(parts.Key, parts.Response),
            _ => null,
        };
    }

    /// <summary>The answers inside Gemini's batch, wherever it repeats them.</summary>
    public static void ReadInline(ReadOnlySpan<byte> json, Action<BatchLine> take)
    {
        var cursor = new JsonCursor(json);
        cursor.Skip();
        if (cursor.AtEnd())
        {
            FindInline(json, 0, take);
        }
    }

    private static BatchLine? ReadAnthropic(in Parts parts)
    {
        var result = default(Parts);
        if (!result.Read(parts.Result) || !result.Type.SequenceEqual("succeeded"u8))
        {
            return null;
        }

        var message = default(Parts);
        return message.Read(result.Message) && message.Type.SequenceEqual("message"u8)
            ? Make(parts.Key!, Dialect.AnthropicMessages, new AnthropicReader(), result.Message, null)
            : null;
    }

    private static BatchLine? ReadOpenAI(in Parts parts)
    {
        var response = default(Parts);
        var body = default(Parts);
        if (
            !response.Read(parts.Response)
            || response.StatusCode is not (>= 200 and < 300)
            || !body.Read(response.Body)
        )
        {
            return null;
        }

        return body.Object.SequenceEqual("chat.completion"u8) || body.Object.SequenceEqual("text_completion"u8)
                ? Make(parts.Key!, Dialect.OpenAIChat, new OpenAIChatReader(), response.Body, response.RequestId)
            : body.Object.SequenceEqual("response"u8)
                ? Make(
                    parts.Key!,
                    Dialect.OpenAIResponses,
                    new OpenAIResponsesReader(),
                    response.Body,
                    response.RequestId
                )
            : body.Object.SequenceEqual("list"u8)
                ? Make(
                    parts.Key!,
                    Dialect.OpenAIEmbeddings,
                    new OpenAIEmbeddingsReader(),
                    response.Body,
                    response.RequestId
                )
            : null;
    }

    private static BatchLine? ReadGemini(string key, ReadOnlySpan<byte> response) =>
        Make(key, Dialect.Gemini, new GeminiReader(), response, null);

    private static BatchLine? Make(
        string key,
        Dialect dialect,
        DialectReader reader,
        ReadOnlySpan<byte> json,
        string? requestId
    )
    {
        if (json.IsEmpty)
        {
            return null;
        }

        reader.OnDocument(json, whole: true);
        var reading = reader.Reading;
        return reading.Usage.IsUnknown || reading.Model is null || reading.ErrorType is not null
            ? null
            : new BatchLine(
                key,
                dialect,
                reading with
                {
                    IsFinal = true,
                    PriceMode = Pipeline.Settlement.BatchMode,
                    SaysPriceMode = true,
                },
                requestId
            );
    }

    private static void FindInline(ReadOnlySpan<byte> json, int depth, Action<BatchLine> take)
    {
        var cursor = new JsonCursor(json);
        if (depth > Deepest || !cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var isList = JsonText.Is(name, escaped, "inlinedResponses"u8);
            if (isList && cursor.Peek() == JsonKind.Array)
            {
                ReadList(cursor.Skip(), take);
            }
            else if (
                isList
                || JsonText.Is(name, escaped, "response"u8)
                || JsonText.Is(name, escaped, "metadata"u8)
                || JsonText.Is(name, escaped, "output"u8)
            )
            {
                FindInline(cursor.Skip(), depth + 1, take);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private static void ReadList(ReadOnlySpan<byte> json, Action<BatchLine> take)
    {
        var cursor = new JsonCursor(json);
        cursor.EnterArray();
        for (var place = 0; cursor.NextElement(); place++)
        {
            var element = default(Parts);
            if (
                element.Read(cursor.Skip())
                && ReadGemini(place.ToString(CultureInfo.InvariantCulture), element.Response) is { } line
            )
            {
                take(line);
            }
        }
    }

    /// <summary>The members by which an object is known.</summary>
    private ref struct Parts
    {
        public string? Key;
        public string? RequestId;
        public long? StatusCode;
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> Object;
        public ReadOnlySpan<byte> Result;
        public ReadOnlySpan<byte> Message;
        public ReadOnlySpan<byte> Response;
        public ReadOnlySpan<byte> Body;

        /// <summary>False when this is not one whole object.</summary>
        public bool Read(ReadOnlySpan<byte> json)
        {
            var cursor = new JsonCursor(json);
            if (!cursor.EnterObject())
            {
                return false;
            }

            while (cursor.NextProperty(out var name, out var escaped))
            {
                var kind = cursor.Peek();
                var value = cursor.Skip();
                if (cursor.Failed)
                {
                    return false;
                }

                if (kind == JsonKind.String)
                {
                    ReadText(name, escaped, value[1..^1]);
                }
                else if (kind == JsonKind.Number && JsonText.Is(name, escaped, "status_code"u8))
                {
                    StatusCode = new JsonCursor(value).ReadCount();
                }
                else if (kind == JsonKind.Object)
                {
                    ReadObject(name, escaped, value);
                }
            }

            return cursor.AtEnd();
        }

        private void ReadText(ReadOnlySpan<byte> name, bool escaped, ReadOnlySpan<byte> text)
        {
            if (JsonText.Is(name, escaped, "custom_id"u8) || JsonText.Is(name, escaped, "key"u8))
            {
                Key = JsonText.ToText(text, true, LongestKey);
            }
            else if (JsonText.Is(name, escaped, "request_id"u8))
            {
                RequestId = JsonText.ToText(text, true, LongestKey);
            }
            else if (JsonText.Is(name, escaped, "type"u8))
            {
                Type = text;
            }
            else if (JsonText.Is(name, escaped, "object"u8))
            {
                Object = text;
            }
        }

        private void ReadObject(ReadOnlySpan<byte> name, bool escaped, ReadOnlySpan<byte> value)
        {
            if (JsonText.Is(name, escaped, "result"u8))
            {
                Result = value;
            }
            else if (JsonText.Is(name, escaped, "message"u8))
            {
                Message = value;
            }
            else if (JsonText.Is(name, escaped, "response"u8))
            {
                Response = value;
            }
            else if (JsonText.Is(name, escaped, "body"u8))
            {
                Body = value;
            }
        }
    }
}
