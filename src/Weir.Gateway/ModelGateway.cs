using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Gateway;

/// <summary>
/// The data plane: relays requests to models and meters them. Thread-safe. A request keeps the configuration, key and
/// price snapshots that it started with.
/// </summary>
public sealed class ModelGateway : IAsyncDisposable
{
    /// <summary>Stands ready with no providers until <see cref="Apply"/>.</summary>
    public ModelGateway(
        UsageLedger ledger,
        PriceBook prices,
        KeyRing keys,
        RecordIdSource ids,
        TimeProvider clock,
        ILoggerFactory loggers
    ) { }

    /// <summary>Swaps in a configuration as a whole, without dropping a request.</summary>
    public void Apply(GatewayConfig config) => throw new NotImplementedException();

    /// <summary>True for the paths of the client-facing API: <c>/v1…</c>, <c>/v1beta…</c>, <c>/p/…</c>, and <c>HEAD /</c>.</summary>
    public static bool Owns(HttpRequest request) => throw new NotImplementedException();

    /// <summary>Answers one request of the client-facing API, errors included; throws only for bugs.</summary>
    public Task HandleAsync(HttpContext context) => throw new NotImplementedException();

    /// <summary>Requests being answered now.</summary>
    public int InFlight => throw new NotImplementedException();

    /// <summary>Ends idle connections; waits until detached drains are settled or cancelled.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
