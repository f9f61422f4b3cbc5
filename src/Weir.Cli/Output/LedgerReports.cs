using System.Text.Json.Serialization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>What <c>weir doctor --ledger --json</c> prints.</summary>
internal sealed record LedgerReport(
    string Status,
    IReadOnlyList<CheckItem> Checks,
    long Records,
    long Sums,
    long Differing,
    IReadOnlyList<LedgerDifference> Differences,
    LedgerRepaired? Repaired
);

/// <summary>A sum that differs from its records.</summary>
internal sealed record LedgerDifference(
    int Workspace,
    DateTimeOffset From,
    DateTimeOffset To,
    string Set,
    string Width,
    IReadOnlyDictionary<string, string> Keys,
    IReadOnlyList<LedgerFigure> Differs,
    string? Fault
);

/// <summary>A figure of it: what the records come to and what the sum says; null for distributions.</summary>
internal sealed record LedgerFigure(string Figure, long? Counted, long? Summed);

/// <summary>What was repaired.</summary>
internal sealed record LedgerRepaired(int Days, string? Aside);

/// <summary>What <c>weir ledger compact --json</c> prints.</summary>
internal sealed record CompactReport(string File, long BytesBefore, long BytesAfter);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(LedgerReport))]
[JsonSerializable(typeof(CompactReport))]
[JsonSerializable(typeof(UpkeepItem))]
internal sealed partial class LedgerReportJson : JsonSerializerContext;
