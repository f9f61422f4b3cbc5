using System.Collections.Immutable;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Gateway;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Status;
using Weir.Server.Configuration;
using Weir.Server.DataFolder;
using Weir.Server.Doors;
using Weir.Server.Logging;
using Weir.Server.Telemetry;

namespace Weir.Server;

/// <summary>
/// One running server: it holds the data folder, keeps the modules and listens. Thread-safe. Ends with
/// <see cref="StopAsync"/>, then <see cref="DisposeAsync"/>.
/// </summary>
public sealed class WeirHost : IAsyncDisposable
{
    private readonly Parts parts;

    private WeirHost(Parts parts, string? firstKey)
    {
        this.parts = parts;
        FirstKeyText = firstKey;
    }

    /// <summary>Weir's version.</summary>
    public static string Version => StatusRoutes.Version;

    /// <summary>Why a text is no address to listen on; null when it is one.</summary>
    public static string? AddressFault(string text) => ListenAddress.Fault(text);

    /// <summary>Where it listens, with the ports that were really bound.</summary>
    public ImmutableArray<string> Addresses => parts.State.Addresses;

    /// <summary>The address to go to on this machine; null when it listens nowhere.</summary>
    public string? ReachableAddress => Reachable(parts.State.Addresses);

    /// <summary>The admin key that this start made; null on every later one.</summary>
    public string? FirstKeyText { get; }

    /// <summary>The configuration file; null when the environment was taken.</summary>
    public string? ConfigPath => parts.State.Config.Current.Path;

    /// <summary>The names of the configured providers.</summary>
    public ImmutableArray<string> Providers =>
        [.. parts.State.Config.Current.Config.Gateway.Providers.Select(provider => provider.Name)];

