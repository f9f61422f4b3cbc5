using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Foundation.Network;
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

    private Upstream(UpstreamKey key, HttpMessageHandler handler)
    {
        Key = key;
        invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <summary>What makes two providers share connections.</summary>
    public UpstreamKey Key { get; }

    /// <summary>Connects over HTTP/1.1; opens nothing yet.</summary>
    public static Upstream Open(UpstreamKey key) =>
        new(
            key,
            new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectCallback = new OutboundGuard(key.Network).ConnectAsync,
                ConnectTimeout = key.ConnectTimeout,
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
                UseCookies = false,
                UseProxy = false,
            }
        );

    /// <summary>Answers from inside the process.</summary>
    public static Upstream Inside(UpstreamKey key, HttpMessageHandler handler) => new(key, handler);

    /// <summary>Sends a request; the answer's body is read by the caller.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker.SendAsync(request, cancellationToken);

    /// <summary>
    /// The sign-in of some Google credentials. Kept as long as the connections: a new configuration goes on with the token of the
    /// one before it.
    /// </summary>
    public GoogleSignIn SignIn(string credentials, TimeProvider clock) =>
        signIns.GetOrAdd(credentials, text => new GoogleSignIn(text, this, clock));

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
internal sealed record UpstreamKey(WorkspaceId Owner, string Address, TimeSpan ConnectTimeout, AddressPolicy Network);
