using System.Collections.Immutable;
using Weir.Server.Configuration;
using Weir.Server.Logging;
using Weir.Server.Performance;
using Weir.Server.Telemetry;

namespace Weir.Server;

/// <summary>What the management side knows of the server it speaks for. Filled before the first request.</summary>
internal sealed class ServerState(WeirHostOptions options, Documents documents, TelemetryExport telemetry)
{
    private Modules? modules;

    /// <summary>The options it was started with.</summary>
    public WeirHostOptions Options { get; } = options;

    /// <summary>The server's own configuration.</summary>
    public ConfigStore Config => Documents.Server;

    /// <summary>The configurations of all workspaces.</summary>
    public Documents Documents { get; } = documents;

    /// <summary>The modules.</summary>
    public Modules Modules
    {
        get => modules ?? throw new InvalidOperationException("The modules are not open yet.");
        set => modules = value;
    }

    /// <summary>Where spans and measures go.</summary>
    public TelemetryExport Telemetry { get; } = telemetry;

    /// <summary>What the log told of that was wrong.</summary>
    public required ErrorPatterns Errors { get; init; }

    /// <summary>How long its parts take.</summary>
    public ComponentTimes Times { get; } = new(options.Clock);

    /// <summary>Where it listens.</summary>
    public ImmutableArray<string> Addresses { get; set; } = [];

    /// <summary>The names under which it may be called, beside those of the loopback and its own addresses.</summary>
    public ImmutableArray<string> Hosts { get; set; } = [];

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; } = options.Clock.GetUtcNow();

    /// <summary>True once it was told to stop.</summary>
    public bool IsStopping { get; set; }
}
