namespace Weir.Gateway.Resilience;

/// <summary>
/// What is known of one target's health: its breaker, its rest, and how many requests it is given at once. Outlives
/// configurations, and is gone with the process. While all is well, letting a request in takes no lock and allocates nothing.
/// Thread-safe.
/// </summary>
internal sealed class TargetState
{
    /// <summary>How long a failure counts against a target where another one could be asked first.</summary>
    public static readonly TimeSpan Penalty = TimeSpan.FromSeconds(60);

    /// <summary>The share of failures from which a target counts as failing, although its last attempt went well.</summary>
    private const double TooMany = 0.25;

    /// <summary>How much the newest attempt weighs against all before it.</summary>
    private const double Newest = 0.1;

    /// <summary>A share of failures that nobody need go on counting down.</summary>
    private const double Forgotten = 0.05;

    /// <summary>Rest after a refusal that does not say how long: doubled with each one in a row.</summary>
    private static readonly TimeSpan FirstUnsaid = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestUnsaid = TimeSpan.FromMinutes(1);

    private readonly HealthContext context;
    private readonly Lock gate = new();
    private ResilienceConfig config;
    private Breaker? breaker;
    private ConcurrencyGovernor? governor;
    private TimeSpan coolsSince;
    private TimeSpan? coolsUntil;
    private int unsaid;
    private TimeSpan? awaySince;
    private long askedAt;
    private long epoch;
    private TimeSpan? failedAt;
    private bool hasJustFailed;
    private double failures;
    private volatile bool isWell = true;

    // Well, and nothing bad is remembered: a good answer then changes nothing, and is not written down.
    private volatile bool isClean = true;

    /// <summary>Of a target of which nothing is known.</summary>
    public TargetState(TargetKey key, ResilienceConfig config, HealthContext context)
    {
        Key = key;
        this.context = context;
        this.config = config;
        MakeBreaker();
        MakeGovernor();
    }

    /// <summary>Whose it is.</summary>
    public TargetKey Key { get; }

    /// <summary>How many requests it is given at once; null for any number.</summary>
    public ConcurrencyGovernor? Governor => Volatile.Read(ref governor);

    /// <summary>When a request last asked for it, from the context's beginning.</summary>
    public TimeSpan AskedAt => TimeSpan.FromTicks(Volatile.Read(ref askedAt));

    /// <summary>
    /// Whether a route that may choose should ask others first: it is passed over, or its last attempt failed, or too many of its
    /// last, and one within <see cref="Penalty"/>.
    /// </summary>
    public bool HasFailedLately
    {
        get
        {
            if (isClean)
            {
                return false;
            }

            Look();
            lock (gate)
            {
                // One that may be tried again is in its place when the penalty is over, or nobody would ever try it.
                var now = context.Now;
                return StandingNow(now).Kind is StandingKind.Open or StandingKind.Cooling
                    || (now - failedAt < Penalty && (hasJustFailed || failures > TooMany));
            }
        }
    }

    /// <summary>The share of its attempts that failed, the newest counting a tenth: 0 to 1.</summary>
    public double FailedShare
    {
        get
        {
            lock (gate)
            {
                return failures;
            }
        }
    }

    /// <summary>How long ago an attempt failed last; null for not that anybody remembers.</summary>
    public TimeSpan? SinceFailure
    {
        get
        {
            lock (gate)
            {
                return context.Now - failedAt;
            }
        }
    }

    /// <summary>The failed ones of the attempts that its breaker remembers, and those attempts.</summary>
    public (int Failures, int Attempts) Seen
    {
        get
        {
            lock (gate)
            {
                return breaker?.Seen ?? default;
            }
        }
    }

    /// <summary>Takes over what was written anew. What is known stays where what it hangs on was not changed.</summary>
    public void Adopt(ResilienceConfig next)
    {
        List<ResilienceEvent>? events = null;
        lock (gate)
        {
            var before = config;
            config = next;
            if (before.Breaker != next.Breaker)
            {
                MakeBreaker();
            }

            if (before.Concurrency != next.Concurrency)
            {
                MakeGovernor();
            }

            Settle(context.Now, ref events);
        }

        context.Tell(events);
    }

