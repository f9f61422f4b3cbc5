namespace Weir.Gateway.Metering;

/// <summary>
/// Reads the turns of a conversation out of side copies of a socket's messages. Never throws on what it reads: what it cannot
/// understand, it skips. Thread-safe: the two directions come at the same time.
/// </summary>
internal abstract class TurnMeter(TimeProvider clock)
{
    /// <summary>Turns that run side by side beyond this many are no conversation; the eldest is given up.</summary>
    protected const int MostOpen = 64;

    private readonly Lock gate = new();
    private List<Turn> done = [];

    /// <summary>What tokens of sound and pictures are charged at: a mode that no list of token prices has, so that the cost is unknown.</summary>
    public const string OtherModalities = "audio";

    /// <summary>Whether an answer is under way.</summary>
    public bool IsAnswering
    {
        get
        {
            lock (gate)
            {
                return HasOpen;
            }
        }
    }

    /// <summary>The meter of a provider's conversations.</summary>
    /// <param name="kind">What the provider speaks.</param>
    /// <param name="model">The model that the connection was asked for; null where its address names none.</param>
    /// <param name="clock">Where the time comes from.</param>
    public static TurnMeter For(ProviderKind kind, string? model, TimeProvider clock) =>
        kind is ProviderKind.Gemini or ProviderKind.Vertex ? new GeminiTurns(clock) : new OpenAITurns(model, clock);

    /// <summary>Takes one whole message of the provider's; the turns that it ended.</summary>
    public IReadOnlyList<Turn> FromProvider(ReadOnlySpan<byte> message)
    {
        lock (gate)
        {
            ReadAnswer(message);
            return Take();
        }
    }

    /// <summary>Takes one whole message of the caller's.</summary>
    public void FromCaller(ReadOnlySpan<byte> message)
    {
        lock (gate)
        {
            ReadQuestion(message);
        }
    }

    /// <summary>The connection has ended: what was under way, as far as it came.</summary>
    public IReadOnlyList<Turn> Complete()
    {
        lock (gate)
        {
            GiveUp();
            return Take();
        }
    }

    /// <summary>Whether a turn is open.</summary>
    protected abstract bool HasOpen { get; }

    /// <summary>The time.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>A message of the provider's.</summary>
    protected abstract void ReadAnswer(ReadOnlySpan<byte> message);

    /// <summary>A message of the caller's.</summary>
    protected abstract void ReadQuestion(ReadOnlySpan<byte> message);

    /// <summary>Ends what is open.</summary>
    protected abstract void GiveUp();

    /// <summary>A turn has ended.</summary>
    protected void Add(Turn turn) => done.Add(turn);

    private List<Turn> Take()
    {
        if (done.Count == 0)
        {
            return [];
        }

        var taken = done;
        done = [];
        return taken;
    }
}
