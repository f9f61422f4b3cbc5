using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads what routes and aliases have in common: <c>targets</c>, <c>strategy</c>, <c>affinity</c>.</summary>
internal static class TargetReader
{
    private const int MostWeight = 1_000_000;

    private static readonly FrozenDictionary<string, RouteStrategy> Strategies = Enum.GetValues<RouteStrategy>()
        .ToFrozenDictionary(strategy => $"{strategy}".ToLowerInvariant(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, bool> Affinities = new Dictionary<string, bool>
    {
        ["session"] = true,
        ["none"] = false,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The strategy; fallback where none is written.</summary>
    public static RouteStrategy Strategy(MapReader map) => map.Word("strategy", Strategies) ?? RouteStrategy.Fallback;

    /// <summary>Whether sessions stay; null where it is not written.</summary>
    public static bool? Affinity(MapReader map) => map.Word("affinity", Affinities);

    /// <summary>The targets that could be read.</summary>
    public static ImmutableArray<TargetConfig> Read(
        ConfigReading reading,
        MapReader route,
        IReadOnlyDictionary<string, string> providers
    )
    {
        if (!route.Has("targets"))
        {
            route.Take("targets");
            route.Missing("targets", "name at least one provider, as \"targets: [anthropic]\"");
            return [];
        }

        var targets = ImmutableArray.CreateBuilder<TargetConfig>();
        var items = 0;
        var weights = 0;
        foreach (var (node, path) in route.List("targets"))
        {
            items++;
            if (node is YamlScalar { IsNull: false } scalar)
            {
                if (reading.Expand(scalar, path) is { } name)
                {
                    Check(reading, scalar, path, name, providers);
                    targets.Add(new TargetConfig(name, null));
                }
            }
            else if (MapReader.Of(reading, node, path) is { } map)
            {
                weights += map.Has("weight") ? 1 : 0;
                if (Target(reading, map, providers) is { } target)
                {
                    targets.Add(target);
                }
            }
        }

        if (items == 0 && route.Take("targets") is YamlList)
        {
            route.Fault("targets", "is empty", "name at least one provider");
        }

        Weigh(route, targets, items, weights);
        return targets.ToImmutable();
    }

    private static void Weigh(MapReader route, ImmutableArray<TargetConfig>.Builder targets, int items, int weights)
    {
        if (Strategies.GetValueOrDefault(route.Written("strategy")) != RouteStrategy.Weighted)
        {
            return;
        }

        if (weights != 0 && weights != items)
        {
            route.Fault(
                "targets",
                "some have a weight and some have none",
                "give each a weight, or none for equal shares"
            );
        }
        else if (items > 0 && targets.Count == items && targets.All(target => target.Weight == 0))
        {
            route.Fault("targets", "all have the weight 0", "give at least one a weight");
        }
    }

    private static TargetConfig? Target(
        ConfigReading reading,
        MapReader map,
        IReadOnlyDictionary<string, string> providers
    )
    {
        TargetConfig? target = null;
        var model = map.Text("model");
        var transforms = TransformReader.Read(reading, map);
        var weight = map.Whole("weight", 0, MostWeight) ?? 1;
        if (!map.Has("provider"))
        {
            map.Take("provider");
            map.Missing("provider", "name the provider, as \"provider: openrouter\"");
        }
        else if (map.Text("provider") is { } name)
        {
            Check(reading, (YamlScalar)map.Take("provider")!, map.KeyPath("provider"), name, providers);
            target = new TargetConfig(name, model, (int)weight) { Transforms = transforms };
        }

        map.Finish();
        return target;
    }

    private static void Check(
        ConfigReading reading,
        YamlScalar node,
        string path,
        string name,
        IReadOnlyDictionary<string, string> providers
    )
    {
        if (!providers.ContainsKey(name))
        {
            reading.Fault(
                node,
                path,
                $"there is no provider \"{node.Text}\"",
                providers.Count == 0
                    ? "the document has no providers"
                    : Suggestion.For(node.Text, [.. providers.Values])
            );
        }
    }
}
