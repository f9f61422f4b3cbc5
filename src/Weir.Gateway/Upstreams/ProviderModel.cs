using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Transforms;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Upstreams;

/// <summary>One provider of a configuration snapshot, ready to be sent to. Immutable and thread-safe.</summary>
internal sealed class ProviderModel
{
    private const int CachedAddresses = 64;

    /// <summary>An address goes out byte for byte as it is put together.</summary>
    internal static readonly UriCreationOptions ExactUri = new()
    {
        DangerousDisablePathAndQueryCanonicalization = true,
    };

    private readonly string origin;
    private readonly string basePath;
    private readonly string? messagesRoot;
    private readonly ImmutableArray<Dialect> dialects;
    private readonly FeatureSet refuses;
    private readonly Envelope? envelope;
    private readonly ImmutableArray<string> secrets;
    private readonly ConcurrentDictionary<string, Uri> addresses = new(StringComparer.Ordinal);
    private int cached;

    /// <exception cref="ArgumentException">A kind without an address of its own was given none, or a secret was not opened.</exception>
    /// <param name="config">What was written.</param>
    /// <param name="upstream">Its connections.</param>
    /// <param name="clock">What signatures and tokens are dated by; null for the system's.</param>
    /// <param name="health">What is known of it; null where nobody will ask.</param>
    public ProviderModel(
        ProviderConfig config,
        Upstream upstream,
        TimeProvider? clock = null,
        ProviderHealth? health = null
    )
    {
        Config = config;
        Upstream = upstream;
        Health = health ?? HealthBook.Unheard().Of(WorkspaceId.Default, config.Name, config.Resilience);
        Vendor = Vendors.Of(config);
        Catalogue = config.Catalogue ?? config.Kind.Catalogue(config.Name);
        Listed = [.. Models(config).Select(m => new NamePattern(m))];
        if (!config.IsOpened)
        {
            throw new ArgumentException($"A secret of provider {config.Name} was not opened.", nameof(config));
        }

        var keys = KeysOf(config);
        if (!keys.IsEmpty)
        {
            Credential = keys[0].Credential;
            Keys = new KeyPool(keys, upstream.Accounts);
        }

        secrets =
        [
            .. keys.Select(key => key.Text),
            .. new[] { config.SecretAccessKey, config.SessionToken }.OfType<string>(),
        ];
        dialects = config.Dialects.IsDefaultOrEmpty ? Vendor.Dialects : config.Dialects;
        var url = BaseUrl(config);
        origin = url.GetLeftPart(UriPartial.Authority);
        basePath = url.AbsolutePath.TrimEnd('/');
        refuses = VendorFeatures.RefusedBy(Vendor);
        messagesRoot = Vendors.IsAt(Vendor, url) ? Vendor.MessagesRoot : null;
        envelope = Envelope.For(config, url, upstream, clock ?? TimeProvider.System);
        // Without TLS nobody is asked what he speaks, and a guess would cost a round trip for each connection.
        var offersTwo = url.Scheme == Uri.UriSchemeHttps && config.Http == HttpVersions.Auto;
        HttpVersion = offersTwo ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11;
        AsTarget = [new Target(this, Model: null, Transforms: TransformPlan.Of(config.Transforms))];
    }

    /// <summary>The provider alone, asked for the model that the caller named.</summary>
    public ImmutableArray<Target> AsTarget { get; }

    /// <summary>What the user wrote.</summary>
    public ProviderConfig Config { get; }

    /// <summary>Its connections.</summary>
    public Upstream Upstream { get; }

    /// <summary>What is known of how its models do. Where it is shared, all who use it know the same.</summary>
    public ProviderHealth Health { get; }

    /// <summary>Its name in records, routes and paths.</summary>
    public string Name => Config.Name;

    /// <summary>What it speaks.</summary>
    public ProviderKind Kind => Config.Kind;

    /// <summary>Whose ways it has.</summary>
    public Vendor Vendor { get; }

    /// <summary>Whether requests go up in Weir's own name; else the caller's own credential travels on.</summary>
    public bool HasOwnCredential => Config.HasKey;

