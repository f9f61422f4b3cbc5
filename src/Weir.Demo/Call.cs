using Weir.Foundation;

namespace Weir.Demo;

/// <summary>One request before it has an id and a price.</summary>
internal sealed record Call
{
    public required DateTimeOffset At { get; init; }

    public required Release Model { get; init; }

    public required string Key { get; init; }

    public string? User { get; init; }

    public string? Team { get; init; }

    public required string Project { get; init; }

    public string? Session { get; init; }

    public string? Agent { get; init; }

    public required string Client { get; init; }

    public required Dialect Dialect { get; init; }

    public bool Streaming { get; init; }

    public required TokenUsage Usage { get; init; }

    public required TimeSpan FirstToken { get; init; }

    /// <summary>When the answer was complete.</summary>
    public DateTimeOffset End => At + FirstToken + TimeSpan.FromSeconds((Usage.Output ?? 0) / Model.TokensPerSecond);
}
