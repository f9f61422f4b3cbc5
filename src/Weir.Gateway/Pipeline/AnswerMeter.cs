using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>A meter over an answer as it stands on the wire: decodes a side copy where the answer is compressed. Not thread-safe.</summary>
internal sealed class AnswerMeter : IDisposable
{
    private readonly ResponseMeter meter;
    private readonly TranslatedAnswer? translated;
    private readonly BodyDecoder? decoder;
    private readonly BatchMeter? batch;

    /// <summary>Made from the answer's own account of itself.</summary>
    /// <param name="dialect">The upstream's.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="translated">Gets the decoded bytes, each piece when it has been metered; null for an answer that is relayed.</param>
    /// <param name="batch">Meters in place of the dialect's own meter what holds the results of a batch; null for all else.</param>
    public AnswerMeter(
        Dialect dialect,
        HttpResponseMessage answer,
        string? contentType,
        TranslatedAnswer? translated = null,
        BatchMeter? batch = null
    )
    {
        this.batch = batch;
        meter = batch ?? ResponseMeters.For(dialect, contentType);
        this.translated = translated;
        var coding = answer.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values)
            ? values.ToString()
            : null;
        if (BodyDecoder.IsCoded(coding))
        {
            decoder = new BodyDecoder(coding, FeedPlain);
        }
    }

    /// <summary>Whether the answer is compressed.</summary>
    public bool IsCoded => decoder is not null;

    /// <summary>Whether something in the answer could not be recorded, so that it must not be passed on.</summary>
    public bool HasNoRoom => batch is { HasNoRoom: true };

    /// <summary>What is known so far.</summary>
    public MeterReading Reading => meter.Reading;

    /// <summary>Takes the next bytes of the wire.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (decoder is null)
        {
            FeedPlain(bytes);
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
    public void Dispose()
    {
        decoder?.Dispose();
        batch?.Dispose();
    }

    private void FeedPlain(ReadOnlySpan<byte> bytes)
    {
        meter.Feed(bytes);
        translated?.Feed(bytes, meter.Reading);
    }
}
