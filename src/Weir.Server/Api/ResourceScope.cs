using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Server.Api;

/// <summary>What a caller is answered of, who may not be answered of everything: the things of one kind that he has a role for.</summary>
/// <param name="Kind">Their kind.</param>
/// <param name="Names">Which; one at least.</param>
internal sealed record ResourceScope(ResourceKind Kind, ImmutableArray<string> Names)
{
    /// <summary>The scope that a route has for a caller; null when he is answered of everything, or of nothing.</summary>
    public static ResourceScope? Of(Principal principal, ApiAccess access)
    {
        if (!access.TakesGrants || principal.Grants.IsEmpty || access.Missing(principal).IsEmpty)
        {
            return null;
        }

        var granted = principal.Grants.Where(grant => grant.Permissions.Covers(access.Needs)).ToList();
        return granted.Count == 0
            ? null
            : new ResourceScope(
                granted[0].Kind,
                [
                    .. granted
                        .Where(grant => grant.Kind == granted[0].Kind)
                        .Select(grant => grant.Name)
                        .Distinct(StringComparer.Ordinal),
                ]
            );
    }

    /// <summary>A question, asked of these things alone: what else it asked for is not there.</summary>
    public ImmutableArray<UsageFilter> Within(ImmutableArray<UsageFilter> filters)
    {
        var dimension = new UsageDimension(Dimension);
        // All filters must hold: those that keep something out cannot let anything in.
        var asked = filters.Where(IsChoice).ToArray();
        ImmutableArray<string?> names = [.. Names.Where(name => asked.All(filter => filter.Values.Contains(name)))];
        return
        [
            .. filters.Where(filter => !IsChoice(filter)),
            // Nothing is called so: no text that a request can bring begins with it.
            new UsageFilter(dimension, names.IsEmpty ? ["\0"] : names),
        ];

        bool IsChoice(UsageFilter filter) => filter.Dimension == dimension && filter.Kind == UsageFilterKind.In;
    }

    /// <summary>Whether a request is of one of these things.</summary>
    public bool Covers(UsageRecord record) =>
        (
            Kind switch
            {
                ResourceKind.Team => record.Team,
                ResourceKind.Project => record.Project,
                _ => record.Key,
            }
        )
            is { } name
        && Names.Contains(name);

    private UsageDimensionKind Dimension =>
        Kind switch
        {
            ResourceKind.Team => UsageDimensionKind.Team,
            ResourceKind.Project => UsageDimensionKind.Project,
            _ => UsageDimensionKind.Key,
        };
}
