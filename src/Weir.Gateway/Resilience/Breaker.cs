namespace Weir.Gateway.Resilience;

/// <summary>
/// Whether a target is thought to work. The states are those of the circuit breaker in Michael Nygard's "Release It!" (closed,
/// open, half open); the window of attempts is resilience4j's count-based one with an age; the slow return is Envoy's slow start.
/// <list type="bullet">
/// <item>Closed: everybody may ask. So many failures in the window open it.</item>
/// <item>Open: it is passed over. Who has nobody else to ask asks it all the same, and says nothing by it.</item>
/// <item>Half open, when its time is up: one request at a time is a probe. Two good answers close it, a bad one opens it for twice
/// as long.</item>
/// <item>Closed again, it is returning: first a tenth of those that could go elsewhere may ask, then more, so that what has just
/// got up is not knocked over by all who waited.</item>
/// </list>
/// Attempts that began before the state last changed say nothing of the present, and are not counted. No clock and no lock of its
/// own: moments are times since some beginning that never run backwards. Not thread-safe.
/// </summary>
/// <param name="config">What was written.</param>
/// <param name="random">From 0 to below 1. It shortens open times by up to a tenth, so that several Weirs do not probe in step.</param>
/// <param name="epoch">The first epoch.</param>
internal sealed class Breaker(BreakerConfig config, Func<double> random, long epoch = 0)
{
    /// <summary>A probe that has said nothing for so long no longer keeps others from trying.</summary>
    public static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(60);

    /// <summary>The good answers that close it.</summary>
    public const int GoodAnswers = 2;

    private const int MostDoublings = 20;
    private const double FirstShare = 0.1;
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    private readonly AttemptWindow window = new(config.Attempts, config.Window);
    private long probes;
    private TimeSpan probeSince;
    private int good;
    private TimeSpan? closedAt;
    private TimeSpan lastOpen;

    /// <summary>Its state.</summary>
    public BreakerPhase Phase { get; private set; }

    /// <summary>Counts the changes of state that make what was asked before them old news.</summary>
    public long Epoch { get; private set; } = epoch;

    /// <summary>When a probe may be sent, while it is open.</summary>
    public TimeSpan OpenUntil { get; private set; }

    /// <summary>When it opened for the first time since it was closed.</summary>
    public TimeSpan OpenedAt { get; private set; }

    /// <summary>How often it has opened in a row, from 1; 0 while it never has.</summary>
    public int Times { get; private set; }

    /// <summary>The number of the probe that is under way; 0 for none.</summary>
    public long Probe { get; private set; }

    /// <summary>The failures that are remembered, and the attempts.</summary>
    public (int Failures, int Attempts) Seen => (window.Failures, window.Count);

    /// <summary>
    /// The share of those who could go elsewhere that may ask: 1 while it is closed, 0 while it is open or half open, between them
    /// while it is returning.
    /// </summary>
    public double Share(TimeSpan now)
    {
        if (Phase != BreakerPhase.Closed)
        {
            return 0;
        }

        var ramp = Min(lastOpen, LongestReturn);
        return closedAt is not { } since || now - since >= ramp
            ? 1
            : FirstShare + ((1 - FirstShare) * ((now - since) / ramp));
    }

    /// <summary>Whether a request that comes now would be a probe.</summary>
    public bool WantsProbe(TimeSpan now) =>
        Phase != BreakerPhase.Closed && now >= OpenUntil && (Probe == 0 || now - probeSince >= ProbePatience);

    /// <summary>Lets a request in; false when it is to go elsewhere.</summary>
    /// <param name="now">The time.</param>
    /// <param name="place">The request's own place from 0 to below 1, by its session: it returns with its fellows, and stays.</param>
    /// <param name="must">Whether it has nowhere else to go; then it is let in.</param>
    /// <param name="ticket">What it gives back to <see cref="Leave"/>.</param>
    public bool TryEnter(TimeSpan now, double place, bool must, out BreakerTicket ticket)
    {
        ticket = new BreakerTicket(Epoch, 0);
        if (Phase == BreakerPhase.Closed)
        {
            return must || place < Share(now);
        }

        if (!WantsProbe(now))
        {
            return must;
        }

        Phase = BreakerPhase.HalfOpen;
        Probe = ++probes;
        probeSince = now;
        ticket = new BreakerTicket(Epoch, Probe);
        return true;
    }

    /// <summary>Takes in how an attempt ended; says what changed by it.</summary>
    public BreakerChange Leave(BreakerTicket ticket, AttemptOutcome outcome, TimeSpan now)
    {
        if (ticket.Epoch != Epoch)
        {
            return BreakerChange.None;
        }

        var isProbe = ticket.Probe != 0 && ticket.Probe == Probe;
        if (isProbe)
        {
            Probe = 0;
        }

        // A probe that was given up for lost, or that has spoken already, has no say.
        if (outcome is AttemptOutcome.Undecided or AttemptOutcome.Limited || (ticket.Probe != 0 && !isProbe))
        {
            return BreakerChange.None;
        }

        var failed = outcome == AttemptOutcome.Failed;
        switch (Phase)
        {
            case BreakerPhase.Closed:
                window.Add(now, failed);
                if (!failed || window.Failures < config.Failures)
                {
                    return BreakerChange.None;
                }

                // What falls again while it is still returning, or soon after, was not well.
                var isRelapse = closedAt is { } since && now - since < Min(lastOpen, LongestReturn) + config.Window;
                Times = isRelapse ? Times : 0;
                OpenedAt = now;
                Open(now);
                return BreakerChange.Opened;
            case BreakerPhase.HalfOpen when failed && isProbe:
                Open(now);
                return BreakerChange.OpenedAgain;
            case BreakerPhase.HalfOpen when failed:
                good = 0;
                return BreakerChange.None;
            case BreakerPhase.HalfOpen when ++good >= GoodAnswers:
                Phase = BreakerPhase.Closed;
                Epoch++;
                Probe = 0;
                closedAt = now;
                window.Clear();
                return BreakerChange.Closed;
            default:
                return BreakerChange.None;
        }
    }

    private void Open(TimeSpan now)
    {
        var doublings = Math.Min(Times, MostDoublings);
        var ticks = Math.Min(config.OpenFor.Ticks * Math.Pow(2, doublings), config.Longest.Ticks);
        lastOpen = TimeSpan.FromTicks((long)(ticks * (1 - (0.1 * random()))));
        Phase = BreakerPhase.Open;
        Epoch++;
        Times++;
        OpenUntil = now + lastOpen;
        Probe = 0;
        good = 0;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>The states of a breaker.</summary>
internal enum BreakerPhase : byte
{
    /// <summary>The target is asked.</summary>
    Closed,

    /// <summary>The target is passed over.</summary>
    Open,

    /// <summary>The target is tried.</summary>
    HalfOpen,
}

/// <summary>What an attempt changed.</summary>
internal enum BreakerChange : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It opened.</summary>
    Opened,

    /// <summary>A probe failed: it is open for longer.</summary>
    OpenedAgain,

    /// <summary>It closed.</summary>
    Closed,
}

/// <summary>What a request holds that was let in.</summary>
/// <param name="Epoch">The breaker's when it came in.</param>
/// <param name="Probe">Its number, where it is a probe; else 0.</param>
internal readonly record struct BreakerTicket(long Epoch, long Probe);
