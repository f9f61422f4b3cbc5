namespace Weir.Gateway.Metering;

/// <summary>
/// An answer of a kind that is not known beforehand: every dialect's meter reads it, and the one that understands most of
/// it is believed. Anthropic's usage and that of Responses have names in common: whichever finds the classes of its own
/// dialect knows more, and where neither does, they say the same.
/// </summary>
internal sealed class PassThroughMeter(bool isStream) : ResponseMeter
{
    private readonly ResponseMeter[] meters =
    [
        new OpenAIChatMeter(isStream),
        new GeminiMeter(isStream),
        new OpenAIResponsesMeter(isStream),
        new AnthropicMeter(isStream),
    ];

    /// <inheritdoc />
    public override MeterReading Reading
    {
        get
        {
            var best = default(MeterReading);
            foreach (var meter in meters)
            {
                var reading = meter.Reading;
                if (Knows(reading) > Knows(best))
                {
                    best = reading;
                }
            }

            return best with
            {
                SawEnd = best.SawEnd || !isStream,
            };
        }
    }

    /// <inheritdoc />
    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var meter in meters)
        {
            meter.Feed(bytes);
        }
    }

    /// <inheritdoc />
    public override void Complete()
    {
        foreach (var meter in meters)
        {
            meter.Complete();
        }
    }

    private static int Knows(MeterReading reading) =>
        (reading.Usage.Input is null ? 0 : 4)
        + (reading.Usage.Output is null ? 0 : 2)
        + (reading.Usage.CacheRead is null ? 0 : 1)
        + (reading.SawEnd ? 1 : 0)
        + (reading.ErrorType is null ? 0 : 1);
}
