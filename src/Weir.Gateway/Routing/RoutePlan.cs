using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Routing;

/// <summary>
/// What a route with a strategy or with affinity decided for a request, and what it wants to hear of it. A plain route has none.
/// Immutable.
/// </summary>
/// <param name="State">What is remembered.</param>
/// <param name="Workspace">Whose request it is.</param>
/// <param name="Route">The route.</param>
/// <param name="Session">The session that is to stay; null for none.</param>
/// <param name="First">The target that would be first as written.</param>
internal sealed record RoutePlan(
    RouteState State,
    WorkspaceId Workspace,
    RouteModel Route,
    string? Session,
    Target First
)
{
    /// <summary>Notes how an attempt at one of its targets ended.</summary>
    public void Note(Exchange exchange, UpstreamAttempt attempt)
    {
        // A count is answered by another part of the vendor, in its own time.
        if (exchange.Endpoint.IsCount)
        {
            return;
        }

        bool? ok =
            attempt.Status == RequestStatus.Ok ? true
            : attempt.MayTryElsewhere ? false
            : null;
        var (provider, model) = (attempt.Target.Provider.Name, attempt.SentModel ?? "");
        if (ok != false && attempt.WasAccepted && attempt.FirstContent - attempt.Offset is { } took)
        {
            State.Note(new TargetKey(Workspace, provider, model), took, exchange.Streaming);
        }

        if (Session is { } session && attempt.WasAccepted && ok != false)
        {
            State.Keep(
                new SessionKey(Workspace, Route.Name, session),
                provider,
                model,
                attempt.Reading.Usage.CacheWrite1h > 0
            );
        }
    }
}
