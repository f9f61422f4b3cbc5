using Weir.Foundation;

namespace Weir.Testing;

/// <summary>One line of a <see cref="FakeProvider"/>'s own account: what it charges for one answered request.</summary>
public sealed record ProviderCharge
{
    /// <summary>The dialect it was asked in.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The id inside the answer; null where the dialect has none (embeddings).</summary>
    public required string? MessageId { get; init; }

    /// <summary>The model that answered, as the answer names it.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the answer was streamed.</summary>
    public required bool Streaming { get; init; }

    /// <summary>The tokens, in disjoint classes.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>How many tools the answer called.</summary>
    public required int Calls { get; init; }

    /// <summary>The request that was answered.</summary>
    public required RecordedRequest Request { get; init; }

    /// <summary>The charge by <see cref="ListPrices"/>.</summary>
    public Money Cost => ListPrices.Charge(Model, Usage);
}
