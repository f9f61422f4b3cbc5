using System.Collections.Immutable;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Server.Configuration.Schema;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads <c>weir.yaml</c>. All faults are found in one go. What the format reserves and this version does not hold to is
/// refused, never passed over: a limit that does not hold is worse than none.
/// </summary>
internal static class ConfigReader
{
    /// <summary>The configuration in a text, or all its faults.</summary>
    /// <param name="text">The document.</param>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    public static ConfigResult Read(string text, Func<string, string?> variable)
    {
        var reading = new ConfigReading(variable);
        var root = YamlTree.Read(text, reading.Sink);
        var config = root is null ? null : Document(reading, root);
        var faults = reading.Faults.ToImmutableArray();
        return new ConfigResult(faults.IsEmpty ? config : null, faults);
    }

    /// <summary>Notes what the readers ask for at a text, sound or not.</summary>
    public static void Note(string text, ConfigShape shape)
    {
        var reading = new ConfigReading(_ => null) { Shape = shape };
        if (YamlTree.Read(text, reading.Sink) is { } root)
        {
            _ = Document(reading, root);
        }
    }

    private static WeirConfig? Document(ConfigReading reading, YamlNode root)
    {
        if (MapReader.Of(reading, root, "") is not { } document)
        {
            return null;
        }

        Version(document);
        var serverMap = document.Map("server");
        var network = serverMap is null ? AddressPolicy.Server : NetworkReader.ReadPolicy(reading, serverMap);
        var providers = ProviderReader.Read(reading, document, network);
        var routes = RouteReader.Read(reading, document, providers.Names);
        var aliases = AliasReader.Read(reading, document, providers.Names);
        var budgets = BudgetReader.Read(reading, document, isServers: true);
        var limits = LimitReader.Read(reading, document, isServers: true);
        var prices = PriceReader.Read(reading, document);
        var (server, gateway) = ServerReader.Read(
            reading,
            serverMap,
            new GatewayConfig
            {
                Providers = providers.Providers,
                Routes = routes,
                Aliases = aliases,
                Budgets = budgets,
                Limits = limits,
            }
        );
        server = server with { Network = network };
        (var telemetry, gateway) = TelemetryReader.Read(document, gateway, network);
        var logging = TelemetryReader.ReadLogging(document);
        var capture = CaptureReader.Read(document);
        var retention = RetentionReader.Read(document, isServers: true);
        var backup = UpkeepReader.ReadBackup(document);
        server = server with { Journal = UpkeepReader.ReadJournal(document) };
        RefuseNotEnforced(document);
        document.Finish();
        return new WeirConfig
        {
            Gateway = gateway,
            Secrets = [.. reading.Secrets],
            Prices = prices,
            Server = server,
            Capture = capture,
            Retention = retention,
            Backup = backup,
            Telemetry = telemetry,
            Logging = logging,
        };
    }

    /// <summary>The version that the document says it has.</summary>
    public static void Version(MapReader document)
    {
        if (document.Take("version") is null)
        {
            document.Missing("version", "write \"version: 1\" as the first line");
        }
        else if (document.Text("version") is { } version && version != "1")
        {
            document.Fault("version", $"this version of Weir reads version 1, not \"{document.Written("version")}\"");
        }
    }

    /// <summary>What every document may hold one day and none may now.</summary>
    public static void RefuseNotEnforced(MapReader document)
    {
        document.Refuse(
            "guardrails",
            "guardrails are not enforced by this version",
            "remove them: a guardrail that does not hold is worse than none"
        );
    }
}
