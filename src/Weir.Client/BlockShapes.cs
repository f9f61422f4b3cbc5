using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>Use in blocks of five hours.</summary>
/// <param name="From">Inclusive: blocks that end after it are there, whole.</param>
/// <param name="To">Exclusive: what began later is not counted.</param>
/// <param name="BlockMinutes">A block's length.</param>
/// <param name="Blocks">By time; gaps between them only when asked for.</param>
public sealed record BlockList(
    DateTimeOffset From,
    DateTimeOffset To,
    int BlockMinutes,
    IReadOnlyList<BlockItem> Blocks
);

/// <summary>A block, or the gap between two.</summary>
public sealed record BlockItem
{
    /// <summary>Its beginning: a full UTC hour; for a gap, a block's length after the last request.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Its end; for a gap, the next request.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Its first request; null for a gap.</summary>
    public required DateTimeOffset? FirstAt { get; init; }

    /// <summary>Its last request; null for a gap.</summary>
    public required DateTimeOffset? LastAt { get; init; }

    /// <summary>Whether it is the running one: it has not ended, and the last request is less than its length ago.</summary>
    public required bool IsActive { get; init; }

    /// <summary>Whether nothing was used in it.</summary>
    public required bool IsGap { get; init; }

    /// <summary>Requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Fresh prompt tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public required long CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes.</summary>
    public required long CacheWrite5mTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public required long CacheWrite1hTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>All of these.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>List cost of the requests with a known price.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal CostUsd { get; init; }

    /// <summary>The models, those that were met first at the head.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>How fast it was used, from its first to its last request; null for a gap and for a single moment.</summary>
    public required BlockRate? BurnRate { get; init; }

    /// <summary>What it holds at its end when it goes on so; null unless it is active and has a rate.</summary>
    public required BlockEnd? Projection { get; init; }
}

/// <summary>How fast a block is used.</summary>
public sealed record BlockRate
{
    /// <summary>All tokens, cache reads and writes too.</summary>
    public required double TokensPerMinute { get; init; }

    /// <summary>Fresh input and output alone.</summary>
    public required double UncachedTokensPerMinute { get; init; }

    /// <summary>List cost.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal CostUsdPerHour { get; init; }
}

/// <summary>What a block holds at its end.</summary>
public sealed record BlockEnd
{
    /// <summary>The time left, in whole minutes.</summary>
    public required long MinutesLeft { get; init; }

    /// <summary>All tokens.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>List cost.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal CostUsd { get; init; }
}
