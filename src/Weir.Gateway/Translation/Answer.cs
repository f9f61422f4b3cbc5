using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>What a block of an answer is.</summary>
internal enum BlockKind : byte
{
    /// <summary>Words.</summary>
    Text,

    /// <summary>Words with which the model declines.</summary>
    Refusal,

    /// <summary>Thinking.</summary>
    Thinking,

    /// <summary>The call of a tool.</summary>
    ToolCall,
}

/// <summary>Why an answer ended.</summary>
internal enum StopReason : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The model was done.</summary>
    EndTurn,

    /// <summary>The bound of the output was reached.</summary>
    MaxTokens,

    /// <summary>One of the caller's stop texts came.</summary>
    StopSequence,

    /// <summary>The model waits for its tools.</summary>
    ToolUse,

    /// <summary>The model, or a filter, declined.</summary>
    Refusal,

    /// <summary>A long turn was paused and may be continued.</summary>
    PauseTurn,

    /// <summary>The context window is full.</summary>
    ContextFull,
}

/// <summary>The head of a block. Its texts live for the call alone.</summary>
internal readonly ref struct BlockHead(BlockKind kind, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
{
    /// <summary>What it is.</summary>
    public BlockKind Kind { get; } = kind;

    /// <summary>A tool call's id, escaped; empty otherwise.</summary>
    public ReadOnlySpan<byte> Id { get; } = id;

    /// <summary>A tool call's tool, escaped; empty otherwise.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;
}

/// <summary>How an answer failed.</summary>
/// <param name="Status">The HTTP status that says it, or would have.</param>
/// <param name="Message">For a person.</param>
/// <param name="Type">The provider's own word for it; null when it has none.</param>
internal sealed record AnswerFailure(int Status, string Message, string? Type);

/// <summary>What the writer of an answer is told of the request. Immutable.</summary>
internal sealed record AnswerContext
{
    /// <summary>The caller's dialect.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The upstream's dialect, by which its names of tools are the caller's again; none where they are so already.</summary>
    public Dialect Upstream { get; init; }

    /// <summary>Weir's id of the request; the ids of the answer are made of it.</summary>
    public required RecordId Id { get; init; }

    /// <summary>The id of the answer, as the caller sees it.</summary>
    public required string AnswerId { get; init; }

    /// <summary>The model that is asked for upstream; stands where the upstream names none.</summary>
    public required string Model { get; init; }

    /// <summary>The provider that answers; thinking is sealed under its name.</summary>
    public required string Provider { get; init; }

    /// <summary>When the request came.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What tells when the answer has ended.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The request.</summary>
    public required Conversation Conversation { get; init; }

    /// <summary>Whether a stream goes to the caller.</summary>
    public required bool Streams { get; init; }

    /// <summary>Whether that stream is one JSON array, as Gemini's is without <c>alt=sse</c>.</summary>
    public bool StreamsArray { get; init; }

    /// <summary>About how many tokens the prompt has, for clients that want a figure before the upstream has told one.</summary>
    public required long EstimatedPrompt { get; init; }
}
