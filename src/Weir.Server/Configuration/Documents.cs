using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration.Life;

namespace Weir.Server.Configuration;

/// <summary>
/// The documents of an instance: the server's, which is the default workspace's, and one of each other workspace. What any of
/// them changes takes force together with all the others, in one order. Thread-safe.
/// </summary>
internal sealed partial class Documents(ConfigStore server, ILogger log)
{
    private readonly HashSet<string> strangers = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<int, Entry> entries = ImmutableSortedDictionary<int, Entry>.Empty;
    private ImmutableSortedDictionary<int, string> organisations = ImmutableSortedDictionary<int, string>.Empty;
    private Action<WeirConfig, ImmutableArray<WorkspaceConfig>>? taker;
    private Func<ImmutableArray<Workspace>> workspaces = () => [];
    private DocumentSecrets? secrets;
    private WeirConfig? checkedAgainst;

    /// <summary>The server's document.</summary>
    public ConfigStore Server => server;

    /// <summary>
    /// Told what came into force: whose it is, what was before, what is now, and who replaced it (null for a file). Null for nobody; what
    /// <see cref="Start"/> finds is told to nobody. Called under the documents' lock: it must not wait.
    /// </summary>
    public Action<WorkspaceId, ConfigSnapshot, ConfigSnapshot, ConfigAuthor?>? Taken { get; set; }

    /// <summary>Told whose text was refused, for how many faults, and who sent it (null for a file); as <see cref="Taken"/>.</summary>
    public Action<WorkspaceId, int, ConfigAuthor?>? Refused { get; set; }

    /// <summary>How many faults keep texts of any document from taking force.</summary>
    public int PendingFaults =>
        server.Current.PendingFaults.Length
        + Volatile.Read(ref entries).Values.Sum(entry => entry.Store.Current.PendingFaults.Length);

    /// <summary>A workspace's document; null for a workspace that has none and can have none.</summary>
    public ConfigStore? Of(WorkspaceId workspace) =>
        workspace == WorkspaceId.Default
            ? server
            : Volatile.Read(ref entries).GetValueOrDefault(workspace.Value)?.Store;

    /// <summary>The providers that a workspace sees: its own, then those that are shared with it.</summary>
    public ImmutableArray<ProviderConfig> ProvidersOf(WorkspaceId workspace)
    {
        if (workspace == WorkspaceId.Default)
        {
            return server.Current.Config.Gateway.Providers;
        }

        if (Volatile.Read(ref entries).GetValueOrDefault(workspace.Value) is not { } entry)
        {
            return [];
        }

        var own = entry.Store.Current.Config.Gateway.Providers;
        return
        [
            .. own,
            .. Shared(entry.Name)
                .Where(shared => !own.Any(p => p.Name.Equals(shared.Name, StringComparison.OrdinalIgnoreCase))),
        ];
    }

    /// <summary>The price catalogue of a workspace's provider by its name; null when no provider has it.</summary>
    public string? CatalogueOf(WorkspaceId workspace, string provider) =>
        new GatewayConfig { Providers = ProvidersOf(workspace) }.CatalogueOf(provider);

    /// <summary>Where the workspace's document in force uses a secret.</summary>
    public ImmutableArray<SecretUse> UsesOf(WorkspaceId workspace, string secret) =>
        [.. Of(workspace)?.Current.Config.Secrets.Where(use => use.Name == secret) ?? []];

    /// <summary>
    /// The first place where the workspace's document uses a secret, once every change of a document that began before is made;
    /// null for none.
    /// </summary>
    public SecretUse? UseOf(WorkspaceId workspace, string secret)
    {
        lock (server.Gate)
        {
            return UsesOf(workspace, secret).FirstOrDefault();
        }
    }

    /// <summary>Puts all documents in force, those of workspaces as far as they are sound.</summary>
    /// <param name="take">Takes the server's configuration and those of the other workspaces, the keys filled in.</param>
    /// <param name="all">The workspaces as they are now.</param>
    /// <param name="opened">The secrets; null where nothing is sent upstream.</param>
    /// <returns>The faults for which the server's document was not taken.</returns>
    public ImmutableArray<ConfigFault> Start(
        Action<WeirConfig, ImmutableArray<WorkspaceConfig>> take,
        Func<ImmutableArray<Workspace>> all,
        DocumentSecrets? opened
    )
    {
        lock (server.Gate)
        {
            (workspaces, secrets) = (all, opened);
            checkedAgainst = server.Current.Config;
            LookAtWorkspaces();
            taker = take;
            server.Taken = (before, now, author) => Taken?.Invoke(WorkspaceId.Default, before, now, author);
            server.Refused = (faults, author) => Refused?.Invoke(WorkspaceId.Default, faults, author);
            return server.Start(next => Apply(WorkspaceId.Default, next));
        }
    }

