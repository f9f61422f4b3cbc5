using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture;

/// <summary>What capture reads, and for whom.</summary>
public sealed record CaptureOptions
{
    /// <summary>The data folder; <c>capture.db</c> is made in it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Whose the files are.</summary>
    public WorkspaceId Workspace { get; init; } = WorkspaceId.Default;

    /// <summary>Whether the agents' own folders on this machine are read.</summary>
    public bool ReadsHomes { get; init; } = true;

    /// <summary>Other folders to read (a synchronised home of another machine): the agent's name and the folder.</summary>
    public ImmutableArray<(string Agent, string Folder)> Homes { get; init; } = [];

    /// <summary>Whom usage is attributed to that names nobody; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>Who pays for what agents used, where nothing shows it.</summary>
    public Billing Billing { get; init; } = Billing.Metered;

    /// <summary>The value of an environment variable; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What is kept of what agents delete.</summary>
    public ArchiveOptions Archive { get; init; } = new();

    /// <summary>
    /// Told, once they are stored, of which workspaces there were new words on limits; null for nobody. Called where capture stores:
    /// it must not wait.
    /// </summary>
    public Action<IReadOnlyCollection<WorkspaceId>>? LimitsTold { get; init; }

    /// <summary>How long to wait at most before all files are looked at again, while they are followed.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What is kept of what agents wrote, beyond what they keep themselves.</summary>
public sealed record ArchiveOptions
{
    /// <summary>Whether names, ids, numbers and times are kept.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>For how many days, at least 1; null for ever.</summary>
    public int? KeepDays { get; init; } = 400;

    /// <summary>Whether the lines themselves, content and all, are kept as well, sealed.</summary>
    public bool SealsContent { get; init; }
}