    /// <summary>How it stands.</summary>
    public Standing Stand()
    {
        var isFull = Governor is { } bound && bound.InUse >= bound.Limit;
        if (!isWell)
        {
            List<ResilienceEvent>? events = null;
            Standing standing;
            lock (gate)
            {
                var now = context.Now;
                Settle(now, ref events);
                standing = StandingNow(now);
            }

            context.Tell(events);
            if (standing.Kind != StandingKind.Ready && !(isFull && standing.Kind == StandingKind.Returning))
            {
                return standing;
            }
        }

        return isFull ? new Standing(StandingKind.Full, TimeSpan.Zero, 0) : Standing.Ready;
    }

    /// <summary>Lets a request in that could go elsewhere; false where it should.</summary>
    /// <param name="place">The request's place from 0 to below 1: the same for a session, spread over sessions.</param>
    /// <param name="attempt">What it holds, to be disposed of when the answer has ended.</param>
    public bool TryBegin(double place, out TargetAttempt attempt)
    {
        attempt = default;
        var now = context.Now;
        Volatile.Write(ref askedAt, now.Ticks);
        var ticket = new BreakerTicket(Volatile.Read(ref epoch), 0);
        if (!isWell && !TryEnter(now, place, must: false, out ticket))
        {
            return false;
        }

        var slot = default(ConcurrencySlot);
        if (Governor is { } bound && !bound.TryEnter(out slot))
        {
            Release(ticket);
            return false;
        }

        attempt = new TargetAttempt(this, ticket, slot, now);
        return true;
    }

    /// <summary>
    /// Lets a request in that has nowhere else to go, however the target stands. Where no slot is free it holds none yet
    /// (<see cref="TargetAttempt.NeedsSlot"/>).
    /// </summary>
    public TargetAttempt Begin()
    {
        var now = context.Now;
        Volatile.Write(ref askedAt, now.Ticks);
        TryEnter(now, place: 0, must: true, out var ticket);
        var slot = default(ConcurrencySlot);
        Governor?.TryEnter(out slot);
        return new TargetAttempt(this, ticket, slot, now);
    }

    /// <summary>Whether it is open and its time up, so that a probe would tell how it is now.</summary>
    /// <param name="quiet">How long its time must have been up.</param>
    public bool WantsProbe(TimeSpan quiet)
    {
        if (isWell)
        {
            return false;
        }

        lock (gate)
        {
            var now = context.Now;
            return breaker is not null
                && coolsUntil is null
                && breaker.WantsProbe(now)
                && now - breaker.OpenUntil >= quiet;
        }
    }

    /// <summary>Begins a probe of Weir's own; false where none is wanted, or a request is one already.</summary>
    public bool TryBeginProbe(out TargetAttempt attempt)
    {
        attempt = default;
        var now = context.Now;
        lock (gate)
        {
            if (breaker is null || !breaker.WantsProbe(now) || !breaker.TryEnter(now, 0, must: false, out var ticket))
            {
                return false;
            }

            attempt = new TargetAttempt(this, ticket, default, now);
            return true;
        }
    }

    /// <summary>Whether nothing is known of it that would be missed. Tells nothing.</summary>
    public bool IsForgettable => isWell && Governor is not { InUse: > 0 };

    /// <summary>Takes in that time has gone by, and tells what changed by it.</summary>
    public void Look()
    {
        if (isWell)
        {
            return;
        }

        List<ResilienceEvent>? events = null;
        lock (gate)
        {
            Settle(context.Now, ref events);
        }

        context.Tell(events);
    }

