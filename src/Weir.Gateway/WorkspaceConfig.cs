using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Gateway;

/// <summary>
/// A workspace beside the server's own, and what its document says of providers and routes, validated. Immutable. What
/// the document does not say holds as the server's document says it.
/// </summary>
/// <param name="Id">Whose requests it is for; not <see cref="WorkspaceId.Default"/>.</param>
/// <param name="Name">What the server's document calls it where it shares a provider.</param>
public sealed record WorkspaceConfig(WorkspaceId Id, string Name)
{
    /// <summary>Its own, in the order of the document. One named like a shared provider stands in that one's place.</summary>
    public ImmutableArray<ProviderConfig> Providers { get; init; } = [];

    /// <summary>
    /// First match wins. A target may name a provider that is not there: the server's document may have ceased to share
    /// it. The route then goes without it.
    /// </summary>
    public ImmutableArray<RouteConfig> Routes { get; init; } = [];

    /// <summary>
    /// Its own names for models and targets; the server's hold for the server's own workspace alone. A target may name a
    /// provider that is not there, as a route's may.
    /// </summary>
    public ImmutableArray<AliasConfig> Aliases { get; init; } = [];

    /// <summary>What its requests may cost, beside the budgets of the server's document.</summary>
    public ImmutableArray<BudgetConfig> Budgets { get; init; } = [];

    /// <summary>How many of its requests and tokens may pass, beside the limits of the server's document.</summary>
    public ImmutableArray<LimitConfig> Limits { get; init; } = [];

    /// <summary>The organisation that it belongs to; null for none.</summary>
    public string? Organisation { get; init; }
}
