using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Activities;

/// <summary>Which events are asked for. Immutable.</summary>
public sealed record ActivityQuery
{
    /// <summary>Whose; those of another workspace are never told.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>Whether events of the whole instance are told too.</summary>
    public bool WithInstance { get; init; }

    /// <summary>The names of the kinds that are told; none for no event at all.</summary>
    public required ImmutableArray<string> Kinds { get; init; }

    /// <summary>Only those after this cursor, oldest first; null for the newest, newest first.</summary>
    public long? After { get; init; }

    /// <summary>Only those before this cursor; null for no bound.</summary>
    public long? Before { get; init; }

    /// <summary>From, inclusive; null for no bound.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those that name one of these as person, key or doer; none for all.</summary>
    public ImmutableArray<string> People { get; init; } = [];

    /// <summary>How many at most, 1 or more.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>What <see cref="ActivityFeed.Read"/> found.</summary>
/// <param name="Items">Oldest first after a cursor, else newest first.</param>
/// <param name="Cursor">
/// Who asks on after it misses nothing: after a cursor the last that was looked at, else the newest that there is.
/// </param>
/// <param name="Next">Behind which event there are more in this direction; null where there are none.</param>
/// <param name="IsGap">
/// Whether events after the cursor that was given may have been let go, or it was never given by this server.
/// </param>
public sealed record ActivityReading(ImmutableArray<StoredActivity> Items, long Cursor, long? Next, bool IsGap);
