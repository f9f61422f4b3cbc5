namespace Weir.Gateway.Translation;

/// <summary>How long a caller wants the prompt up to a place kept in the provider's cache.</summary>
internal enum CacheMark : byte
{
    /// <summary>No mark.</summary>
    None,

    /// <summary>Five minutes.</summary>
    Short,

    /// <summary>One hour.</summary>
    Long,
}

/// <summary>A piece of a turn.</summary>
internal abstract class Part
{
    /// <summary>Whether the caller marks the prefix up to here for the prompt cache.</summary>
    public CacheMark Cache { get; init; }
}

/// <summary>Words.</summary>
internal sealed class TextPart(RawText text) : Part
{
    /// <summary>The words.</summary>
    public RawText Text { get; } = text;
}

/// <summary>Words with which a model declines.</summary>
internal sealed class RefusalPart(RawText text) : Part
{
    /// <summary>The words.</summary>
    public RawText Text { get; } = text;
}

/// <summary>What a medium is.</summary>
internal enum MediaKind : byte
{
    /// <summary>A picture.</summary>
    Image,

    /// <summary>A document: PDF, or plain text.</summary>
    Document,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Moving pictures.</summary>
    Video,
}

/// <summary>Where a medium's bytes are.</summary>
internal enum MediaSource : byte
{
    /// <summary>Here, in base64.</summary>
    Base64,

    /// <summary>Here, as plain text.</summary>
    PlainText,

    /// <summary>At an address that the provider fetches.</summary>
    Url,

    /// <summary>With the provider, under an id.</summary>
    Held,
}

/// <summary>A picture, a document, sound.</summary>
internal sealed class MediaPart(MediaKind kind, MediaSource source, RawText data) : Part
{
    /// <summary>What it is.</summary>
    public MediaKind Kind { get; } = kind;

    /// <summary>Where it is.</summary>
    public MediaSource Source { get; } = source;

    /// <summary>The base64, the text, the address or the id.</summary>
    public RawText Data { get; } = data;

    /// <summary><c>image/png</c>; empty when nothing is said.</summary>
    public RawText MediaType { get; init; }

    /// <summary>Its file's name or title; empty when it has none.</summary>
    public RawText Title { get; init; }

    /// <summary>OpenAI's <c>detail</c> of a picture; empty when nothing is said.</summary>
    public RawText Detail { get; init; }
}

/// <summary>A model's call of a tool.</summary>
internal sealed class ToolCallPart(RawText id, RawText name, RawJson input) : Part
{
    /// <summary>What its result refers to.</summary>
    public RawText Id { get; } = id;

    /// <summary>The tool.</summary>
    public RawText Name { get; } = name;

    /// <summary>Its input as a JSON object; of a free-form tool <c>{"input":"…"}</c>.</summary>
    public RawJson Input { get; } = input;

    /// <summary>Whether the tool takes a text.</summary>
    public bool IsFreeForm { get; init; }
}

/// <summary>What came of a tool's call.</summary>
internal sealed class ToolResultPart(RawText id) : Part
{
    /// <summary>The call.</summary>
    public RawText Id { get; } = id;

    /// <summary>The tool; empty where the dialect leaves it to the call.</summary>
    public RawText Name { get; init; }

    /// <summary>Whether the tool failed.</summary>
    public bool IsError { get; init; }

    /// <summary>Whether the tool takes a text.</summary>
    public bool IsFreeForm { get; init; }

    /// <summary>Text and media.</summary>
    public List<Part> Content { get; } = [];

    /// <summary>The result as a JSON object, where the dialect has it so (Gemini); undefined otherwise.</summary>
    public JsonValue Structured { get; init; }
}

/// <summary>
/// A model's thinking. Its proof (a signature, or the thinking itself in a form that its maker alone reads) is worth something
/// to the provider that made it, and to nobody else.
/// </summary>
internal sealed class ThinkingPart(RawText text, ThinkingProof proof) : Part
{
    /// <summary>The thinking, or a summary of it; empty when it is not shown.</summary>
    public RawText Text { get; } = text;

    /// <summary>What its maker wants back.</summary>
    public ThinkingProof Proof { get; } = proof;
}
