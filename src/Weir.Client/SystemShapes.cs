using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>The process is alive.</summary>
/// <param name="Status"><c>ok</c>, or <c>degraded</c> while requests are answered and the ledger cannot be read.</param>
/// <param name="Reason">Why it is degraded; null when it is not.</param>
public sealed record HealthResult(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null
);

/// <summary>Whether the server takes work.</summary>
/// <param name="Status"><c>ready</c> or <c>unready</c>.</param>
/// <param name="Checks">One by one.</param>
public sealed record ReadinessResult(string Status, IReadOnlyList<CheckItem> Checks);

/// <summary>One check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Status"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Detail">In words; null when there is nothing to add.</param>
public sealed record CheckItem(string Name, string Status, string? Detail);

/// <summary>What <c>weir doctor</c> found.</summary>
public sealed record DoctorReport(string Status, IReadOnlyList<CheckItem> Checks);

/// <summary>How far the simulated year is.</summary>
public sealed record DemoStatus
{
    /// <summary><c>empty</c>, <c>filling</c>, <c>filled</c>, <c>removing</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Requests written or removed by the work at hand or the last one; 0 when there was none.</summary>
    public required long Records { get; init; }

    /// <summary>0 to 1; 1 when nothing is being done.</summary>
    public required double Progress { get; init; }

    /// <summary>Why it broke off; null unless <c>failed</c>.</summary>
    public string? Failure { get; init; }
}

/// <summary>The server's account of itself.</summary>
public sealed record SystemStatus
{
    /// <summary>Weir's version.</summary>
    public required string Version { get; init; }

    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>The SQLite library in use.</summary>
    public required string SqliteVersion { get; init; }

    /// <summary>The prices in force.</summary>
    public required string PriceVersion { get; init; }

    /// <summary>Requests to models being answered now.</summary>
    public required int InFlight { get; init; }

    /// <summary>The configured providers.</summary>
    public required IReadOnlyList<ProviderItem> Providers { get; init; }

    /// <summary>The ledger's account; journalled = written + pending.</summary>
    public required LedgerItem Ledger { get; init; }

    /// <summary>How it stands with backups; null from a server that makes none.</summary>
    public BackupsItem? Backups { get; init; }
}

/// <summary>The ledger's records counted anew and held against its rollups.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Records">Records counted.</param>
/// <param name="Combinations">Combinations of dimensions that they have.</param>
/// <param name="Differences">Combinations that the rollups sum up otherwise: a damaged file, or a defect of Weir.</param>
public sealed record AuditResult(
    DateTimeOffset From,
    DateTimeOffset To,
    long Records,
    long Combinations,
    long Differences
);

/// <summary>A configured provider.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="BaseUrl">Where it is; null for the simulator.</param>
/// <param name="Credential"><c>own</c> key, the <c>caller</c>'s, or <c>none</c>.</param>
public sealed record ProviderItem(string Name, string Kind, string? BaseUrl, string Credential);

/// <summary>The ledger's account of itself.</summary>
public sealed record LedgerItem
{
    /// <summary>Records taken in.</summary>
    public required long Journalled { get; init; }

    /// <summary>Records stored.</summary>
    public required long Written { get; init; }

    /// <summary>Records waiting.</summary>
    public required long Pending { get; init; }

    /// <summary>Bytes of the journal in use.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Why new work is refused; null when it is not.</summary>
    public required string? RefusesBecause { get; init; }

    /// <summary>The newest failure to store; null when the last attempt succeeded.</summary>
    public required string? WriteFailure { get; init; }

    /// <summary>Why nothing can be read from the ledger, and what to do; null when it can. Requests are answered and journalled meanwhile.</summary>
    public string? Unavailable { get; init; }

    /// <summary>What replay skipped; null when nothing.</summary>
    public required string? ReplayWarning { get; init; }
}

/// <summary>A problem as RFC 9457 has it.</summary>
public sealed record Problem
{
    /// <summary>What kind of problem; <c>about:blank</c> when the title says it.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The kind in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>This very problem in words, and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The faulty parameters or fields by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>The configuration's faults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConfigFaultItem>? Faults { get; init; }
}

/// <summary>What a text counts for a model.</summary>
/// <param name="Model">As it was asked for.</param>
/// <param name="Tokens">The text's tokens.</param>
/// <param name="Bytes">The text's length.</param>
/// <param name="Exact">Whether the model's own encoding counted; else it is an estimate.</param>
/// <param name="Basis">By what it was counted, for people.</param>
public sealed record TokenCount(string Model, long Tokens, long Bytes, bool Exact, string Basis);
