using Weir.Gateway.Wire;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>Collects a document, up to 16 MiB, and has it read when it is complete.</summary>
internal sealed class DocumentMeter(DialectReader reader) : ResponseMeter
{
    private PooledBytes document;
    private bool tooLong;
    private bool complete;

    public override MeterReading Reading => reader.Reading;

    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        if (tooLong || complete)
        {
            return;
        }

        if (document.Length + bytes.Length > SseReader.MaxEventBytes)
        {
            tooLong = true;
            document.Dispose();
            return;
        }

        document.Append(bytes);
    }

    public override void Complete()
    {
        if (complete)
        {
            return;
        }

        complete = true;
        if (!tooLong)
        {
            var json = document.Span;
            json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
            var cursor = new JsonCursor(json);
            cursor.Skip();
            reader.OnDocument(json, cursor.AtEnd());
        }

        document.Dispose();
    }
}
