namespace Weir.Gateway.Wire;

/// <summary>
/// What routing and metering need to know of a request body, read in one pass over its bytes. Offsets are into the body
/// that was read, so that edits are splices of those bytes.
/// </summary>
internal readonly record struct RequestHead
{
    /// <summary>The model asked for; null when the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Where the model's JSON string stands, quotes included; empty when there is none.</summary>
    public Range ModelAt { get; init; }

    /// <summary>Whether a stream is asked for.</summary>
    public bool Stream { get; init; }

    /// <summary>What <c>stream_options.include_usage</c> says; null when it says nothing.</summary>
    public bool? IncludeUsage { get; init; }

    /// <summary>Where the value of <c>stream_options</c> stands; empty when there is none.</summary>
    public Range StreamOptionsAt { get; init; }

    /// <summary>Where <c>include_usage</c>'s value stands; empty when there is none.</summary>
    public Range IncludeUsageAt { get; init; }

    /// <summary>The output bound (<c>max_tokens</c>, <c>max_completion_tokens</c>, <c>max_output_tokens</c>); null when none.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>How many answers are asked for at once (<c>n</c>, <c>candidateCount</c>); 0 where nothing is said, which is one.</summary>
    public int Answers { get; init; }

    /// <summary>Whether it brings tools.</summary>
    public bool HasTools { get; init; }

    /// <summary>Whether it turns thinking or reasoning on.</summary>
    public bool HasThinking { get; init; }

    /// <summary>The pricing mode asked for: Anthropic's <c>speed</c>, OpenAI's <c>service_tier</c>; null for standard or auto.</summary>
    public string? PriceMode { get; init; }

    /// <summary>Claude Code's session from <c>metadata.user_id</c>; null when there is none.</summary>
    public string? Session { get; init; }

    /// <summary>Where the parts stand that are looked into by some requests alone.</summary>
    public RequestParts Parts { get; init; }

    /// <summary>Why the body is refused (not JSON, not an object, a doubled key), for the caller; null when it is not.</summary>
    public string? Fault { get; init; }
}
