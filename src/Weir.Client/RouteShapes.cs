using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>
/// A request of which somebody asks where it would go. It is not sent. It counts as one of a caller with a Weir key and no
/// credential of his own.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RouteQuestionItem
{
    /// <summary>The path, as <c>/v1/messages</c>, its query allowed; null where <c>dialect</c> is given.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Instead of the path: <c>anthropic</c> (or <c>anthropic-messages</c>), <c>openai-chat</c>, <c>openai-responses</c>,
    /// <c>openai-embeddings</c>, <c>gemini</c>.
    /// </summary>
    public string? Dialect { get; init; }

    /// <summary>The headers that routes look at, at most 128; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The body that a caller would send; null for one that says nothing but the model.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The model; null where the path or the body names it.</summary>
    public string? Model { get; init; }

    /// <summary>The name of a key of the workspace, as which the request counts; null for none. Needs <c>keys:view</c>.</summary>
    public string? Key { get; init; }

    /// <summary>The calling program's name, as <c>claude-code</c>; null for what the headers tell.</summary>
    public string? Client { get; init; }

    /// <summary>When it would be sent, for routes with a schedule; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The path alone: the body is somebody's prompt.</summary>
    public override string ToString() => Path ?? Dialect ?? "";
}

/// <summary>Where a request would go. Holds nothing of its body but the model's name.</summary>
public sealed record RouteExplanationItem
{
    /// <summary>The caller's dialect: <c>anthropic-messages</c>, <c>openai-chat</c> …</summary>
    public required string Dialect { get; init; }

    /// <summary>The path without its query.</summary>
    public required string Path { get; init; }

    /// <summary>The model asked for; null when none is named.</summary>
    public required string? Model { get; init; }

    /// <summary>Whether a stream is asked for.</summary>
    public required bool Streams { get; init; }

    /// <summary>The calling program; null when it is not known.</summary>
    public required string? Client { get; init; }

    /// <summary>The key that it counts as; null for none.</summary>
    public required string? Key { get; init; }

    /// <summary>The route that matched, also where it leads nowhere; null when none did.</summary>
    public required string? Route { get; init; }

    /// <summary>
    /// How the targets were found: <c>route</c>; <c>listed</c> by a provider's models; <c>named</c> before the model's slash;
    /// <c>catalogue</c> of prices; <c>vendor</c> whose dialect is spoken; any of that <c>dialect</c>. Null when there are none.
    /// </summary>
    public required string? By { get; init; }

    /// <summary>The model that the alias stands for that was asked for; null where none was, or where it has targets of its own.</summary>
    public required string? Alias { get; init; }

    /// <summary>
    /// What kind of request it is, as routes' conditions name it: <c>background</c>, <c>thinking</c>, <c>webSearch</c>,
    /// <c>image</c>, <c>subagent</c>.
    /// </summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>The routes before the one that matched, or all where none did, and why.</summary>
    public required IReadOnlyList<MissedRouteItem> Missed { get; init; }

    /// <summary>The route's strategy: <c>fallback</c>, <c>weighted</c>, <c>latency</c>, <c>cost</c>, <c>adaptive</c>; null without a route.</summary>
    public required string? Strategy { get; init; }

    /// <summary>
    /// What put the targets into that order: the strategy, <c>affinity</c>, or <c>override</c> where somebody set it; null where they stand as they are written.
    /// </summary>
    public required string? OrderedBy { get; init; }

    /// <summary>In the order in which they are tried, with those that the route names and that are passed over.</summary>
    public required IReadOnlyList<RouteTargetItem> Targets { get; init; }

    /// <summary>What the caller would be told instead of an answer; null when there is a target to ask.</summary>
    public required RouteRefusalItem? Refusal { get; init; }
}

/// <summary>What a request would be to one target.</summary>
public sealed record RouteTargetItem
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The model that it is asked for.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// <c>relayed</c>: it goes on as it came, but for <c>edits</c>; <c>translated</c>; or <c>passed-over</c> for
    /// <c>reason</c>.
    /// </summary>
    public required string Handling { get; init; }

    /// <summary>The dialect that it is asked in, or would be; null for one that has none for this request.</summary>
    public required string? Dialect { get; init; }

    /// <summary>Why it is passed over; null when it is not.</summary>
    public required string? Reason { get; init; }

    /// <summary>What is changed in a request that is relayed: <c>model</c>, <c>stream_options</c>.</summary>
    public required IReadOnlyList<string> Edits { get; init; }

    /// <summary>
    /// The transforms that find something to change in it, as <c>clamp /max_tokens</c> or <c>system</c>; those of the body first.
    /// </summary>
    public required IReadOnlyList<string> Transforms { get; init; }

    /// <summary>What the translation leaves out.</summary>
    public required IReadOnlyList<RouteFeatureItem> Dropped { get; init; }

    /// <summary>What the request needs and the target's dialect lacks.</summary>
    public required IReadOnlyList<RouteFeatureItem> Refused { get; init; }

    /// <summary>Why it stands where it stands; null where targets are tried as they are written.</summary>
    public required string? Standing { get; init; }

    /// <summary>How it stands now; null where nothing is known of it, or it is not asked.</summary>
    public required ModelHealthItem? Health { get; init; }

    /// <summary>
    /// With whose credential it is asked: <c>weir</c>'s own key, the <c>caller</c>'s, <c>none</c>; <c>missing</c> where it is
    /// passed over for want of one.
    /// </summary>
    public required string Credential { get; init; }
}

/// <summary>A route that did not match.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Why">The first of its conditions that does not hold.</param>
public sealed record MissedRouteItem(string Name, string Why);

/// <summary>A feature of a request.</summary>
/// <param name="Name">Its name, as records and the table of translation have it.</param>
/// <param name="Note">The table's sentence on it; null where it has none.</param>
public sealed record RouteFeatureItem(string Name, string? Note);

/// <summary>What Weir answers by itself.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">In the words that the caller would read.</param>
public sealed record RouteRefusalItem(int Status, string Reason);
