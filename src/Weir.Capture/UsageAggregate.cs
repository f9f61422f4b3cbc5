using Weir.Foundation;

namespace Weir.Capture;

/// <summary>
/// Tokens of an unknown number of requests, as a metric sums them up over a time. The requests themselves may be known from other
/// witnesses, and an aggregate cannot be joined with them: it is never counted beside them (docs/formats/otlp.md).
/// </summary>
internal sealed record UsageAggregate
{
    /// <summary>The program, or the service that sent it.</summary>
    public required string Client { get; init; }

    /// <summary>The beginning of the time that it sums up, UTC; null when not told.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Its end, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>What tells it from every other of the same sender: the same however often it is delivered.</summary>
    public required string Id { get; init; }

    /// <summary>The agent's session; null when not told.</summary>
    public string? Session { get; init; }

    /// <summary>The provider, by the name of its price catalogue.</summary>
    public string? Provider { get; init; }

    /// <summary>The model, as the sender names it.</summary>
    public string? Model { get; init; }

    /// <summary>Who was signed in, where it is told.</summary>
    public string? User { get; init; }

    /// <summary>Tokens by class; the classes of one time and model may come in aggregates of their own.</summary>
    public TokenUsage Usage { get; init; }
}
