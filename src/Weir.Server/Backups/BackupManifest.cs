using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Server.Backups;

/// <summary>What a backup says of itself: <c>manifest.json</c>, the last entry of the file.</summary>
public sealed record BackupManifest
{
    /// <summary>The newest format that this build reads.</summary>
    public const int Newest = 1;

    /// <summary>Of this description; a higher one is refused.</summary>
    public required int Format { get; init; }

    /// <summary>The version of Weir that wrote it.</summary>
    public required string Weir { get; init; }

    /// <summary>When it was begun: everything acknowledged before is in it.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>When the ledger was fixed: nothing that was accepted later is in it.</summary>
    public required DateTimeOffset LedgerAt { get; init; }

    /// <summary>How far the journal is stored in its ledger: the segment's number.</summary>
    public required long JournalSegment { get; init; }

    /// <summary>And the last record's sequence.</summary>
    public required long JournalSequence { get; init; }

    /// <summary>Its files.</summary>
    public required IReadOnlyList<BackupPart> Parts { get; init; }

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupManifest);

    /// <summary>Null for anything that is no manifest.</summary>
    internal static BackupManifest? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A file in a backup.</summary>
/// <param name="Name">Its path in the data folder, with <c>/</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its sum, in lower-case hexadecimal.</param>
/// <param name="Schema">How many steps of its schema a database has; null for other files.</param>
public sealed record BackupPart(string Name, long Bytes, string Sha256, int? Schema);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
