using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads the map <c>aliases</c>: a name for a model (<c>fast: claude-haiku-4-5</c>), for a model that depends on who asks
/// (<c>{ model, keys, teams }</c>), or for targets (<c>{ targets, strategy, affinity }</c>).
/// </summary>
internal static class AliasReader
{
    private const int LongestName = 256;

    /// <summary>The aliases that could be read.</summary>
    public static ImmutableArray<AliasConfig> Read(
        ConfigReading reading,
        MapReader document,
        IReadOnlyDictionary<string, string> providers
    )
    {
        if (document.Map("aliases") is not { } map)
        {
            return [];
        }

        var aliases = ImmutableArray.CreateBuilder<AliasConfig>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in map.Keys)
        {
            if (name.Length is 0 or > LongestName || name.Contains('*') || name.Any(char.IsControl))
            {
                map.Fault(name, $"is no name: it has 1 to {LongestName} letters and no star");
            }
            else if (!names.Add(name))
            {
                map.Fault(name, "stands here already, in letters of another case");
            }

            if (Alias(reading, map, name, providers) is { } alias)
            {
                aliases.Add(alias);
            }
        }

        foreach (var alias in aliases)
        {
            string?[] models = [alias.Model, .. alias.Keys.Concat(alias.Teams).Select(pair => pair.Value)];
            if (models.FirstOrDefault(model => model is not null && names.Contains(model)) is { } other)
            {
                map.Fault(alias.Name, $"stands for \"{other}\", which is an alias itself", "name the model");
            }
        }

        return aliases.ToImmutable();
    }

    private static AliasConfig? Alias(
        ConfigReading reading,
        MapReader map,
        string name,
        IReadOnlyDictionary<string, string> providers
    )
    {
        if (map.Take(name) is not YamlMap)
        {
            if (!map.Has(name))
            {
                map.Fault(name, "stands for nothing", "name a model, or targets");
            }

            return map.Text(name) is { } model ? new AliasConfig { Name = name, Model = model } : null;
        }

        var alias = map.Map(name)!;
        var read = alias.Has("targets") ? Targeted(reading, alias, name, providers) : Named(alias, name);
        alias.Finish();
        return read;
    }

    private static AliasConfig Targeted(
        ConfigReading reading,
        MapReader alias,
        string name,
        IReadOnlyDictionary<string, string> providers
    )
    {
        foreach (var key in new[] { "model", "keys", "teams" })
        {
            alias.Refuse(key, $"{key} cannot stand beside targets", "give each target its model, or use routes");
        }

        return new AliasConfig
        {
            Name = name,
            Targets = TargetReader.Read(reading, alias, providers),
            Strategy = TargetReader.Strategy(alias),
            StaysWithSession = TargetReader.Affinity(alias),
        };
    }

    private static AliasConfig? Named(MapReader alias, string name)
    {
        var model = alias.Text("model");
        var (keys, teams) = (Models(alias, "keys"), Models(alias, "teams"));
        if (!alias.Has("model"))
        {
            alias.Missing("model", "name a model, or targets");
        }

        return model is null
            ? null
            : new AliasConfig
            {
                Name = name,
                Model = model,
                Keys = keys,
                Teams = teams,
            };
    }

    private static ImmutableArray<KeyValuePair<string, string>> Models(MapReader alias, string key)
    {
        var models = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (alias.Map(key) is { } map)
        {
            foreach (var name in map.Keys)
            {
                if (map.Text(name) is { } model)
                {
                    models.Add(KeyValuePair.Create(name, model));
                }
            }
        }

        return models.ToImmutable();
    }
}
