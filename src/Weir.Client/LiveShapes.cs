using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>
/// What <c>/live</c> tells, one message after the other. Each has a cursor: the number of the newest change that the
/// listener has then been told of. Who comes back with it (<c>?after=</c>, or <c>Last-Event-ID</c>) goes on from there.
/// </summary>
/// <param name="Cursor">Never falls within a connection, and leaps where other workspaces had changes.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LiveSnapshot), "snapshot")]
[JsonDerivedType(typeof(LiveChanges), "changes")]
[JsonDerivedType(typeof(LiveSessions), "sessions")]
[JsonDerivedType(typeof(LiveLimits), "limits")]
[JsonDerivedType(typeof(LiveActivity), "activity")]
[JsonDerivedType(typeof(LiveDashboards), "dashboards")]
[JsonDerivedType(typeof(LiveGap), "gap")]
[JsonDerivedType(typeof(LiveBeat), "beat")]
public abstract record LiveMessage(long Cursor);

/// <summary>The newest requests as they stand after the change <c>cursor</c>: at first, and after a gap.</summary>
/// <param name="Cursor">What is told later has a higher number.</param>
/// <param name="Requests">Newest first.</param>
public sealed record LiveSnapshot(long Cursor, IReadOnlyList<RequestItem> Requests) : LiveMessage(Cursor);

/// <summary>What changed, in order.</summary>
/// <param name="Cursor">The number of the last of them.</param>
/// <param name="Changes">At least one.</param>
public sealed record LiveChanges(long Cursor, IReadOnlyList<LiveChange> Changes) : LiveMessage(Cursor);

/// <summary>
/// There was news of sessions: <c>/sessions</c> tells what. Told only to listeners that ask for this topic.
/// </summary>
/// <param name="Cursor">As in the message before.</param>
/// <param name="Sessions">Their ids; null when there was news of too many to name.</param>
public sealed record LiveSessions(long Cursor, IReadOnlyList<string>? Sessions) : LiveMessage(Cursor);

/// <summary>
/// There was news of limits: <c>/limits</c> tells what. Told only to listeners that ask for this topic.
/// </summary>
/// <param name="Cursor">As in the message before.</param>
/// <param name="News">
/// <c>told</c> (an agent or a provider said something, and estimates may have moved too) or <c>estimate</c> (something was used, which
/// moves estimates).
/// </param>
public sealed record LiveLimits(long Cursor, string News) : LiveMessage(Cursor);

/// <summary>Events that changed how Weir stands. Told only to listeners that ask for this topic.</summary>
/// <param name="Cursor">As in the message before.</param>
/// <param name="Activity">
/// The number of the newest event that the listener has been told of: it goes on after it with <c>?after=CURSOR.ACTIVITY</c>, which is also
/// what the event's id says.
/// </param>
/// <param name="Missed">Whether some were passed over before these: what is known of them is to be read again.</param>
/// <param name="Events">In order; none where only a gap is told.</param>
public sealed record LiveActivity(long Cursor, long Activity, bool Missed, IReadOnlyList<ActivityEventItem> Events)
    : LiveMessage(Cursor);

/// <summary>
/// Dashboards were made, changed or removed: <c>/dashboards</c> tells how they are now. Told only to listeners that ask for this topic.
/// </summary>
/// <param name="Cursor">As in the message before.</param>
/// <param name="Dashboards">Their ids; null when there was news of too many to name.</param>
public sealed record LiveDashboards(long Cursor, IReadOnlyList<string>? Dashboards) : LiveMessage(Cursor);

/// <summary>
/// Changes are passed over, because the listener was too slow or away for too long. A snapshot follows; sums are to be
/// read again.
/// </summary>
/// <param name="Cursor">The last change before the gap; 0 when the listener came with a number that was never given.</param>
/// <param name="Missed">How many changes of the whole server lie in between; null when it cannot be told.</param>
public sealed record LiveGap(long Cursor, long? Missed) : LiveMessage(Cursor);

/// <summary>Nothing happened for a while, and the connection is alive.</summary>
/// <param name="Cursor">As in the message before.</param>
/// <param name="Time">The server's clock.</param>
public sealed record LiveBeat(long Cursor, DateTimeOffset Time) : LiveMessage(Cursor);

/// <summary>One change of one request.</summary>
/// <param name="Sequence">Its number, rising.</param>
/// <param name="Kind"><c>created</c>, <c>enriched</c> (something became known) or <c>repriced</c>.</param>
/// <param name="Before">The request before, whose figures no longer count; null when created.</param>
/// <param name="Request">The request after.</param>
public sealed record LiveChange(long Sequence, string Kind, RequestItem? Before, RequestItem Request);
