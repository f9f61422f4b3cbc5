using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Routing;

/// <summary>
/// A configuration as it is used: a snapshot that each request holds from its start to its end. Connections that a
/// newer snapshot does not take over are closed when the last request lets go of this one. Thread-safe.
/// </summary>
internal sealed class GatewayModel
{
    private readonly FrozenDictionary<string, ProviderModel> byName;
    private int holders = 1;

    private GatewayModel(GatewayConfig config, ImmutableArray<ProviderModel> providers)
    {
        Config = config;
        Providers = providers;
        byName = providers.ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        Routes = [.. config.Routes.Select(r => new RouteModel(r, byName))];
    }

    /// <summary>What the user wrote.</summary>
    public GatewayConfig Config { get; }

    /// <summary>In the order of the document.</summary>
    public ImmutableArray<ProviderModel> Providers { get; }

    /// <summary>In the order of the document.</summary>
    public ImmutableArray<RouteModel> Routes { get; }

    /// <summary>Builds a snapshot, taking over the connections of the one before it.</summary>
    /// <exception cref="ArgumentException">A provider lacks its address, or two have one name.</exception>
    public static GatewayModel Build(GatewayConfig config, GatewayModel? previous, TimeProvider clock)
    {
        var shared = new Dictionary<UpstreamKey, Upstream>();
        if (previous is not null)
        {
            foreach (var provider in previous.Providers)
            {
                shared.TryAdd(provider.Upstream.Key, provider.Upstream);
            }
        }

        var providers = ImmutableArray.CreateBuilder<ProviderModel>(config.Providers.Length);
        foreach (var provider in config.Providers)
        {
            var key = ProviderModel.KeyOf(provider);
            if (shared.TryGetValue(key, out var upstream))
            {
                upstream.Share();
            }
            else
            {
                upstream =
                    provider.Kind == ProviderKind.Simulator
                        ? Upstream.Inside(key, new SimulatorHandler(clock))
                        : Upstream.Open(key);
                shared.Add(key, upstream);
            }

            providers.Add(new ProviderModel(provider, upstream));
        }

        return new GatewayModel(config, providers.MoveToImmutable());
    }

    /// <summary>The provider of that name; null when there is none.</summary>
    public ProviderModel? Provider(string name) => byName.GetValueOrDefault(name);

    /// <summary>Holds the snapshot for a request; false when it has already been let go of, and a newer one is there.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Lets go of it: each <see cref="TryHold"/> once, and once whoever built it.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            foreach (var provider in Providers)
            {
                provider.Upstream.Dispose();
            }
        }
    }
}
