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

/// <summary>A set of <see cref="UsageSource"/>s: the bit of each is one shifted left by its number.</summary>
[Flags]
public enum UsageSources : byte
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><see cref="UsageSource.Gateway"/>.</summary>
    Gateway = 1 << UsageSource.Gateway,

    /// <summary><see cref="UsageSource.Transcript"/>.</summary>
    Transcript = 1 << UsageSource.Transcript,

    /// <summary><see cref="UsageSource.Otlp"/>.</summary>
    Otlp = 1 << UsageSource.Otlp,

    /// <summary><see cref="UsageSource.Hook"/>.</summary>
    Hook = 1 << UsageSource.Hook,

    /// <summary><see cref="UsageSource.Import"/>.</summary>
    Import = 1 << UsageSource.Import,
}

/// <summary>What the witnesses of a record do not agree on, or leave open.</summary>
[Flags]
public enum Doubts : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Two of them know a class of tokens and give different numbers.</summary>
    Tokens = 1,

    /// <summary>Two of them name different models.</summary>
    Model = 2,

    /// <summary>Two of them name different sessions or agents.</summary>
    Lineage = 4,

    /// <summary>More than one other record could be the same request; it was joined with none of them.</summary>
    Identity = 8,
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

/// <summary>The wire format that a caller or an upstream speaks.</summary>
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

    /// <summary>Amazon Bedrock's Converse. Spoken to upstreams alone: no caller speaks it.</summary>
    BedrockConverse = 7,
}
