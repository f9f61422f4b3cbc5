using System.Collections.Immutable;
using System.Globalization;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>routes</c>.</summary>
internal static class RouteReader
{
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

            var route = MatchReader.Read(reading, map.Map("match"), new RouteConfig { Name = name }) with
            {
                Transforms = TransformReader.Read(reading, map),
                Targets = TargetReader.Read(reading, map, providers),
                Strategy = TargetReader.Strategy(map),
                StaysWithSession = TargetReader.Affinity(map),
            };
            map.Finish();
            routes.Add(route);
        }

        return routes.ToImmutable();
    }
}
