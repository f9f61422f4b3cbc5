namespace Weir.Gateway.Resilience;

/// <summary>
/// What is known of one target's health: its breaker, its rest, and how many requests it is given at once. Outlives
/// configurations, and is gone with the process. While all is well, letting a request in takes no lock and allocates nothing.
/// Thread-safe.
/// </summary>
internal sealed class TargetState
{
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
    private volatile bool isWell = true;

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
        List<ResilienceEvent>? events = null;
        lock (gate)
        {
            var now = context.Now;
            var change = breaker?.Leave(ticket, outcome, now) ?? BreakerChange.None;
            Volatile.Write(ref epoch, breaker?.Epoch ?? epoch);
            switch (change)
            {
                case BreakerChange.Opened or BreakerChange.OpenedAgain:
                    var (failures, attempts) = breaker!.Seen;
                    Note(
                        ref events,
                        new BreakerOpened(Key, Utc, failures, attempts, breaker.OpenUntil - now, breaker.Times)
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
