using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Resilience;

/// <summary>
/// Writes down what changes in targets' health: one line for each breaker that opens or closes and each rest that begins, at most 60
/// a minute; what comes beyond is counted, and told with the first line of a later minute. Thread-safe.
/// </summary>
internal sealed class HealthLog(TimeProvider clock, ILogger log)
{
    private const int MostLines = 60;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private long since;
    private int lines;
    private long leftOut;

    /// <summary>Writes one change down. That a target left or returned is said by what made it.</summary>
    public void Add(ResilienceEvent happened)
    {
        if (happened is TargetLeft or TargetReturned || !TryTake(out var more))
        {
            return;
        }

        if (more > 0)
        {
            Log.HealthLeftOut(log, more);
        }

        var (workspace, provider, model) = happened.Target;
        switch (happened)
        {
            case BreakerOpened opened:
                Log.BreakerOpened(
                    log,
                    workspace,
                    provider,
                    model,
                    opened.Failures,
                    opened.Attempts,
                    Seconds(opened.For),
                    opened.Times
                );
                break;
            case BreakerClosed closed:
                Log.BreakerClosed(log, workspace, provider, model, Seconds(closed.After));
                break;
            case CooldownBegan cooling:
                Log.CooldownBegan(log, workspace, provider, model, Seconds(cooling.For), cooling.Scope ?? "no word");
                break;
        }
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private bool TryTake(out long more)
    {
        more = 0;
        lock (gate)
        {
            if (since == 0 || clock.GetElapsedTime(since) >= Window)
            {
                (since, lines, more, leftOut) = (clock.GetTimestamp(), 0, leftOut, 0);
            }

            if (lines >= MostLines)
            {
                leftOut++;
                return false;
            }

            lines++;
            return true;
        }
    }
}
