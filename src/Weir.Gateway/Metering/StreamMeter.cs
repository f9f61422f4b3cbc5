using Weir.Gateway.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Splits a stream into events for a reader. The first byte that is no white space tells the framing: an array (Gemini
/// without <c>alt=sse</c>), a plain document (an upstream that did not stream after all), or server-sent events, no line
/// of which can begin so.
/// </summary>
internal sealed class StreamMeter(DialectReader reader) : ResponseMeter
{
    private Events? events;
    private JsonArraySplitter? array;
    private DocumentMeter? document;
    private bool complete;

    public override MeterReading Reading => reader.Reading;

    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        if (complete)
        {
            return;
        }

        if (events is not null)
        {
            events.Feed(bytes);
        }
        else if (array is not null)
        {
            array.Feed(bytes);
        }
        else if (document is not null)
        {
            document.Feed(bytes);
        }
        else if (bytes.TrimStart(" \t\r\n"u8) is { IsEmpty: false } begun)
        {
            switch (begun[0])
            {
                case (byte)'[':
                    array = new JsonArraySplitter(reader);
                    break;
                case (byte)'{':
                    document = new DocumentMeter(reader);
                    break;
                default:
                    events = new Events(reader);
                    break;
            }

            Feed(begun);
        }
    }

    public override void Complete()
    {
        if (complete)
        {
            return;
        }

        complete = true;
        events?.Complete();
        array?.Complete();
        document?.Complete();
    }

    private sealed class Events(DialectReader reader) : SseReader
    {
        protected override void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData) =>
            reader.OnEvent(eventName, eventData);
    }
}