    /// <summary>Every route of the management side, for tests that must not miss one.</summary>
    internal ImmutableArray<RouteEndpoint> Routes =>
        [
            .. parts
                .App.Services.GetServices<EndpointDataSource>()
                .SelectMany(source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Distinct(),
        ];

    /// <summary>The modules, for tests that look behind the doors.</summary>
    internal Modules Modules => parts.Modules;

    /// <summary>The parts that handlers are given, for tests that look behind the doors.</summary>
    internal IServiceProvider Services => parts.App.Services;

    /// <summary>What the user ought to know about how the server can be reached; mostly nothing.</summary>
    public ImmutableArray<string> Warnings { get; private init; } = [];

    /// <summary>Takes the data folder, opens the modules and listens.</summary>
    public static async Task<WeirStart> StartAsync(WeirHostOptions options, CancellationToken cancellationToken)
    {
        DataFolderLock? folder;
        try
        {
            DataFolders.Create(options.DataFolder);
            folder = DataFolderLock.TryTake(options.DataFolder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return WeirStart.Refused($"the data folder {options.DataFolder} cannot be used: {failure.Message}");
        }

        if (folder is null)
        {
            var holder = DataFolderLock.ReadHolder(options.DataFolder)?.Describe() ?? "another process";
            return WeirStart.Refused($"the data folder {options.DataFolder} is held by {holder}") with
            {
                IsHeld = true,
            };
        }

        try
        {
            folder.Describe(new Holder(Environment.ProcessId, null, options.Clock.GetUtcNow()));
            var start = await StartAsync(options, folder, cancellationToken);
            folder = start.Host is null ? folder : null;
            return start;
        }
        finally
        {
            folder?.Dispose();
        }
    }

    /// <summary>
    /// Stops accepting, lets what runs go on for at most <see cref="WeirHostOptions.Drain"/>, and stores what the journal
    /// holds.
    /// </summary>
    public async Task StopAsync()
    {
        parts.State.IsStopping = true;
        parts.Watcher?.Dispose();
        using var drain = new CancellationTokenSource(parts.State.Options.Drain, parts.State.Options.Clock);
        try
        {
            await parts.App.StopAsync(drain.Token);
        }
        catch (OperationCanceledException)
        {
            // The drain is over: Kestrel has aborted what was left, and each request settles as hung up.
        }

        await parts.State.Telemetry.FlushAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        parts.Watcher?.Dispose();
        parts.Certificates?.Dispose();
        await parts.App.DisposeAsync();
        await parts.Modules.DisposeAsync();
        // Last, for the gateway settles requests, and ends their spans, until it is disposed.
        await parts.State.Telemetry.DisposeAsync();
        if (parts.State.Options.LocalApi is null)
        {
            ServerFile.Remove(parts.State.Options.DataFolder);
        }

        parts.Folder.Dispose();
    }

    /// <summary>How long a start waits for what a killed server left in the journal.</summary>
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(10);

    // A command asks once, and a budget is told once: what a killed server left in the journal must be stored by then. A ledger that cannot be written
    // says so in its status, and what it has is told.
    private static async Task CatchUpAsync(UsageLedger ledger, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stored = ledger.FlushAsync(enough.Token);
        while (!stored.IsCompleted && ledger.Status.WriteFailure is null)
        {
            await Task.WhenAny(stored, Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken));
        }

        await enough.CancelAsync();
        await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task<WeirStart> StartAsync(
        WeirHostOptions options,
        DataFolderLock folder,
        CancellationToken cancellationToken
    )
    {
        var logging = new LineLoggerProvider(options.Log, options.Clock);
        logging.Use(options.LogFormat ?? LogFormat.Text, LogLevel.Information);
        var errors = new ErrorPatterns(options.Clock);
        using var early = LoggerFactory.Create(builder => Configure(builder, logging, errors));
        var (config, faults) = ConfigStore.Open(options, early.CreateLogger<ConfigStore>());
        if (config is null && options.LocalApi is null)
        {
            return WeirStart.Refused(faults);
        }

        var secretKeys = new SecretKeys(
            options.Variable("WEIR_SECRETS_KEY"),
            config?.Current.Config.Server.SecretKeyCommand ?? [],
            config is null
                ? "the configuration has faults, so it is not known where the master keys are: run weir config check"
                : null
        );
        // What a command on the local folder cannot know to be too much, it keeps.
        var journal =
            config?.Current.Config.Server.Journal
            ?? new JournalConfig { Keep = TimeSpan.FromDays(36_500), MaxBytes = long.MaxValue };
        // A command on the local folder reads usage and keys: a faulty weir.yaml must not stand in its way.
        config ??= ConfigStore.WithoutFile(options, early.CreateLogger<ConfigStore>());
        ServerCertificates? certificates = null;
        if (config.Current.Config.Server.Tls is { } tls && options.LocalApi is null)
        {
            (certificates, var fault) = ServerCertificates.Open(
                tls,
                options.Clock,
                early.CreateLogger<ServerCertificates>()
            );
            if (certificates is null)
            {
                return WeirStart.Refused(fault!);
            }
        }

        var opening = Task.Run(() => Modules.OpenAsync(options, secretKeys, journal, early), cancellationToken);
        TelemetryExport? telemetry = new TelemetryExport(options.Variable, early.CreateLogger<TelemetryExport>());
        var documents = new Documents(config, early.CreateLogger<ConfigStore>());
        var state = new ServerState(options, documents, telemetry) { Errors = errors };
        var builder = Builder(options, config.Current.Config.Server, logging, state, certificates);
        var (modules, refusals) = await opening;
        if (modules is null)
        {
            certificates?.Dispose();
            return WeirStart.Refused(refusals);
        }

        WebApplication? app = null;
        ConfigWatcher? watcher = null;
        try
        {
            state.Modules = modules;
            if (options.LocalApi is not null)
            {
                await CatchUpAsync(modules.Ledger, options.Clock, cancellationToken);
                modules.Prices.SetOverrides(config.Current.Config.Prices);
                if (options.LocalApi.CatchUp is { } told)
                {
                    await modules.Capture.CatchUpAsync(config.Current.Config.Capture, told, cancellationToken);
                    await modules.Status.WriteFileAsync(cancellationToken);
                }
            }

            // Not the variable, which loses its value below.
            var opened = modules;
            if (options.LocalApi is null)
            {
                await opened.Identity.Secrets.LoadAsync(cancellationToken);
                // Budgets are told what was spent when documents take force. What is stored later they hear of, a little late.
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                enough.CancelAfter(LongestCatchUp);
                await CatchUpAsync(opened.Ledger, options.Clock, enough.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            var unfit = documents.Start(
                (next, others) => Apply(state, opened, logging, next, others),
                () => opened.Identity.Workspaces.All,
                options.LocalApi is null ? new DocumentSecrets(opened.Identity.Secrets) : null
            );
            if (!unfit.IsEmpty)
            {
                return WeirStart.Refused([.. unfit.Select(fault => fault.ToText(config.WatchedPath))]);
            }

            opened.TellGrants();
            opened.TellOverrides();
            opened.Trail.Follow(documents);
            if (opened.Gateway is { } gateway)
            {
                opened.Harm.Follow(documents, gateway);
            }

            if (options.LocalApi is null)
            {
                documents.Compare(opened.Trail);
            }

            opened.Identity.Workspaces.Tell(documents.Sync);
            ApiServices.Add(builder.Services, opened);
            app = builder.Build();
            _ = app.Services.GetRequiredService<ServerMeter>();
            Pipeline.Map(app, state);
            await app.StartAsync(cancellationToken);
            state.Addresses = [.. Bound(app)];
            // Only a start that listens shows the key, and it is shown but once.
            var firstKey = options.LocalApi is null
                ? await modules.Identity.Keys.EnsureFirstKeyAsync(cancellationToken)
                : null;
            watcher = options.LocalApi is null ? new ConfigWatcher(documents, options.Clock) : null;
            var holder = new Holder(
                Environment.ProcessId,
                options.LocalApi is null ? Reachable(state.Addresses) : null,
                options.Clock.GetUtcNow()
            );
            folder.Describe(holder);
            if (options.LocalApi is null)
            {
                ServerFile.Write(options.DataFolder, holder);
            }

            if (options.LocalApi is null)
            {
                modules.Capture.Start(config.Current.Config.Capture);
                modules.Status.Start();
                modules.Upkeep.Start();
                modules.Retention.Start(documents);
                modules.Exports.Start();
                modules.Backups.Start();
                modules.Watch.Start();
                modules.Sampler.Start();
            }

            var host = new WeirHost(new Parts(folder, modules, watcher, app, state, certificates), firstKey)
            {
                Warnings = BindingWarnings(state.Addresses, config.Current.Config),
            };
            (app, watcher, modules, telemetry, certificates) = (null, null, null, null, null);
            return new WeirStart(host, ExitCodes.Ok, []);
        }
        catch (IOException failure)
        {
            // Kestrel wraps "address in use" and its kin.
            return WeirStart.Failed(failure.Message);
        }
        catch (SocketException failure)
        {
            return WeirStart.Failed($"listening failed: {failure.Message}");
        }
        finally
        {
            watcher?.Dispose();
            certificates?.Dispose();
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            if (modules is not null)
            {
                await modules.DisposeAsync();
            }

            if (telemetry is not null)
            {
                await telemetry.DisposeAsync();
            }
        }
    }

    private static WebApplicationBuilder Builder(
        WeirHostOptions options,
        ServerConfig server,
        LineLoggerProvider logging,
        ServerState state,
        ServerCertificates? certificates
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Configure(builder.Logging, logging, state.Errors);
        builder.WebHost.UseKestrelCore();
        // One system call less for each request, for 4 KB held by each connection that is open.
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddRoutingCore();
        ApiServices.Add(builder.Services, state);
        if (certificates is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(certificates.Set));
        }

        builder.WebHost.ConfigureKestrel(Limits);
        if (options.LocalApi is { } local)
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(local.SocketPath));
        }
        else
        {
            builder.WebHost.UseUrls(
                !options.Urls.IsEmpty ? [.. options.Urls]
                : !server.Urls.IsEmpty ? [.. server.Urls]
                : [ListenAddress.Default]
            );
        }

        return builder;
    }

    private static void Limits(KestrelServerOptions kestrel)
    {
        // It lifts the server's bound on bodies in favour of its own; the management side sets one for each request.
        ModelGateway.Prepare(kestrel);
        // A model may think for minutes between two bytes.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 128;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
    }

    private static void Configure(ILoggingBuilder builder, LineLoggerProvider provider, ErrorPatterns errors)
    {
        builder.AddProvider(provider);
        builder.AddProvider(new ErrorPatternProvider(errors));
        // Which levels are written is the provider's business: it changes while the server runs.
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        builder.AddFilter("System", LogLevel.Warning);
        // With this category on, hosting makes an activity and a log scope for every request.
        builder.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Start failures are returned, and told once.
        builder.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // It warns of every listening address that was given in two ways.
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
    }

    private static void Apply(
        ServerState state,
        Modules modules,
        LineLoggerProvider logging,
        WeirConfig config,
        ImmutableArray<WorkspaceConfig> workspaces
    )
    {
        var hosts = config.Gateway.Hosts.AddRange(ListenAddress.Names(state.Options.Urls, config.Server.Urls));
        // The gateway may still refuse: nothing else has changed by then.
        modules.Gateway?.Apply(config.Gateway with { Hosts = hosts }, workspaces);
        if (modules.Gateway is null)
        {
            modules.Written = (config.Gateway, workspaces);
        }

        modules.Prices.SetOverrides(config.Prices);
        modules.Identity.Sessions.Limits = config.Server.Sessions;
        modules.Backups.Config = config.Backup;
        state.Hosts = hosts;
        logging.Use(state.Options.LogFormat ?? config.Logging.Format ?? LogFormat.Text, config.Logging.Level);
        if (state.Options.LocalApi is null)
        {
            state.Telemetry.Apply(config.Telemetry);
        }
    }

    private static IEnumerable<string> Bound(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    // "0.0.0.0" and "[::]" are no addresses to go to.
    private static string? Reachable(ImmutableArray<string> addresses) =>
        addresses
            .Select(address =>
                address
                    .Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal)
                    .Replace("://[::]:", "://127.0.0.1:", StringComparison.Ordinal)
            )
            .OrderByDescending(ListenAddress.IsLoopback)
            .FirstOrDefault();

    private static ImmutableArray<string> BindingWarnings(ImmutableArray<string> addresses, WeirConfig config)
    {
        var wide = addresses
            .Where(address =>
                address.StartsWith("http:", StringComparison.OrdinalIgnoreCase) && !ListenAddress.IsLoopback(address)
            )
            .ToImmutableArray();
        return wide.IsEmpty || config.Server.BehindProxy || !config.Gateway.Proxies.Networks.IsEmpty
            ? []
            :
            [
                $"listening on {string.Join(", ", wide)} WITHOUT TLS: keys and prompts cross the network readable by all. "
                    + "Give server.tls in weir.yaml, or stand behind a proxy that speaks TLS and say server.behindProxy: true.",
            ];
    }

    private sealed record Parts(
        DataFolderLock Folder,
        Modules Modules,
        ConfigWatcher? Watcher,
        WebApplication App,
        ServerState State,
        ServerCertificates? Certificates
    );

    /// <summary>Signals are the caller's business: <c>serve</c> handles them, a short command must die of them.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
