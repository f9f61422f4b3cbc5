namespace Weir.Gateway.Resilience;

/// <summary>
/// Gives a target so many requests at once and no more: the bound is what was written, or is learned (<see cref="AdaptiveLimit"/>).
/// Who finds none free waits in line. Nothing is allocated but for who waits. Thread-safe.
/// </summary>
/// <param name="config">What was written.</param>
/// <param name="context">The time.</param>
internal sealed class ConcurrencyGovernor(ConcurrencyConfig config, HealthContext context)
{
    /// <summary>How long a line may be; who comes then is turned away at once.</summary>
    public const int MostWaiting = 1000;

    private readonly Lock gate = new();
    private readonly AdaptiveLimit? learned = config.Adaptive ? new AdaptiveLimit(config.Least, config.Most) : null;
    private readonly LinkedList<Waiter> waiting = [];

    // A slot is a place and how often the place was taken: giving one back twice, or a copy of it, takes nobody else's.
    private int[] turns = new int[8];
    private int[] free = new int[8];
    private int freed;
    private int places;

    /// <summary>What was written.</summary>
    public ConcurrencyConfig Config { get; } = config;

    /// <summary>How many at once.</summary>
    public int Limit
    {
        get
        {
            lock (gate)
            {
                return LimitNow;
            }
        }
    }

    /// <summary>How many are under way.</summary>
    public int InUse
    {
        get
        {
            lock (gate)
            {
                return InUseNow;
            }
        }
    }

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    private int LimitNow => learned?.Limit ?? Config.Most;

    private int InUseNow => places - freed;

    /// <summary>Takes a slot if one is free and nobody waits for it.</summary>
    public bool TryEnter(out ConcurrencySlot slot)
    {
        lock (gate)
        {
            return TryTake(out slot);
        }
    }

    /// <summary>Waits in line for a slot, which is not taken where none came free in time or the caller went.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="cancellationToken">Cancelled when the caller has gone.</param>
    public async ValueTask<ConcurrencySlot> EnterAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (gate)
        {
            if (TryTake(out var slot))
            {
                return slot;
            }

            if (patience <= TimeSpan.Zero || waiting.Count >= MostWaiting)
            {
                return default;
            }

            waiter = new Waiter(this);
            waiting.AddLast(waiter.Place);
        }

        using var timer = context.Clock.CreateTimer(Waiter.GiveUp, waiter, patience, Timeout.InfiniteTimeSpan);
        using var gone = cancellationToken.UnsafeRegister(Waiter.GiveUp, waiter);
        return await waiter.Task;
    }

    /// <summary>Takes in how long the first byte took.</summary>
    public void FirstByte(TimeSpan took)
    {
        if (learned is not null)
        {
            lock (gate)
            {
                learned.FirstByte(took, InUseNow, context.Now);
                Serve();
            }
        }
    }

    /// <summary>Takes in that the target refused for overload or for a rate.</summary>
    public void Refused()
    {
        if (learned is not null)
        {
            lock (gate)
            {
                learned.Refused(context.Now);
            }
        }
    }

    /// <summary>Gives a slot back; nothing where it was given back already.</summary>
    public void Leave(int place, int turn)
    {
        lock (gate)
        {
            if (turns[place] == turn)
            {
                turns[place]++;
                free[freed++] = place;
                Serve();
            }
        }
    }

    private bool TryTake(out ConcurrencySlot slot)
    {
        slot = default;
        return waiting.Count == 0 && TryTakeNext(out slot);
    }

    private bool TryTakeNext(out ConcurrencySlot slot)
    {
        slot = default;
        if (InUseNow >= LimitNow)
        {
            return false;
        }

        if (freed == 0 && places == turns.Length)
        {
            Array.Resize(ref turns, places * 2);
            Array.Resize(ref free, places * 2);
        }

        var place = freed > 0 ? free[--freed] : places++;
        slot = new ConcurrencySlot(this, place, turns[place]);
        return true;
    }

    private void Serve()
    {
        while (waiting.First is { } first && TryTakeNext(out var slot))
        {
            waiting.Remove(first);
            first.Value.TrySetResult(slot);
        }
    }

    private void GiveUp(Waiter waiter)
    {
        lock (gate)
        {
            // Not in the line any more: it has been given a slot, which it gives back itself.
            if (waiter.Place.List is not null)
            {
                waiting.Remove(waiter.Place);
                waiter.TrySetResult(default);
            }
        }
    }

    private sealed class Waiter : TaskCompletionSource<ConcurrencySlot>
    {
        private readonly ConcurrencyGovernor owner;

        public Waiter(ConcurrencyGovernor owner)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            this.owner = owner;
            Place = new LinkedListNode<Waiter>(this);
        }

        public LinkedListNode<Waiter> Place { get; }

        public static void GiveUp(object? state)
        {
            var waiter = (Waiter)state!;
            waiter.owner.GiveUp(waiter);
        }
    }
}

/// <summary>A request's place at a target. Given back by disposing of it, once or more often; of none, nothing is given back.</summary>
/// <param name="Owner">Who gave it; null for none.</param>
/// <param name="Place">Its place.</param>
/// <param name="Turn">How often the place had been taken before.</param>
internal readonly record struct ConcurrencySlot(ConcurrencyGovernor? Owner, int Place, int Turn) : IDisposable
{
    /// <summary>Whether it is one.</summary>
    public bool IsTaken => Owner is not null;

    /// <inheritdoc />
    public void Dispose() => Owner?.Leave(Place, Turn);
}
