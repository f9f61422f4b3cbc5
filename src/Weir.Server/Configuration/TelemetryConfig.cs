using System.Text;
using Weir.Foundation.Network;

namespace Weir.Server.Configuration;

/// <summary>Where spans and measures go. Equal texts make equal values.</summary>
public sealed record TelemetryConfig
{
    /// <summary>An OTLP receiver; null when the file names none: the environment may.</summary>
    public OtlpConfig? Otlp { get; init; }

    /// <summary>Where connections to a receiver may go, the one that the environment names too.</summary>
    public AddressPolicy Network { get; init; } = AddressPolicy.Server;
}

/// <summary>An OpenTelemetry receiver.</summary>
/// <param name="Endpoint">Its address. Over HTTP <c>/v1/traces</c> and <c>/v1/metrics</c> are put behind it.</param>
public sealed record OtlpConfig(Uri Endpoint)
{
    /// <summary>How it is spoken to.</summary>
    public OtlpProtocol Protocol { get; init; } = OtlpProtocol.HttpProtobuf;

    /// <summary>Headers as OpenTelemetry's variables write them: <c>name=value</c> between commas, both escaped as in a URL. May hold secrets.</summary>
    public string Headers { get; init; } = "";

    /// <summary>How often measures are sent.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether spans are sent.</summary>
    public bool Traces { get; init; } = true;

    /// <summary>Whether measures are sent.</summary>
    public bool Metrics { get; init; } = true;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Endpoint = ").Append(Endpoint).Append(", Protocol = ").Append(Protocol);
        return true;
    }
}

/// <summary>How an OTLP receiver is spoken to.</summary>
public enum OtlpProtocol
{
    /// <summary>Protobuf in HTTP requests, usually at port 4318.</summary>
    HttpProtobuf,

    /// <summary>gRPC, usually at port 4317.</summary>
    Grpc,
}

/// <summary>How Weir logs.</summary>
public sealed record LoggingConfig
{
    /// <summary>The form of a line; null for the default.</summary>
    public LogFormat? Format { get; init; }

    /// <summary>The least level that is written.</summary>
    public Microsoft.Extensions.Logging.LogLevel Level { get; init; } =
        Microsoft.Extensions.Logging.LogLevel.Information;
}

/// <summary>The form of a log line.</summary>
public enum LogFormat
{
    /// <summary>Time, level, source, message: for people.</summary>
    Text,

    /// <summary>One JSON object: for programs.</summary>
    Json,
}
