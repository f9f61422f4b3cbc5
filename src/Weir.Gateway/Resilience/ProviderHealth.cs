using System.Collections.Concurrent;
using Weir.Foundation;

namespace Weir.Gateway.Resilience;

/// <summary>
/// What is known of one provider's targets, and what of it may be spent on retries. Thread-safe.
/// <para>
/// Callers choose the names of models, so their number is bounded: of those that nothing is known of, the ones that were not asked
/// for longest are forgotten. Where all are failing or at rest, a further one is not remembered, which costs a caller no more than
/// an attempt that could have been spared.
/// </para>
/// </summary>
internal sealed class ProviderHealth
{
    /// <summary>How many models of a provider are remembered.</summary>
    public const int MostModels = 256;

    private readonly string provider;
    private readonly HealthContext context;
    private readonly ConcurrentDictionary<string, TargetState> states = new(StringComparer.Ordinal);
    private readonly Lock sweeping = new();
    private ResilienceConfig config;

    /// <summary>Of a provider of which nothing is known.</summary>
    public ProviderHealth(WorkspaceId owner, string provider, ResilienceConfig config, HealthContext context)
    {
        Owner = owner;
        this.provider = provider;
        this.config = config;
        this.context = context;
        Retries = new RetryBudget(context);
    }

    /// <summary>Whose document names it.</summary>
    public WorkspaceId Owner { get; }

    /// <summary>What may be spent on retries there.</summary>
    public RetryBudget Retries { get; }

    /// <summary>What was written.</summary>
    public ResilienceConfig Config => Volatile.Read(ref config);

    /// <summary>Those that are remembered, in no order.</summary>
    public IEnumerable<TargetState> States => states.Select(state => state.Value);

    /// <summary>What is known of a model there.</summary>
    /// <param name="model">The model that is asked for; null where none is named.</param>
    public TargetState Of(string? model) => states.TryGetValue(model ?? "", out var known) ? known : Add(model ?? "");

    /// <summary>What is known of a model there, where something is; remembers nothing.</summary>
    /// <param name="model">The model that is asked for; null where none is named.</param>
    public TargetState? Find(string? model) => states.GetValueOrDefault(model ?? "");

    /// <summary>Takes over what was written anew.</summary>
    public void Adopt(ResilienceConfig next)
    {
        lock (sweeping)
        {
            if (config == next)
            {
                return;
            }

            Volatile.Write(ref config, next);
        }

        // Outside the lock: what changes by it is told.
        foreach (var (_, state) in states)
        {
            state.Adopt(next);
        }
    }

    /// <summary>Forgets all, as when an address was mended and nobody wants to wait for a probe.</summary>
    public void Forget() => states.Clear();

    private TargetState Add(string model)
    {
        lock (sweeping)
        {
            if (states.TryGetValue(model, out var known))
            {
                return known;
            }

            var added = new TargetState(new TargetKey(Owner, provider, model), config, context);
            if (states.Count < MostModels || Sweep())
            {
                states[model] = added;
            }

            return added;
        }
    }

    /// <summary>A quarter at once, so that a caller who makes names up does not have all looked through for each.</summary>
    private bool Sweep()
    {
        var idle = states.Values.Where(state => state.IsForgettable).OrderBy(state => state.AskedAt).ToList();
        foreach (var state in idle.Take(MostModels / 4))
        {
            states.TryRemove(state.Key.Model, out _);
        }

        return idle.Count > 0;
    }
}
