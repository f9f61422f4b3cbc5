namespace Weir.Gateway.Routing;

/// <summary>
/// What routing remembers of targets' speed and of sessions; whether a target does its work, its
/// <see cref="Resilience.TargetState"/> knows. It outlives configuration snapshots, is bounded, and dies with the process.
/// Thread-safe: one lock, held for a look-up.
/// </summary>
internal sealed class RouteState(TimeProvider clock)
{
    /// <summary>How long vendors keep a prompt that nobody asks for again.</summary>
    public static readonly TimeSpan ShortCache = TimeSpan.FromMinutes(5);

    /// <summary>How long they keep one that was written for an hour.</summary>
    public static readonly TimeSpan LongCache = TimeSpan.FromHours(1);

    private const int MostTargets = 4096;
    private const int MostSessions = 16384;

    private readonly Lock gate = new();
    private readonly RecentTable<TargetKey, TargetMark> marks = new(MostTargets);
    private readonly RecentTable<SessionKey, Held> sessions = new(MostSessions);

    /// <summary>What was measured of a target.</summary>
    public TargetMark Of(in TargetKey key)
    {
        lock (gate)
        {
            return marks.Find(key);
        }
    }

    /// <summary>Notes how long an answer took to begin.</summary>
    /// <param name="key">The target.</param>
    /// <param name="timeToFirstToken">From its start to its first content.</param>
    /// <param name="streams">Whether it was a stream.</param>
    public void Note(in TargetKey key, TimeSpan timeToFirstToken, bool streams)
    {
        lock (gate)
        {
            marks.Set(key, marks.Find(key).Took(timeToFirstToken, streams));
        }
    }

    /// <summary>The target that served a session last, by provider and model; null when its cache has expired, or none has.</summary>
    public (string Provider, string Model, TimeSpan Left)? HolderOf(in SessionKey key)
    {
        lock (gate)
        {
            return sessions.Find(key) is { } held && LeftOf(held) is var left && left > TimeSpan.Zero
                ? (held.Provider, held.Model, left)
                : null;
        }
    }

    /// <summary>Notes that a target served a session.</summary>
    /// <param name="key">The session.</param>
    /// <param name="provider">The target's provider.</param>
    /// <param name="model">The model that it was asked for.</param>
    /// <param name="writesLong">Whether a part of the prompt was cached for an hour: the session is then kept that long.</param>
    public void Keep(in SessionKey key, string provider, string model, bool writesLong)
    {
        lock (gate)
        {
            // What was cached for an hour is so again whenever it is read.
            var stays =
                sessions.Find(key) is { IsLong: true } held
                && held.Provider == provider
                && held.Model == model
                && LeftOf(held) > TimeSpan.Zero;
            sessions.Set(key, new Held(provider, model, clock.GetTimestamp(), writesLong || stays));
        }
    }

    private TimeSpan LeftOf(Held held) => (held.IsLong ? LongCache : ShortCache) - clock.GetElapsedTime(held.At);

    private sealed record Held(string Provider, string Model, long At, bool IsLong);
}
