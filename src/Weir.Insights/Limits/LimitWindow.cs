namespace Weir.Insights.Limits;

/// <summary>
/// One window of an account's quota that is over, as it was seen. Amounts are in the caller's unit, the same for all windows
/// of one question: nano-dollars of list cost by default, weighted tokens as well.
/// </summary>
/// <param name="End">When it ended, UTC.</param>
/// <param name="Used">All that was used in it. Zero says nothing and is passed over.</param>
/// <param name="Met">The limit, when it was met in this window; null when the window ended without.</param>
/// <param name="Readings">What the provider said of the quota meanwhile; empty when nothing.</param>
public sealed record LimitWindow(
    DateTimeOffset End,
    long Used,
    LimitMet? Met = null,
    IReadOnlyList<QuotaReading>? Readings = null
);

/// <summary>A limit that was met: it lies above what had been used when the last request was let in, and not above what had been used when the first was refused.</summary>
/// <param name="LastAdmitted">What had been used when the last request was let in; zero or more.</param>
/// <param name="FirstRefused">What had been used when the first was refused; at least as much.</param>
public sealed record LimitMet(long LastAdmitted, long FirstRefused);

/// <summary>A provider's figure of a quota.</summary>
/// <param name="Used">What had been used when it was said.</param>
/// <param name="UsedPercent">How much of the limit that was, in percent; at or below zero, or above 100, it is passed over.</param>
/// <param name="Step">The step it is rounded to, in percent: 1 for whole ones.</param>
/// <param name="Rounding">How it is rounded.</param>
public sealed record QuotaReading(
    long Used,
    double UsedPercent,
    double Step = 1,
    QuotaRounding Rounding = QuotaRounding.Unknown
);

/// <summary>How a percentage was rounded.</summary>
public enum QuotaRounding : byte
{
    /// <summary>Not known: the true one lies within a step on either side.</summary>
    Unknown,

    /// <summary>To the nearest: within half a step.</summary>
    Nearest,

    /// <summary>Down: from the figure to a step above.</summary>
    Down,
}

/// <summary>The window that is running: its limit is asked for.</summary>
/// <param name="Now">The moment of the question, UTC.</param>
/// <param name="Used">What was used in it so far without meeting the limit; zero or more.</param>
/// <param name="Readings">What the provider said of the quota in it; empty when nothing.</param>
public sealed record RunningWindow(DateTimeOffset Now, long Used, IReadOnlyList<QuotaReading>? Readings = null);
