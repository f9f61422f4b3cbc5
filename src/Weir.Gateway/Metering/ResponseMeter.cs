using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Reads usage out of a side copy of an answer's decoded bytes: a stream of server-sent events or one JSON document, as
/// the content type says. Fed chunk by chunk, with any boundaries. Never throws on what it reads: what it cannot
/// understand, it skips. Memory is bounded: an event or document above 16 MiB is given up and counts as not reported.
/// Not thread-safe.
/// </summary>
internal abstract class ResponseMeter
{
    /// <summary>Takes the next bytes.</summary>
    public abstract void Feed(ReadOnlySpan<byte> bytes);

    /// <summary>Says that the answer is complete; a document is read only now.</summary>
    public abstract void Complete();

    /// <summary>What is known so far.</summary>
    public abstract MeterReading Reading { get; }
}

/// <summary>What a meter knows of an answer.</summary>
internal readonly record struct MeterReading
{
    /// <summary>Tokens as the upstream reported them last, in disjoint classes.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Whether the usage is final: the figures that the upstream bills by have come.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The model that the upstream named.</summary>
    public string? Model { get; init; }

    /// <summary>The answer's id.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether the answer was made in the background, and is fetched when it is there (OpenAI Responses).</summary>
    public bool IsBackground { get; init; }

    /// <summary>Whether the upstream says that it has not stored the answer (OpenAI Responses).</summary>
    public bool IsUnstored { get; init; }

    /// <summary>The ids of the items that the answer is made of, with blanks between them (OpenAI Responses); null for none.</summary>
    public string? Items { get; init; }

    /// <summary>The pricing mode that the upstream says it used; null for standard.</summary>
    public string? PriceMode { get; init; }

    /// <summary>Whether the upstream told its pricing mode at all: then a null <see cref="PriceMode"/> means the standard one, whatever was asked for.</summary>
    public bool SaysPriceMode { get; init; }

    /// <summary>What a second model used inside this answer (Anthropic's advisor), which <see cref="Usage"/> does not hold because it has another price; null when none did.</summary>
    public SideUsage? Side { get; init; }

    /// <summary>Web searches reported.</summary>
    public int? WebSearches { get; init; }

    /// <summary>The error's type, when the answer is an error or an error event came inside the stream.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Whether a first piece of content (text, thinking, tool input) has come; not a start event, not a ping.</summary>
    public bool SawContent { get; init; }

    /// <summary>Whether the stream's closing event has come (<c>message_stop</c>, <c>[DONE]</c>, <c>response.completed</c> …); for a document, whether it was whole.</summary>
    public bool SawEnd { get; init; }

    /// <summary>Characters (UTF-16) of generated content seen, for estimates when usage never comes.</summary>
    public long ContentCharacters { get; init; }
}
