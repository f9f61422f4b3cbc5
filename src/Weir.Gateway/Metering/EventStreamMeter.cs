using Weir.Gateway.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Reads the events out of Amazon's frames, of an answer that passes through as it is. The first event tells whose they are: those of
/// InvokeModel are the model's vendor's, all others are Converse's. After a broken frame nothing more is read.
/// </summary>
internal sealed class EventStreamMeter : ResponseMeter
{
    private PooledBytes waiting;
    private DialectReader? reader;
    private bool over;

    public override MeterReading Reading => reader?.Reading ?? default;

    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        if (over)
        {
            return;
        }

        waiting.Append(bytes);
        var done = 0;
        while (!over)
        {
            switch (EventStreamFrame.Read(waiting.Span[done..], out var frame, out var length))
            {
                case FrameOutcome.Whole:
                    Take(frame);
                    done += length;
                    continue;
                case FrameOutcome.Broken:
                    End();
                    return;
            }

            break;
        }

        if (!over)
        {
            waiting.RemoveStart(done);
        }
    }

    public override void Complete()
    {
        if (!over)
        {
            End();
        }

        reader?.OnStreamEnd();
    }

    private void Take(in EventStreamFrame frame)
    {
        if (frame.Text(":exception-type"u8) is { IsEmpty: false } exception)
        {
            (reader ??= new ConverseReader()).OnEvent(exception, frame.Payload);
            return;
        }

        reader ??= frame.Text(":event-type"u8).SequenceEqual("chunk"u8) ? new ShapeReader() : new ConverseReader();
        if (frame.TryEvent(out var name, out var data))
        {
            reader.OnEvent(name, data);
        }
    }

    private void End()
    {
        over = true;
        waiting.Dispose();
    }
}
