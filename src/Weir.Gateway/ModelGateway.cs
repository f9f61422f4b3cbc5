using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Gateway.Admission;
using Weir.Gateway.DryRuns;
using Weir.Gateway.Holding;
using Weir.Gateway.LiveChecks;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Telemetry;
using Weir.Identity;
using Weir.Ledger;
using Weir.Wire.Limits;
using Endpoint = Weir.Gateway.Pipeline.Endpoint;

namespace Weir.Gateway;

/// <summary>
/// The data plane: relays requests to models and meters them. Thread-safe. A request keeps the configuration, key and
/// price snapshots that it started with.
/// </summary>
public sealed class ModelGateway : IAsyncDisposable
{
    /// <summary>The name of its activity source and of its meter.</summary>
    public const string TelemetryName = "Weir.Gateway";

    /// <summary>How long requests that outlive their callers may take once the gateway is disposed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How late an override may end, and how soon one that did not come into force is tried again.</summary>
    private static readonly TimeSpan OverridePace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan GracePoll = TimeSpan.FromMilliseconds(20);

    private readonly PriceBook prices;
    private readonly RecordIdSource ids;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly GatewayPipeline pipeline;
    private readonly GatewayTelemetry telemetry;
    private readonly QuotaHeaders? quotas;
    private readonly RefusalNotes? refusals;
    private readonly RefusalLog refused;
    private readonly RouteState routes;
    private readonly ActivityFeed? activity;
    private readonly AdmissionKeeper keeper;
    private readonly BudgetNews? news;
    private readonly HealthBook health;
    private readonly HealthLog healthLog;
    private readonly ProbeSender probes;
    private readonly RollbackWatch changes;
    private readonly HolderBook holders;
    private readonly CancellationTokenSource shutdown = new();
    private readonly Lock applying = new();
    private readonly ITimer overridesTimer;
    private (GatewayConfig Server, ImmutableArray<WorkspaceConfig> Workspaces) documents = (new(), []);
    private ImmutableArray<BudgetGrant> grants = [];
    private ImmutableArray<Override>? wanted;
    private ImmutableArray<Override> overrides = [];
    private volatile GatewaySnapshot snapshot;
    private int inFlight;
    private int disposed;

    /// <summary>Stands ready with no providers until <see cref="Apply"/>.</summary>
    /// <param name="ledger">Where records go.</param>
    /// <param name="prices">What tokens cost.</param>
    /// <param name="keys">Who may call.</param>
    /// <param name="ids">The records' ids.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="quotaTold">Is given the quotas that providers tell in the heads of answers, at most once a second; null for nobody.</param>
    /// <param name="activity">Is told what changes how it stands; null for nobody.</param>
    /// <param name="refusalTold">Is given what providers say when they refuse; null for nobody.</param>
    /// <param name="dataFolder">Where it keeps over a restart which account of a vendor holds what; null for nowhere.</param>
    public ModelGateway(
        UsageLedger ledger,
        PriceBook prices,
        KeyRing keys,
        RecordIdSource ids,
        TimeProvider clock,
        ILoggerFactory loggers,
        Action<WorkspaceId, IReadOnlyList<LimitReading>>? quotaTold = null,
        Action<WorkspaceId, ProviderRefusal>? refusalTold = null,
        ActivityFeed? activity = null,
        string? dataFolder = null
    )
    {
        log = loggers.CreateLogger("Weir.Gateway");
        Metrics = new GatewayMetrics(clock);
        quotas = quotaTold is null ? null : new QuotaHeaders(quotaTold, clock, log);
        refusals = refusalTold is null ? null : new RefusalNotes(refusalTold, clock, log);
        refused = new RefusalLog(clock, log);
        this.prices = prices;
        this.ids = ids;
        this.clock = clock;
        routes = new RouteState(clock);
        holders = new HolderBook(dataFolder, clock, log);
        healthLog = new HealthLog(clock, log);
        var context = new HealthContext(clock, Random.Shared.NextDouble, TellOfHealth);
        health = new HealthBook(context);
        changes = new RollbackWatch(RollbackConfig.Default, context);
        snapshot = GatewaySnapshot.Build(new GatewayConfig(), [], previous: null, clock, health, holders);
        probes = new ProbeSender(health, Hold, clock, log, shutdown.Token);
        telemetry = new GatewayTelemetry(Metrics, () => InFlight, HealthOfAll);
        this.activity = activity;
        keeper = new AdmissionKeeper(ledger, clock, () => snapshot, log);
        ledger.Opened = TellOfThePast;
        news = activity is null ? null : new BudgetNews(activity, keeper.Book, () => snapshot, clock);
        var admission = new RequestAdmission(keeper, activity, clock);
        var answers = new OwnAnswers(Metrics, refused, log);
        pipeline = new GatewayPipeline(
            ledger,
            new Authenticator(keys),
            answers,
            admission,
            new ModelQuestions(answers, clock, log, shutdown.Token),
            new RequestSender(
                new RecordWriter(ledger.Journal, ids, admission, Metrics, clock),
                quotas,
                refusals,
                answers,
                Metrics,
                activity,
                clock,
                log,
                shutdown.Token
            ),
            exchange => ResponsesSocket.RunAsync(exchange, HandleAsync, clock, shutdown.Token),
            Metrics,
            routes,
            () => snapshot,
            log
        );
        overridesTimer = clock.CreateTimer(_ => LookAtOverrides(), null, OverridePace, OverridePace);
    }

