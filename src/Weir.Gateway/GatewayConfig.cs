using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Admission;
using Weir.Gateway.Resilience;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway;

/// <summary>What the user wrote about providers and routes, validated. Immutable; equal texts make equal values.</summary>
public sealed record GatewayConfig
{
    /// <summary>In the order of the document; names are unique.</summary>
    public ImmutableArray<ProviderConfig> Providers { get; init; } = [];

    /// <summary>The price catalogue of a provider by its name; null when no provider has it.</summary>
    public string? CatalogueOf(string provider)
    {
        foreach (var candidate in Providers)
        {
            if (candidate.Name == provider)
            {
                return candidate.Catalogue ?? candidate.Kind.Catalogue(candidate.Name);
            }
        }

        return null;
    }

    /// <summary>First match wins; a model that no route matches goes to the provider that lists it.</summary>
    public ImmutableArray<RouteConfig> Routes { get; init; } = [];

    /// <summary>Names that stand for a model or a list of targets; names are unique, case aside.</summary>
    public ImmutableArray<AliasConfig> Aliases { get; init; } = [];

    /// <summary>What requests may cost, those of every workspace.</summary>
    public ImmutableArray<BudgetConfig> Budgets { get; init; } = [];

    /// <summary>How many requests and tokens may pass, those of every workspace.</summary>
    public ImmutableArray<LimitConfig> Limits { get; init; } = [];

    /// <summary>The organisation of the server's own workspace; null for none.</summary>
    public string? Organisation { get; init; }

    /// <summary>What to do with a stream whose caller has gone.</summary>
    public HangUpPolicy OnHangUp { get; init; } = HangUpPolicy.Abort;

    /// <summary>
    /// The names under which callers reach Weir besides those of the loopback and the address of the connection itself,
    /// as they stand in the <c>Host</c> header; without a port any port will do. A request for any other name is refused
    /// with 421.
    /// </summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>
    /// The origins whose pages may read answers, as <c>https://app.example</c>, or <c>*</c> for all; none by default. It
    /// says nothing of who may call.
    /// </summary>
    public ImmutableArray<string> CorsOrigins { get; init; } = [];

    /// <summary>Whether answers are compressed for callers who accept it. What an upstream compressed is passed on as it is.</summary>
    public bool CompressesAnswers { get; init; }

    /// <summary>The proxies whose word on a caller's address, scheme and host is believed.</summary>
    public TrustedProxies Proxies { get; init; } = TrustedProxies.None;

    /// <summary>
    /// Whether <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c> go on to providers: the caller's, or where Weir makes
    /// spans, its own <c>traceparent</c>. Otherwise they end here, for they tell a vendor of the caller's systems.
    /// </summary>
    public bool PropagatesTrace { get; init; }

