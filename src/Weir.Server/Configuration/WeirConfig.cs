using System.Collections.Immutable;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Server.Configuration;

/// <summary>What the user wrote in <c>weir.yaml</c>, validated. Immutable.</summary>
public sealed record WeirConfig
{
    /// <summary>Providers and routes.</summary>
    public GatewayConfig Gateway { get; init; } = new();

    /// <summary>Where it uses sealed secrets, in the order of the text.</summary>
    public ImmutableArray<SecretUse> Secrets { get; init; } = [];

    /// <summary>Prices that win over the catalogue.</summary>
    public ImmutableArray<PriceOverride> Prices { get; init; } = [];

    /// <summary>The server's own settings; they take effect at the next start.</summary>
    public ServerConfig Server { get; init; } = new();

    /// <summary>What is read of coding agents' files.</summary>
    public CaptureConfig Capture { get; init; } = new();

    /// <summary>For how long what is not a figure is kept.</summary>
    public RetentionConfig Retention { get; init; } = new();

    /// <summary>Backups that the server makes by itself.</summary>
    public BackupConfig Backup { get; init; } = new();

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

    /// <summary>Where connections for addresses of this document may go.</summary>
    public AddressPolicy Network { get; init; } = AddressPolicy.Server;

    /// <summary>Where those of workspaces' documents may go, whose authors do not run the server: what is listed, and the Internet.</summary>
    public AddressPolicy WorkspaceNetwork => Network with { AllowsPrivate = false };

    /// <summary>True when a proxy of the user's own stands in front and speaks TLS with the callers.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>How often the management side may be asked; takes effect at once.</summary>
    public RateLimitConfig RateLimit { get; init; } = new();

    /// <summary>How long people stay signed in; takes effect at once, also for those who are.</summary>
    public SessionLimits Sessions { get; init; } = SessionLimits.Default;

    /// <summary>How <c>https://</c> addresses are served; null when there is no certificate.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Whether a change of a document after which requests fail is taken back; takes effect at once.</summary>
    public bool RollsBack { get; init; }

    /// <summary>How much of the journal is kept.</summary>
    public JournalConfig Journal { get; init; } = new();

    /// <summary>A program and its arguments that writes the master keys of sealed secrets; empty for none.</summary>
    public ImmutableArray<string> SecretKeyCommand { get; init; } = [];
}