    /// <summary>Whether a request's body goes up in a host's envelope, which must be able to read it.</summary>
    public bool HasEnvelope => envelope is not null;

    /// <summary>Where its models are priced.</summary>
    public string Catalogue { get; }

    /// <summary>The models that the configuration says it serves.</summary>
    public ImmutableArray<NamePattern> Listed { get; }

    /// <summary>The header that authenticates Weir there, with the first of its keys; null when the caller's own credential travels on.</summary>
    public (string Name, string Value)? Credential { get; }

    /// <summary>
    /// The texts that it is shown and that no caller may see: keys, and the tokens that were had for them. They are ASCII.
    /// </summary>
    public IEnumerable<string> Secrets => envelope is { Secrets: { Count: > 0 } more } ? secrets.Concat(more) : secrets;

    /// <summary>Whether it takes requests for a model in a dialect as they are.</summary>
    /// <param name="dialect">The dialect; a pass-through is spoken by all but simulators.</param>
    /// <param name="model">The model; null asks whether it does for some model.</param>
    public bool Speaks(Dialect dialect, string? model)
    {
        if (dialect == Dialect.PassThrough)
        {
            return Kind != ProviderKind.Simulator;
        }

        if (!dialects.IsEmpty)
        {
            return dialects.Contains(dialect);
        }

        return Kind switch
        {
            ProviderKind.Bedrock => model is null
                ? dialect is Dialect.AnthropicMessages or Dialect.BedrockConverse
                : dialect == NativeDialect(model),
            ProviderKind.Vertex => model is null
                ? dialect is Dialect.AnthropicMessages or Dialect.Gemini or Dialect.OpenAIChat
                : dialect == NativeDialect(model),
            _ => false,
        };
    }

    /// <summary>The dialect that a model is best asked in: what a request in another one is translated into.</summary>
    public Dialect NativeDialect(string model)
    {
        if (!dialects.IsEmpty)
        {
            return dialects[0];
        }

        return Kind switch
        {
            ProviderKind.Bedrock => BedrockEnvelope.IsClaude(model)
                ? Dialect.AnthropicMessages
                : Dialect.BedrockConverse,
            ProviderKind.Vertex => VertexEnvelope.DialectOf(model),
            _ => Dialect.None,
        };
    }

    /// <summary>The dialects that it speaks, for a person.</summary>
    public string SpokenInWords =>
        Kind == ProviderKind.Simulator ? "every dialect"
        : !dialects.IsEmpty ? string.Join(", ", dialects.Select(d => d.InWords()))
        : Kind == ProviderKind.Bedrock ? "Anthropic Messages for Claude and Converse for other models"
        : "Anthropic Messages for Claude, Gemini's own for Gemini and Chat Completions for other models";

