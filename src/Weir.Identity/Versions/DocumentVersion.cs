using Weir.Foundation;

namespace Weir.Identity;

/// <summary>One accepted text of a configuration document: whose, from whom, when and why. Immutable.</summary>
public sealed record DocumentVersion
{
    /// <summary>Whose document it is; the default workspace's is the server's.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From 1, one more with each accepted text of the workspace.</summary>
    public required long Number { get; init; }

    /// <summary>When it was noted, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What its author was: <c>key</c>, <c>user</c>, <c>system</c> or <c>local</c>.</summary>
    public required string ActorKind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a command on the data folder.</summary>
    public string? ActorId { get; init; }

    /// <summary>What he was called; <c>file</c> where a file brought it.</summary>
    public required string ActorName { get; init; }

    /// <summary>How it came: <c>api</c>, <c>file</c>, <c>start</c> (found changed at a start) or <c>rollback</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The version that it brought back; null for none.</summary>
    public long? Restores { get; init; }

    /// <summary>What its author said of it; null for nothing.</summary>
    public string? Comment { get; init; }

    /// <summary>Names the text as it was, with its keys.</summary>
    public required string Etag { get; init; }

    /// <summary>The text, keys that stood in the clear masked; empty in a list.</summary>
    public required string Text { get; init; }

    /// <summary>Whether something in <see cref="Text"/> is masked.</summary>
    public required bool IsMasked { get; init; }
}

/// <summary>A text that was accepted.</summary>
/// <param name="Source">How it came, as <see cref="DocumentVersion.Source"/>.</param>
/// <param name="Comment">What its author says of it; null for nothing.</param>
/// <param name="Restores">The version that it brings back; null for none.</param>
/// <param name="Etag">Names the text.</param>
/// <param name="Text">The text as it is.</param>
/// <param name="Masked">The same with its keys masked.</param>
public sealed record NewDocumentVersion(
    string Source,
    string? Comment,
    long? Restores,
    string Etag,
    string Text,
    string Masked
)
{
    // The text may hold keys: it is never printed.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Source = ").Append(Source).Append(", Etag = ").Append(Etag);
        return true;
    }
}
