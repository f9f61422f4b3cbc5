using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Weir.Identity;
using Weir.Server.Api;

namespace Weir.Server.Exports;

/// <summary>How an export stands.</summary>
internal enum ExportState
{
    /// <summary>It waits for its turn, or for the server to start again.</summary>
    Queued,

    /// <summary>It is being written.</summary>
    Running,

    /// <summary>Its file is whole.</summary>
    Done,

    /// <summary>There is no file, and will be none.</summary>
    Failed,
}

/// <summary>
/// An export as it is kept beside its file: <c>exports/ID.json</c>. The question stands as it was asked, with its times resolved,
/// so that an export which begins again after a restart asks the same.
/// </summary>
internal sealed record ExportEntry
{
    /// <summary><c>exp_…</c>: nobody guesses it, and it is no secret either.</summary>
    public required string Id { get; init; }

    /// <summary>Whose.</summary>
    public required int Workspace { get; init; }

    /// <summary>The API's name of the format.</summary>
    public required string Format { get; init; }

    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>By the usage routes' names.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<string>> Filters { get; init; }

    /// <summary>For a report; else empty.</summary>
    public required ImmutableArray<string> GroupBy { get; init; }

    /// <summary>What the one who asked may see; null for everything.</summary>
    public ResourceKind? ScopeKind { get; init; }

    /// <summary>The names in <see cref="ScopeKind"/>.</summary>
    public ImmutableArray<string> ScopeNames { get; init; } = [];

    /// <summary>How it stood when this was written.</summary>
    public required ExportState State { get; init; }

    /// <summary>Requests read.</summary>
    public long Rows { get; init; }

    /// <summary>Requests in all; null before it begins.</summary>
    public long? RowsInAll { get; init; }

    /// <summary>Bytes written.</summary>
    public long Bytes { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The scope that it was asked in; null for everything.</summary>
    [JsonIgnore]
    public ResourceScope? Scope => ScopeKind is { } kind ? new ResourceScope(kind, ScopeNames) : null;

    /// <summary>True for what has come to its end.</summary>
    [JsonIgnore]
    public bool IsOver => State is ExportState.Done or ExportState.Failed;

    /// <summary>Whether a caller who sees this much now may see it: nothing in it lies outside.</summary>
    public bool IsWithin(ResourceScope? scope) =>
        scope is null || (Scope is { } own && own.Kind == scope.Kind && own.Names.All(scope.Names.Contains));
}

/// <summary>How entries are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(ExportEntry))]
internal sealed partial class ExportJson : JsonSerializerContext;
