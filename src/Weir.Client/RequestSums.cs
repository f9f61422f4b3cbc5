using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>Sums of requests. Token classes are disjoint; reasoning is a part of output.</summary>
public abstract record RequestSums
{
    /// <summary>Requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Of these, ended otherwise than well or by the caller's own hang-up.</summary>
    public required long Errors { get; init; }

    /// <summary>Of these, with tokens but no known price: their cost is in no sum.</summary>
    public required long UnpricedRequests { get; init; }

    /// <summary>Of these, with estimated tokens.</summary>
    public required long EstimatedRequests { get; init; }

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

    /// <summary>The part of the generated tokens that was reasoning.</summary>
    public required long ReasoningTokens { get; init; }

    /// <summary>List cost in US dollars of the requests with a known price; null when nothing of it is known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }

    /// <summary>What somebody really pays, of the requests with a known price; null when nothing of it is known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? BilledUsd { get; init; }

    /// <summary>What other models than those asked for saved.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? SavingsUsd { get; init; }
}
