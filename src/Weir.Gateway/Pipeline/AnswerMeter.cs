using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>A meter over an answer as it stands on the wire: decodes a side copy where the answer is compressed. Not thread-safe.</summary>
internal sealed class AnswerMeter : IDisposable
{
    private readonly ResponseMeter meter;
    private readonly BodyDecoder? decoder;

    /// <summary>Made from the answer's own account of itself.</summary>
    public AnswerMeter(Dialect dialect, HttpResponseMessage answer, string? contentType)
    {
        meter = ResponseMeters.For(dialect, contentType);
        var coding = answer.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values)
            ? values.ToString()
            : null;
        if (BodyDecoder.IsCoded(coding))
        {
            decoder = new BodyDecoder(coding, meter.Feed);
        }
    }

    /// <summary>Whether the answer is compressed.</summary>
    public bool IsCoded => decoder is not null;

    /// <summary>What is known so far.</summary>
    public MeterReading Reading => meter.Reading;

    /// <summary>Takes the next bytes of the wire.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (decoder is null)
        {
            meter.Feed(bytes);
        }
        else
        {
            decoder.Feed(bytes);
        }
    }

    /// <summary>The answer is complete.</summary>
    public void Complete()
    {
        decoder?.Complete();
        meter.Complete();
    }

    /// <inheritdoc />
    public void Dispose() => decoder?.Dispose();
}
