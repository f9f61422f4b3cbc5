using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>One answered turn of a conversation over a socket, as far as it came.</summary>
internal sealed record Turn
{
    /// <summary>When it began: by the caller's word that asked for it where there was one, else by the first that the provider said of it.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From its start until it was known.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>From its start until the first content; null when none came.</summary>
    public TimeSpan? FirstContent { get; init; }

    /// <summary>How it ended; null when it did not: the connection's end says how.</summary>
    public RequestStatus? Status { get; init; }

    /// <summary>The HTTP status that the provider refused it with; null when it did not.</summary>
    public int? Refusal { get; init; }

    /// <summary>The wire format that it came in.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>What was read.</summary>
    public required MeterReading Reading { get; init; }

    /// <summary>
    /// The size of what asked for it, where that is the whole prompt as far as the wire tells; null where the prompt is
    /// gathered over the connection, so that nothing can be made of it.
    /// </summary>
    public long? PromptBytes { get; init; }
}
