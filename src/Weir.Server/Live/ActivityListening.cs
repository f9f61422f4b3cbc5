using Microsoft.Data.Sqlite;
using Weir.Client;
using Weir.Gateway.Activities;
using Weir.Server.Api.Activities;

namespace Weir.Server.Live;

/// <summary>
/// How far one listener has been told of the activity feed, and what comes next. What he may see is asked about each time. Not thread-safe.
/// </summary>
/// <param name="feed">The feed.</param>
/// <param name="view">What the listener may see now.</param>
/// <param name="options">How many events one message holds.</param>
/// <param name="clock">The time.</param>
internal sealed class ActivityListening(
    ActivityFeed feed,
    Func<ActivityView> view,
    LiveOptions options,
    TimeProvider clock
)
{
    private bool isUnreadable;

    /// <summary>The newest event that the listener knows of.</summary>
    public long Cursor { get; private set; } = feed.Newest;

    /// <summary>Goes on from a cursor that the listener brings.</summary>
    public void GoOnFrom(long known) => Cursor = known;

    /// <summary>What is there after the cursor, which goes on with it; null for nothing that he may see.</summary>
    public (IReadOnlyList<ActivityEventItem> Events, bool IsGap)? Take()
    {
        if (feed.Newest == Cursor)
        {
            return null;
        }

        try
        {
            var found = feed.Read(view().Query([]) with { After = Cursor, Limit = options.Batch });
            Cursor = found.Cursor;
            isUnreadable = false;
            return found.Items.IsEmpty && !found.IsGap
                ? null
                : ([.. found.Items.Select(ActivityShapesOf.Item)], found.IsGap);
        }
        catch (SqliteException)
        {
            // A file that is locked for now is read a moment later.
            isUnreadable = true;
            return null;
        }
    }

    /// <summary>Completes when there may be something.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        isUnreadable ? Task.Delay(options.Retry, clock, cancellationToken) : feed.WaitAsync(Cursor, cancellationToken);
}
