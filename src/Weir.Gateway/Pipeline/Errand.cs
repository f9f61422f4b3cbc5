using System.Buffers;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// A request on its way through its targets, and the best answer that it has had so far. Used by one step at a time; disposed of
/// when no target is asked any more.
/// </summary>
internal sealed class Errand : IDisposable
{
    private readonly TargetState[] states;
    private readonly int count;
    private TargetWalk walk;
    private bool hasBegun;

    /// <summary>At the beginning of its way.</summary>
    public Errand(Exchange exchange)
    {
        Exchange = exchange;
        var targets = exchange.Route.Targets;
        count = targets.Length;
        states = ArrayPool<TargetState>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            var model = targets[i].Model ?? exchange.Route.Model ?? exchange.RequestedModel;
            states[i] = targets[i].Provider.Health.Of(model);
        }

        walk = new TargetWalk(count == 1 ? 0 : PlaceOf(exchange));
    }

    /// <summary>The request.</summary>
    public Exchange Exchange { get; }

    /// <summary>Whether its caller has been served.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether a connection still reads the request's body.</summary>
    public bool IsBodyInUse { get; private set; }

    /// <summary>The attempt whose answer the caller gets, where none serves; null while nothing was sent.</summary>
    public UpstreamCall? Best { get; private set; }

    /// <summary>Whether a target is left.</summary>
    public bool HasMore => walk.HasMore(count);

    /// <summary>Whether one is left that stands well.</summary>
    public bool HasGood => walk.HasGood(States);

    private ReadOnlySpan<TargetState> States => states.AsSpan(0, count);

    /// <summary>The next target; false when none is left.</summary>
    public bool TryNext(out WalkStep step)
    {
        if (!walk.TryNext(States, out step))
        {
            return false;
        }

        if (!hasBegun && step.Index != 0)
        {
            Exchange.PassedOver = states[0].Stand().Kind;
        }

        hasBegun = true;
        Exchange.Route.Targets[step.Index].Provider.Health.Retries.Request();
        return true;
    }

    /// <summary>Takes an attempt in that has ended. Of those that did not serve it keeps the one that tells the caller most.</summary>
    public void Keep(UpstreamCall call, bool isDone)
    {
        IsDone = isDone;
        IsBodyInUse |= call.IsBodyBeingSent;
        // The last answer of an upstream tells the caller more than Weir's own word.
        if (isDone || (Best?.HeldAnswer is not null && call.HeldAnswer is null))
        {
            call.Dispose();
        }
        else
        {
            Best?.Dispose();
            Best = call;
        }
    }

    /// <inheritdoc />
    public void Dispose() => ArrayPool<TargetState>.Shared.Return(states, clearArray: true);

    /// <summary>A session's requests return together to what is returning.</summary>
    private static double PlaceOf(Exchange exchange) =>
        SpreadHash.Fraction(
            (exchange.Attribution.Session ?? exchange.Head.Session) is { } session
                ? SpreadHash.Of(session, "")
                : SpreadHash.Of(exchange.Id.Value, "")
        );
}
