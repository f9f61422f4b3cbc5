using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Holding;
using Weir.Gateway.Resilience;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;
using Weir.Identity;

namespace Weir.Gateway.Routing;

/// <summary>
/// The configurations of all workspaces as they are used: a snapshot that each request holds from its start to its end.
/// Connections that a newer snapshot does not take over are closed when the last request lets go of this one. Thread-safe.
/// </summary>
internal sealed class GatewaySnapshot
{
    private readonly FrozenDictionary<int, GatewayModel> others;
    private readonly ImmutableArray<Upstream> upstreams;
    private int holders = 1;

    private GatewaySnapshot(
        GatewayModel server,
        FrozenDictionary<int, GatewayModel> others,
        ImmutableArray<Upstream> upstreams
    )
    {
        Server = server;
        this.others = others;
        this.upstreams = upstreams;
    }

    /// <summary>The view of the server's own workspace: <see cref="WorkspaceId.Default"/>.</summary>
    public GatewayModel Server { get; }

    /// <summary>The budgets and limits of every workspace; those of the server's document stand in each.</summary>
    public IEnumerable<AdmissionRules> AllRules => Gateways.Select(gateway => gateway.Rules);

    /// <summary>The views of all workspaces, the server's own first.</summary>
    public IEnumerable<GatewayModel> Gateways => others.Values.Prepend(Server);

    /// <summary>The view of a workspace; null when the gateway does not know it.</summary>
    public GatewayModel? Of(WorkspaceId workspace) =>
        workspace == WorkspaceId.Default ? Server : others.GetValueOrDefault(workspace.Value);

    /// <summary>The view of every workspace, the server's own first.</summary>
    public IEnumerable<GatewayModel> All => others.Values.Prepend(Server);

    /// <summary>Builds a snapshot, taking over the connections of the one before it.</summary>
    /// <param name="server">The server's document.</param>
    /// <param name="workspaces">Every other workspace, those without a document included.</param>
    /// <param name="previous">The snapshot before; null for the first.</param>
    /// <param name="clock">The simulators' time.</param>
    /// <param name="health">What is known of the providers, which takes over what is written of them; null for nothing.</param>
    /// <param name="held">Which account holds what; null where nothing is sent.</param>
    /// <param name="overrides">What is set in the place of what the documents say, of all workspaces.</param>
    /// <exception cref="ArgumentException">
    /// A provider lacks its address, two have one name, a route of the server's names none that is configured, or a
    /// workspace stands there twice.
    /// </exception>
    public static GatewaySnapshot Build(
        GatewayConfig server,
        ImmutableArray<WorkspaceConfig> workspaces,
        GatewaySnapshot? previous,
        TimeProvider clock,
        HealthBook? health = null,
        HolderBook? held = null,
        ImmutableArray<Override> overrides = default
    )
    {
        overrides = overrides.IsDefault ? [] : overrides;
        var book = health ?? HealthBook.Unheard();
        var connections = new Connections(previous, clock, book, held);
        try
        {
            var rules = AdmissionRules.ForServer(server.Budgets, server.Limits);
            var own = connections.Providers(server.Providers, WorkspaceId.Default);
            var shared = server
                .Providers.Zip(own)
                .Where(p => p.First.Kind != ProviderKind.Simulator)
                .Select(p => (p.First.Share, Model: Guest(p.First, p.Second, clock)))
                .ToImmutableArray();
            var made = new GatewaySnapshot(
                new GatewayModel(
                    WorkspaceId.Default,
                    server,
                    own,
                    rules,
                    new AdmissionSubject
                    {
                        Workspace = AdmissionSubject.ServersWorkspace,
                        Organisation = server.Organisation,
                    },
                    OverrideView.Of(overrides, WorkspaceId.Default, server.Providers),
                    mayLackTargets: false
                ),
                workspaces.ToFrozenDictionary(
                    w => w.Id.Value,
                    w => Other(server, w, shared, rules, connections, OverrideView.Of(overrides, w.Id, w.Providers))
                ),
                connections.Taken
            );
            book.Retain(connections.Known);
            made.ForgetWhatWasMended(previous);
            return made;
        }
        catch (ArgumentException)
        {
            connections.LetGo();
            previous?.Restore();
            throw;
        }
    }