    /// <summary>Has noted what is in force and the trail does not know of.</summary>
    public void Compare(ConfigTrail trail)
    {
        trail.Compare(WorkspaceId.Default, server);
        foreach (var entry in Volatile.Read(ref entries).Values)
        {
            trail.Compare(entry.Id, entry.Store);
        }
    }

    /// <summary>Looks at the files and at the list of workspaces again. Called from a timer: it never throws.</summary>
    public void Look()
    {
        server.Reload();
        Sync();
    }

    /// <summary>Looks at the list of workspaces, and at their files. Never throws: a fault of Weir's own is logged.</summary>
    public void Sync()
    {
        try
        {
            lock (server.Gate)
            {
                Recheck();
                LookAtWorkspaces();
            }
        }
        catch (Exception unforeseen)
        {
            LogBroke(unforeseen);
        }
    }

    /// <summary>Replaces a document's text through the API.</summary>
    /// <param name="store">The document, one of these.</param>
    /// <param name="text">The whole new text.</param>
    /// <param name="etag">The text that it was made from.</param>
    /// <param name="author">Who replaces it; null when nobody is told.</param>
    public ConfigReplacement Replace(ConfigStore store, string text, string etag, ConfigAuthor? author = null)
    {
        lock (server.Gate)
        {
            var replacement = store.Replace(text, etag, author);
            Recheck();
            return replacement;
        }
    }

    /// <summary>
    /// What would be in force with another text in the place of a workspace's document, checked as <see cref="Replace"/> checks it.
    /// Nothing is changed.
    /// </summary>
    /// <param name="workspace">Whose document.</param>
    /// <param name="store">The document, one of these.</param>
    /// <param name="text">The whole text.</param>
    public ConfigTrial Try(WorkspaceId workspace, ConfigStore store, string text)
    {
        lock (server.Gate)
        {
            var (outcome, next, faults) = store.Try(text);
            if (next is not null && secrets?.FaultsOf(workspace, next.Secrets) is { IsEmpty: false } unfit)
            {
                (outcome, next, faults) = (ConfigReplacementOutcome.Faulty, null, unfit);
            }

            if (next is null)
            {
                return new ConfigTrial(outcome, faults, null, null);
            }

            var current = server.Current.Config;
            var servers = workspace == WorkspaceId.Default ? next : current;
            return new ConfigTrial(
                outcome,
                [],
                new ConfigState(Opened(current), Others(current, null, null)),
                new ConfigState(Opened(servers), Others(servers, workspace, next))
            );
        }
    }

    /// <summary>Secrets are other ones now: what uses them takes force anew, and what waited for one is tried again.</summary>
    public void TakeSecrets()
    {
        lock (server.Gate)
        {
            taker?.Invoke(Opened(server.Current.Config), Others(server.Current.Config, null, null));
            server.Recheck();
            foreach (var entry in entries.Values)
            {
                entry.Store.Recheck();
            }
        }
    }

    private void Recheck()
    {
        if (!ReferenceEquals(checkedAgainst, server.Current.Config))
        {
            checkedAgainst = server.Current.Config;
            foreach (var entry in entries.Values)
            {
                entry.Store.Recheck();
            }
        }
    }

    private void LookAtWorkspaces()
    {
        var there = workspaces()
            .Where(w =>
                w.Id != WorkspaceId.Default && w.State != WorkspaceState.Archived && WorkspaceFiles.IsName(w.Name)
            )
            .ToDictionary(w => w.Id.Value, w => w.Name);
        var next = entries.RemoveRange(entries.Keys.Where(id => !there.ContainsKey(id)));
        next = next.AddRange(
            there
                .Where(w => !entries.ContainsKey(w.Key))
                .Select(w => KeyValuePair.Create(w.Key, Made(new WorkspaceId(w.Key), w.Value)))
        );
        var above = workspaces()
            .Where(w => w.Organisation is not null)
            .ToImmutableSortedDictionary(w => w.Id.Value, w => w.Organisation!);
        var isOther = next != entries || !above.SequenceEqual(organisations);
        organisations = above;
        Volatile.Write(ref entries, next);
        var files = WorkspaceFiles.Names(server.WatchedPath).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in next.Values)
        {
            if (files.Contains(entry.Name) || entry.Store.MayLoseFile)
            {
                entry.Store.Reload();
            }
        }