    /// <summary>What it did since it started.</summary>
    public GatewayMetrics Metrics { get; }

    /// <summary>
    /// Is given, once for each change of the configuration that made requests fail, what it did; null for nobody. Called where a request
    /// ends: it must not wait.
    /// </summary>
    public Action<ChangeHarm>? HarmTold { get; set; }

    /// <summary>Requests being answered now, those whose callers have gone included.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>
    /// Sets up a server so that relayed bytes arrive as they were sent: header values beyond ASCII go through unchanged,
    /// and bodies are bounded by the gateway, in the caller's dialect, instead of by the server.
    /// </summary>
    public static void Prepare(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = null;
        server.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
    }

    /// <summary>True for the paths of the client-facing API: <c>/v1…</c>, <c>/v1beta…</c>, <c>/p/…</c>, and <c>HEAD /</c>.</summary>
    public static bool Owns(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.Length <= 1
            ? HttpMethods.IsHead(request.Method)
            : IsBelow(path, "/v1") || IsBelow(path, "/v1beta") || IsBelow(path, "/p");
    }

    /// <summary>Swaps in the configurations of all workspaces as a whole, without dropping a request.</summary>
    /// <param name="server">The server's document, which is the default workspace's.</param>
    /// <param name="workspaces">Every other workspace, those without a document included; requests of any further one are refused.</param>
    /// <exception cref="ArgumentException">They do not hold together (names twice, a provider without an address); the old ones stay.</exception>
    /// <exception cref="IOException">The ledger does not tell what was spent; the old ones stay.</exception>
    public void Apply(GatewayConfig server, params ImmutableArray<WorkspaceConfig> workspaces)
    {
        lock (applying)
        {
            Swap(server, workspaces, overrides);
            holders.Retain([WorkspaceId.Default, .. workspaces.Select(w => w.Id)]);
            changes.Changed();
        }
    }

    private void Swap(GatewayConfig server, ImmutableArray<WorkspaceConfig> workspaces, ImmutableArray<Override> living)
    {
        var previous = snapshot;
        var next = GatewaySnapshot.Build(server, workspaces, previous, clock, health, holders, living);
        try
        {
            keeper.Prepare(next);
        }
        catch (SqliteException unread)
        {
            next.LetGo();
            throw new IOException(
                $"What new budgets and limits have to know of the past cannot be read from the ledger (SQLite error {unread.SqliteErrorCode}).",
                unread
            );
        }

        keeper.Grant(next, grants);
        snapshot = next;
        (documents, overrides) = ((server, workspaces), living);
        keeper.Keep(next);
        previous.LetGo();
    }