    /// <summary>
    /// Sends a request that stands in a vendor's dialect with the vendor's own path (see <see cref="Address"/>), through the
    /// host's envelope where there is one. The answer is in that dialect too; its body is read by the caller.
    /// </summary>
    /// <exception cref="HttpRequestException">The provider cannot be reached, or broke off.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or no connection came about in time.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        EnvelopeCall call,
        CancellationToken cancellationToken
    ) =>
        envelope is null
            ? Upstream.SendAsync(request, cancellationToken)
            : envelope.SendAsync(request, call, cancellationToken);

    /// <summary>What the provider's host needs changed in a vendor's body; null for nothing, as at the vendors themselves.</summary>
    /// <param name="body">The body, in the vendor's dialect.</param>
    /// <param name="call">What is asked for.</param>
    /// <param name="operation">The vendor's operation.</param>
    /// <param name="betas">The values of <c>anthropic-beta</c>, joined by commas; null for none.</param>
    public HostBody? EditsFor(ReadOnlyMemory<byte> body, in EnvelopeCall call, Operation operation, string? betas) =>
        envelope?.Edits(body, call, operation, betas);

    /// <summary>Weir's own keys there; null without one.</summary>
    public KeyPool? Keys { get; }

    /// <summary>Whether more than one account answers there, or more than one workspace asks: then it matters whose an id is.</summary>
    public bool HasSeveralSides =>
        Keys is { HasChoice: true }
        || (Kind != ProviderKind.Simulator && (Config.Share.WithAll || !Config.Share.Workspaces.IsEmpty));

    /// <summary>The highest version of HTTP that it is asked with; a server that does not offer it is asked with 1.1.</summary>
    public Version HttpVersion { get; }

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

        if (Kind.HasEnvelope())
        {
            // The envelope makes the host's path of the vendor's; only a pass-through goes as it is.
            return new Uri(string.Concat(origin, vendorPath, query), ExactUri);
        }

        var isMessages = messagesRoot is not null && vendorPath.StartsWith("/v1/messages", StringComparison.Ordinal);
        var root = isMessages ? messagesRoot : basePath;
        var held = isMessages ? "" : Kind.PathInBaseUrl();
        var isHeld =
            held.Length > 0
            && vendorPath.StartsWith(held, StringComparison.Ordinal)
            && (vendorPath.Length == held.Length || vendorPath[held.Length] == '/');
        var path = isHeld ? vendorPath.AsSpan(held.Length) : vendorPath;
        var address = new Uri(string.Concat(origin, root, path, query), ExactUri);
        if (query.Length == 0 && cached < CachedAddresses && addresses.TryAdd(vendorPath, address))
        {
            Interlocked.Increment(ref cached);
        }

        return address;
    }

    /// <summary>What the provider's vendor refuses of a request that is written in that dialect, beyond what the dialect lacks.</summary>
    public FeatureSet Refuses(Dialect dialect) => dialect == Dialect.OpenAIChat ? refuses : default;

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
            IsOpenAI = Kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI,
            TakesMaxCompletionTokens = Vendor.OutputBound == OutputBound.MaxCompletionTokens,
            TakesReasoningContent = Vendor.WantsReasoningBack,
            TakesShortToolIds = Vendor.ToolIds == Upstreams.ToolIds.NineAlphanumerics,
            TakesStreamOptions = Vendor.TakesStreamOptions,
            FlattensText = Kind is not (ProviderKind.OpenAI or ProviderKind.AzureOpenAI),
            Refuses = Refuses(dialect),
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
                config.Resilience.Timeouts.Connect,
                config.Network,
                config.Authorities
            );

    /// <summary>Who pays for a request to it.</summary>
    /// <param name="ownIsSubscription">Whether the caller's own credential travels on and is one of a subscription.</param>
    public Billing BillingFor(bool ownIsSubscription) =>
        Config.Billing
        ?? (
            Kind == ProviderKind.Simulator ? Billing.Simulated
            : !HasOwnCredential && ownIsSubscription ? Billing.Subscription
            : Billing.Metered
        );

    private static ImmutableArray<PoolKey> KeysOf(ProviderConfig config)
    {
        var keys = ImmutableArray.CreateBuilder<PoolKey>();
        if (config.ApiKey is { } first)
        {
            Add(first, config.Secret);
        }

        foreach (var further in config.ApiKeys)
        {
            Add(further.Key!, further.Secret);
        }

        return keys.ToImmutable();

        void Add(string key, string? secret)
        {
            // Two names of one key are no choice.
            if (!keys.Any(known => known.Text == key))
            {
                keys.Add(
                    new PoolKey(
                        secret ?? string.Create(CultureInfo.InvariantCulture, $"{keys.Count + 1}"),
                        UpstreamAccount.NameOf(key)!,
                        key,
                        config.Kind.Credential(key)
                    )
                );
            }
        }
    }

    /// <summary>What is written; a simulator of which nothing is written answers for <c>sim-*</c>.</summary>
    private static ImmutableArray<string> Models(ProviderConfig config) =>
        config is { Kind: ProviderKind.Simulator, Models.IsEmpty: true } ? ["sim-*"] : config.Models;

    private static Uri BaseUrl(ProviderConfig config) =>
        config.Kind == ProviderKind.Simulator
            ? new Uri("http://simulator.invalid")
            : config.BaseUrl
                ?? config.DefaultBaseUrl()
                ?? throw new ArgumentException($"Provider {config.Name} needs a base URL.", nameof(config));
}
