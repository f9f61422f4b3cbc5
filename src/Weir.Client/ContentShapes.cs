namespace Weir.Client;

/// <summary>What was said in a session, in the order in which the agent wrote it down.</summary>
public sealed record SessionContent
{
    /// <summary>The session's id.</summary>
    public required string Session { get; init; }

    /// <summary>Why there is nothing, and how that is changed; null when there is something.</summary>
    public required string? Absence { get; init; }

    /// <summary>True when there is more of it: this is the newest.</summary>
    public required bool IsCut { get; init; }

    /// <summary>Lines that could not be read; a damaged place in what was kept counts as one, whosever lines it held.</summary>
    public required int UnreadableLines { get; init; }

    /// <summary>What was said.</summary>
    public required IReadOnlyList<SessionContentItem> Items { get; init; }
}

/// <summary>Something that was said in a session.</summary>
public sealed record SessionContentItem
{
    /// <summary>
    /// <c>prompt</c>, <c>answer</c>, <c>thinking</c>, <c>tool_call</c>, <c>tool_result</c>, or <c>system</c> for what the program told
    /// the model by itself.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>When; null where the agent did not write it down.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>The subagent that it was said to or by; null for the session's own.</summary>
    public required string? Agent { get; init; }

    /// <summary>The tool's name; null for anything else.</summary>
    public required string? Name { get; init; }

    /// <summary>The words; of a call its input, as JSON where it is not text.</summary>
    public required string Text { get; init; }

    /// <summary>True when the text is longer: only its first 262,144 characters are given.</summary>
    public required bool IsCut { get; init; }
}
