namespace Weir.Capture.Content;

/// <summary>Something that was said in a session.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="At">When, as the agent wrote it down; null where it did not.</param>
/// <param name="Agent">The subagent that it was said to or by; null for the session's own.</param>
/// <param name="Name">The tool's name; null for anything else.</param>
/// <param name="Text">The words; of a call its input, as JSON where it is not text.</param>
/// <param name="IsCut">Whether the text goes on beyond <see cref="LongestText"/>.</param>
internal sealed record ContentItem(
    ContentKind Kind,
    DateTimeOffset? At,
    string? Agent,
    string? Name,
    string Text,
    bool IsCut
)
{
    /// <summary>The longest text that is given, in UTF-16 units.</summary>
    public const int LongestText = 256 * 1024;
}

/// <summary>What a <see cref="ContentItem"/> is.</summary>
internal enum ContentKind : byte
{
    /// <summary>What the user wrote, or the caller of a subagent.</summary>
    Prompt,

    /// <summary>What the program told the model by itself.</summary>
    System,

    /// <summary>The model's answer.</summary>
    Answer,

    /// <summary>The model's thinking, as far as it was written down.</summary>
    Thinking,

    /// <summary>The model calls a tool.</summary>
    ToolCall,

    /// <summary>What the tool returned.</summary>
    ToolResult,
}
