using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway;

/// <summary>What came of a <see cref="RouteQuery"/>: an explanation, or what is wrong with the question. Immutable.</summary>
/// <param name="Explanation">Null when the question has faults.</param>
/// <param name="Faults">What is wrong, by the JSON pointer of the member; empty when nothing is.</param>
public sealed record RouteAnswer(RouteExplanation? Explanation, ImmutableSortedDictionary<string, string> Faults);

/// <summary>Where a request would go, and what would become of it. Holds nothing of its body but the model's name. Immutable.</summary>
public sealed record RouteExplanation
{
    /// <summary>The caller's dialect.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The path without its query.</summary>
    public required string Path { get; init; }

    /// <summary>The model asked for; null when none is named.</summary>
    public required string? Model { get; init; }

    /// <summary>Whether a stream is asked for.</summary>
    public required bool Streams { get; init; }

    /// <summary>The calling program, by which routes may tell requests apart; null when it is not known.</summary>
    public required string? Client { get; init; }

    /// <summary>The name of the route that matched, also where it leads nowhere; null when none did.</summary>
    public string? Route { get; init; }

    /// <summary>How the targets were found; null when none is asked.</summary>
    public RouteFinding? By { get; init; }

    /// <summary>The model that the alias stands for that was asked for; null where none was, or where it leads to targets of its own.</summary>
    public string? Alias { get; init; }

    /// <summary>
    /// What kind of request it is, as conditions of routes name it: <c>background</c>, <c>thinking</c>, <c>webSearch</c>,
    /// <c>image</c>, <c>subagent</c>.
    /// </summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    /// <summary>The routes before the one that matched, or all where none did.</summary>
    public ImmutableArray<MissedRoute> Missed { get; init; } = [];

    /// <summary>The route's strategy; null without a route.</summary>
    public string? Strategy { get; init; }

    /// <summary>
    /// What put the targets into that order: the strategy, <c>affinity</c>, or <c>override</c> where somebody set it; null where they stand as they are written.
    /// </summary>
    public string? OrderedBy { get; init; }

    /// <summary>In the order in which they are tried; those that are passed over stand where the route names them.</summary>
    public ImmutableArray<ExplainedTarget> Targets { get; init; } = [];

    /// <summary>What the caller would be told instead of an answer; null when there is a target to ask.</summary>
    public RouteRefusal? Refusal { get; init; }
}

/// <summary>A route that did not match.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Why">The first of its conditions that does not hold, for a person.</param>
public sealed record MissedRoute(string Name, string Why);

/// <summary>How the targets of a request were found.</summary>
public enum RouteFinding
{
    /// <summary>A route matched.</summary>
    Route,

    /// <summary>The provider's configuration lists the model.</summary>
    Listed,

    /// <summary>The provider is named before the model's slash.</summary>
    Named,

    /// <summary>The provider's price catalogue knows the model.</summary>
    Catalogue,

    /// <summary>Nobody knows the model: it goes to the vendor whose dialect the caller speaks.</summary>
    Vendor,

    /// <summary>Nobody knows the model, and no such vendor is configured: it goes to another that speaks the dialect.</summary>
    Dialect,
}

/// <summary>What Weir answers by itself.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">In the words that the caller would read.</param>
public sealed record RouteRefusal(int Status, string Reason);

/// <summary>What a request would be to one target. Immutable.</summary>
public sealed record ExplainedTarget
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>Its kind.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The model that it is asked for.</summary>
    public required string Model { get; init; }

    /// <summary>What happens to the request.</summary>
    public required TargetHandling Handling { get; init; }

    /// <summary>The dialect that it is asked in; none for one that is passed over.</summary>
    public Dialect Dialect { get; init; }

    /// <summary>Why it is passed over, for a person; null when it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The members that are changed in a request that is relayed, which else goes on byte for byte: <c>model</c>,
    /// <c>stream_options</c>, <c>thinking</c> (sealed for another provider), what its host needs (<c>anthropic_version</c>).
    /// </summary>
    public ImmutableArray<string> Edits { get; init; } = [];

    /// <summary>The transforms that find something to change in it, by name: <c>clamp /max_tokens</c>.</summary>
    public ImmutableArray<string> Transforms { get; init; } = [];

    /// <summary>What is left out, by name.</summary>
    public ImmutableArray<FeatureNote> Dropped { get; init; } = [];

    /// <summary>What the target cannot do without and its dialect lacks, by name: why it is passed over.</summary>
    public ImmutableArray<FeatureNote> Refused { get; init; } = [];

    /// <summary>Why it stands where it stands, for a person; null where targets are tried as they are written.</summary>
    public string? Standing { get; init; }

    /// <summary>How it stands now; null where nothing is known of it, or it is not asked.</summary>
    public ModelStanding? Health { get; init; }

    /// <summary>With whose credential it is asked.</summary>
    public required TargetCredential Credential { get; init; }
}

/// <summary>What happens to a request for a target.</summary>
public enum TargetHandling
{
    /// <summary>It goes on as it came, but for <see cref="ExplainedTarget.Edits"/>.</summary>
    Relayed,

    /// <summary>It is read and written anew in another dialect, and the answer likewise.</summary>
    Translated,

    /// <summary>The target is not asked.</summary>
    PassedOver,
}

/// <summary>With whose credential a target is asked.</summary>
public enum TargetCredential
{
    /// <summary>With Weir's own key.</summary>
    Weir,

    /// <summary>With the one that the caller brings; without one the provider will refuse.</summary>
    Caller,

    /// <summary>With none: a translated or simulated request, or one whose caller's credential is meant for another vendor.</summary>
    None,

    /// <summary>With none, and that is why it is passed over: Weir translates for a provider that it has a key for.</summary>
    Missing,
}

/// <summary>A feature of a request, as the table of translation has it.</summary>
/// <param name="Name">Its name in records.</param>
/// <param name="Note">The table's sentence on it; null where it has none.</param>
public sealed record FeatureNote(string Name, string? Note);