        if (isOther)
        {
            taker?.Invoke(Opened(server.Current.Config), Others(server.Current.Config, null, null));
        }

        foreach (var file in files.Except(next.Values.Select(entry => entry.Name), StringComparer.Ordinal))
        {
            if (strangers.Add(file))
            {
                LogStranger(WorkspaceFiles.FileOf(server.WatchedPath, file), file);
            }
        }
    }

    private Entry Made(WorkspaceId id, string name)
    {
        var store = ConfigStore.OfWorkspace(server, name, () => WorkspaceTerms.Of(server.Current.Config, name));
        store.Start(next => Apply(id, next));
        store.Taken = (before, now, author) => Taken?.Invoke(id, before, now, author);
        store.Refused = (faults, author) => Refused?.Invoke(id, faults, author);
        return new Entry(id, name, store);
    }

    private IEnumerable<ProviderConfig> Shared(string workspace) =>
        server.Current.Config.Gateway.Providers.Where(provider => provider.Share.Includes(workspace));

    private ImmutableArray<ConfigFault> Apply(WorkspaceId workspace, WeirConfig next)
    {
        if (secrets?.FaultsOf(workspace, next.Secrets) is { IsEmpty: false } faults)
        {
            return faults;
        }

        if (taker is not null)
        {
            var servers = workspace == WorkspaceId.Default ? next : server.Current.Config;
            taker(Opened(servers), Others(servers, workspace, next));
        }

        secrets?.Bind(workspace, next.Secrets);
        return [];
    }

    private ImmutableArray<WorkspaceConfig> Others(WeirConfig servers, WorkspaceId? changed, WeirConfig? next) =>
        [
            .. entries.Values.Select(entry =>
            {
                var config = entry.Id == changed ? next! : entry.Store.Current.Config;
                return new WorkspaceConfig(entry.Id, entry.Name)
                {
                    // One whose secret does not open any more is left out; its routes go on without it.
                    Providers =
                    [
                        .. Filled(entry.Id, config.Gateway.Providers)
                            .Where(p => secrets is null || p.IsOpened)
                            // What the server's document grants now, whatever it granted when the workspace's was read.
                            .Select(p => p with { Network = servers.Server.WorkspaceNetwork }),
                    ],
                    Routes = config.Gateway.Routes,
                    Aliases = config.Gateway.Aliases,
                    Budgets = config.Gateway.Budgets,
                    Limits = config.Gateway.Limits,
                    Organisation = organisations.GetValueOrDefault(entry.Id.Value),
                };
            }),
        ];

    private WeirConfig Opened(WeirConfig config) =>
        config with
        {
            Gateway = config.Gateway with
            {
                Providers = Filled(WorkspaceId.Default, config.Gateway.Providers),
                Organisation = organisations.GetValueOrDefault(WorkspaceId.Default.Value),
            },
        };

    private ImmutableArray<ProviderConfig> Filled(WorkspaceId workspace, ImmutableArray<ProviderConfig> providers) =>
        secrets is null
            ? providers
            :
            [
                .. providers.Select(provider =>
                    provider.Opened(name => secrets.Value(workspace, name, provider.Address!))
                ),
            ];

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path} is passed over: there is no workspace {Workspace} whose document it could be"
    )]
    private partial void LogStranger(string path, string workspace);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The documents of workspaces could not be read again; this is a fault of Weir's"
    )]
    private partial void LogBroke(Exception unforeseen);

    private sealed record Entry(WorkspaceId Id, string Name, ConfigStore Store);
}

/// <summary>What a text would come to.</summary>
/// <param name="Outcome">How replacing the document by it would end, as far as it can be told without doing it.</param>
/// <param name="Faults">What is wrong with it.</param>
/// <param name="InForce">All documents as they are; null where it cannot be taken.</param>
/// <param name="Tried">All documents as they would be; null likewise.</param>
internal sealed record ConfigTrial(
    ConfigReplacementOutcome Outcome,
    ImmutableArray<ConfigFault> Faults,
    ConfigState? InForce,
    ConfigState? Tried
);

/// <summary>All documents at one time, keys filled in.</summary>
/// <param name="Server">The server's.</param>
/// <param name="Workspaces">Every other workspace.</param>
internal sealed record ConfigState(WeirConfig Server, ImmutableArray<WorkspaceConfig> Workspaces);
