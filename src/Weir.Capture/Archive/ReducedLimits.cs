namespace Weir.Capture.Archive;

/// <summary>How much of a reduced record is written, and what is refused of one that is read.</summary>
internal static class ReducedLimits
{
    /// <summary>The longest text in bytes of UTF-8: what the journal keeps of one.</summary>
    public const int Text = 512;

    /// <summary>The longest folder, and the longest message of a limit, in bytes of UTF-8.</summary>
    public const int LongText = 4096;

    /// <summary>The longest line that is read, in bytes: every field at its longest, with escapes, fits.</summary>
    public const int Line = 64 * 1024;

    /// <summary>The most tokens of one class in one request: a thousand times the largest context there is.</summary>
    public const long Tokens = 10_000_000_000;

    /// <summary>The most web searches of one request.</summary>
    public const int WebSearches = 1_000_000;

    /// <summary>The longest duration: a session may be open for months.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromDays(400);

    /// <summary>How far beyond now a time may lie: clocks differ.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>How far beyond now a limit may begin anew.</summary>
    public static readonly TimeSpan ResetAhead = TimeSpan.FromDays(400);

    /// <summary>No agent wrote anything before.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