    /// <summary>Takes in how an attempt ended.</summary>
    public void Tell(BreakerTicket ticket, TimeSpan startedAt, AttemptOutcome outcome, CooldownWord? word)
    {
        if (isClean && outcome == AttemptOutcome.Good && word is null)
        {
            return;
        }

        List<ResilienceEvent>? events = null;
        lock (gate)
        {
            var now = context.Now;
            Remember(outcome, now);
            var change = breaker?.Leave(ticket, outcome, now) ?? BreakerChange.None;
            if (change is BreakerChange.Opened or BreakerChange.OpenedAgain)
            {
                // Before the epoch: who reads the new one and still takes it for well would be let in, and have a say beside the probe.
                isWell = isClean = false;
            }

            Volatile.Write(ref epoch, breaker?.Epoch ?? epoch);
            switch (change)
            {
                case BreakerChange.Opened or BreakerChange.OpenedAgain:
                    var seen = breaker!.Seen;
                    Note(
                        ref events,
                        new BreakerOpened(
                            Key,
                            Utc,
                            seen.Failures,
                            seen.Attempts,
                            breaker.OpenUntil - now,
                            breaker.Times
                        )
                    );
                    break;
                case BreakerChange.Closed:
                    Note(ref events, new BreakerClosed(Key, Utc, now - breaker!.OpenedAt));
                    break;
            }

            Rest(startedAt, outcome, word, now, ref events);
            Settle(now, ref events);
        }

        context.Tell(events);
    }

    /// <summary>Gives back what an attempt holds that ended without a word.</summary>
    public void Release(BreakerTicket ticket)
    {
        if (ticket.Probe != 0)
        {
            lock (gate)
            {
                breaker?.Leave(ticket, AttemptOutcome.Undecided, context.Now);
            }
        }
    }

    /// <summary>The time, from the context's beginning.</summary>
    public TimeSpan Now => context.Now;

    private DateTimeOffset Utc => context.Clock.GetUtcNow();

    private bool TryEnter(TimeSpan now, double place, bool must, out BreakerTicket ticket)
    {
        List<ResilienceEvent>? events = null;
        bool entered;
        lock (gate)
        {
            Settle(now, ref events);
            ticket = new BreakerTicket(epoch, 0);
            entered =
                (must || coolsUntil is null) && (breaker is null || breaker.TryEnter(now, place, must, out ticket));
        }

        context.Tell(events);
        return entered;
    }

    private void Remember(AttemptOutcome outcome, TimeSpan now)
    {
        if (outcome is AttemptOutcome.Good or AttemptOutcome.Failed)
        {
            hasJustFailed = outcome == AttemptOutcome.Failed;
            failures = (failures * (1 - Newest)) + (hasJustFailed ? Newest : 0);
            failedAt = hasJustFailed ? now : failedAt;
        }
    }

    private void Rest(
        TimeSpan startedAt,
        AttemptOutcome outcome,
        CooldownWord? word,
        TimeSpan now,
        ref List<ResilienceEvent>? events
    )
    {
        // What was under way when the rest began was sent before anybody knew of it, and says nothing new.
        var isNews = coolsUntil is null || startedAt > coolsSince;
        if (outcome == AttemptOutcome.Good && isNews)
        {
            unsaid = 0;
            coolsUntil = null;
        }

        TimeSpan rest;
        if (word is { } said)
        {
            rest = said.For;
        }
        else if (outcome == AttemptOutcome.Limited && isNews)
        {
            var ticks = FirstUnsaid.Ticks * Math.Pow(2, Math.Min(unsaid++, 16));
            rest = TimeSpan.FromTicks((long)Math.Min(ticks, LongestUnsaid.Ticks));
        }
        else
        {
            return;
        }

        rest = rest < config.LongestCooldown ? rest : config.LongestCooldown;
        if (rest <= TimeSpan.Zero || coolsUntil > now + rest)
        {
            return;
        }

        if (coolsUntil is null)
        {
            coolsSince = now;
            Note(ref events, new CooldownBegan(Key, Utc, rest, word?.Scope));
        }

        coolsUntil = now + rest;
    }

