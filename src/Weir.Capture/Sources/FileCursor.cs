using System.Collections.Immutable;

namespace Weir.Capture.Sources;

/// <summary>How far a file was read, and how to see that it is still the same one.</summary>
internal sealed record FileCursor
{
    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>Whose file it is.</summary>
    public required string Agent { get; init; }

    /// <summary>Its length in bytes when it was last looked at.</summary>
    public long Length { get; init; }

    /// <summary>When it was last changed then, microseconds since 1970.</summary>
    public long Modified { get; init; }

    /// <summary>Up to where it was read: behind a line's end.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// Hashes of its first bytes and of those before <see cref="Offset"/>. A file with the same has only grown, whatever its
    /// inode says: editors and synchronisation replace files by copies, and Windows has no inodes.
    /// </summary>
    public long Head { get; init; }

    /// <summary>See <see cref="Head"/>.</summary>
    public long Tail { get; init; }

    /// <summary>What the agent's reader goes on with; null for none.</summary>
    public byte[]? State { get; init; }

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Problem { get; init; }

    /// <summary>What was passed over, by kind.</summary>
    public ImmutableSortedDictionary<string, long> Skipped { get; init; } =
        ImmutableSortedDictionary<string, long>.Empty;
}
