using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>Whom to forget.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ErasureRequest
{
    /// <summary>A user's id or name, or what requests call somebody, exactly.</summary>
    public string? User { get; init; }

    /// <summary>What else requests call him, as an address of mail; at most 20.</summary>
    public IReadOnlyList<string>? Also { get; init; }

    /// <summary>True to be told what there is and change nothing.</summary>
    public bool? DryRun { get; init; }
}

/// <summary>One line of what is kept of a person (docs/formats/subject-export.md).</summary>
/// <param name="Kind">
/// <c>export</c> first and <c>end</c> last; <c>user</c>, <c>team</c>, <c>auth-session</c>, <c>key</c>, <c>audit</c>, <c>activity</c>, <c>request</c>,
/// <c>session</c>, <c>content</c>.
/// </param>
/// <param name="Data">It, as the rest of the API has it.</param>
public sealed record PersonLine(string Kind, JsonElement Data);

/// <summary>What forgetting a person came to, or would come to.</summary>
public sealed record ErasureResult
{
    /// <summary>True when nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>What his figures go by from now on; with more than one name, that of the first. Null when nothing was changed.</summary>
    public required string? Pseudonym { get; init; }

    /// <summary>Whether he was a user, who is removed with it.</summary>
    public required bool IsUser { get; init; }

    /// <summary>Requests that call him by a name.</summary>
    public required long Records { get; init; }

    /// <summary>Earlier revisions of requests, and what other witnesses said of them, that were changed too.</summary>
    public long Revisions { get; init; }

    /// <summary>Keys that belong to him or stand for him: his own are revoked, the others stand for the pseudonym.</summary>
    public required int Keys { get; init; }

    /// <summary>Sessions that nobody else worked in: what is known of them beyond their requests goes.</summary>
    public required int Sessions { get; init; }

    /// <summary>Lines of the archive that were taken out or changed.</summary>
    public long ArchiveLines { get; init; }

    /// <summary>Stretches of sealed content that were deleted.</summary>
    public int ContentStretches { get; init; }

    /// <summary>What stays of him, and why, in words.</summary>
    public required IReadOnlyList<string> Left { get; init; }
}

/// <summary>Sums that tell of no single person.</summary>
/// <param name="From">Inclusive: a midnight, UTC.</param>
/// <param name="To">Exclusive: a midnight, UTC.</param>
/// <param name="AtLeast">Of how many people every row is, at least.</param>
/// <param name="Rows">The rows, dearest first; what is of too few people is put together in the last one, when that makes enough.</param>
/// <param name="WithheldRows">Combinations that are in no row, for even together they are of too few people.</param>
public sealed record AnonymousFigures(
    DateTimeOffset From,
    DateTimeOffset To,
    int AtLeast,
    IReadOnlyList<AnonymousRow> Rows,
    int WithheldRows
);

/// <summary>Sums of at least so many people's requests.</summary>
public sealed record AnonymousRow : RequestSums
{
    /// <summary>With nothing in it yet.</summary>
    public AnonymousRow() { }

    /// <summary>Sums, and what they are of.</summary>
    [SetsRequiredMembers]
    public AnonymousRow(RequestSums sums, IReadOnlyDictionary<string, string?> keys, int people, bool isRest)
        : base(sums) => (Keys, People, IsRest) = (keys, people, isRest);

    /// <summary>The value of each grouped dimension; null is "unknown". Empty for the rest.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, string?> Keys { get; init; }

    /// <summary>How many people; those that nobody knows count as one.</summary>
    [JsonPropertyOrder(-1)]
    public required int People { get; init; }

    /// <summary>Whether it is what other rows would have been of too few people.</summary>
    [JsonPropertyOrder(-1)]
    public required bool IsRest { get; init; }
}
