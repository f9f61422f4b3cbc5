using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Capture;
using Weir.Demo;
using Weir.Exports;
using Weir.Exports.Parquet;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Gateway.Activities;
using Weir.Gateway.Admission;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Backups;
using Weir.Server.Capture;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Life;
using Weir.Server.Exports;
using Weir.Server.Limits;
using Weir.Server.Performance;
using Weir.Server.StatusLine;
using Weir.Server.Upkeep;

namespace Weir.Server;

/// <summary>
/// The modules of a running server, put together: what each of them needs and the order in which they go. Thread-safe.
/// </summary>
internal sealed partial class Modules : IAsyncDisposable
{
    private Modules(
        IdentityStore identity,
        PriceBook prices,
        UsageLedger ledger,
        ModelGateway? gateway,
        DemoJob demo,
        CaptureModule capture
    )
    {
        Capture = capture;
        Demo = demo;
        Identity = identity;
        Prices = prices;
        Ledger = ledger;
        Gateway = gateway;
    }

    /// <summary>Who may do what.</summary>
    public IdentityStore Identity { get; }

    /// <summary>What tokens cost.</summary>
    public PriceBook Prices { get; }

    /// <summary>What was used.</summary>
    public UsageLedger Ledger { get; }

    /// <summary>What coding agents leave behind.</summary>
    public CaptureModule Capture { get; }

    /// <summary>Simulated history.</summary>
    public DemoJob Demo { get; }

    /// <summary>Requests into files and streams.</summary>
    public required ExportMaker ExportMaker { get; init; }

    /// <summary>The files that are made of requests.</summary>
    public required ExportJobs Exports { get; init; }

    /// <summary>The backups that are made while the server runs.</summary>
    public required BackupJobs Backups { get; init; }

    /// <summary>Compaction and repair while the server runs.</summary>
    public required UpkeepJobs LedgerWork { get; init; }

    /// <summary>Where receivers hand over what they caught.</summary>
    public required ICaptureIntake Intake { get; init; }

    /// <summary>Stores what Identity knows in memory alone.</summary>
    public required IdentityUpkeep Upkeep { get; init; }

    /// <summary>Notes what documents come into force.</summary>
    public required ConfigTrail Trail { get; init; }

    /// <summary>Takes changes of documents back that did harm.</summary>
    public required HarmKeeper Harm { get; init; }

    /// <summary>Lets go of what is too old.</summary>
    public required RetentionKeeper Retention { get; init; }

    /// <summary>What providers say of quotas.</summary>
    public required QuotaIntake Quotas { get; init; }

    /// <summary>What is known of limits.</summary>
    public required LimitBoard Limits { get; init; }

    /// <summary>Of which limits there was news.</summary>
    public required LimitNews LimitNews { get; init; }

    /// <summary>What changed how Weir stands.</summary>
    public required ActivityFeed Activity { get; init; }

    /// <summary>Tells the feed how journal and ledger are.</summary>
    public required LedgerWatch Watch { get; init; }

    /// <summary>Looks at the process.</summary>
    public required ProcessSampler Sampler { get; init; }

    /// <summary>What status lines show.</summary>
    public required StatusBoard Status { get; init; }

    /// <summary>The data plane; null in a process that serves the management API to one command.</summary>
    public ModelGateway? Gateway { get; }

    /// <summary>
    /// What the documents in force say, where there is no gateway that has taken them: an explanation is made of it. Set whenever
    /// a document takes force.
    /// </summary>
    public (GatewayConfig Server, ImmutableArray<WorkspaceConfig> Workspaces) Written { get; set; } = (new(), []);

    /// <summary>Where a request of a workspace's would go.</summary>
    public RouteAnswer Explain(WorkspaceId workspace, RouteQuery query) =>
        Gateway is not null
            ? Gateway.Explain(workspace, query)
            : ModelGateway.Explain(
                Written.Server,
                Written.Workspaces,
                Prices,
                workspace,
                query,
                Identity.Overrides.Living()
            );

