using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>An export to be made as a file.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewExport
{
    /// <summary><c>csv</c> (when null), <c>ndjson</c>, <c>json</c>, <c>xlsx</c>, <c>focus</c>, <c>parquet</c> or <c>pdf</c>.</summary>
    public string? Format { get; init; }

    /// <summary>From, inclusive, as the usage routes take it; seven days back when null.</summary>
    public string? From { get; init; }

    /// <summary>To, exclusive; now when null.</summary>
    public string? To { get; init; }

    /// <summary>
    /// The usage routes' filters by their names, as <c>{"project":["web"],"tag.team":["a","b"]}</c>; null for none. An empty value
    /// is "unknown".
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filters { get; init; }

    /// <summary>What a PDF's table is by; the model when null. Only for PDF.</summary>
    public IReadOnlyList<string>? GroupBy { get; init; }
}

/// <summary>All exports of a workspace that the caller may see, newest first.</summary>
public sealed record ExportList(IReadOnlyList<ExportItem> Items);

/// <summary>An export that is made, or was.</summary>
public sealed record ExportItem
{
    /// <summary><c>exp_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Its format.</summary>
    public required string Format { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>As they were asked for.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init; }

    /// <summary>What a PDF's table is by; empty for other formats.</summary>
    public required IReadOnlyList<string> GroupBy { get; init; }

    /// <summary>Requests that were read so far.</summary>
    public required long Rows { get; init; }

    /// <summary>How many there are, as the sums tell; null before it begins.</summary>
    public required long? RowsInAll { get; init; }

    /// <summary>Bytes written so far; the file's size when it is done.</summary>
    public required long Bytes { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public required string? Error { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it goes; null while it is made.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The path of its file; null until it is done.</summary>
    public required string? File { get; init; }
}
