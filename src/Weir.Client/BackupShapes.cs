namespace Weir.Client;

/// <summary>The backups that a server has and makes, newest first.</summary>
public sealed record BackupList(IReadOnlyList<BackupItem> Items);

/// <summary>A backup that is made, or was.</summary>
public sealed record BackupItem
{
    /// <summary><c>weir-</c> and when it was begun.</summary>
    public required string Id { get; init; }

    /// <summary><c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether the server made it by itself.</summary>
    public required bool Scheduled { get; init; }

    /// <summary>Which file of the data folder is at work; null when none is.</summary>
    public required string? Part { get; init; }

    /// <summary>How much of that file is done, 0 to 1; 1 when the backup is done.</summary>
    public required double Progress { get; init; }

    /// <summary>The file's size; 0 until it is whole.</summary>
    public required long Bytes { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public required string? Error { get; init; }

    /// <summary>When it was begun: everything acknowledged before is in it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The path of its file; null until it is done.</summary>
    public required string? File { get; init; }
}

/// <summary>How a server stands with backups.</summary>
public sealed record BackupsItem
{
    /// <summary>How often it makes one by itself, in seconds; null for never.</summary>
    public required long? EverySeconds { get; init; }

    /// <summary>When the newest whole one was begun; null when there is none.</summary>
    public required DateTimeOffset? LastAt { get; init; }

    /// <summary>Why the newest of those made by itself failed; null when it did not.</summary>
    public required string? Failure { get; init; }
}
