using System.Globalization;
using Weir.Foundation.Network;
using Weir.Server.Configuration;

namespace Weir.Server.Telemetry;

/// <summary>One receiver of one signal. Equal settings make equal values.</summary>
/// <param name="Endpoint">The whole address.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Headers">As in <see cref="OtlpConfig.Headers"/>.</param>
internal sealed record OtlpTarget(Uri Endpoint, OtlpProtocol Protocol, string Headers);

/// <summary>Where spans and measures really go: by <c>weir.yaml</c>, else by OpenTelemetry's own variables.</summary>
/// <param name="Traces">Null: spans are not sent, nor made.</param>
/// <param name="Metrics">Null: measures are not sent.</param>
/// <param name="Interval">How often measures are sent.</param>
internal sealed record OtlpTargets(OtlpTarget? Traces, OtlpTarget? Metrics, TimeSpan Interval)
{
    /// <summary>Where connections to them may go.</summary>
    public AddressPolicy Network { get; init; } = AddressPolicy.Server;

    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Nothing goes anywhere.</summary>
    public static OtlpTargets None { get; } = new(null, null, TimeSpan.FromSeconds(60));

    /// <summary>Resolves them.</summary>
    /// <param name="written">What <c>weir.yaml</c> says; null when it is silent.</param>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    /// <param name="fault">Told, with a variable's name and what is wrong, what could not be understood: that signal is off.</param>
    public static OtlpTargets Resolve(OtlpConfig? written, Func<string, string?> variable, Action<string, string> fault)
    {
        if (written is not null)
        {
            return new OtlpTargets(
                written.Traces ? Below(written, "v1/traces") : null,
                written.Metrics ? Below(written, "v1/metrics") : null,
                written.Interval
            );
        }

        if (string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return None;
        }

        return new OtlpTargets(
            Read("TRACES", "v1/traces", variable, fault),
            Read("METRICS", "v1/metrics", variable, fault),
            ReadInterval(variable)
        );
    }

    private static OtlpTarget Below(OtlpConfig written, string path) =>
        new(
            written.Protocol == OtlpProtocol.Grpc ? written.Endpoint : Below(written.Endpoint, path),
            written.Protocol,
            written.Headers
        );

    private static Uri Below(Uri endpoint, string path) => new(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);

    private static OtlpTarget? Read(
        string signal,
        string path,
        Func<string, string?> variable,
        Action<string, string> fault
    )
    {
        if (variable($"OTEL_{signal}_EXPORTER") is "none")
        {
            return null;
        }

        var ownName = $"{Prefix}{signal}_ENDPOINT";
        var own = NotEmpty(variable(ownName));
        if ((own ?? NotEmpty(variable(Prefix + "ENDPOINT"))) is not { } text)
        {
            return null;
        }

        var word = NotEmpty(variable($"{Prefix}{signal}_PROTOCOL")) ?? NotEmpty(variable(Prefix + "PROTOCOL"));
        if (word is not (null or "http/protobuf" or "grpc"))
        {
            fault($"{Prefix}PROTOCOL", $"\"{word}\" is not spoken; http/protobuf and grpc are");
            return null;
        }

        if (TelemetryReader.Address(text) is not { } endpoint)
        {
            fault(own is null ? Prefix + "ENDPOINT" : ownName, "it holds no http(s) address");
            return null;
        }

        var protocol = word == "grpc" ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf;
        var whole = own is not null || protocol == OtlpProtocol.Grpc ? endpoint : Below(endpoint, path);
        var headers = NotEmpty(variable($"{Prefix}{signal}_HEADERS")) ?? variable(Prefix + "HEADERS") ?? "";
        return new OtlpTarget(whole, protocol, headers);
    }

    private static TimeSpan ReadInterval(Func<string, string?> variable) =>
        int.TryParse(
            variable("OTEL_METRIC_EXPORT_INTERVAL"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var milliseconds
        )
        && milliseconds >= 100
            ? TimeSpan.FromMilliseconds(milliseconds)
            : None.Interval;

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