    // Called by the ledger's writer, before it stores what was journalled meanwhile: that was counted as it came.
    private void TellOfThePast()
    {
        lock (applying)
        {
            keeper.Prepare(snapshot);
            keeper.Grant(snapshot, grants);
        }
    }

    /// <summary>
    /// Answers one request of the client-facing API, errors included. Throws for bugs, and a
    /// <see cref="Microsoft.AspNetCore.Http.BadHttpRequestException"/> when an answer broke off that had begun: it must reach the server, which then
    /// closes the connection without ending the answer.
    /// </summary>
    public async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref inFlight);
        var current = Hold();
        Exchange? exchange = null;
        try
        {
            var request = context.Request;
            var endpoint = Endpoint.Parse(RawPath(context), request.Headers.ContainsKey("anthropic-version"));
            endpoint = SocketRequest.IsAskedForBy(context) ? endpoint.AsSocket() : endpoint;
            var id = ids.Next();
            var scope = RequestScope.Of(id.ToString(), request.Headers);
            // Each of the request's awaits carries a scope along: only where it tells what the lines do not say themselves.
            using var told = scope.HasCallers ? log.BeginScope(scope) : null;
            exchange = new Exchange
            {
                Scope = scope,
                Context = context,
                Snapshot = current,
                Prices = prices.Current,
                Endpoint = endpoint,
                ErrorDialect = endpoint.Dialect == Dialect.PassThrough ? Dialect.OpenAIChat : endpoint.Dialect,
                VendorPath = endpoint.Path,
                Id = id,
                IdText = scope.Id,
                StartedAt = clock.GetUtcNow(),
                StartedTimestamp = clock.GetTimestamp(),
                Span = telemetry.Begin(request, endpoint),
            };
            await pipeline.RunAsync(exchange);
            if (exchange.Coded is { } coded)
            {
                await coded.FinishAsync();
            }

            if (exchange.BrokeOff)
            {
                // Aborting the connection would lose what is still to be sent. For this exception the server sends it
                // and then closes without the answer's proper end, which is what the caller must see.
                throw new Microsoft.AspNetCore.Http.BadHttpRequestException("The upstream's answer broke off.");
            }
        }
        finally
        {
            if (exchange is not null)
            {
                telemetry.End(exchange);
                if (exchange.Attempts.Count > 0)
                {
                    Metrics.Lead.Count(exchange.Attempts[0].Offset);
                }

                Watch(exchange);
            }

            current.LetGo();
            Interlocked.Decrement(ref inFlight);
        }
    }

    /// <summary>
    /// Says where a request of a workspace's would go and what would become of it. Nothing is sent, nothing is recorded and
    /// nothing is logged.
    /// </summary>
    public RouteAnswer Explain(WorkspaceId workspace, RouteQuery query)
    {
        var current = Hold();
        try
        {
            return RouteExplainer.Explain(current, prices.Current, routes, clock.GetUtcNow(), workspace, query);
        }
        finally
        {
            current.LetGo();
        }
    }

    /// <summary>How the providers of a workspace stand; empty for a workspace that is not served.</summary>
    public ImmutableArray<ProviderStanding> HealthOf(WorkspaceId workspace)
    {
        var held = Hold();
        try
        {
            return held.Of(workspace) is { } gateway ? HealthView.Of(gateway) : [];
        }
        finally
        {
            held.LetGo();
        }
    }

    /// <summary>As <see cref="HealthOf(WorkspaceId)"/>, where no gateway runs: nothing was asked for anywhere.</summary>
    /// <param name="server">The server's document.</param>
    /// <param name="workspaces">Every other workspace.</param>
    /// <param name="overrides">What is set in the place of what they say.</param>
    /// <param name="workspace">Whose.</param>
    /// <exception cref="ArgumentException">The documents do not hold together.</exception>
    public static ImmutableArray<ProviderStanding> HealthOf(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        ImmutableArray<Override> overrides,
        WorkspaceId workspace
    ) =>
        WithSnapshot(
            server,
            workspaces,
            made => made.Of(workspace) is { } gateway ? HealthView.Of(gateway) : [],
            overrides
        );

    /// <summary>How every target stands that requests asked for, of all workspaces: for a page of metrics, not for callers.</summary>
    public ImmutableArray<(string Provider, ModelStanding Standing)> HealthOfAll() =>
        [
            .. health.Providers.SelectMany(provider =>
                provider.States.Select(state => (state.Key.Provider, HealthView.Of(state)))
            ),
        ];

    /// <summary>
    /// As <see cref="Explain(WorkspaceId, RouteQuery)"/>, where no gateway runs. A secret that was not opened counts as a key:
    /// it is enough to know that there is one.
    /// </summary>
    /// <param name="server">The server's document.</param>
    /// <param name="workspaces">Every other workspace.</param>
    /// <param name="prices">Which know the models.</param>
    /// <param name="workspace">Whose request it is.</param>
    /// <param name="query">The request.</param>
    /// <param name="overrides">What is set in the place of what they say.</param>
    /// <exception cref="ArgumentException">The documents do not hold together.</exception>
    public static RouteAnswer Explain(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        PriceBook prices,
        WorkspaceId workspace,
        RouteQuery query,
        ImmutableArray<Override> overrides = default
    )
    {
        return WithSnapshot(
            server,
            workspaces,
            made =>
                RouteExplainer.Explain(
                    made,
                    prices.Current,
                    new RouteState(TimeProvider.System),
                    TimeProvider.System.GetUtcNow(),
                    workspace,
                    query
                ),
            overrides
        );
    }

    /// <summary>
    /// Says what other documents would have done to the requests of the past: where each would have gone, what it would have cost there,
    /// and which budgets and limits would have refused it. Nothing is sent and nothing is changed. Holds some hundred bytes for each
    /// of at most <see cref="DryRunQuery.MostRecords"/> records while it runs.
    /// </summary>
    /// <param name="query">What is tried, on whose requests.</param>
    /// <param name="ledger">Where the records are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What they would have done; or, of documents that the gateway would not take, why.</returns>
    public static async Task<(DryRunResult? Result, string? Fault)> DryRunAsync(
        DryRunQuery query,
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        GatewaySnapshot tried;
        try
        {
            tried = Made(query.Tried.Server, query.Tried.Workspaces);
        }
        catch (ArgumentException unfit)
        {
            return (null, unfit.Message);
        }

        try
        {
            var inForce = Made(query.InForce.Server, query.InForce.Workspaces);
            try
            {
                return (await DryRunner.RunAsync(query, inForce, tried, ledger, cancellationToken), null);
            }
            finally
            {
                inForce.LetGo();
            }
        }
        finally
        {
            tried.LetGo();
        }
    }

    /// <summary>
    /// Asks each provider of a document for its list of models with its own keys, side by side and for ten seconds at most: never
    /// a question that is billed. Those whose secrets are not opened are not asked.
    /// </summary>
    /// <param name="owner">Whose document it is.</param>
    /// <param name="document">The document; its own providers are asked.</param>
    /// <param name="clock">Bounds the waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>In the order of the document.</returns>
    public static async Task<ImmutableArray<ProviderAnswer>> CheckAsync(
        WorkspaceId owner,
        GatewayConfig document,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var targets = document
            .Routes.SelectMany(route => route.Targets)
            .Concat(document.Aliases.SelectMany(alias => alias.Targets))
            .Where(target => target.Model is not null)
            .ToLookup(target => target.Provider, target => target.Model!, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. await Task.WhenAll(
                document.Providers.Select(provider =>
                    LiveCheck.AskAsync(
                        owner,
                        provider,
                        provider
                            .Models.Where(model => !model.Contains('*', StringComparison.Ordinal))
                            .Concat(targets[provider.Name])
                            .ToHashSet(StringComparer.Ordinal),
                        clock,
                        cancellationToken
                    )
                )
            ),
        ];
    }

    /// <summary>Says what is granted to budgets now, all of it; those who wait for room are looked at anew.</summary>
    public void Grant(ImmutableArray<BudgetGrant> living)
    {
        lock (applying)
        {
            grants = living;
            news?.Grant(living);
            keeper.Grant(snapshot, living);
        }
    }

    /// <summary>
    /// Says what is set in the place of what the documents say now, all of it. In force when this returns; where that fails it is logged,
    /// and tried again each second.
    /// </summary>
    public void Override(ImmutableArray<Override> living)
    {
        lock (applying)
        {
            if (wanted is { } known)
            {
                TellOfOverrides(known, living);
            }

            wanted = living;
            LookAtOverrides();
        }
    }

    /// <summary>The routes of a workspace, in their order; empty for a workspace that is not served.</summary>
    public ImmutableArray<RouteStanding> RoutesOf(WorkspaceId workspace)
    {
        var held = Hold();
        try
        {
            return held.Of(workspace) is { } gateway ? RouteView.Of(gateway) : [];
        }
        finally
        {
            held.LetGo();
        }
    }

    /// <summary>As <see cref="RoutesOf(WorkspaceId)"/>, where no gateway runs.</summary>
    /// <param name="server">The server's document.</param>
    /// <param name="workspaces">Every other workspace.</param>
    /// <param name="overrides">What is set in the place of what they say.</param>
    /// <param name="workspace">Whose.</param>
    /// <exception cref="ArgumentException">The documents do not hold together.</exception>
    public static ImmutableArray<RouteStanding> RoutesOf(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        ImmutableArray<Override> overrides,
        WorkspaceId workspace
    ) =>
        WithSnapshot(
            server,
            workspaces,
            made => made.Of(workspace) is { } gateway ? RouteView.Of(gateway) : [],
            overrides
        );

    /// <summary>
    /// How the counters of the budgets and limits stand that hold for a workspace, those of the server's document first; counters of that
    /// one are of all workspaces together where its scope does not say otherwise. Empty for a workspace that the gateway does not know.
    /// </summary>
    public ImmutableArray<CounterStanding> Standings(WorkspaceId workspace) =>
        snapshot.Of(workspace) is { Rules.IsEmpty: false } gateway ? keeper.Book.Standings(gateway.Rules) : [];

    /// <summary>
    /// As <see cref="Standings(WorkspaceId)"/>, where no gateway runs: what the ledger says was spent.
    /// </summary>
    /// <param name="server">The server's document.</param>
    /// <param name="workspaces">Every other workspace.</param>
    /// <param name="ledger">What was spent.</param>
    /// <param name="grants">What is granted now.</param>
    /// <param name="workspace">Whose.</param>
    /// <exception cref="ArgumentException">The documents do not hold together.</exception>
    public static ImmutableArray<CounterStanding> Standings(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        UsageLedger ledger,
        ImmutableArray<BudgetGrant> grants,
        WorkspaceId workspace
    ) =>
        WithSnapshot(
            server,
            workspaces,
            made => made.Of(workspace) is { } gateway ? AdmissionKeeper.Read(ledger, made, grants, gateway.Rules) : []
        );

    /// <summary>Ends idle connections; waits until detached drains are settled or, after five seconds, cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        var since = clock.GetTimestamp();
        while (InFlight > 0 && clock.GetElapsedTime(since) < Grace)
        {
            await Task.Delay(GracePoll, clock);
        }

        await shutdown.CancelAsync();
        while (InFlight > 0 && clock.GetElapsedTime(since) < 2 * Grace)
        {
            await Task.Delay(GracePoll, clock);
        }

        await overridesTimer.DisposeAsync();
        await probes.DisposeAsync();
        news?.Dispose();
        await keeper.DisposeAsync();
        quotas?.Flush();
        quotas?.Dispose();
        refusals?.Flush();
        refusals?.Dispose();
        refused.Dispose();
        holders.Dispose();
        snapshot.LetGo();
        telemetry.Dispose();
        shutdown.Dispose();
    }

    /// <summary>Asks a snapshot that serves nobody.</summary>
    private static T WithSnapshot<T>(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        Func<GatewaySnapshot, T> ask,
        ImmutableArray<Override> overrides = default
    )
    {
        var made = Made(server, workspaces, overrides);
        try
        {
            return ask(made);
        }
        finally
        {
            made.LetGo();
        }
    }

    /// <summary>A snapshot that serves nobody; to be let go of.</summary>
    private static GatewaySnapshot Made(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        ImmutableArray<Override> overrides = default
    ) =>
        GatewaySnapshot.Build(
            server with
            {
                Providers = WithKeys(server.Providers),
            },
            [.. workspaces.Select(w => w with { Providers = WithKeys(w.Providers) })],
            previous: null,
            TimeProvider.System,
            overrides: overrides
        );

    private static ImmutableArray<ProviderConfig> WithKeys(ImmutableArray<ProviderConfig> providers) =>
        [.. providers.Select(p => p.IsOpened ? p : p.Opened(static _ => "sealed"))];

    /// <summary>
    /// Counts what a caller got, for the watch over changes: a model's answer, or none. Who went got nothing that tells, nor who was
    /// refused for what is no doing of the configuration's.
    /// </summary>
    private void Watch(Exchange exchange)
    {
        bool? isGood = exchange.Record is { } record
            ? record.Status == RequestStatus.CallerAborted
                ? null
                : record.Status == RequestStatus.Ok
            : exchange.Route.Refusal is not null
                ? false
                : null;
        if (isGood is { } good && changes.Count(good) is { Verdict: RollbackVerdict.Worse } harm)
        {
            Log.ChangeDidHarm(
                log,
                string.Create(CultureInfo.InvariantCulture, $"{harm.After.Share:P1}"),
                string.Create(CultureInfo.InvariantCulture, $"{harm.Before.Share:P1}")
            );
            activity?.Tell(WorkspaceId.Default, harm);
            HarmTold?.Invoke(new ChangeHarm(harm.Before.Share, harm.After.Share));
        }
    }

    private void LookAtOverrides()
    {
        lock (applying)
        {
            if (wanted is not { } known)
            {
                return;
            }

            var now = clock.GetUtcNow();
            var living = known.RemoveAll(one => one.Until <= now);
            if (living.Length < known.Length)
            {
                TellOfOverrides(known, living);
                wanted = living;
            }

            if (living.SequenceEqual(overrides))
            {
                return;
            }

            try
            {
                Swap(documents.Server, documents.Workspaces, living);
            }
            catch (IOException unread)
            {
                Log.OverridesNotInForce(log, unread.Message);
            }
        }
    }

    private void TellOfOverrides(ImmutableArray<Override> before, ImmutableArray<Override> after)
    {
        foreach (var ended in before.ExceptBy(after.Select(KeyOf), KeyOf))
        {
            Each(ended, workspace => activity?.Ended(workspace, ended));
        }

        foreach (var set in after.ExceptBy(before.Select(one => one.Id), one => one.Id))
        {
            Each(set, workspace => activity?.Set(workspace, set));
        }

        static (WorkspaceId, OverrideKind, string) KeyOf(Override one) => (one.Workspace, one.Kind, one.Subject);

        void Each(Override one, Action<WorkspaceId> tell)
        {
            if (!one.Everywhere)
            {
                tell(one.Workspace);
                return;
            }

            foreach (var gateway in snapshot.Gateways)
            {
                tell(gateway.Workspace);
            }
        }
    }

    private void TellOfHealth(ResilienceEvent happened)
    {
        Metrics.Count(happened);
        healthLog.Add(happened);
        activity?.Tell(happened);
    }

    private GatewaySnapshot Hold()
    {
        while (true)
        {
            var current = snapshot;
            if (current.TryHold())
            {
                return current;
            }
        }
    }

    /// <summary>The path as it stood in the request line: no decoding comes between what is checked and what is sent.</summary>
    private static string RawPath(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (target.Length == 0 || target[0] != '/')
        {
            // The absolute form, which the server has taken apart already.
            return Uri.TryCreate(target, UriKind.Absolute, out var address) ? address.AbsolutePath : "/";
        }

        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    private static bool IsBelow(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}
