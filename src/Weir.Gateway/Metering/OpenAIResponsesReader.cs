using System.Text;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// OpenAI Responses. Usage stands in the response that the closing event (<c>completed</c>, <c>incomplete</c>,
/// <c>failed</c>) carries, or in the plain answer. There is no <c>[DONE]</c>.
/// </summary>
internal sealed class OpenAIResponsesReader : DialectReader
{
    private const int LongestItems = 16 * 1024;

    private OpenAIUsage usage;
    private bool isDocument;

    protected override TokenUsage Usage => usage.Tokens;

    protected override bool IsFinal => usage.IsKnown && (isDocument || SawEnd);

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!IsWhole(data))
        {
            return;
        }

        var type = ReadOnlySpan<byte>.Empty;
        var delta = ReadOnlySpan<byte>.Empty;
        var response = ReadOnlySpan<byte>.Empty;
        var error = ReadOnlySpan<byte>.Empty;
        var cursor = new JsonCursor(data);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "type"u8) && cursor.Peek() == JsonKind.String)
            {
                cursor.ReadString(out type, out _);
            }
            else if (JsonText.Is(key, escaped, "delta"u8))
            {
                delta = cursor.Skip();
            }
            else if (JsonText.Is(key, escaped, "response"u8))
            {
                response = cursor.Skip();
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

        if (type.IsEmpty)
        {
            type = name;
        }

        if (type.EndsWith(".delta"u8))
        {
            AddContent(delta is [(byte)'"', .. var text, (byte)'"'] ? JsonText.CountCharacters(text) : delta.Length);
        }
        else if (type.SequenceEqual("error"u8) || (type.IsEmpty && error is [(byte)'{', ..]))
        {
            ErrorType = ErrorEventType(error is [(byte)'{', ..] ? error : data);
        }
        else if (!response.IsEmpty)
        {
            SawEnd |=
                type.SequenceEqual("response.completed"u8)
                || type.SequenceEqual("response.incomplete"u8)
                || type.SequenceEqual("response.failed"u8)
                || type.SequenceEqual("response.cancelled"u8)
                // Realtime, however it ended.
                || type.SequenceEqual("response.done"u8);
            ReadResponse(response, countContent: false);
            if (type.SequenceEqual("response.failed"u8))
            {
                ErrorType ??= "response.failed";
            }
        }
    }

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        isDocument = true;
        SawEnd = whole;
        ReadResponse(json, countContent: true);
    }

    private void ReadResponse(ReadOnlySpan<byte> json, bool countContent)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

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
            else if (JsonText.Is(key, escaped, "usage"u8))
            {
                usage.Set(cursor.Skip());
            }
            else if (JsonText.Is(key, escaped, "output"u8))
            {
                ReadOutput(cursor.Skip(), countContent);
            }
            else if (JsonText.Is(key, escaped, "service_tier"u8) && cursor.Peek() == JsonKind.String)
            {
                // While a response runs this is what was asked for; the closing event says what was used.
                SaysPriceMode = isDocument || SawEnd;
                var mode = cursor.ReadString(out var tier, out escaped) ? PriceModes.Of(tier, escaped) : null;
                PriceMode = SaysPriceMode ? mode : PriceMode;
            }
            else if (JsonText.Is(key, escaped, "background"u8))
            {
                IsBackground = cursor.Skip().SequenceEqual("true"u8);
            }
            else if (JsonText.Is(key, escaped, "store"u8))
            {
                IsUnstored = cursor.Skip().SequenceEqual("false"u8);
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
    }

    private void ReadOutput(ReadOnlySpan<byte> json, bool countContent)
    {
        var items = new JsonCursor(json);
        if (!items.EnterArray())
        {
            return;
        }

        var searches = 0;
        StringBuilder? ids = null;
        while (items.NextElement())
        {
            var item = items.Skip();
            searches += IsSearch(item, out var id) ? 1 : 0;
            if (id is not null && !id.Contains(' ', StringComparison.Ordinal) && !(ids?.Length > LongestItems))
            {
                ids = ids?.Append(' ').Append(id) ?? new StringBuilder(id);
            }

            if (countContent)
            {
                CountStrings(item, 0);
            }
        }

        Items = ids?.ToString() ?? Items;
        if (searches > 0)
        {
            WebSearches = searches;
        }
    }

    // A web_search_call also stands for opening and for searching a page, which are not billed.
    private static bool IsSearch(ReadOnlySpan<byte> item, out string? id)
    {
        id = null;
        var isCall = false;
        var isSearch = true;
        var cursor = new JsonCursor(item);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "type"u8) && cursor.Peek() == JsonKind.String)
            {
                isCall =
                    cursor.ReadString(out var type, out escaped) && JsonText.Is(type, escaped, "web_search_call"u8);
            }
            else if (JsonText.Is(key, escaped, "id"u8))
            {
                id = ReadId(ref cursor);
            }
            else if (JsonText.Is(key, escaped, "action"u8))
            {
                var action = cursor.Skip();
                isSearch = action.IndexOf("\"open_page\""u8) < 0 && action.IndexOf("\"find_in_page\""u8) < 0;
            }
            else
            {
                cursor.Skip();
            }
        }

        return isCall && isSearch;
    }

    private void CountStrings(ReadOnlySpan<byte> json, int depth)
    {
        var cursor = new JsonCursor(json);
        if (depth < 8 && cursor.EnterArray())
        {
            while (cursor.NextElement())
            {
                CountStrings(cursor.Skip(), depth + 1);
            }

            return;
        }

        if (depth >= 8 || !cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (cursor.Peek() is JsonKind.Array or JsonKind.Object)
            {
                CountStrings(cursor.Skip(), depth + 1);
            }
            else if (
                JsonText.Is(key, escaped, "text"u8)
                || JsonText.Is(key, escaped, "arguments"u8)
                || JsonText.Is(key, escaped, "refusal"u8)
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

    // The event's own "type" is the word "error", so the code comes first here.
    private static string ErrorEventType(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        string? code = null;
        cursor.EnterObject();
        while (cursor.NextProperty(out var key, out var escaped))
        {
            if (JsonText.Is(key, escaped, "code"u8))
            {
                code = ReadName(ref cursor);
            }
            else
            {
                cursor.Skip();
            }
        }

        return code ?? ReadErrorType(json);
    }
}