    /// <summary>Takes in that time has gone by. Every way that could change how the target stands ends here.</summary>
    private void Settle(TimeSpan now, ref List<ResilienceEvent>? events)
    {
        if (coolsUntil <= now)
        {
            coolsUntil = null;
        }

        var isOpen = breaker is { Phase: not BreakerPhase.Closed };
        if (isOpen || coolsUntil is not null)
        {
            if (awaySince is null)
            {
                awaySince = now;
                Note(ref events, new TargetLeft(Key, Utc, isOpen ? StandingKind.Open : StandingKind.Cooling));
            }
        }
        else if (awaySince is { } since)
        {
            awaySince = null;
            Note(ref events, new TargetReturned(Key, Utc, now - since));
        }

        isWell = awaySince is null && (breaker is null || breaker.Share(now) >= 1);
        isClean = isWell && unsaid == 0 && failures < Forgotten && breaker is not { Seen.Failures: > 0 };
    }

    private Standing StandingNow(TimeSpan now)
    {
        if (breaker is { Phase: not BreakerPhase.Closed })
        {
            return breaker.OpenUntil > now
                ? new Standing(StandingKind.Open, breaker.OpenUntil - now, 0)
                : new Standing(StandingKind.Probing, TimeSpan.Zero, 0);
        }

        if (coolsUntil is { } until)
        {
            return new Standing(StandingKind.Cooling, until - now, 0);
        }

        return breaker?.Share(now) is { } share and < 1
            ? new Standing(StandingKind.Returning, TimeSpan.Zero, share)
            : Standing.Ready;
    }

    private void MakeBreaker()
    {
        // Tickets of the breaker before say nothing of this one.
        var first = epoch + 1;
        breaker = config.Breaker is { } written ? new Breaker(written, context.Random, first) : null;
        Volatile.Write(ref epoch, first);
    }

    /// <summary>Who holds or waits for a slot of the one before is still served by it.</summary>
    private void MakeGovernor() =>
        Volatile.Write(
            ref governor,
            config.Concurrency is { } written ? new ConcurrencyGovernor(written, context) : null
        );

    private static void Note(ref List<ResilienceEvent>? events, ResilienceEvent happened) =>
        (events ??= new List<ResilienceEvent>(2)).Add(happened);
}

/// <summary>
/// What a request holds at a target. Told how it ended once, disposed of when the answer has ended: only then the target has
/// room for another. Disposing of it again, or of a copy, does nothing; of the default, too.
/// </summary>
internal readonly struct TargetAttempt(
    TargetState state,
    BreakerTicket ticket,
    ConcurrencySlot slot,
    TimeSpan startedAt
) : IDisposable
{
    /// <summary>Where it goes; null for the default.</summary>
    public TargetState? State => state;

    /// <summary>Whether it tries a target whose breaker is open.</summary>
    public bool IsProbe => ticket.Probe != 0;

    /// <summary>When it began, from the context's beginning.</summary>
    public TimeSpan StartedAt => startedAt;

    /// <summary>Whether it must wait for a slot before it is sent.</summary>
    public bool NeedsSlot => !slot.IsTaken && state?.Governor is not null;

    /// <summary>The same with a slot that it has waited for.</summary>
    public TargetAttempt With(ConcurrencySlot waitedFor, TimeSpan now) => new(state, ticket, waitedFor, now);

    /// <summary>Waits for a slot; the same without one where none came free in time, or the caller went.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="gone">Cancelled when the caller has gone.</param>
    public async ValueTask<TargetAttempt> EnterAsync(TimeSpan patience, CancellationToken gone)
    {
        var held = this;
        return held.State?.Governor is { } bound
            ? held.With(await bound.EnterAsync(patience, gone), held.State.Now)
            : held;
    }

    /// <summary>Tells when the first byte of a good answer came.</summary>
    /// <param name="took">The time from sending until then.</param>
    public void FirstByte(TimeSpan took) => slot.Owner?.FirstByte(took);

    /// <summary>Tells how it ended, at the first content at the latest.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="word">When the provider wants to be asked again; null where it did not say.</param>
    public void Tell(AttemptOutcome outcome, CooldownWord? word = null)
    {
        if (state is null)
        {
            return;
        }

        if (outcome == AttemptOutcome.Limited || (outcome == AttemptOutcome.Failed && word is not null))
        {
            slot.Owner?.Refused();
        }

        state.Tell(ticket, startedAt, outcome, word);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        state?.Release(ticket);
        slot.Dispose();
    }
}
