namespace Weir.Identity;

/// <summary>The outcome of a change.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Value">What was changed, as it is now; null when it failed.</param>
/// <param name="Reason">What to do about a failure, for a person; with <see cref="ChangeOutcome.Done"/> a warning or null.</param>
public sealed record Change<T>(ChangeOutcome Outcome, T? Value, string? Reason)
    where T : class
{
    /// <summary>True when it was done.</summary>
    public bool IsDone => Outcome == ChangeOutcome.Done;
}

/// <summary>Makes <see cref="Change{T}"/>s.</summary>
internal static class Change
{
    public static Change<T> Done<T>(T value, string? warning = null)
        where T : class => new(ChangeOutcome.Done, value, warning);

    public static Change<T> Failed<T>(ChangeOutcome outcome, string reason)
        where T : class => new(outcome, null, reason);
}

/// <summary>How a change ended.</summary>
public enum ChangeOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such thing in the workspace.</summary>
    NotFound,

    /// <summary>Something living has that name.</summary>
    Taken,

    /// <summary>A field is unfit; the reason names it.</summary>
    Invalid,

    /// <summary>It would lock everybody out, is still used, or gives more than the one who asks has.</summary>
    Refused,

    /// <summary>It was made from a version that is not the newest.</summary>
    Stale,
}