    /// <summary>The largest request body in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>How long an open stream may be silent before the caller is sent a ping, where the dialect has one.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer is held back for its first content while another target remains.</summary>
    public TimeSpan HoldBack { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What to do with a stream whose caller has gone.</summary>
public enum HangUpPolicy
{
    /// <summary>Abort upstream: nobody pays for words that nobody reads; the output so far is estimated.</summary>
    Abort,

    /// <summary>Read on to the end for exact figures.</summary>
    Drain,
}

/// <summary>Which versions of HTTP a provider is asked with.</summary>
public enum HttpVersions
{
    /// <summary>HTTP/2 where the server offers it in the TLS handshake, else HTTP/1.1; without TLS HTTP/1.1.</summary>
    Auto,

    /// <summary>HTTP/1.1 alone.</summary>
    Http11,
}

/// <summary>One upstream account.</summary>
public sealed record ProviderConfig
{
    /// <summary>Its name in routes, records and paths.</summary>
    public required string Name { get; init; }

    /// <summary>What it speaks.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>As the vendor's own SDK takes it: OpenAI's ends in <c>/v1</c>, Anthropic's and Gemini's do not. Null: the vendor's own; simulators have none.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>Where requests really go: <see cref="BaseUrl"/>, else the vendor's own; null for simulators.</summary>
    public Uri? Address => BaseUrl ?? this.DefaultBaseUrl();

    /// <summary>The key sent upstream; null: the caller's own credential travels on, unless there is a <see cref="Secret"/>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// The sealed secret that <see cref="ApiKey"/> is kept in, by name; null for none. The gateway takes no provider of which
    /// it is given the name alone: the caller's credential would travel in the key's place.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Whether requests go up in Weir's own name: with a key of its own, or signed with one.</summary>
    public bool HasKey =>
        ApiKey is not null
        || Secret is not null
        || Credentials is not null
        || SecretAccessKey is not null
        || !SealedKeys.IsEmpty
        || !ApiKeys.IsEmpty;

    /// <summary>
    /// Further keys, which take turns with <see cref="ApiKey"/> if there is one: by session, and where one is refused.
    /// </summary>
    public ImmutableArray<PoolKeyConfig> ApiKeys { get; init; } = [];

    /// <summary>
    /// The sealed secrets that further keys are kept in: the key as the document writes it (<c>secretAccessKey</c>), and the
    /// secret's name.
    /// </summary>
    public ImmutableSortedDictionary<string, string> SealedKeys { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether every secret that it names was opened.</summary>
    public bool IsOpened =>
        !(Secret is not null && ApiKey is null)
        && SealedKeys.Keys.All(key => ValueOf(key) is not null)
        && ApiKeys.All(key => key.Key is not null);

    /// <summary>Bedrock: the AWS region, as <c>us-east-1</c>. Null for other kinds.</summary>
    public string? Region { get; init; }

    /// <summary>Bedrock: the id of the access key that requests are signed with; null with an <see cref="ApiKey"/>.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>Bedrock: the secret part of the access key.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>Bedrock: the session token of temporary access keys; null for lasting ones.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Vertex: the Google Cloud project. Null for other kinds.</summary>
    public string? Project { get; init; }

    /// <summary>Vertex: the location, as <c>global</c>, <c>eu</c> or <c>europe-west1</c>. Null for other kinds.</summary>
    public string? Location { get; init; }

    /// <summary>
    /// Vertex: Google credentials, a JSON document (also in base64) or the path of a file that holds one. The file is read
    /// when a token is needed, not before. Null with an <see cref="ApiKey"/>.
    /// </summary>
    public string? Credentials { get; init; }

    /// <summary>Azure: the dated version of the API; null for the undated one below <c>/openai/v1</c>.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Azure: the deployment of each model that is not deployed under its own name.</summary>
    public ImmutableSortedDictionary<string, string> Deployments { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The row of <see cref="Upstreams.Vendors"/> that tells its ways; null to find it by name, then by address.</summary>
    public string? Vendor { get; init; }

    /// <summary>What it speaks, where that is not what its vendor's row says; empty to go by the row.</summary>
    public ImmutableArray<Dialect> Dialects { get; init; } = [];

    /// <summary>What is changed in all requests to it, after what routes and targets change; not in those under <c>/p/</c>.</summary>
    public ImmutableArray<TransformConfig> Transforms { get; init; } = [];

    /// <summary>The value of a key that may be sealed, by the name that the document gives it; null when it has none.</summary>
    public string? ValueOf(string key) =>
        key switch
        {
            "apiKey" => ApiKey,
            "accessKeyId" => AccessKeyId,
            "secretAccessKey" => SecretAccessKey,
            "sessionToken" => SessionToken,
            "credentials" => Credentials,
            _ => null,
        };

    /// <summary>The same provider with the values of its sealed secrets, or without those that do not open.</summary>
    /// <param name="open">The value of a secret by its name; null when it does not open.</param>
    public ProviderConfig Opened(Func<string, string?> open)
    {
        var opened = Secret is { } name ? this with { ApiKey = open(name) } : this;
        if (ApiKeys.Any(key => key.Secret is not null))
        {
            opened = opened with
            {
                ApiKeys = [.. ApiKeys.Select(key => key.Secret is { } held ? key with { Key = open(held) } : key)],
            };
        }

        foreach (var (key, secret) in SealedKeys)
        {
            var value = open(secret);
            opened = key switch
            {
                "accessKeyId" => opened with { AccessKeyId = value },
                "secretAccessKey" => opened with { SecretAccessKey = value },
                "sessionToken" => opened with { SessionToken = value },
                "credentials" => opened with { Credentials = value },
                _ => throw new InvalidOperationException($"No key {key} can be sealed."),
            };
        }

        return opened;
    }

    /// <summary>The price catalogue; null: that of the kind, or for openai-compatible the one named like the provider.</summary>
    public string? Catalogue { get; init; }

    /// <summary>Who pays; null: simulated for simulators, metered with a key of its own, else subscription when the caller's credential is a bearer token that is no API key.</summary>
    public Billing? Billing { get; init; }

    /// <summary>The models it serves, where the catalogue does not tell; patterns with <c>*</c> allowed.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>What may be passed through with the provider's own key: method and path pattern.</summary>
    public ImmutableArray<PassThroughRule> PassThrough { get; init; } = [];

    /// <summary>
    /// Which other workspaces use a provider of the server's document, by its name and with its credential. Without
    /// meaning in a workspace's own document.
    /// </summary>
    public ProviderShare Share { get; init; } = ProviderShare.Nobody;

    /// <summary>
    /// What the workspaces that it is shared with may pass through with its key. A list of its own: files and batches
    /// belong to the whole account, the sharer's included.
    /// </summary>
    public ImmutableArray<PassThroughRule> SharedPassThrough { get; init; } = [];

    /// <summary>Where connections for it may go: by who wrote its address. Held against each address that is connected to.</summary>
    public AddressPolicy Network { get; init; } = AddressPolicy.Server;

    /// <summary>Which versions of HTTP it is asked with.</summary>
    public HttpVersions Http { get; init; } = HttpVersions.Auto;

    /// <summary>
    /// The authorities, as PEM, that its certificate must lead to; null: the system's. For upstreams of one's own, whose
    /// certificates no public authority signs.
    /// </summary>
    public string? Authorities { get; init; }

    /// <summary>How its failures are met, and how long it may take.</summary>
    public ResilienceConfig Resilience { get; init; } = ResilienceConfig.Default;

    /// <summary>The name alone: a record's own text would hold the key.</summary>
    public override string ToString() => Name;
}

/// <summary>One of several keys of a provider.</summary>
/// <param name="Key">The key; null for a secret that is not opened.</param>
/// <param name="Secret">The sealed secret that it is kept in, by name; null for none.</param>
public sealed record PoolKeyConfig(string? Key, string? Secret)
{
    /// <summary>The name alone: a record's own text would hold the key.</summary>
    public override string ToString() => Secret ?? "a key";
}

/// <summary>With which workspaces, beside the server's own, a provider is shared.</summary>
/// <param name="WithAll">With every one, those to come included.</param>
/// <param name="Workspaces">By name, when not with all.</param>
public sealed record ProviderShare(bool WithAll, ImmutableArray<string> Workspaces)
{
    /// <summary>With none.</summary>
    public static ProviderShare Nobody { get; } = new(false, []);

    /// <summary>With every one.</summary>
    public static ProviderShare Everybody { get; } = new(true, []);

    /// <summary>Whether the workspace of that name may use it.</summary>
    public bool Includes(string workspace) => WithAll || Workspaces.Contains(workspace, StringComparer.Ordinal);
}

/// <summary>A method and a path pattern with <c>*</c> that may be passed through, as <c>GET /v1/files/*</c>.</summary>
public sealed record PassThroughRule(string Method, string PathPattern);

/// <summary>The kinds of upstream.</summary>
public enum ProviderKind
{
    /// <summary>Anthropic's API.</summary>
    Anthropic,

    /// <summary>OpenAI's own API.</summary>
    OpenAI,

    /// <summary>Anything that speaks OpenAI's dialect.</summary>
    OpenAICompatible,

    /// <summary>Google's Gemini API.</summary>
    Gemini,

    /// <summary>The built-in simulator.</summary>
    Simulator,

    /// <summary>OpenAI's models on Azure.</summary>
    AzureOpenAI,

    /// <summary>Amazon Bedrock.</summary>
    Bedrock,

    /// <summary>Google's Vertex AI.</summary>
    Vertex,
}
