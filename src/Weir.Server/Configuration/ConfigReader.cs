using System.Collections.Immutable;
using Weir.Gateway;
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

    private static WeirConfig? Document(ConfigReading reading, YamlNode root)
    {
        if (MapReader.Of(reading, root, "") is not { } document)
        {
            return null;
        }

        if (document.Take("version") is null)
        {
            document.Missing("version", "write \"version: 1\" as the first line");
        }
        else if (document.Text("version") is { } version && version != "1")
        {
            document.Fault("version", $"this version of Weir reads version 1, not \"{document.Written("version")}\"");
        }

        var providers = ProviderReader.Read(reading, document);
        var routes = RouteReader.Read(reading, document, providers.Names);
        var prices = PriceReader.Read(reading, document);
        var (server, gateway) = ServerReader.Read(
            reading,
            document,
            new GatewayConfig { Providers = providers.Providers, Routes = routes }
        );
        (var telemetry, gateway) = TelemetryReader.Read(document, gateway);
        var logging = TelemetryReader.ReadLogging(document);
        var capture = CaptureReader.Read(document);
        document.Refuse(
            "budgets",
            NotEnforced("budgets"),
            "remove them: a budget that does not hold is worse than none"
        );
        document.Refuse("limits", NotEnforced("limits"), "remove them: a limit that does not hold is worse than none");
        document.Refuse(
            "guardrails",
            NotEnforced("guardrails"),
            "remove them: a guardrail that does not hold is worse than none"
        );
        document.Finish();
        return new WeirConfig
        {
            Gateway = gateway,
            Prices = prices,
            Server = server,
            Capture = capture,
            Telemetry = telemetry,
            Logging = logging,
        };
    }

    private static string NotEnforced(string what) => $"{what} are not enforced by this version";
}
