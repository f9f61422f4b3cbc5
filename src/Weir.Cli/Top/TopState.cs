using System.Collections.Immutable;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>How it stands with the server.</summary>
internal abstract record Link
{
    /// <summary>It is being reached for the first time.</summary>
    public sealed record Connecting : Link;

    /// <summary>It was read once, and is not listened to.</summary>
    public sealed record Once : Link;

    /// <summary>What changes is told as it changes.</summary>
    public sealed record Live : Link;

    /// <summary>The feed broke off; it is tried again.</summary>
    public sealed record Broken(DateTimeOffset RetryAt, string Reason) : Link;

    /// <summary>No server runs: the data folder itself is read again and again.</summary>
    public sealed record Folder(TimeSpan Every) : Link;
}

/// <summary>By what sessions are sorted.</summary>
internal enum SessionSort
{
    Last,
    Cost,
    Tokens,
    Project,
    State,
}

/// <summary>A session that is looked at.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Lines">What is shown of it; null until it was read.</param>
/// <param name="Failure">Why it could not be read; null when it could, or was not tried yet.</param>
/// <param name="IsStale">Whether it is to be read (again).</param>
/// <param name="Down">Lines that are scrolled past.</param>
/// <param name="Right">Cells that are scrolled past.</param>
internal sealed record OpenSession(
    string Id,
    ImmutableArray<Line>? Lines,
    string? Failure,
    bool IsStale,
    int Down,
    int Right
);

/// <summary>A gap in the feed.</summary>
internal sealed record FeedGap(DateTimeOffset At, long? Missed);

/// <summary>Everything that is known and everything that is looked at, at one moment.</summary>
internal sealed record TopState
{
    /// <summary>What is watched: a server's address, or a data folder.</summary>
    public required string Source { get; init; }

    /// <summary>Whose figures these are; null until it was read.</summary>
    public string? Workspace { get; init; }

    /// <summary>Whether that is a data folder.</summary>
    public bool IsFolder { get; init; }

    /// <summary>The moment.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How it stands with the server.</summary>
    public Link Link { get; init; } = new Link.Connecting();

    /// <summary>Why the last reading failed; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>The day's sums; null until they were read.</summary>
    public Today? Today { get; init; }

    /// <summary>The last hour.</summary>
    public required Minutes Minutes { get; init; }

    /// <summary>What the feed told since the sums were read, for sums that are on their way and may not hold it.</summary>
    public ImmutableQueue<LiveChange> Recent { get; init; } = [];

    /// <summary>How many of these there are.</summary>
    public int RecentCount { get; init; }

    /// <summary>Sessions of the last day; null until they were read.</summary>
    public IReadOnlyList<SessionItem>? Sessions { get; init; }

    /// <summary>Whether there are more than were read.</summary>
    public bool HasMoreSessions { get; init; }

    /// <summary>The running window of five hours; null when none runs.</summary>
    public BlockItem? Block { get; init; }

    /// <summary>What is known of limits; null until it was read.</summary>
    public LimitList? Limits { get; init; }

    /// <summary>How the reading of agents' files goes; null until it was read, and where the key may not know.</summary>
    public CaptureSources? Sources { get; init; }

    /// <summary>The server's account of itself; null until it was read, and where the key may not know.</summary>
    public SystemStatus? Status { get; init; }

    /// <summary>The last gap in the feed; null when there was none.</summary>
    public FeedGap? Gap { get; init; }

    /// <summary>Whether there was news that the lists do not hold yet.</summary>
    public bool AreListsStale { get; init; }

    /// <summary>Whether everything is to be read again.</summary>
    public bool IsAllStale { get; init; }

    /// <summary>By what sessions are sorted.</summary>
    public SessionSort Sort { get; init; }

    /// <summary>Whether the other way round.</summary>
    public bool IsReversed { get; init; }

    /// <summary>What sessions must contain; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whether the filter is being typed.</summary>
    public bool IsTyping { get; init; }

    /// <summary>Whether only sessions that run, or wait, are shown.</summary>
    public bool RunningOnly { get; init; }

    /// <summary>The marked session's id; null for the first.</summary>
    public string? Selected { get; init; }

    /// <summary>The session that is looked at; null for the overview.</summary>
    public OpenSession? Open { get; init; }

    /// <summary>Whether the keys are shown.</summary>
    public bool IsHelpShown { get; init; }

    /// <summary>The screen's width in cells.</summary>
    public int Width { get; init; } = 100;

    /// <summary>The screen's height in lines.</summary>
    public int Height { get; init; } = 30;

    /// <summary>Whether it was asked to end.</summary>
    public bool IsOver { get; init; }

    /// <summary>At the beginning.</summary>
    public static TopState Begin(string source, DateTimeOffset now) =>
        new()
        {
            Source = source,
            Now = now,
            Minutes = Minutes.Until(now),
        };
}
