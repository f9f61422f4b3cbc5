using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Gateway.Routing;

/// <summary>What is set in the place of what one workspace's document says. Immutable.</summary>
internal sealed class OverrideView
{
    private readonly FrozenSet<string> off;
    private readonly FrozenDictionary<string, Override> moved;

    private OverrideView(string? stopped, FrozenSet<string> off, FrozenDictionary<string, Override> moved)
    {
        Stopped = stopped;
        this.off = off;
        this.moved = moved;
    }

    /// <summary>Nothing is.</summary>
    public static OverrideView None { get; } =
        new(null, FrozenSet<string>.Empty, FrozenDictionary<string, Override>.Empty);

    /// <summary>What a caller is told whose request may cost something; null where spending goes on.</summary>
    public string? Stopped { get; }

    /// <summary>Whether a provider is switched off.</summary>
    public bool HasOff => off.Count > 0;

    /// <summary>Whether nothing is sent to a provider of that name.</summary>
    public bool IsOff(string provider) => off.Contains(provider);

    /// <summary>Where a route's requests go first; null where the document says it.</summary>
    public Override? MovedTo(string route) => moved.GetValueOrDefault(route);

    /// <summary>A workspace's.</summary>
    /// <param name="living">Those of all workspaces.</param>
    /// <param name="workspace">Whose.</param>
    /// <param name="own">The providers of its own document: the default workspace's of the same name are others.</param>
    public static OverrideView Of(
        ImmutableArray<Override> living,
        WorkspaceId workspace,
        ImmutableArray<ProviderConfig> own
    )
    {
        if (living.IsEmpty)
        {
            return None;
        }

        var stop = living
            .Where(one => one.Kind == OverrideKind.SpendingStopped && (one.Everywhere || one.Workspace == workspace))
            .MaxBy(one => one.Everywhere);
        return new OverrideView(
            stop is null ? null : Told(stop),
            living
                .Where(one =>
                    one.Kind == OverrideKind.ProviderOff
                    && (
                        one.Workspace == workspace
                        || (
                            one.Workspace == WorkspaceId.Default
                            && !own.Any(provider =>
                                provider.Name.Equals(one.Subject, StringComparison.OrdinalIgnoreCase)
                            )
                        )
                    )
                )
                .Select(one => one.Subject)
                .ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            living
                .Where(one => one.Kind == OverrideKind.RouteMoved && one.Workspace == workspace)
                .ToFrozenDictionary(one => one.Subject, StringComparer.OrdinalIgnoreCase)
        );
    }

    private static string Told(Override stop) =>
        $"Spending is stopped{(stop.Reason is { } reason ? $": {reason}" : "")}. Who may set budgets lets it go on.";
}
