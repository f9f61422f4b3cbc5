using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Gateway;

/// <summary>What is to be tried on the requests of the past. Nothing is sent, and nothing is changed.</summary>
public sealed record DryRunQuery
{
    /// <summary>The longest span that is looked at.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromDays(7);

    /// <summary>The most records that are looked at: of more the newest.</summary>
    public const int MostRecords = 100_000;

    /// <summary>Whose requests; no others are looked at or counted.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From, inclusive, on the request's start; UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>To, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>What is in force.</summary>
    public required DryRunDocuments InForce { get; init; }

    /// <summary>What would be in force.</summary>
    public required DryRunDocuments Tried { get; init; }
}

/// <summary>The documents of all workspaces. A secret that was not opened counts as a key: it is enough to know that there is one.</summary>
/// <param name="Server">The server's document.</param>
/// <param name="Workspaces">Every other workspace.</param>
/// <param name="Prices">What tokens cost by them.</param>
public sealed record DryRunDocuments(
    GatewayConfig Server,
    ImmutableArray<WorkspaceConfig> Workspaces,
    PriceSnapshot Prices
);
