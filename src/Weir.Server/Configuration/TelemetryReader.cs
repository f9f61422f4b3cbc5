using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Foundation.Network;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Reads the maps <c>telemetry</c> and <c>logging</c>.</summary>
internal static class TelemetryReader
{
    private const int MostHeaders = 32;

    private static readonly FrozenDictionary<string, OtlpProtocol> Protocols = new Dictionary<string, OtlpProtocol>(
        StringComparer.Ordinal
    )
    {
        ["http/protobuf"] = OtlpProtocol.HttpProtobuf,
        ["grpc"] = OtlpProtocol.Grpc,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, LogFormat> Formats = new Dictionary<string, LogFormat>(
        StringComparer.Ordinal
    )
    {
        ["text"] = LogFormat.Text,
        ["json"] = LogFormat.Json,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, LogLevel> Levels = new Dictionary<string, LogLevel>(
        StringComparer.Ordinal
    )
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Where spans and measures go, and <paramref name="gateway"/> with what is the gateway's.</summary>
    public static (TelemetryConfig Telemetry, GatewayConfig Gateway) Read(
        MapReader document,
        GatewayConfig gateway,
        AddressPolicy network
    )
    {
        if (document.Map("telemetry") is not { } map)
        {
            return (new TelemetryConfig { Network = network }, gateway);
        }

        var otlp = map.Map("otlp") is { } inner ? Otlp(inner, network) : null;
        var propagates = map.Flag("propagate") ?? false;
        map.Finish();
        return (new TelemetryConfig { Otlp = otlp, Network = network }, gateway with { PropagatesTrace = propagates });
    }

    /// <summary>How Weir logs.</summary>
    public static LoggingConfig ReadLogging(MapReader document)
    {
        if (document.Map("logging") is not { } map)
        {
            return new LoggingConfig();
        }

        var logging = new LoggingConfig
        {
            Format = map.Word("format", Formats),
            Level = map.Word("level", Levels) ?? LogLevel.Information,
        };
        map.Finish();
        return logging;
    }

    /// <summary>An address that spans may be sent to; null when it is none.</summary>
    public static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 }
            ? address
            : null;

    private static OtlpConfig? Otlp(MapReader map, AddressPolicy network)
    {
        if (!map.Has("endpoint"))
        {
            map.Missing("endpoint", "write the receiver's address, as http://127.0.0.1:4318");
        }

        var text = map.Text("endpoint");
        var endpoint = text is null ? null : Address(text);
        if (text is not null && endpoint is null)
        {
            map.Fault(
                "endpoint",
                $"\"{map.Written("endpoint")}\" is no http(s) address without user, query or fragment"
            );
        }

        if (endpoint is not null && network.WhyRefused(endpoint) is { } refused)
        {
            map.Fault(
                "endpoint",
                $"\"{map.Written("endpoint")}\" may not be connected to: {refused}",
                NetworkReader.HowToAllow
            );
        }

        var otlp = new OtlpConfig(endpoint ?? new Uri("http://127.0.0.1:4318"))
        {
            Protocol = map.Word("protocol", Protocols) ?? OtlpProtocol.HttpProtobuf,
            Headers = Headers(map),
            Interval =
                map.Duration("interval", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? TimeSpan.FromSeconds(60),
            Traces = map.Flag("traces") ?? true,
            Metrics = map.Flag("metrics") ?? true,
        };
        map.Finish();
        return endpoint is null ? null : otlp;
    }

    private static string Headers(MapReader otlp)
    {
        if (otlp.Map("headers") is not { } map)
        {
            return "";
        }

        var written = new StringBuilder();
        foreach (var name in map.Keys)
        {
            if (written.Length > 0)
            {
                written.Append(',');
            }

            // The text in force is shown to who may read the configuration; a reference shows nothing.
            if (!EnvironmentText.HasReference(map.Written(name)))
            {
                map.Take(name);
                map.Fault(
                    name,
                    "a header's value stands in the environment",
                    "write it as ${NAME} or \"Bearer ${NAME}\""
                );
            }
            else if (map.Text(name) is { } value)
            {
                written.Append(
                    CultureInfo.InvariantCulture,
                    $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}"
                );
            }

            if (name.Length is 0 or > 128 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                map.Fault(name, $"\"{name}\" is no header's name");
            }
        }

        if (map.Keys.Count > MostHeaders)
        {
            otlp.Fault("headers", $"there are more than {MostHeaders} headers");
        }

        return written.ToString();
    }
}
