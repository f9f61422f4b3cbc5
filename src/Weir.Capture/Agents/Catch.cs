using System.Runtime.InteropServices;

namespace Weir.Capture.Agents;

/// <summary>
/// What a reader brings up from a stretch of bytes: sightings, events, facts of sessions, words on limits, and what it passed
/// over, by kind. Filled by one thread, emptied by its owner, used again.
/// </summary>
internal sealed class Catch
{
    private readonly Dictionary<string, long> skipped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SessionFacts> sessions = new(StringComparer.Ordinal);

    /// <summary>Requests, in the order they were met; one request may stand here more than once.</summary>
    public List<Sighting> Sightings { get; } = [];

    /// <summary>Events, in the order they were met; one event may stand here more than once.</summary>
    public List<SessionEvent> Events { get; } = [];

    /// <summary>Sessions by id.</summary>
    public IReadOnlyDictionary<string, SessionFacts> Sessions => sessions;

    /// <summary>Words of a provider or a program on limits, as they were met.</summary>
    public List<LimitWord> Limits { get; } = [];

    /// <summary>Sums of tokens that metrics tell, as they were met.</summary>
    public List<UsageAggregate> Aggregates { get; } = [];

    /// <summary>
    /// How much was passed over, by kind: <c>not json</c>, <c>not an object</c>, <c>too deep</c>, <c>unknown type</c>,
    /// <c>impossible numbers</c> … The kinds are fixed words of the readers, never text of the file.
    /// </summary>
    public IReadOnlyDictionary<string, long> Skipped => skipped;

    /// <summary>Counts something that was passed over.</summary>
    public void Skip(string kind) => skipped[kind] = skipped.GetValueOrDefault(kind) + 1;

    /// <summary>Adds to what is known of a session: moments widen, every other word replaces the one before, null none.</summary>
    public void Session(in SessionFacts facts)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(sessions, facts.Session, out var isKnown);
        known = isKnown
            ? known with
            {
                FirstAt = facts.FirstAt < known.FirstAt ? facts.FirstAt : known.FirstAt,
                LastAt = facts.LastAt > known.LastAt ? facts.LastAt : known.LastAt,
                Parent = facts.Parent ?? known.Parent,
                Version = facts.Version ?? known.Version,
                Folder = facts.Folder ?? known.Folder,
                Repository = facts.Repository ?? known.Repository,
                Branch = facts.Branch ?? known.Branch,
                Entrypoint = facts.Entrypoint ?? known.Entrypoint,
                Host = facts.Host ?? known.Host,
                Terminal = facts.Terminal ?? known.Terminal,
                ProcessId = facts.ProcessId ?? known.ProcessId,
            }
            : facts;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Sightings.Clear();
        Events.Clear();
        sessions.Clear();
        Limits.Clear();
        Aggregates.Clear();
        skipped.Clear();
    }
}

/// <summary>A word on a limit, as a log, a header or a status line has it.</summary>
/// <param name="At">When it was said, UTC.</param>
/// <param name="Client">The program.</param>
/// <param name="Session">The session; null when not told.</param>
/// <param name="Kind">Where it stood.</param>
/// <param name="Text">The message, at most 500 characters; null where the numbers say it all.</param>
/// <param name="Window">How long the window is; null when not told.</param>
/// <param name="UsedPercent">How much of it was used, 0 to 100 and beyond; null when not told.</param>
/// <param name="ResetsAt">When it begins anew, UTC; null when not told.</param>
/// <param name="Scope">What it holds: <c>five_hour</c>, <c>seven_day</c>, <c>seven_day_opus</c>, <c>primary</c> …; null when not told.</param>
/// <param name="Plan">The plan, where it was named.</param>
/// <param name="Account">The account, where it was named.</param>
internal sealed record LimitWord(
    DateTimeOffset At,
    string Client,
    string? Session,
    LimitWordKind Kind,
    string? Text = null,
    TimeSpan? Window = null,
    double? UsedPercent = null,
    DateTimeOffset? ResetsAt = null,
    string? Scope = null,
    string? Plan = null,
    string? Account = null
);

/// <summary>Where a <see cref="LimitWord"/> stood.</summary>
internal enum LimitWordKind : byte
{
    /// <summary>A message in a log, an error text.</summary>
    Message = 1,

    /// <summary>Quota figures: a status line, a log's rate limits, response headers.</summary>
    Quota = 2,
}
