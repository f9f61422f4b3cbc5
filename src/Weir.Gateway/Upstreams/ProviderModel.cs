using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Upstreams;

/// <summary>One provider of a configuration snapshot, ready to be sent to. Immutable and thread-safe.</summary>
internal sealed class ProviderModel
{
    private const int CachedAddresses = 64;

    private static readonly UriCreationOptions Exact = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string origin;
    private readonly string basePath;
    private readonly ConcurrentDictionary<string, Uri> addresses = new(StringComparer.Ordinal);
    private int cached;

    /// <exception cref="ArgumentException">A kind without an address of its own was given none, or a secret was not opened.</exception>
    public ProviderModel(ProviderConfig config, Upstream upstream)
    {
        Config = config;
        Upstream = upstream;
        Catalogue = config.Catalogue ?? config.Kind.Catalogue(config.Name);
        Listed = [.. Models(config).Select(m => new NamePattern(m))];
        if (config is { Secret: not null, ApiKey: null })
        {
            throw new ArgumentException($"The secret of provider {config.Name} was not opened.", nameof(config));
        }

        if (config.ApiKey is { } key)
        {
            Credential = config.Kind.Credential(key);
            KeyBytes = Encoding.ASCII.GetBytes(key);
        }

        var url = BaseUrl(config);
        origin = url.GetLeftPart(UriPartial.Authority);
        basePath = url.AbsolutePath.TrimEnd('/');
        AsTarget = [new Target(this, Model: null)];
    }

    /// <summary>The provider alone, asked for the model that the caller named.</summary>
    public ImmutableArray<Target> AsTarget { get; }

    /// <summary>What the user wrote.</summary>
    public ProviderConfig Config { get; }

    /// <summary>Its connections.</summary>
    public Upstream Upstream { get; }

    /// <summary>Its name in records, routes and paths.</summary>
    public string Name => Config.Name;

    /// <summary>What it speaks.</summary>
    public ProviderKind Kind => Config.Kind;

    /// <summary>Where its models are priced.</summary>
    public string Catalogue { get; }

    /// <summary>The models that the configuration says it serves.</summary>
    public ImmutableArray<NamePattern> Listed { get; }

    /// <summary>The header that authenticates Weir there; null when the caller's own credential travels on.</summary>
    public (string Name, string Value)? Credential { get; }

    /// <summary>The key itself, as it stands on the wire; empty without one.</summary>
    public ReadOnlyMemory<byte> KeyBytes { get; }

    /// <summary>Whether the configuration lists the model.</summary>
    public bool Lists(string model)
    {
        foreach (var pattern in Listed)
        {
            if (pattern.Matches(model))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The address of a vendor's raw path with a raw query, byte for byte. An OpenAI base URL already holds the path's
    /// <c>/v1</c>; a path that lacks it stands directly beneath.
    /// </summary>
    public Uri Address(string vendorPath, string query)
    {
        if (query.Length == 0 && addresses.TryGetValue(vendorPath, out var known))
        {
            return known;
        }

        var held = Kind.PathInBaseUrl();
        var isHeld =
            held.Length > 0
            && vendorPath.StartsWith(held, StringComparison.Ordinal)
            && (vendorPath.Length == held.Length || vendorPath[held.Length] == '/');
        var path = isHeld ? vendorPath.AsSpan(held.Length) : vendorPath;
        var address = new Uri(string.Concat(origin, basePath, path, query), Exact);
        if (query.Length == 0 && cached < CachedAddresses && addresses.TryAdd(vendorPath, address))
        {
            Interlocked.Increment(ref cached);
        }

        return address;
    }

    /// <summary>What a translation must know of the provider.</summary>
    /// <param name="dialect">The dialect that it is asked in.</param>
    /// <param name="model">The model to ask for.</param>
    /// <param name="outputLimit">The largest output of the model in tokens; null when it is not known.</param>
    public TargetTraits TraitsFor(Dialect dialect, string model, long? outputLimit) =>
        new()
        {
            Dialect = dialect,
            Provider = Name,
            Model = model,
            OutputLimit = outputLimit,
            IsOpenAI = Kind == ProviderKind.OpenAI,
            TakesMaxCompletionTokens = Kind == ProviderKind.OpenAI,
            FlattensText = Kind != ProviderKind.OpenAI,
        };

    /// <summary>What the provider shares connections by.</summary>
    /// <param name="config">What was written.</param>
    /// <param name="owner">Whose document it stands in.</param>
    public static UpstreamKey KeyOf(ProviderConfig config, WorkspaceId owner) =>
        config.Kind == ProviderKind.Simulator
            ? new UpstreamKey(owner, "simulator", default, config.Network)
            : new UpstreamKey(
                owner,
                BaseUrl(config).GetLeftPart(UriPartial.Authority),
                config.ConnectTimeout,
                config.Network
            );

    /// <summary>Who pays for a request to it.</summary>
    /// <param name="ownIsSubscription">Whether the caller's own credential travels on and is one of a subscription.</param>
    public Billing BillingFor(bool ownIsSubscription) =>
        Config.Billing
        ?? (
            Kind == ProviderKind.Simulator ? Billing.Simulated
            : Credential is null && ownIsSubscription ? Billing.Subscription
            : Billing.Metered
        );

    /// <summary>What is written; a simulator of which nothing is written answers for <c>sim-*</c>.</summary>
    private static ImmutableArray<string> Models(ProviderConfig config) =>
        config is { Kind: ProviderKind.Simulator, Models.IsEmpty: true } ? ["sim-*"] : config.Models;

    private static Uri BaseUrl(ProviderConfig config) =>
        config.Kind == ProviderKind.Simulator
            ? new Uri("http://simulator.invalid")
            : config.BaseUrl
                ?? config.Kind.DefaultBaseUrl()
                ?? throw new ArgumentException($"Provider {config.Name} needs a base URL.", nameof(config));
}