    /// <summary>The providers of a workspace, and how they stand; where no gateway runs, of none is known how.</summary>
    public ImmutableArray<ProviderStanding> Providers(WorkspaceId workspace) =>
        Gateway is not null
            ? Gateway.HealthOf(workspace)
            : ModelGateway.HealthOf(Written.Server, Written.Workspaces, Identity.Overrides.Living(), workspace);

    /// <summary>The routes of a workspace, in their order.</summary>
    public ImmutableArray<RouteStanding> Routes(WorkspaceId workspace) =>
        Gateway is not null
            ? Gateway.RoutesOf(workspace)
            : ModelGateway.RoutesOf(Written.Server, Written.Workspaces, Identity.Overrides.Living(), workspace);

    /// <summary>How the budgets and limits stand that hold for a workspace.</summary>
    public ImmutableArray<CounterStanding> Standings(WorkspaceId workspace) =>
        Gateway is not null
            ? Gateway.Standings(workspace)
            : ModelGateway.Standings(Written.Server, Written.Workspaces, Ledger, Identity.Grants.Living(), workspace);

    /// <summary>Tells the gateway what is granted to budgets now.</summary>
    public void TellGrants() => Gateway?.Grant(Identity.Grants.Living());

    /// <summary>Tells the gateway what is set in the place of what the documents say.</summary>
    public void TellOverrides() => Gateway?.Override(Identity.Overrides.Living());

