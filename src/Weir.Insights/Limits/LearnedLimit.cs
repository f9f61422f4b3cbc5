namespace Weir.Insights.Limits;

/// <summary>What is known of the limit of the running window. Doubles throughout: estimates are shown rounded and are never stored as money.</summary>
/// <param name="Kind">What the figures are.</param>
/// <param name="Median">Half of the belief lies on either side; null unless <see cref="LearnedLimitKind.Estimate"/>.</param>
/// <param name="Low">The lower end of the 90 % interval: one in twenty windows has a lower limit; null likewise.</param>
/// <param name="High">The upper end: one in twenty has a higher one; null likewise.</param>
/// <param name="AtLeast">The largest use that went through: of the running window, or of one before since <see cref="LimitEvidence.Since"/>; null when nothing was used.</param>
/// <param name="Evidence">What it rests on.</param>
/// <param name="Distribution">The whole belief, for <see cref="TimeToLimit"/>; null unless an estimate.</param>
public sealed record LearnedLimit(
    LearnedLimitKind Kind,
    double? Median,
    double? Low,
    double? High,
    double? AtLeast,
    LimitEvidence Evidence,
    LimitDistribution? Distribution
);

/// <summary>What a <see cref="LearnedLimit"/> says.</summary>
public enum LearnedLimitKind : byte
{
    /// <summary>Nothing was used yet, and nothing was said.</summary>
    Nothing,

    /// <summary>No window met its limit and the provider told no percentage: only <see cref="LearnedLimit.AtLeast"/> is known.</summary>
    LowerBound,

    /// <summary>A median and an interval.</summary>
    Estimate,
}

/// <summary>What an estimate rests on: the windows since the limit last changed, as far as that can be seen.</summary>
/// <param name="LimitsMet">Windows that met their limit.</param>
/// <param name="Censored">Windows that ended without: each says "at least that much".</param>
/// <param name="Readings">Percentages told by the provider, the running window's too.</param>
/// <param name="Since">The end of the oldest of these windows; null when there is none.</param>
/// <param name="ChangedAt">The end of the first window after the last plain change of the limit; null when none is seen.</param>
public sealed record LimitEvidence(
    int LimitsMet,
    int Censored,
    int Readings,
    DateTimeOffset? Since,
    DateTimeOffset? ChangedAt
);
