using System.Collections.Immutable;
using Weir.Gateway.Admission;
using Weir.Gateway.Routing;
using Weir.Identity;

namespace Weir.Gateway.Activities;

/// <summary>
/// Tells what changes of budgets by time alone: that a counter has room again, and that a grant is over. Looks once a minute.
/// Thread-safe.
/// </summary>
internal sealed class BudgetNews : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    private readonly ActivityFeed feed;
    private readonly AdmissionBook book;
    private readonly Func<GatewaySnapshot> current;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private ImmutableArray<BudgetGrant>? living;

    /// <summary>Looks from now on.</summary>
    public BudgetNews(ActivityFeed feed, AdmissionBook book, Func<GatewaySnapshot> current, TimeProvider clock)
    {
        (this.feed, this.book, this.current, this.clock) = (feed, book, current, clock);
        timer = clock.CreateTimer(_ => Look(), null, Pace, Pace);
    }

    /// <summary>What is granted now, all of it. What the first call says was known before.</summary>
    public void Grant(ImmutableArray<BudgetGrant> grants)
    {
        lock (gate)
        {
            foreach (var gone in living?.ExceptBy(grants.Select(one => one.Id), one => one.Id) ?? [])
            {
                feed.GrantEnded(gone);
            }

            foreach (
                var added in living is { } known ? grants.ExceptBy(known.Select(one => one.Id), one => one.Id) : []
            )
            {
                feed.Granted(added);
            }

            living = grants;
        }
    }

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();

    private void Look()
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (living is { } known && known.Any(one => one.Until <= now))
            {
                Grant(known.RemoveAll(one => one.Until <= now));
            }
        }

        foreach (var gateway in current().Gateways)
        {
            foreach (var standing in gateway.Rules.IsEmpty ? [] : book.Standings(gateway.Rules))
            {
                feed.Tell(gateway.Workspace, standing);
            }
        }
    }
}
