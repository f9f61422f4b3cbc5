namespace Weir.Client;

/// <summary>What is read of the files that coding agents leave, and how that goes.</summary>
public sealed record CaptureSources
{
    /// <summary><c>idle</c> (only commands read), <c>reading</c>, <c>following</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why nothing is read; null when it is.</summary>
    public required string? Failure { get; init; }

    /// <summary>Files read by the reading at hand or the last one.</summary>
    public required int Files { get; init; }

    /// <summary>Files that it has or had to read.</summary>
    public required int FilesInAll { get; init; }

    /// <summary>Their bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Their bytes in all.</summary>
    public required long BytesInAll { get; init; }

    /// <summary>Requests found that were new, or better known than before.</summary>
    public required long Requests { get; init; }

    /// <summary>The folders.</summary>
    public required IReadOnlyList<CaptureSourceItem> Sources { get; init; }
}

/// <summary>One folder of one coding agent.</summary>
public sealed record CaptureSourceItem
{
    /// <summary>The agent: <c>claude-code</c>, <c>codex</c>, <c>gemini-cli</c>, <c>opencode</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>Where.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is there.</summary>
    public required bool Exists { get; init; }

    /// <summary>Files read in it.</summary>
    public required int Files { get; init; }

    /// <summary>Their length.</summary>
    public required long Bytes { get; init; }

    /// <summary>When one of them last changed; null when there is none.</summary>
    public required DateTimeOffset? LastChange { get; init; }

    /// <summary>What was passed over in them, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }

    /// <summary>Files that could not be read; at most 100.</summary>
    public required IReadOnlyList<CaptureProblem> Problems { get; init; }
}

/// <summary>A file that could not be read.</summary>
/// <param name="File">Its path.</param>
/// <param name="Problem">Why.</param>
public sealed record CaptureProblem(string File, string Problem);