    /// <summary>Opens everything in the data folder; the slow parts side by side.</summary>
    /// <param name="options">Which folder.</param>
    /// <param name="secrets">Where the master keys of sealed secrets come from.</param>
    /// <param name="journal">How much of the journal is kept.</param>
    /// <param name="loggers">Where they log.</param>
    /// <returns>The modules, or why one of them refuses the folder.</returns>
    public static async Task<(Modules? Modules, ImmutableArray<string> Refusals)> OpenAsync(
        WeirHostOptions options,
        SecretKeys secrets,
        JournalConfig journal,
        ILoggerFactory loggers
    )
    {
        var prices = Task.Run(() => new PriceBook());
        var identity = Task.Run(() => IdentityStore.Open(options.DataFolder, options.Clock, secrets));
        var log = loggers.CreateLogger<UsageLedger>();
        var ledger = UsageLedger.Open(
            new LedgerOptions
            {
                DataFolder = options.DataFolder,
                KeepJournal = journal.Keep,
                KeepJournalBytes = journal.MaxBytes,
                // A command on the folder has nothing to go on with.
                GoesOnWithout = options.LocalApi is null,
                WriteFailed = failure => LogWriteFailed(log, failure),
            },
            options.Clock
        );
        var who = await identity;
        var activity = ActivityFeed.Open(options.DataFolder, options.Clock, loggers.CreateLogger<ActivityFeed>());
        var refusals = ImmutableArray
            .Create(who.Refusal, ledger.Refusal, activity.Refusal)
            .OfType<string>()
            .ToImmutableArray();
        if (who.Store is null || ledger.Ledger is null || activity.Feed is null)
        {
            who.Store?.Dispose();
            if (activity.Feed is not null)
            {
                await activity.Feed.DisposeAsync();
            }

            if (ledger.Ledger is not null)
            {
                await ledger.Ledger.DisposeAsync();
            }

            return (null, refusals);
        }

        var book = await prices;
        var news = new LimitNews();
        var capture = new CaptureModule(options, ledger.Ledger, book, news, loggers.CreateLogger<UsageCapture>());
        var newest = new NewestQuotas();
        var quotas = new QuotaIntake(newest, news, options.Intake ?? capture, options.Clock);
        var gateway = options.LocalApi is null
            ? new ModelGateway(
                ledger.Ledger,
                book,
                who.Store.Keys,
                new RecordIdSource(options.Clock, highest: ledger.Ledger.HighestId),
                options.Clock,
                loggers,
                (workspace, readings) => quotas.Take(workspace, readings),
                quotas.TakeRefusal,
                activity.Feed,
                options.DataFolder
            )
            : null;
        var limits = new LimitBoard(ledger.Ledger.Queries, capture, newest, news, options.Clock);
        var exports = Path.Combine(options.DataFolder, "exports");
        var maker = new ExportMaker(
            ledger.Ledger.Queries,
            new RequestExporter(
                new LibraryPlaces
                {
                    Named = options.Variable("WEIR_DUCKDB"),
                    ProgramFolder = AppContext.BaseDirectory,
                    DataFolder = options.DataFolder,
                }
            ),
            who.Store.Workspaces,
            exports,
            options.Clock
        );
        return (
            new Modules(
                who.Store,
                book,
                ledger.Ledger,
                gateway,
                new DemoJob(ledger.Ledger, book, options.Clock),
                capture
            )
            {
                ExportMaker = maker,
                Exports = new ExportJobs(
                    new ExportStore(exports),
                    maker,
                    options.Clock,
                    loggers.CreateLogger<ExportJobs>()
                ),
                Backups = new BackupJobs(
                    options.DataFolder,
                    options.Clock,
                    activity.Feed,
                    loggers.CreateLogger<BackupJobs>()
                ),
                LedgerWork = new UpkeepJobs(ledger.Ledger, options.Clock, loggers.CreateLogger<UpkeepJobs>()),
                Intake = options.Intake ?? capture,
                Upkeep = new IdentityUpkeep(who.Store, options.Clock, loggers.CreateLogger<IdentityUpkeep>()),
                Activity = activity.Feed,
                Watch = new LedgerWatch(() => ledger.Ledger.Status, activity.Feed, options.Clock),
                Sampler = new ProcessSampler(
                    new ProcessReader(
                        options.DataFolder,
                        () => gateway?.InFlight ?? 0,
                        () => ledger.Ledger.Status,
                        options.Clock
                    ),
                    options.Clock
                ),
                Trail = new ConfigTrail(
                    who.Store.Versions,
                    who.Store.Audit,
                    activity.Feed,
                    loggers.CreateLogger<ConfigTrail>()
                ),
                Harm = new HarmKeeper(who.Store.Versions, loggers.CreateLogger<HarmKeeper>()),
                Retention = new RetentionKeeper(
                    who.Store,
                    capture,
                    activity.Feed,
                    ledger.Ledger,
                    options.Clock,
                    loggers.CreateLogger<RetentionKeeper>()
                ),
                Quotas = quotas,
                Limits = limits,
                LimitNews = news,
                Status = new StatusBoard(
                    new StatusReader(ledger.Ledger.Queries, limits, options.Clock),
                    ledger.Ledger.Feed,
                    options.DataFolder,
                    options.Clock,
                    loggers.CreateLogger<StatusBoard>()
                ),
            },
            []
        );
    }

    /// <summary>The gateway first, for what it still settles must reach the ledger.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        await Exports.DisposeAsync();
        await Backups.DisposeAsync();
        await LedgerWork.DisposeAsync();
        await Watch.DisposeAsync();
        await Sampler.DisposeAsync();
        await Retention.DisposeAsync();
        await Status.DisposeAsync();
        await Capture.DisposeAsync();
        await Demo.DisposeAsync();
        await Ledger.DisposeAsync();
        await Trail.DisposeAsync();
        await Activity.DisposeAsync();
        await Upkeep.DisposeAsync();
        await Identity.Secrets.SettleAsync();
        Identity.Dispose();
    }

    [LoggerMessage(
        LogLevel.Error,
        "The ledger cannot be written: records wait in the journal, and the writer goes on trying"
    )]
    private static partial void LogWriteFailed(ILogger log, Exception failure);
}
