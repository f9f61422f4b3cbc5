using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// What the meters of all dialects share: a stream is cut into events, a document collected whole, and each handed to the
/// dialect's own reading. JSON that cannot be read is passed over.
/// </summary>
internal abstract class DialectMeter : ResponseMeter
{
    /// <summary>The most tokens of one class that are believed; more is a lie or a fault, and counts as not reported.</summary>
    public const long MostTokens = 10_000_000_000;

    private const int LongestName = 256;

    private readonly Events? events;
    private PooledBytes document;
    private bool gaveUp;
    private bool complete;

    /// <summary>Made for a stream of events, or for one document.</summary>
    protected DialectMeter(bool isStream) => events = isStream ? new Events(this) : null;

    /// <inheritdoc />
    public override MeterReading Reading => Known with { Usage = Usage };

    /// <summary>Whether the answer is a stream of events.</summary>
    protected bool IsStream => events is not null;

    /// <summary>What is known so far, but for the tokens.</summary>
    protected MeterReading Known { get; set; }

    /// <summary>The tokens that have been reported.</summary>
    protected abstract TokenUsage Usage { get; }

    /// <inheritdoc />
    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        if (events is not null)
        {
            events.Feed(bytes);
        }
        else if (!gaveUp && document.Length + bytes.Length <= SseReader.MaxEventBytes)
        {
            document.Append(bytes);
        }
        else
        {
            gaveUp = true;
            document.Dispose();
        }
    }

    /// <inheritdoc />
    public override void Complete()
    {
        if (complete)
        {
            return;
        }

        complete = true;
        if (events is not null)
        {
            events.Complete();
            OnEnd();
            return;
        }

        if (!gaveUp && Try(document.Span, isEvent: false))
        {
            Known = Known with { SawEnd = true, SawContent = true };
        }

        document.Dispose();
    }

    /// <summary>Reads one JSON text: an event's data, or the document. The reader stands before its first token.</summary>
    protected abstract void Read(ref Utf8JsonReader json, bool isEvent);

    /// <summary>An event whose data is no JSON (<c>[DONE]</c>).</summary>
    protected virtual void OnText(ReadOnlySpan<byte> text) { }

    /// <summary>The stream has ended.</summary>
    protected virtual void OnEnd() { }

    /// <summary>Steps to the next property of the object at hand; false at its end. The value is then the current token.</summary>
    protected static bool NextProperty(ref Utf8JsonReader json, int depth)
    {
        while (depth > 0 && json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == depth)
            {
                return true;
            }

            if (json.TokenType == JsonTokenType.EndObject && json.CurrentDepth == depth - 1)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>
    /// Enters the object that is the property's value and tells the depth of its properties; 0, and the value is skipped,
    /// when it is none. Always true, so that it can stand in a condition behind the property's name.
    /// </summary>
    protected static bool Enter(ref Utf8JsonReader json, out int depth)
    {
        json.Read();
        depth = json.TokenType == JsonTokenType.StartObject ? json.CurrentDepth + 1 : 0;
        if (depth == 0)
        {
            json.Skip();
        }

        return true;
    }

    /// <summary>The property's value as a count of tokens; null for anything but a whole number that can be believed.</summary>
    protected static long? Tokens(ref Utf8JsonReader json)
    {
        json.Read();
        if (
            json.TokenType == JsonTokenType.Number
            && json.TryGetInt64(out var count)
            && count is >= 0 and <= MostTokens
        )
        {
            return count;
        }

        json.Skip();
        return null;
    }

    /// <summary>The property's value as a short text; null for anything else.</summary>
    protected static string? Name(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String && json.ValueSpan.Length is > 0 and <= LongestName)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }

    /// <summary>The property's value as a pricing mode; null for the standard one.</summary>
    protected static string? Mode(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return PriceModes.Of(json.ValueSpan, json.ValueIsEscaped);
        }

        json.Skip();
        return null;
    }

    /// <summary>How many characters the property's value has; none unless it is a text.</summary>
    protected static long Characters(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return JsonText.CountCharacters(json.ValueSpan);
        }

        json.Skip();
        return 0;
    }

    /// <summary>A piece of content has come.</summary>
    protected void Content(long characters) =>
        Known = Known with { SawContent = true, ContentCharacters = Known.ContentCharacters + characters };

    private bool Try(ReadOnlySpan<byte> text, bool isEvent)
    {
        try
        {
            var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonCursor.MaxDepth });
            Read(ref json, isEvent);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false; // a text that is no valid UTF-8
        }
    }

    private sealed class Events(DialectMeter meter) : SseReader
    {
        protected override void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData)
        {
            if (eventData.IsEmpty || eventData[0] != (byte)'{')
            {
                meter.OnText(eventData);
                return;
            }

            meter.Try(eventData, isEvent: true);
        }
    }
}
