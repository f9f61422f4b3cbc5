using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Server;
using Weir.Server.DataFolder;

namespace Weir.Cli;

/// <summary>
/// The way to a server: the one that was named, the one that holds the local data folder, or, when nobody holds it, the
/// same management API in this process, over a socket that nobody else can reach. So every command has one code path.
/// </summary>
internal sealed class ServerConnection : IAsyncDisposable
{
    // Another short command may hold the folder for a moment, and a server that starts has no address yet. Several commands
    // take turns: as long as the holder changes, one waits for the next.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PatienceInAll = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly WeirHost? host;
    private readonly string? socketFolder;

    private ServerConnection(
        WeirClient? client,
        int exitCode,
        ImmutableArray<string> reasons,
        WeirHost? host,
        string? folder
    )
    {
        Client = client;
        ExitCode = exitCode;
        Reasons = reasons;
        this.host = host;
        socketFolder = folder;
    }

    /// <summary>The server; null when there is none, for <see cref="Reasons"/>.</summary>
    public WeirClient? Client { get; }

    /// <summary>Whether it leads to a server that runs, and not to this process.</summary>
    public bool IsRunningServer => Client is not null && host is null;

    /// <summary>What the process is to end with when there is none.</summary>
    public int ExitCode { get; }

    /// <summary>Why there is none.</summary>
    public ImmutableArray<string> Reasons { get; }

    /// <summary>Finds the server that a command line means.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="readsLogs">Whether what agents left on this machine is to be read first, when it is this machine's folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isQuiet">Whether nothing may be written to the terminal meanwhile.</param>
    public static async Task<ServerConnection> OpenAsync(
        ParseResult parsed,
        bool readsLogs,
        CancellationToken cancellationToken,
        bool isQuiet = false
    )
    {
        var key = parsed.GetValue(CommonOptions.Key);
        if (CommonOptions.ServerAddress(parsed) is { } named)
        {
            return Uri.TryCreate(named, UriKind.Absolute, out var server) && server.Scheme is "http" or "https"
                ? To(server!, key ?? CommonOptions.Variable("WEIR_KEY"))
                : None(ExitCodes.WrongUse, $"\"{named}\" is not an http or https address");
        }

        return await LocalAsync(
            CommonOptions.DataFolder(parsed),
            key,
            CommonOptions.ConfigPath,
            parsed,
            readsLogs,
            isQuiet,
            cancellationToken
        );
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (host is not null)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        if (socketFolder is not null)
        {
            Directory.Delete(socketFolder, recursive: true);
        }
    }

    private static async Task<ServerConnection> LocalAsync(
        string dataFolder,
        string? key,
        Func<ParseResult, string?> configPath,
        ParseResult parsed,
        bool readsLogs,
        bool isQuiet,
        CancellationToken cancellationToken
    )
    {
        using var note = new CatchUpNote(TimeProvider.System) { IsQuiet = isQuiet };
        // A socket's path must be short (104 bytes on some systems), which a data folder's need not be.
        var folder = Directory.CreateTempSubdirectory("weir-").FullName;
        var keep = false;
        try
        {
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            var options = new WeirHostOptions
            {
                DataFolder = dataFolder,
                ConfigPath = configPath(parsed),
                Drain = TimeSpan.Zero,
                LocalApi = new LocalApi(Path.Combine(folder, "api.sock"), token) { CatchUp = readsLogs ? note : null },
                Log = isQuiet ? TextWriter.Null : Console.Error,
            };
            var clock = options.Clock;
            var began = clock.GetTimestamp();
            var turn = began;
            var holder = "";
            while (true)
            {
                var start = await WeirHost.StartAsync(options, cancellationToken);
                if (start.Host is { } host)
                {
                    keep = true;
                    var client = WeirClient.ForSocket(options.LocalApi.SocketPath, key ?? token);
                    return new ServerConnection(client, ExitCodes.Ok, [], host, folder);
                }

                if (!start.IsHeld)
                {
                    return None(start.ExitCode, start.Reasons);
                }

                if (ServerFile.Read(dataFolder)?.Address is { } address)
                {
                    var running = To(new Uri(address), key ?? FirstKey.Read(dataFolder));
                    await (
                        readsLogs
                            ? WaitForLogsAsync(running.Client!, note, clock, cancellationToken)
                            : Task.CompletedTask
                    );
                    return running;
                }

                if (start.Reasons[0] != holder)
                {
                    (holder, turn) = (start.Reasons[0], clock.GetTimestamp());
                }

                if (clock.GetElapsedTime(turn) > Patience || clock.GetElapsedTime(began) > PatienceInAll)
                {
                    return None(ExitCodes.Failed, start.Reasons);
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        finally
        {
            if (!keep)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // A server that has just started is still reading: what it answers until then lacks what it has not come to.
    private static async Task WaitForLogsAsync(
        WeirClient client,
        CatchUpNote note,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        try
        {
            while (await client.CaptureSourcesAsync(cancellationToken) is { State: "reading" } reading)
            {
                note.Report(reading);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        catch (Exception e) when (e is WeirApiException or HttpRequestException)
        {
            // A key that may not ask for it, or a server that is going: the question itself will tell.
        }
    }

    private static ServerConnection To(Uri server, string? key) =>
        new(WeirClient.ForServer(server, key), ExitCodes.Ok, [], null, null);

    private static ServerConnection None(int exitCode, params ImmutableArray<string> reasons) =>
        new(null, exitCode, reasons, null, null);
}
