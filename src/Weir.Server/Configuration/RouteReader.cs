using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>routes</c>.</summary>
internal static class RouteReader
{
    private static readonly ImmutableArray<string> LaterMatches = ["background", "thinking", "tool", "tokensAbove"];

    private static readonly FrozenSet<string> LaterStrategies = FrozenSet.Create(
        StringComparer.Ordinal,
        "weighted",
        "latency",
        "cost",
        "adaptive"
    );

    /// <summary>The routes that could be read.</summary>
    public static ImmutableArray<RouteConfig> Read(
        ConfigReading reading,
        MapReader document,
        IReadOnlyDictionary<string, string> providers
    )
    {
        var routes = ImmutableArray.CreateBuilder<RouteConfig>();
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (node, path) in document.List("routes"))
        {
            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            var name = map.Text("name") ?? string.Create(CultureInfo.InvariantCulture, $"route-{routes.Count + 1}");
            if (!lines.TryAdd(name, node.Line))
            {
                map.Fault(
                    "name",
                    $"a route is called \"{map.Written("name")}\" already",
                    $"the first is on line {lines[name]}"
                );
            }

            var match = map.Map("match");
            var route = new RouteConfig
            {
                Name = name,
                Model = match?.Text("model"),
                Client = match?.Text("client"),
                Key = match?.Text("key"),
                Headers = Headers(match),
                Targets = Targets(reading, map, providers),
            };
            foreach (var later in LaterMatches)
            {
                match?.Refuse(
                    later,
                    $"matching by {later} is not available in this version",
                    "without it the route would catch more than it says: remove the route or match by model, client, key or header"
                );
            }

            match?.Finish();
            Strategy(map);
            map.Finish();
            routes.Add(route);
        }

        return routes.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Headers(MapReader? match)
    {
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        if (match?.Map("header") is { } map)
        {
            foreach (var entry in map.Node.Entries)
            {
                if (map.Text(entry.Key.Text) is { } value)
                {
                    headers[entry.Key.Text] = value;
                }
            }
        }

        return headers.ToImmutable();
    }

    private static ImmutableArray<TargetConfig> Targets(
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
                if (!map.Has("provider"))
                {
                    map.Take("provider");
                    map.Missing("provider", "name the provider, as \"provider: openrouter\"");
                }
                else if (map.Text("provider") is { } name)
                {
                    Check(reading, (YamlScalar)map.Take("provider")!, map.KeyPath("provider"), name, providers);
                    targets.Add(new TargetConfig(name, map.Text("model")));
                }

                map.Take("model");
                map.Refuse(
                    "weight",
                    "weights are not honoured by this version",
                    "remove it: targets are tried in their order"
                );
                map.Finish();
            }
        }

        if (items == 0 && route.Take("targets") is YamlList)
        {
            route.Fault("targets", "is empty", "name at least one provider");
        }

        return targets.ToImmutable();
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

    private static void Strategy(MapReader route)
    {
        var written = route.Written("strategy");
        if (LaterStrategies.Contains(written))
        {
            route.Refuse(
                "strategy",
                $"the strategy \"{written}\" is not available in this version",
                "use \"fallback\": targets are tried in their order"
            );
        }
        else if (route.Text("strategy") is { } strategy && strategy != "fallback")
        {
            route.Fault("strategy", $"unknown strategy \"{written}\"", Suggestion.For(strategy, ["fallback"]));
        }
    }
}
