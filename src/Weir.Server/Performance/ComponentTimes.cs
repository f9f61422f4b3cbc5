using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weir.Client;
using Weir.Foundation.Measuring;

namespace Weir.Server.Performance;

/// <summary>How long the parts of the server took in the last hour: those of the modules, and the routes of the API. Thread-safe.</summary>
internal sealed class ComponentTimes(TimeProvider clock)
{
    // By tag of the description: as many as there are groups of routes.
    private readonly ConcurrentDictionary<string, RecentDurations> routes = new(StringComparer.Ordinal);

    /// <summary>How long a group of routes takes.</summary>
    public RecentDurations Routes(string tag) => routes.GetOrAdd(tag, static (_, clock) => new(clock), clock);

    /// <summary>All that happened, by component and kind.</summary>
    public ImmutableArray<ComponentTime> Read(Modules modules)
    {
        var measures = modules.Ledger.Measures;
        return
        [
            .. Of("gateway", "lead", modules.Gateway?.Metrics.Lead),
            .. Of("journal", "append", measures.Appends),
            .. Of("ledger", "batch", measures.Batches),
            .. measures.Queries.Durations.Select(one => Item("queries", Timing.Of(one.Kind), one.Took)),
            .. routes
                .OrderBy(route => route.Key, StringComparer.Ordinal)
                .SelectMany(route => Of("api", route.Key, route.Value)),
        ];
    }

    private static IEnumerable<ComponentTime> Of(string component, string kind, RecentDurations? durations) =>
        durations?.Read() is { } took ? [Item(component, kind, took)] : [];

    private static ComponentTime Item(string component, string kind, DurationSummary took) =>
        new()
        {
            Component = component,
            Kind = kind,
            Count = took.Count,
            MeanMs = Timing.Milliseconds(took.Mean),
            P50Ms = Timing.Milliseconds(took.P50),
            P95Ms = Timing.Milliseconds(took.P95),
            P99Ms = Timing.Milliseconds(took.P99),
            MaxMs = Timing.Milliseconds(took.Max),
        };
}
