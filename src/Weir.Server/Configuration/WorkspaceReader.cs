using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Server.Configuration.Schema;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads a workspace's own document: providers, routes, aliases, budgets, limits, and how long things are kept. It takes nothing from the server's environment, holds no key
/// itself, and says nothing of what is the server's. All faults are found in one go.
/// </summary>
internal static class WorkspaceReader
{
    private const int MostProviders = 100;
    private const int MostRoutes = 500;
    private const int MostAliases = 500;

    private static readonly ImmutableArray<string> ServersOwn = ["server", "capture", "telemetry", "logging"];

    /// <summary>The configuration in a text, or all its faults.</summary>
    /// <param name="text">The document.</param>
    /// <param name="terms">What the server's document grants the workspace.</param>
    public static ConfigResult Read(string text, WorkspaceTerms terms)
    {
        var reading = new ConfigReading(variable: null);
        var root = YamlTree.Read(text, reading.Sink);
        var config = root is null ? null : Document(reading, root, terms);
        var faults = reading.Faults.ToImmutableArray();
        return new ConfigResult(faults.IsEmpty ? config : null, faults);
    }

    /// <summary>Notes what the readers ask for at a text, sound or not.</summary>
    public static void Note(string text, ConfigShape shape)
    {
        var reading = new ConfigReading(variable: null) { Shape = shape };
        if (YamlTree.Read(text, reading.Sink) is { } root)
        {
            _ = Document(reading, root, new WorkspaceTerms([], AddressPolicy.Server));
        }
    }

    private static WeirConfig? Document(ConfigReading reading, YamlNode root, WorkspaceTerms terms)
    {
        if (MapReader.Of(reading, root, "") is not { } document)
        {
            return null;
        }

        ConfigReader.Version(document);
        var own = ProviderReader.Read(reading, document, terms.Network);
        var names = terms.Shared.ToDictionary(name => name, StringComparer.Ordinal);
        foreach (var (name, written) in own.Names)
        {
            names[name] = written;
        }

        var routes = RouteReader.Read(reading, document, names);
        var aliases = AliasReader.Read(reading, document, names);
        var budgets = BudgetReader.Read(reading, document, isServers: false);
        var limits = LimitReader.Read(reading, document, isServers: false);
        var retention = RetentionReader.Read(document, isServers: false);
        Bound(document, "providers", own.Providers.Length, MostProviders);
        Bound(document, "routes", routes.Length, MostRoutes);
        Bound(document, "aliases", aliases.Length, MostAliases);
        foreach (var key in ServersOwn)
        {
            document.Refuse(key, $"{key} belongs to the whole server, not to a workspace", "its place is weir.yaml");
        }

        document.Refuse(
            "prices",
            "prices hold for the whole server, not for a workspace",
            "who runs the server can set them in weir.yaml"
        );
        ConfigReader.RefuseNotEnforced(document);
        document.Finish();
        return new WeirConfig
        {
            Gateway = new GatewayConfig
            {
                Providers = own.Providers,
                Routes = routes,
                Aliases = aliases,
                Budgets = budgets,
                Limits = limits,
            },
            Secrets = [.. reading.Secrets],
            Retention = retention,
        };
    }

    private static void Bound(MapReader document, string key, int count, int most)
    {
        if (count > most)
        {
            document.Fault(
                key,
                string.Create(CultureInfo.InvariantCulture, $"a workspace has at most {most} {key}, not {count}")
            );
        }
    }
}
