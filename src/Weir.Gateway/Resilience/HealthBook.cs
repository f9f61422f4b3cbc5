using System.Collections.Concurrent;
using Weir.Foundation;

namespace Weir.Gateway.Resilience;

/// <summary>
/// What is known of every provider's health. One for the process: configuration snapshots come and go, and what is known of a
/// provider stays with its name. Thread-safe.
/// </summary>
/// <param name="context">The time, chance, and who is told.</param>
internal sealed class HealthBook(HealthContext context)
{
    /// <summary>A breaker that no request has asked for so long is not probed any more: nobody would gain by it.</summary>
    private static readonly TimeSpan Forsaken = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(WorkspaceId Owner, string Provider), ProviderHealth> providers = new();

    /// <summary>One of the system's time that tells nobody, for where nothing is sent.</summary>
    public static HealthBook Unheard() =>
        new(new HealthContext(TimeProvider.System, Random.Shared.NextDouble, static _ => { }));

    /// <summary>All providers, in no order.</summary>
    public IEnumerable<ProviderHealth> Providers => providers.Select(provider => provider.Value);

    /// <summary>What is known of a provider. Asked for while a snapshot is built, and held by it.</summary>
    /// <param name="owner">Whose document names it.</param>
    /// <param name="provider">Its name there.</param>
    /// <param name="config">What is written of it now.</param>
    public ProviderHealth Of(WorkspaceId owner, string provider, ResilienceConfig config)
    {
        var health = providers.GetOrAdd(
            (owner, provider),
            static (key, given) => new ProviderHealth(key.Owner, key.Provider, given.Config, given.Context),
            (Config: config, Context: context)
        );
        health.Adopt(config);
        return health;
    }

    /// <summary>Forgets the providers that are no longer configured.</summary>
    public void Retain(IReadOnlySet<(WorkspaceId Owner, string Provider)> configured)
    {
        foreach (var (key, _) in providers)
        {
            if (!configured.Contains(key))
            {
                providers.TryRemove(key, out _);
            }
        }
    }

    /// <summary>
    /// The targets that a probe should be sent to: their breaker is open, its time has been up for as long as was written, and no
    /// request has tried them. Also tells of those whose rest has ended. To be called every second or so, off the path of requests;
    /// whoever sends a probe begins it with <see cref="TargetState.TryBeginProbe"/>, which only one can.
    /// </summary>
    public IReadOnlyList<TargetState> DueProbes()
    {
        List<TargetState>? due = null;
        foreach (var (_, provider) in providers)
        {
            var quiet = provider.Config.Probe;
            foreach (var state in provider.States)
            {
                state.Look();
                if (quiet is { } span && context.Now - state.AskedAt <= Forsaken && state.WantsProbe(span))
                {
                    (due ??= []).Add(state);
                }
            }
        }

        return due ?? [];
    }
}
