namespace Weir.Server.Configuration;

/// <summary>Backups that the server makes by itself. The server's document alone has it; takes effect at once.</summary>
public sealed record BackupConfig
{
    /// <summary>How often; null for never.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How many of those made by itself are kept; at least 1.</summary>
    public int Keep { get; init; } = 7;

    /// <summary>Where backups are put, also those that are asked for; null for <c>backups</c> in the data folder.</summary>
    public string? Folder { get; init; }
}

/// <summary>How much of the journal is kept for a restore to a moment. Takes effect at the next start.</summary>
public sealed record JournalConfig
{
    /// <summary>How long a segment is kept after it was stored; zero for not at all.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>At most so many bytes.</summary>
    public long MaxBytes { get; init; } = 1024L * 1024 * 1024;
}
