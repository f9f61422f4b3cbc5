using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Holding;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// The connections to one provider's address. Shared by the configuration snapshots that name it alike, and closed with
/// the last of them. Thread-safe.
/// </summary>
internal sealed class Upstream : IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly ConcurrentDictionary<string, GoogleSignIn> signIns = new(StringComparer.Ordinal);
    private int holders = 1;

    private Upstream(UpstreamKey key, HttpMessageHandler handler, HolderTable? held)
    {
        Key = key;
        Held = held ?? new HolderTable();
        invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <summary>What is known of the accounts there.</summary>
    public AccountState Accounts { get; } = new();

    /// <summary>Which of them holds what.</summary>
    public HolderTable Held { get; }

    /// <summary>What is listed there.</summary>
    public OwnModels Models { get; } = new();

    /// <summary>What makes two providers share connections.</summary>
    public UpstreamKey Key { get; }

    /// <summary>
    /// Connects over TCP, with HTTP/2 where a request asks for it and the server offers it; opens nothing yet.
    /// </summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The authorities are no PEM.</exception>
    /// <param name="key">Where to.</param>
    /// <param name="held">Which account there holds what; null for a table of its own.</param>
    public static Upstream Open(UpstreamKey key, HolderTable? held = null) =>
        new(
            key,
            new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectCallback = new OutboundGuard(key.Network).ConnectAsync,
                ConnectTimeout = key.ConnectTimeout,
                // A server allows a hundred streams or so on one connection; without a second one the next would wait.
                EnableMultipleHttp2Connections = true,
                // A connection that has died unheard would take every new stream with it until their silence is too long.
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                MaxConnectionsPerServer = int.MaxValue,
                // A request that follows a pause must not meet a connection that a balancer has dropped meanwhile, nor
                // an address that the name no longer has.
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                // Kestrel reads header values as UTF-8; written in the same coding they leave as they came.
                RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                // What is left of an answer that nobody reads is not worth waiting for.
                MaxResponseDrainSize = 0,
                SslOptions = Trust(key.Authorities),
                UseCookies = false,
                UseProxy = false,
            },
            held
        );

    /// <summary>Answers from inside the process.</summary>
    public static Upstream Inside(UpstreamKey key, HttpMessageHandler handler) => new(key, handler, held: null);

    /// <summary>Sends a request; the answer's body is read by the caller.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker.SendAsync(request, cancellationToken);

    /// <summary>
    /// The sign-in of some Google credentials. Kept as long as the connections: a new configuration goes on with the token of the
    /// one before it.
    /// </summary>
    public GoogleSignIn SignIn(string credentials, TimeProvider clock) =>
        signIns.GetOrAdd(credentials, text => new GoogleSignIn(text, this, clock));

    private static SslClientAuthenticationOptions Trust(string? authorities)
    {
        var options = new SslClientAuthenticationOptions();
        if (authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // As without authorities of one's own; private ones seldom say what they took back.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        }

        return options;
    }

    /// <summary>Another snapshot uses it.</summary>
    public Upstream Share()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    /// <summary>A snapshot is done with it: once for each that uses it. The last one closes its connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            invoker.Dispose();
        }
    }
}

/// <summary>
/// Providers with equal keys share connections: nothing in a connection depends on anything else. Those of two
/// workspaces never do: which addresses may be connected to is decided for each, and how fast an answer begins would tell
/// what the other one uses.
/// </summary>
internal sealed record UpstreamKey(
    WorkspaceId Owner,
    string Address,
    TimeSpan ConnectTimeout,
    AddressPolicy Network,
    string? Authorities = null
);
