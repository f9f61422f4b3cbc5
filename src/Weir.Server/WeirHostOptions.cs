using System.Collections.Immutable;
using System.Text;
using Weir.Capture;
using Weir.Server.Configuration;

namespace Weir.Server;

/// <summary>How a server is to run.</summary>
public sealed record WeirHostOptions
{
    /// <summary>The data folder; made when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where to listen; empty for the configuration's, else <c>http://127.0.0.1:8082</c>.</summary>
    public ImmutableArray<string> Urls { get; init; } = [];

    /// <summary>The configuration file; null for <c>&lt;data&gt;/weir.yaml</c> when it exists, else what the environment offers.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>How long streams may go on after the server was told to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When set, the management API alone is served, on this Unix domain socket, for a command that works on the data
    /// folder: no gateway, no network, no word in <c>server.json</c>.
    /// </summary>
    public LocalApi? LocalApi { get; init; }

    /// <summary>Where the time comes from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The value of an environment variable; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where log lines go.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;

    /// <summary>Where receivers hand over what they caught; null for the server's own.</summary>
    internal ICaptureIntake? Intake { get; init; }

    /// <summary>The form of log lines; null for the configuration's.</summary>
    public LogFormat? LogFormat { get; init; }
}

/// <summary>The management API for one command.</summary>
/// <param name="SocketPath">The socket, in a folder that only its owner can enter.</param>
/// <param name="Token">What stands in place of a key, known to this process alone.</param>
public sealed record LocalApi(string SocketPath, string Token)
{
    /// <summary>Told how far the reading of agents' files is, which the command waits for; null when it needs none.</summary>
    public IProgress<CaptureProgress>? CatchUp { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("SocketPath = ").Append(SocketPath);
        return true;
    }
}

/// <summary>What starting came to: a running server, or why there is none and the exit code that says so.</summary>
public sealed record WeirStart(WeirHost? Host, int ExitCode, ImmutableArray<string> Reasons)
{
    /// <summary>True when another process holds the data folder.</summary>
    public bool IsHeld { get; internal init; }

    internal static WeirStart Refused(params ImmutableArray<string> reasons) => new(null, ExitCodes.WrongUse, reasons);

    internal static WeirStart Failed(params ImmutableArray<string> reasons) => new(null, ExitCodes.Failed, reasons);
}

/// <summary>What a <c>weir</c> process ends with.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It went wrong.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use, or a configuration with faults.</summary>
    public const int WrongUse = 2;

    /// <summary>There is no such thing.</summary>
    public const int NotFound = 3;

    /// <summary>The server refused.</summary>
    public const int Refused = 4;
}
