using System.Text.Json.Serialization;

namespace Weir.Cli.Output;

/// <summary>What <c>weir backup --json</c> prints; of another machine's server without what only the file itself says.</summary>
internal sealed record BackupReport(
    string File,
    long Bytes,
    DateTimeOffset BegunAt,
    DateTimeOffset? LedgerAt,
    int? Parts
);

/// <summary>What <c>weir restore --json</c> prints.</summary>
internal sealed record RestoreReport(
    string DataFolder,
    string? Aside,
    DateTimeOffset BackupAt,
    long JournalRecords,
    bool DryRun
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(RestoreReport))]
internal sealed partial class BackupReportJson : JsonSerializerContext;
