using Weir.Foundation;

namespace Weir.Gateway.Activities;

/// <summary>
/// Something that changed how Weir stands: a breaker, a budget's stage, a document. Not a request: those are the ledger's.
/// Immutable.
/// </summary>
/// <param name="At">When, UTC.</param>
/// <param name="Workspace">Who may see it; null for what concerns the whole instance.</param>
/// <param name="Subject">What it is about, by names.</param>
/// <param name="Details">What happened.</param>
public sealed record ActivityEvent(
    DateTimeOffset At,
    WorkspaceId? Workspace,
    ActivitySubject Subject,
    ActivityDetails Details
)
{
    /// <summary>What kind of event it is.</summary>
    public ActivityKindInfo Kind => ActivityKinds.Of(Details);

    /// <summary>What happened, for a person: one line of plain text without a full stop.</summary>
    public string Text => Details.Say(Subject);
}

/// <summary>An event as it is kept. Immutable.</summary>
/// <param name="Cursor">
/// Its number: rises with every event of the whole server, leaps, is never given twice, and holds over restarts. Positive.
/// </param>
/// <param name="Event">The event.</param>
public sealed record StoredActivity(long Cursor, ActivityEvent Event);

/// <summary>
/// What happened, one type for each kind of event. The family is closed; what each holds is kept as JSON, so members may be
/// added and are never renamed. Immutable.
/// </summary>
public abstract record ActivityDetails
{
    private protected ActivityDetails() { }

    /// <summary>What happened, for a person: one line.</summary>
    internal abstract string Say(ActivitySubject subject);
}

/// <summary>How much an event matters.</summary>
public enum ActivitySeverity
{
    /// <summary>Good to know, or good news.</summary>
    Info,

    /// <summary>Something works less well, or will soon.</summary>
    Warning,

    /// <summary>Requests fail or are refused, or something that was asked for was not done.</summary>
    Error,
}
