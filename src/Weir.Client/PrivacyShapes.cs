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
/// <c>export</c> first and <c>end</c> last; <c>user</c>, <c>team</c>, <c>auth-session</c>, <c>key</c>, <c>audit</c>, <c>request</c>,
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
