using System.Globalization;

namespace Weir.Server.Backups;

/// <summary>How a backup of the server's stands.</summary>
internal enum BackupState
{
    /// <summary>It is being written.</summary>
    Running,

    /// <summary>Its file is whole.</summary>
    Done,

    /// <summary>There is no file, and will be none.</summary>
    Failed,
}

/// <summary>A backup that the server makes or has. What there is of a whole one is told by its file alone.</summary>
internal sealed record BackupEntry
{
    private const string Asked = "weir-";
    private const string ByItself = "weir-auto-";
    private const string End = ".weirbackup";
    private const string Stamp = "yyyyMMdd'T'HHmmssfff'Z'";

    private BackupEntry(string id, DateTimeOffset createdAt, bool isScheduled)
    {
        Id = id;
        CreatedAt = createdAt;
        IsScheduled = isScheduled;
    }

    /// <summary>The file's name without its end: <c>weir-20260702T120000000Z</c>.</summary>
    public string Id { get; }

    /// <summary>When it was begun.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Whether the server made it by itself.</summary>
    public bool IsScheduled { get; }

    /// <summary>How it stands.</summary>
    public BackupState State { get; init; }

    /// <summary>When it ended; null while it is made.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The file's size; 0 until it is whole.</summary>
    public long Bytes { get; init; }

    /// <summary>Which file of the data folder is at work; null when none is.</summary>
    public string? Part { get; init; }

    /// <summary>How much of that is done, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public string? Error { get; init; }

    /// <summary>The file's name.</summary>
    public string FileName => Id + End;

    /// <summary>One that begins.</summary>
    public static BackupEntry Begin(DateTimeOffset now, bool isScheduled) =>
        new(
            (isScheduled ? ByItself : Asked) + now.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture),
            now,
            isScheduled
        );

    /// <summary>What a file is by its name; null for one that the server has not made.</summary>
    public static BackupEntry? Of(FileInfo file)
    {
        var name = file.Name;
        if (!name.EndsWith(End, StringComparison.Ordinal))
        {
            return null;
        }

        var id = name[..^End.Length];
        var isScheduled = id.StartsWith(ByItself, StringComparison.Ordinal);
        var prefix = isScheduled ? ByItself : Asked;
        return
            id.StartsWith(prefix, StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                id.AsSpan(prefix.Length),
                Stamp,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var created
            )
            ? new BackupEntry(id, created, isScheduled)
            {
                State = BackupState.Done,
                Bytes = file.Length,
                EndedAt = file.LastWriteTimeUtc,
                Progress = 1,
            }
            : null;
    }
}
