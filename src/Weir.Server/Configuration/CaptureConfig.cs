using System.Collections.Immutable;
using Weir.Capture;
using Weir.Foundation;

namespace Weir.Server.Configuration;

/// <summary>What is read of the files that coding agents leave. Takes effect at the next start.</summary>
public sealed record CaptureConfig
{
    /// <summary>Whether the agents' folders in the home of the server's user are read.</summary>
    public bool ReadsHomes { get; init; } = true;

    /// <summary>Other folders: the agent's name and the folder.</summary>
    public ImmutableArray<(string Agent, string Folder)> Homes { get; init; } = [];

    /// <summary>Whom usage is attributed to that names nobody; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>Who pays, where nothing shows it.</summary>
    public Billing Billing { get; init; } = Billing.Metered;

    /// <summary>What is kept of what agents delete.</summary>
    public ArchiveOptions Archive { get; init; } = new();
}
