using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Routing;

/// <summary>
/// What one workspace sees of the gateway: its own providers and routes, and the providers that are shared with it.
/// Part of a <see cref="GatewaySnapshot"/>. Immutable and thread-safe.
/// </summary>
internal sealed class GatewayModel
{
    private readonly FrozenDictionary<string, ProviderModel> byName;
    private readonly FrozenDictionary<string, AliasModel> aliases;

    /// <summary>A workspace's view.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="config">What was written: routes of the workspace, all else of the server.</param>
    /// <param name="providers">Its own and the shared ones; names are unique.</param>
    /// <param name="rules">The budgets and limits that hold for its requests.</param>
    /// <param name="subject">Its names.</param>
    /// <param name="overrides">What is set in the place of what was written.</param>
    /// <param name="mayLackTargets">Whether a route may name a provider that is not there; it then goes without it.</param>
    /// <exception cref="ArgumentException">Two providers have one name, or a route names none that is configured.</exception>
    public GatewayModel(
        WorkspaceId workspace,
        GatewayConfig config,
        ImmutableArray<ProviderModel> providers,
        AdmissionRules rules,
        AdmissionSubject subject,
        OverrideView overrides,
        bool mayLackTargets
    )
    {
        Overrides = overrides;
        Rules = rules;
        Subject = subject;
        Workspace = workspace;
        Config = config;
        Providers = providers;
        Asked = overrides.HasOff ? providers.RemoveAll(provider => overrides.IsOff(provider.Name)) : providers;
        byName = providers.ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        Routes = [.. config.Routes.Select(r => new RouteModel(r, byName, overrides, mayLackTargets))];
        Aliases = [.. config.Aliases.Select(a => new AliasModel(a, byName, overrides, mayLackTargets))];
        aliases = Aliases.ToFrozenDictionary(a => a.Config.Name, StringComparer.OrdinalIgnoreCase);
        LooksInside = Routes.Any(route => route.LooksInside);
    }

    /// <summary>Whose it is.</summary>
    public WorkspaceId Workspace { get; }

    /// <summary>What was written: the server's settings, with this workspace's own providers and routes.</summary>
    public GatewayConfig Config { get; }

    /// <summary>The workspace's own in the order of its document, then the shared ones in the order of the server's.</summary>
    public ImmutableArray<ProviderModel> Providers { get; }

    /// <summary>Those of <see cref="Providers"/> that are not switched off.</summary>
    public ImmutableArray<ProviderModel> Asked { get; }

    /// <summary>In the order of the document.</summary>
    public ImmutableArray<RouteModel> Routes { get; }

    /// <summary>In the order of the document.</summary>
    public ImmutableArray<AliasModel> Aliases { get; }

    /// <summary>The budgets and limits that hold for its requests.</summary>
    public AdmissionRules Rules { get; }

    /// <summary>Its names, and those of nobody in it, for <see cref="Rules"/>.</summary>
    public AdmissionSubject Subject { get; }

    /// <summary>What is set in the place of what was written.</summary>
    public OverrideView Overrides { get; }

    /// <summary>Whether some route looks into the bodies of requests, beyond what the head tells.</summary>
    public bool LooksInside { get; }

    /// <summary>The alias of that name; null for what is none.</summary>
    public AliasModel? AliasOf(string model) => aliases.GetValueOrDefault(model);

    /// <summary>The provider of that name; null when the workspace has none.</summary>
    public ProviderModel? Provider(string name) => byName.GetValueOrDefault(name);
}