    /// <summary>Holds the snapshot for a request; false when it has already been let go of, and a newer one is there.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Lets go of it: each <see cref="TryHold"/> once, and once whoever built it.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            foreach (var upstream in upstreams)
            {
                upstream.Dispose();
            }
        }
    }

    private static GatewayModel Other(
        GatewayConfig server,
        WorkspaceConfig workspace,
        ImmutableArray<(ProviderShare Share, ProviderModel Model)> shared,
        AdmissionRules rules,
        Connections connections,
        OverrideView overrides
    )
    {
        // A shared simulator is each workspace's own: what one has prompted must not be another's cache.
        var simulators = server.Providers.Where(p =>
            p.Kind == ProviderKind.Simulator && p.Share.Includes(workspace.Name) && IsFree(p.Name, workspace.Providers)
        );
        var own = connections.Providers([.. workspace.Providers, .. simulators], workspace.Id);
        var guests = shared
            .Where(s => s.Share.Includes(workspace.Name) && IsFree(s.Model.Name, workspace.Providers))
            .Select(s => s.Model);
        return new GatewayModel(
            workspace.Id,
            server with
            {
                Providers = workspace.Providers,
                Routes = workspace.Routes,
                Aliases = workspace.Aliases,
            },
            [.. own, .. guests],
            AdmissionRules.ForWorkspace(workspace.Id, workspace.Budgets, workspace.Limits, rules),
            new AdmissionSubject { Workspace = workspace.Name, Organisation = workspace.Organisation },
            overrides,
            mayLackTargets: true
        );
    }

    private static bool IsFree(string name, ImmutableArray<ProviderConfig> own) =>
        !own.Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static ProviderModel Guest(ProviderConfig config, ProviderModel own, TimeProvider clock) =>
        new(config with { PassThrough = config.SharedPassThrough }, own.Upstream, clock, own.Health);

    /// <summary>Who mends an address or a key does not want to wait until the breaker of the old one has closed.</summary>
    private void ForgetWhatWasMended(GatewaySnapshot? previous)
    {
        foreach (var gateway in All)
        {
            foreach (var provider in gateway.Providers)
            {
                if (
                    previous?.Of(gateway.Workspace)?.Provider(provider.Name) is { } before
                    && (before.Upstream != provider.Upstream || before.Credential != provider.Credential)
                )
                {
                    provider.Health.Forget();
                }
            }
        }
    }

    /// <summary>What is written here holds again: the snapshot that was to follow has not come about.</summary>
    private void Restore()
    {
        foreach (var gateway in All)
        {
            foreach (var provider in gateway.Providers)
            {
                provider.Health.Adopt(provider.Config.Resilience);
            }
        }
    }

    /// <summary>The connections that a snapshot in the making takes, each once.</summary>
    private sealed class Connections(GatewaySnapshot? previous, TimeProvider clock, HealthBook book, HolderBook? held)
    {
        private readonly Dictionary<UpstreamKey, Upstream> known = previous?.upstreams.ToDictionary(u => u.Key) ?? [];

        private readonly HashSet<Upstream> taken = [];

        public ImmutableArray<Upstream> Taken => [.. taken];

        public HashSet<(WorkspaceId Owner, string Provider)> Known { get; } = [];

        public ImmutableArray<ProviderModel> Providers(ImmutableArray<ProviderConfig> configs, WorkspaceId owner) =>
            [
                .. configs.Select(config => new ProviderModel(
                    config,
                    Take(config, ProviderModel.KeyOf(config, owner)),
                    clock,
                    HealthOf(config, owner)
                )),
            ];

        public void LetGo()
        {
            foreach (var upstream in taken)
            {
                upstream.Dispose();
            }
        }

        private ProviderHealth HealthOf(ProviderConfig config, WorkspaceId owner)
        {
            Known.Add((owner, config.Name));
            return book.Of(owner, config.Name, config.Resilience);
        }

        private Upstream Take(ProviderConfig config, UpstreamKey key)
        {
            if (!known.TryGetValue(key, out var upstream))
            {
                upstream =
                    config.Kind == ProviderKind.Simulator
                        ? Upstream.Inside(key, new SimulatorHandler(clock))
                        : Upstream.Open(key, held?.TableOf(key.Owner, key.Address));
                known.Add(key, upstream);
                taken.Add(upstream);
            }
            else if (taken.Add(upstream))
            {
                upstream.Share();
            }

            return upstream;
        }
    }
}
