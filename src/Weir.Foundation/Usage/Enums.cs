namespace Weir.Foundation;

// Every number here is stored in journals and ledgers: numbers are added, never changed or used again.

/// <summary>How a request ended, as the caller's side of Weir saw it.</summary>
public enum RequestStatus : byte
{
    /// <summary>Not known (a log that does not say).</summary>
    Unknown = 0,

    /// <summary>Answered to its end.</summary>
    Ok = 1,

    /// <summary>The caller hung up before the end.</summary>
    CallerAborted = 2,

    /// <summary>The provider answered 429.</summary>
    RateLimited = 3,

    /// <summary>The provider answered 529 or 503.</summary>
    Overloaded = 4,

    /// <summary>The provider answered another 5xx.</summary>
    UpstreamError = 5,

    /// <summary>The provider answered another 4xx: the request was at fault.</summary>
    RequestError = 6,

    /// <summary>An error event came inside a stream that had opened with 200.</summary>
    StreamError = 7,

    /// <summary>The connection broke, or the stream ended without its closing event.</summary>
    UpstreamReset = 8,

    /// <summary>The provider was silent for too long.</summary>
    Timeout = 9,

    /// <summary>No connection to the provider could be made.</summary>
    Unreachable = 10,
}

/// <summary>Who saw a request.</summary>
public enum UsageSource : byte
{
    /// <summary>Not set.</summary>
    None = 0,

    /// <summary>Weir relayed it.</summary>
    Gateway = 1,

    /// <summary>A coding agent's session log.</summary>
    Transcript = 2,

    /// <summary>An OpenTelemetry event.</summary>
    Otlp = 3,

    /// <summary>A coding agent's hook.</summary>
    Hook = 4,

    /// <summary>An import.</summary>
    Import = 5,
}

/// <summary>How well a record's token counts are known; a higher one replaces a lower one.</summary>
public enum UsageQuality : byte
{
    /// <summary>There are none.</summary>
    None = 0,

    /// <summary>Computed from what was seen of the text.</summary>
    Estimated = 1,

    /// <summary>Told by somebody other than the provider.</summary>
    Reported = 2,

    /// <summary>The provider's own figures, read from its answer.</summary>
    Measured = 3,
}

/// <summary>Who pays for a request.</summary>
public enum Billing : byte
{
    /// <summary>Paid by the token.</summary>
    Metered = 0,

    /// <summary>Covered by a subscription.</summary>
    Subscription = 1,

    /// <summary>Free of charge.</summary>
    Free = 2,

    /// <summary>Answered by the simulator.</summary>
    Simulated = 3,

    /// <summary>Answered from Weir's own cache.</summary>
    Cache = 4,
}

/// <summary>The wire format that a caller speaks.</summary>
public enum Dialect : byte
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Anthropic Messages.</summary>
    AnthropicMessages = 1,

    /// <summary>OpenAI Chat Completions.</summary>
    OpenAIChat = 2,

    /// <summary>OpenAI Responses.</summary>
    OpenAIResponses = 3,

    /// <summary>OpenAI Embeddings.</summary>
    OpenAIEmbeddings = 4,

    /// <summary>Gemini generateContent and its kin.</summary>
    Gemini = 5,

    /// <summary>Passed through untouched under <c>/p/</c>.</summary>
    PassThrough = 6,
}
