using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Ledger;

namespace Weir.Server.Configuration;

/// <summary>What the user wrote in <c>weir.yaml</c>, validated. Immutable.</summary>
public sealed record WeirConfig
{
    /// <summary>Providers and routes.</summary>
    public GatewayConfig Gateway { get; init; } = new();

    /// <summary>Prices that win over the catalogue.</summary>
    public ImmutableArray<PriceOverride> Prices { get; init; } = [];

    /// <summary>The server's own settings; they take effect at the next start.</summary>
    public ServerConfig Server { get; init; } = new();

    /// <summary>What is read of coding agents' files.</summary>
    public CaptureConfig Capture { get; init; } = new();

    /// <summary>Where spans and measures go.</summary>
    public TelemetryConfig Telemetry { get; init; } = new();

    /// <summary>How Weir logs.</summary>
    public LoggingConfig Logging { get; init; } = new();
}

/// <summary>The server's own settings.</summary>
public sealed record ServerConfig
{
    /// <summary>Where to listen; empty for the default.</summary>
    public ImmutableArray<string> Urls { get; init; } = [];

    /// <summary>True when a proxy of the user's own stands in front and speaks TLS with the callers.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>The PEM file with the certificate chain for <c>https://</c> addresses; null when there is none.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>The PEM file with its private key.</summary>
    public string? TlsKey { get; init; }
}
