namespace Weir.Gateway.Admission;

/// <summary>
/// Over which time something is summed: from one turn of the calendar to the next, over a span that slides, or forever.
/// Immutable; equal texts make equal values.
/// </summary>
public sealed record WindowConfig
{
    private WindowConfig(WindowKind kind) => Kind = kind;

    /// <summary>Which turns of the calendar, or none.</summary>
    public WindowKind Kind { get; }

    /// <summary>How long a sliding window is; zero for others.</summary>
    public TimeSpan Length { get; private init; }

    /// <summary>Whose midnight counts, for days, weeks and months.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The first day of a week.</summary>
    public DayOfWeek WeekStart { get; init; } = DayOfWeek.Monday;

    /// <summary>The first day of a month, 1 to 31; in a shorter month its last day.</summary>
    public int MonthStart { get; init; } = 1;

    /// <summary>An hour by the clock.</summary>
    public static WindowConfig Hour { get; } = new(WindowKind.Hour);

    /// <summary>A day, from midnight.</summary>
    public static WindowConfig Day { get; } = new(WindowKind.Day);

    /// <summary>A week.</summary>
    public static WindowConfig Week { get; } = new(WindowKind.Week);

    /// <summary>A month.</summary>
    public static WindowConfig Month { get; } = new(WindowKind.Month);

    /// <summary>No end: for what is held at once.</summary>
    public static WindowConfig Forever { get; } = new(WindowKind.Forever);

    /// <summary>The span before now.</summary>
    /// <param name="length">From a second to 400 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter or longer.</exception>
    public static WindowConfig Sliding(TimeSpan length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, TimeSpan.FromDays(400));
        return new WindowConfig(WindowKind.Sliding) { Length = length };
    }

    /// <summary>What tells it from others, in a few letters.</summary>
    internal string Text =>
        Kind switch
        {
            WindowKind.Sliding => $"sliding {Length.TotalSeconds}s",
            WindowKind.Forever => "forever",
            _ => $"{Kind} {Zone.Id} {WeekStart} {MonthStart}",
        };
}

/// <summary>The kinds of window.</summary>
public enum WindowKind
{
    /// <summary>No end.</summary>
    Forever,

    /// <summary>A span before now.</summary>
    Sliding,

    /// <summary>An hour by the clock.</summary>
    Hour,

    /// <summary>A day from midnight to midnight.</summary>
    Day,

    /// <summary>A week.</summary>
    Week,

    /// <summary>A month.</summary>
    Month,
}
